"""Reads a sentence: which subjects it names, in what relation, and in which palette and modifier.

Input is the sentence encoder's pooled embedding alone: it moves steadily from one sentence to another when embeddings are
mixed, which token embeddings of sentences of different lengths do not. A linear map carries what names alone say, a small hidden layer beside
it what depends on company ("fire" the subject, "fiery" the palette). Trained with mixed embeddings and mixed targets, so that the way between
two sentences is gradual (captions.py).
"""
from typing import NamedTuple

import torch
from torch import nn

from .vocabulary import MODIFIERS, PALETTES, RELATIONS, SUBJECTS, USUAL

TEXT = 384
HIDDEN = 256
GAIN = 6.0  # embeddings are of unit length: this brings their numbers to about 0.3
NONE = 1  # the last entry of "second" and of "palette" is: none named
HEADS = (len(SUBJECTS), len(SUBJECTS) + NONE, len(RELATIONS), len(PALETTES) + NONE, len(MODIFIERS))


class Reading(NamedTuple):
    """Shares, each of a row sums to 1 but for `second`, whose rest is the share of no second subject."""

    first: torch.Tensor  # [B, subjects]
    second: torch.Tensor  # [B, subjects]
    relation: torch.Tensor  # [B, 4]: none, and, over, of
    palette: torch.Tensor  # [B, palettes]; where none is named, the usual one of the first subject
    modifier: torch.Tensor  # [B, modifiers]; the first is none


class Reader(nn.Module):
    """Pooled embedding [B, 384] of unit length -> Reading. Token embeddings are taken for the interface's sake and not used."""

    usual: torch.Tensor

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        self.names = nn.Linear(TEXT, sum(HEADS))
        self.company = nn.Sequential(nn.Linear(TEXT, HIDDEN), nn.SiLU(), nn.Dropout(dropout), nn.Linear(HIDDEN, sum(HEADS)))
        usual = torch.zeros(len(SUBJECTS), len(PALETTES))
        for row, subject in enumerate(SUBJECTS):
            usual[row, list(PALETTES).index(USUAL[subject])] = 1
        self.register_buffer("usual", usual)

    def logits(self, text: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """First subject, second (last: none), relation, palette (last: none), modifier."""
        scaled = text * GAIN
        return (self.names(scaled) + self.company(scaled)).split(HEADS, 1)

    def forward(self, text: torch.Tensor, hidden: torch.Tensor | None = None) -> Reading:
        first, second, relation, palette, modifier = (head.softmax(1) for head in self.logits(text))
        return Reading(first, second[:, :-NONE], relation, palette[:, :-NONE] + palette[:, -NONE:] * (first @ self.usual), modifier)
