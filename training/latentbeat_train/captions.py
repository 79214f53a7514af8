"""Captions, their embeddings by the exported encoder, and the fit of the reader.

Captions are drawn and embedded in chunks of CHUNK, each a function of its number alone and kept on disk, so a run continues where it stopped
and a longer one only adds. The reader sees neither held-out templates nor paraphrases.json.
"""
import json
import math
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from .check_paraphrases import read_paraphrases
from .reader import HEADS, PARTS, PROTOTYPES, Reader
from .text_encoder import ExportedEncoder
from .vocabulary import MODIFIERS, PALETTES, RELATIONS, SUBJECTS, Label, bare_captions, draw_label, make_caption

CHUNK = 3000
HELD_SEED = 7  # of the captions from held-out templates
LISTS = (list(SUBJECTS), [*SUBJECTS, ""], list(RELATIONS), [*PALETTES, ""], list(MODIFIERS))
PROTOTYPE_RATE = 0.25  # of the rate of the rest
LEARNED = 0.6  # share of the trained prototypes in the kept ones, the rest as they were placed (WiSE-FT, Wortsman et al. 2022): trained ones
# know captions better, placed ones free prompts
ALONE = 0.7  # added to the logit of "no second subject": in doubt there is one
WEIGHTS = (1.0, 0.8, 0.8, 0.8, 0.8)  # of the five heads in the loss


class Captions(NamedTuple):
    """N sentences: embeddings [N, 384] of unit length, and the right class of each head [N, 5]."""

    vectors: torch.Tensor
    classes: torch.Tensor
    leading: int = 0  # how many of the first are phrases alone


class Fit(NamedTuple):
    steps: int = 900
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.1
    bare: float = 0.25  # share of samples from the phrases alone
    pairs: float = 0.22  # share of samples with two subjects
    mixed: float = 0.12  # share of samples between two captions
    noise: float = 0.5  # length of the noise added to an embedding
    seed: int = 0


def draw_captions(count: int, seed: int, held: bool = False) -> list[tuple[Label, str]]:
    rng = random.Random(seed)
    labels = [draw_label(rng) for _ in range(count)]
    return [(label, make_caption(label, rng, held)) for label in labels]


def embed_captions(model: Path, folder: Path, count: int) -> None:
    """Writes FOLDER/captions/NAME.json (labels and sentences) and NAME.npy (float32 [N, 384]); skips what is there.

    000: every phrase once; 001 and on: CHUNK drawn captions each; held: from held-out templates; paraphrases.
    """
    target = folder / "captions"
    target.mkdir(parents=True, exist_ok=True)
    encoder = ExportedEncoder(model)

    def keep(name: str, draw: Callable[[], list[tuple[Label, str]]]) -> None:
        if (target / f"{name}.npy").exists():
            return
        captions = draw()
        (target / f"{name}.json").write_text(json.dumps([[*label, caption] for label, caption in captions]))
        np.save(target / f"{name}.part.npy", encoder.embed([caption for _, caption in captions], 32))
        (target / f"{name}.part.npy").rename(target / f"{name}.npy")

    keep("paraphrases", lambda: [(Label(p.subjects[0]), p.prompt) for p in read_paraphrases()])
    keep("held", lambda: draw_captions(CHUNK // 2, HELD_SEED, held=True))
    keep("000", bare_captions)
    for chunk in range(1, math.ceil(count / CHUNK) + 1):
        keep(f"{chunk:03}", lambda seed=chunk: draw_captions(CHUNK, seed))


def read_captions(folder: Path, pattern: str = "[0-9][0-9][0-9]") -> Captions:
    """The captions of training, or those of another name."""
    chunks = sorted((folder / "captions").glob(f"{pattern}.npy"))
    if not chunks:
        raise SystemExit(f"no captions {pattern} in {folder}/captions: run the stage text first")
    labels = [Label(*row[:-1]) for chunk in chunks for row in json.loads(chunk.with_suffix(".json").read_text())]
    return Captions(torch.from_numpy(np.concatenate([np.load(chunk) for chunk in chunks])), classes_of(labels), len(np.load(chunks[0], mmap_mode="r")))


def classes_of(labels: list[Label]) -> torch.Tensor:
    return torch.tensor([[names.index(value) for names, value in zip(LISTS, label, strict=True)] for label in labels])


def fit_reader(folder: Path, fit: Fit = Fit()) -> dict[str, float]:
    """Fits the reader into FOLDER/reader.pt, prints its figures as one line of JSON and keeps them in reader.json."""
    torch.manual_seed(fit.seed)
    captions, reader = read_captions(folder), Reader()
    place_prototypes(reader, read_captions(folder, "000"))
    placed = reader.prototypes.detach().clone()
    generator = torch.Generator().manual_seed(fit.seed)
    learned = [parameter for name, parameter in reader.named_parameters() if name != "prototypes"]
    optimizer = torch.optim.AdamW([{"params": learned, "weight_decay": fit.decay}, {"params": [reader.prototypes], "weight_decay": 0.0}])
    began = time.process_time()
    for step in range(fit.steps):
        for group, share in zip(optimizer.param_groups, (1.0, PROTOTYPE_RATE), strict=True):
            group["lr"] = share * fit.rate * min(1.0, (step + 1) / 50) * (1 - step / fit.steps)
        loss = loss_of(reader, *draw_batch(captions, fit, generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    finish(reader, placed)
    figures = {"captions": len(captions.vectors), "loss": float(loss.detach()), "cpuSeconds": time.process_time() - began, **judge_reader(reader.eval(), folder)}
    torch.save(reader.state_dict(), folder / "reader.pt")
    (folder / "reader.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}), flush=True)
    return figures


@torch.no_grad()
def finish(reader: Reader, placed: torch.Tensor) -> None:
    reader.prototypes.lerp_(placed, 1 - LEARNED)
    reader.names.bias[PARTS[0]] += ALONE


@torch.no_grad()
def place_prototypes(reader: Reader, phrases: Captions, rounds: int = 8) -> None:
    """Spherical k-means of what each subject is called."""
    generator = torch.Generator().manual_seed(0)
    plain = (phrases.classes[:, 3] == len(PALETTES)) & (phrases.classes[:, 4] == 0)
    for k in range(len(SUBJECTS)):
        own = phrases.vectors[plain & (phrases.classes[:, 0] == k)]
        centres = own[torch.randperm(len(own), generator=generator)[:PROTOTYPES]]
        nearest = (own @ centres.t()).argmax(1)
        for _ in range(rounds):
            centres = torch.stack([F.normalize(own[nearest == j].mean(0), dim=0) if (nearest == j).any() else centres[j] for j in range(PROTOTYPES)])
            nearest = (own @ centres.t()).argmax(1)
        reader.prototypes[k * PROTOTYPES:(k + 1) * PROTOTYPES] = centres
        reader.shares[k] = torch.bincount(nearest, minlength=PROTOTYPES).float() / len(own)


def draw_batch(captions: Captions, fit: Fit, generator: torch.Generator) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Embeddings [batch, 384] and the wanted shares of each head; some lie between two captions, as a walk of prompts does."""
    rows = torch.randint(len(captions.vectors), (2, fit.batch), generator=generator)
    bare = torch.randint(captions.leading, (2, fit.batch), generator=generator)
    pairs = (captions.classes[:, 2] > 0).nonzero()[:, 0]
    pairs = pairs[torch.randint(len(pairs), (2, fit.batch), generator=generator)]
    chance = torch.rand(2, fit.batch, generator=generator)
    rows = torch.where(chance < fit.bare, bare, torch.where(chance > 1 - fit.pairs, pairs, rows))
    share = torch.rand(fit.batch, 1, generator=generator)
    share = torch.where(torch.rand(fit.batch, 1, generator=generator) < fit.mixed, share, torch.ones(()))
    text = F.normalize(captions.vectors[rows[0]] * share + captions.vectors[rows[1]] * (1 - share), dim=1)
    text = text + fit.noise / text.shape[1] ** 0.5 * torch.randn(text.shape, generator=generator)
    first, second = (captions.classes[row] for row in rows)
    wanted = [F.one_hot(first[:, k], size) * share + F.one_hot(second[:, k], size) * (1 - share) for k, size in enumerate(HEADS)]
    return text, wanted


def loss_of(reader: Reader, text: torch.Tensor, wanted: list[torch.Tensor]) -> torch.Tensor:
    parts = [-(shares * F.log_softmax(logits, 1)).sum(1).mean() for shares, logits in zip(wanted, reader.logits(text), strict=True)]
    return sum((weight * part for weight, part in zip(WEIGHTS, parts, strict=True)), torch.zeros(()))


@torch.no_grad()
def judge_reader(reader: Reader, folder: Path) -> dict[str, float]:
    """Shares read right: on captions from held-out templates, and the subjects of paraphrases.json."""
    held = read_captions(folder, "held")
    got = [logits.argmax(1) for logits in reader.logits(held.vectors)]
    right = [head == held.classes[:, k] for k, head in enumerate(got)]
    single = held.classes[:, 1] == len(SUBJECTS)
    swapped = (got[0] == held.classes[:, 1]) & (got[1] == held.classes[:, 0])
    said = reader(torch.from_numpy(np.load(folder / "captions/paraphrases.npy"))).first
    names = list(SUBJECTS)
    heard = [names[int(row)] in p.subjects for row, p in zip(said.argmax(1), read_paraphrases(), strict=True)]
    two = reader.logits(held.vectors)[0].topk(2).indices.sort(1).values == held.classes[:, :2].sort(1).values
    share = {
        "subject": right[0][single], "noSecond": right[1][single], "pairFirst": right[0][~single], "pairSecond": right[1][~single],
        "pairEitherOrder": ((right[0] & right[1]) | swapped)[~single], "pairTopTwo": two.all(1)[~single], "relation": right[2][~single], "palette": right[3], "modifier": right[4],
    }
    return {**{name: float(values.float().mean()) for name, values in share.items()}, "paraphrase": sum(heard) / len(heard), "sharpness": float(reader(held.vectors).first[single].max(1).values.median())}
