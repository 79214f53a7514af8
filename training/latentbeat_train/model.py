"""All that is trained, together: the subjects, the painting they share, and the decoder of maps."""
from typing import NamedTuple

import torch
from torch import nn

from .camera import MODIFIERS, frame
from .compose import mask
from .data import crop_places
from .network import CELL, RELATIONS, SIZES, MapDecoder, Painting, Subject
from .charts import FOLD
from .noise import split_pairs
from .hints import TABLE, hint
from .slots import SLOTS


class Pick(NamedTuple):
    """Which subjects a picture shows, slot numbers and weights [B]; `second` is None where every picture shows one."""

    first: torch.Tensor
    second: torch.Tensor | None
    weight: torch.Tensor  # of the first
    order: torch.Tensor
    relation: torch.Tensor  # [B, 4]

    @staticmethod
    def single(slots: torch.Tensor) -> "Pick":
        ones = torch.ones(len(slots), device=slots.device)
        return Pick(slots, None, ones, ones, nn.functional.one_hot(torch.zeros_like(slots), len(RELATIONS)).float())


class Model(nn.Module):
    def __init__(self, size: str = "small") -> None:
        super().__init__()
        sizes = SIZES[size]
        self.subjects = nn.ModuleList([Subject(sizes.wide, seed, hint(name)) for seed, name in enumerate(SLOTS)])
        self.painting, self.decoder = Painting(sizes), MapDecoder(sizes)

    def structure(self, pick: Pick, scalars: torch.Tensor, modifier: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Structure [B, 16, h, w] at places of the screen [B, 2 h, 2 w]; modifier is a mix [B, modifiers]."""
        u, v = frame(modifier, x, y)
        h, modulation = self._look(pick.first, scalars, u, v, pick.relation)
        modulation = modulation[:, :, None, None]
        if pick.second is not None:
            other, theirs = self._look(pick.second, scalars, u, v, pick.relation)
            shown = self.shown(pick, scalars, x, y)
            h, modulation = h * shown + other * (1 - shown), modulation * shown + theirs[:, :, None, None] * (1 - shown)
        return self.painting.finish(h, modulation)

    def shown(self, pick: Pick, scalars: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Where the first subject shows [B, 1, h, w]."""
        pairs = split_pairs(scalars)
        turn = torch.atan2(pairs.sin[:, 0], pairs.cos[:, 0]).view(-1, 1, 1)
        coarse_x, coarse_y = (nn.functional.avg_pool2d(t[:, None], FOLD)[:, 0] for t in (x, y))
        return mask(pick.weight, 1 - pick.weight, pick.order, pick.relation, coarse_x, coarse_y, turn)[:, None]

    def _look(self, slots: torch.Tensor, scalars: torch.Tensor, u: torch.Tensor, v: torch.Tensor, relation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        parts = tuple(torch.stack(part) for part in zip(*[self.subjects[i].parts() for i in slots.tolist()], strict=True))
        constants = torch.tensor([TABLE[i] for i in slots.tolist()], dtype=u.dtype, device=u.device)
        return self.painting.look(parts, constants, scalars, u, v, relation)

    def crops(self, pick: Pick, scalars: torch.Tensor, modifier: torch.Tensor, corner: torch.Tensor) -> torch.Tensor:
        """Structure of crops as the training set has them."""
        x, y = crop_places(corner, CELL // FOLD)
        weights = nn.functional.one_hot(modifier, len(MODIFIERS)).to(x.dtype)
        return self.structure(pick, scalars, weights, x, y)
