"""Captions and their embeddings by the exported encoder, cached on disk."""
import json
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .network import Reader
from .text_encoder import ExportedEncoder
from .vocabulary import MODIFIERS, PALETTES, SUBJECTS, Label, make_captions


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


def fit_reader(folder: Path, steps: int = 300) -> None:
    """Fits the generator's first guess of what a caption names, three linear classifiers, into reader.pt."""
    torch.manual_seed(0)
    captions, reader = Captions(folder), Reader()
    labels = sorted((row, label) for label, rows in captions.rows.items() for row in rows)
    wanted = [torch.tensor([list(names).index(label[part]) for _, label in labels]) for part, names in enumerate((SUBJECTS, PALETTES, MODIFIERS))]
    optimizer = torch.optim.AdamW(reader.parameters(), lr=0.3, weight_decay=0.02)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.3 * (1 - step / steps)
        heads = (reader.subject, reader.palette, reader.modifier)
        loss = sum((F.cross_entropy(head(captions.vectors), right) for head, right in zip(heads, wanted, strict=True)), torch.zeros(()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    shares = [float((head(captions.vectors).argmax(1) == right).float().mean()) for head, right in zip(heads, wanted, strict=True)]
    print("captions read right: subject {:.3f} palette {:.3f} modifier {:.3f}".format(*shares), flush=True)
    torch.save(reader.state_dict(), folder / "reader.pt")
