"""Captions and their embeddings by the exported encoder, cached on disk."""
import json
import random
from pathlib import Path

import numpy as np
import torch

from .text_encoder import ExportedEncoder
from .vocabulary import Label, make_captions


def embed_captions(model: Path, folder: Path, seed: int, plain: int, marked: int) -> None:
    """Writes captions.json and captions.npy (float32 [N, 384])."""
    found = make_captions(seed, plain, marked)
    flat = [(label, caption) for label, captions in found.items() for caption in captions]
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "captions.npy", ExportedEncoder(model).embed([caption for _, caption in flat]))
    (folder / "captions.json").write_text(json.dumps([[*label, caption] for label, caption in flat]))


class Captions:
    """Embeddings by label."""

    def __init__(self, folder: Path) -> None:
        self.vectors = torch.from_numpy(np.load(folder / "captions.npy"))
        self.rows: dict[Label, list[int]] = {}
        for i, (subject, palette, modifier, _) in enumerate(json.loads((folder / "captions.json").read_text())):
            self.rows.setdefault(Label(subject, palette, modifier), []).append(i)

    def pick(self, label: Label, rng: random.Random) -> torch.Tensor:
        """One embedding [384] of a caption of this label."""
        return self.vectors[rng.choice(self.rows[label])]
