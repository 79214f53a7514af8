"""Batches of (scalars, caption embedding, picture), a pure function of (seed, step) and the stored files."""
import random
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F

from . import palettes
from .captions import Captions
from .data import NAMES, Maps
from .vocabulary import Label, draw_label

HELD_OUT = 340  # last rows, never trained on
BETWEEN = 0.15  # share of samples between two captions


class Batch(NamedTuple):
    scalars: torch.Tensor  # [B, 16]
    text: torch.Tensor  # [B, 384]
    picture: torch.Tensor  # [B, 3, 128, 128] in 0..1


class Sampler:
    """Draws batches from stored maps and captions."""

    def __init__(self, folder: Path) -> None:
        self.maps, self.captions = Maps(folder), Captions(folder)
        self.tables = palettes.make_tables()
        kept = max(len(self.maps) - HELD_OUT, len(self.maps) // 2)
        self.rows = [[i for i in range(kept) if self.maps.subjects[i] == n] for n in range(len(NAMES))]

    def draw(self, seed: int, step: int, size: int) -> Batch:
        rng = random.Random(f"{seed}/{step}")
        drawn = [self._draw_one(rng) for _ in range(size)]
        scalars, text, maps, tables = (torch.stack(part) for part in zip(*drawn, strict=True))
        return Batch(scalars, text, palettes.colour(maps, tables))

    def _draw_one(self, rng: random.Random) -> tuple[torch.Tensor, ...]:
        label = draw_label(rng)
        row = rng.choice(self.rows[NAMES.index(label.subject)])
        text, maps, table = self.captions.pick(label, rng), self.maps.frame(row, label.modifier), self.tables[palettes.NAMES.index(label.palette)]
        if rng.random() < BETWEEN:
            t = rng.random()
            other = Label(label.subject, rng.choice(palettes.NAMES), label.modifier)
            if rng.random() < 0.4:  # the twin row: same scalars, another subject
                other = other._replace(subject=NAMES[int(self.maps.subjects[row ^ 1])])
                maps = maps.lerp(self.maps.frame(row ^ 1, label.modifier), t)
            text = F.normalize(text.lerp(self.captions.pick(other, rng), t), dim=0)
            table = table.lerp(self.tables[palettes.NAMES.index(other.palette)], t)
        return self.maps.scalars[row], text, maps, table
