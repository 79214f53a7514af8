"""Reads a sentence: which subjects it names, in what relation, and in which palette and modifier.

Input is the sentence encoder's pooled embedding alone: it moves steadily from one sentence to another when embeddings are mixed, which token
embeddings of sentences of different lengths do not. How present a subject is says its nearest prototype alone (they begin as centres of what
people call it), so that words never met fall to what they mean; a linear map beside it was found to know captions better and free prompts
worse. The same presence serves for the first and the second subject, which a learned difference tells apart; a linear map and a small
hidden layer hear relation, palette and modifier. Trained with mixed embeddings and mixed targets,
so that the way between two sentences is gradual (captions.py).
"""
from typing import NamedTuple

import torch
from torch import nn

from .vocabulary import MODIFIERS, PALETTES, RELATIONS, SUBJECTS, USUAL

TEXT = 384
HIDDEN = 192
GAIN = 6.0  # embeddings are of unit length: this brings their numbers to about 0.3
PROTOTYPES = 8  # of a subject
WIDTH = 8.0  # how sharply a prototype's neighbourhood ends, per unit of cosine
NONE = 1  # the last entry of "second" and of "palette" is: none named
HEADS = (len(SUBJECTS), len(SUBJECTS) + NONE, len(RELATIONS), len(PALETTES) + NONE, len(MODIFIERS))
PARTS = (len(SUBJECTS), NONE, *HEADS[2:])  # order, no second, relation, palette, modifier


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
    shares: torch.Tensor

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        self.prototypes = nn.Parameter(torch.zeros(len(SUBJECTS) * PROTOTYPES, TEXT))
        self.trust = nn.Parameter(torch.tensor(3.0))  # in the prototypes
        self.names = nn.Linear(TEXT, sum(PARTS))
        self.company = nn.Sequential(nn.Linear(TEXT, HIDDEN), nn.SiLU(), nn.Dropout(dropout), nn.Linear(HIDDEN, sum(PARTS)))
        for layer in (self.names, self.company[-1]):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        usual = torch.zeros(len(SUBJECTS), len(PALETTES))
        for row, subject in enumerate(SUBJECTS):
            usual[row, list(PALETTES).index(USUAL[subject])] = 1
        self.register_buffer("usual", usual)
        self.register_buffer("shares", torch.full((len(SUBJECTS), PROTOTYPES), 1 / PROTOTYPES))  # of a subject's phrases near each prototype

    def nearness(self, text: torch.Tensor) -> torch.Tensor:
        """How near a sentence is to each subject [B, subjects]."""
        close = torch.exp(WIDTH * (text @ self.prototypes.t())).reshape(-1, len(SUBJECTS), PROTOTYPES)
        return torch.log((close * self.shares).sum(2) + 1e-6)

    def logits(self, text: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """First subject, second (last: none), relation, palette (last: none), modifier."""
        scaled = text * GAIN
        order, alone, *looks = (self.names(scaled) + self.company(scaled)).split(PARTS, 1)
        presence = self.trust * self.nearness(text)
        first = presence + order
        other = presence - order + 2 * torch.log(1 - first.softmax(1) + 1e-4)  # the first one again is no second
        return first, torch.cat([other - other.amax(1, keepdim=True), alone], 1), *looks

    def forward(self, text: torch.Tensor, hidden: torch.Tensor | None = None) -> Reading:
        first, second, relation, palette, modifier = (head.softmax(1) for head in self.logits(text))
        return Reading(first, second[:, :-NONE], relation, palette[:, :-NONE] + palette[:, -NONE:] * (first @ self.usual), modifier)


class Ear(nn.Module):
    """What is told to a user of a sentence: the reader's shares among the subjects on offer, and whether a palette is named at all.

    text_embeds [B, 384] -> first and second [B, offered], relation [B, 4], palette [B, palettes + 1] (last: none named), modifier [B, modifiers].
    """

    kept: torch.Tensor

    def __init__(self, reader: Reader, offered: tuple[str, ...]) -> None:
        super().__init__()
        self.reader = reader
        self.register_buffer("kept", torch.tensor([i for i, name in enumerate(SUBJECTS) if name in offered]))

    def forward(self, text: torch.Tensor) -> tuple[torch.Tensor, ...]:
        first, second, relation, palette, modifier = self.reader.logits(text)
        others = torch.cat([second[:, self.kept], second[:, -NONE:]], 1).softmax(1)[:, :-NONE]
        return first[:, self.kept].softmax(1), others, relation.softmax(1), palette.softmax(1), modifier.softmax(1)
