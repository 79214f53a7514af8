"""Fixed waves that the generator draws with: what a phase-driven motion looks like, before any learning.

Layout: the waves are drawn on a grid FOLD times finer than the latent and folded into channels.
"""
import math

import torch
from torch import nn

from .noise import GRID, Pairs

FOLD = 2


def _turn(a: tuple[torch.Tensor, torch.Tensor], b: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Product of two unit complex numbers given as (cos, sin)."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


class Waves(nn.Module):
    """Fixed plane, ring, star and spiral waves, shifted by the angles of pairs 0 and 4: [B, channels, 16, 16]."""

    x: torch.Tensor
    y: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        side = GRID * FOLD
        axis = (torch.arange(side).float() + 0.5) / side * 2 - 1
        fold = nn.PixelUnshuffle(FOLD)
        self.register_buffer("x", fold(axis.view(1, 1, 1, -1).expand(1, 1, side, side)))  # [1, 4, 16, 16]
        self.register_buffer("y", fold(-axis.view(1, 1, -1, 1).expand(1, 1, side, side)))

    def forward(self, pairs: Pairs, frame_x: torch.Tensor, frame_y: torch.Tensor) -> torch.Tensor:
        """Frame coordinates are [1 or B, 4, 16, 16]."""

        def pick(t: torch.Tensor, k: int) -> torch.Tensor:
            return t[:, k].view(-1, 1, 1, 1)

        turn = (pick(pairs.cos, 0), -pick(pairs.sin, 0))
        second = (pick(pairs.cos, 4), -pick(pairs.sin, 4))
        back = (turn[0], -turn[1])
        x = frame_x - 0.14 * pick(pairs.x, 1)
        y = frame_y - 0.14 * pick(pairs.y, 1)
        r = torch.sqrt(x * x + y * y + 1e-3)
        depth = torch.log(r + 0.06)
        star = [(x / r, y / r)]
        for _ in range(7):
            star.append(_turn(star[-1], star[0]))  # star[n - 1] = n-fold

        def wave(angle: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return torch.cos(angle), torch.sin(angle)

        ground = 1 / (0.12 + torch.relu(-frame_y - 0.05))
        found = [
            *[_turn(wave(k * depth), turn) for k in (3.0, 6.0, 9.0)],
            *[_turn(wave(k * r), turn) for k in (4.0, 8.0, 14.0, 19.0)],
            *[star[n - 1] for n in (1, 2, 3, 4, 6, 8)],
            _turn(_turn(star[1], wave(3.0 * depth)), turn),
            _turn(_turn(star[1], wave(3.0 * depth)), _turn(turn, turn)),
            _turn(star[0], turn),
            *[_turn(wave(k * math.pi * frame_x), turn) for k in (1.0, 2.0, 4.0)],
            *[_turn(wave(k * math.pi * frame_y), turn) for k in (0.5, 1.0, 2.0, 4.0)],
            _turn(wave(math.pi * frame_y), _turn(turn, turn)),
            _turn(wave(2 * math.pi * frame_y), _turn(_turn(turn, turn), turn)),
            *[_turn(wave(k * math.pi * frame_x), back) for k in (1.0, 2.0)],
            *[_turn(wave(k * math.pi * frame_y), back) for k in (1.0, 2.0)],
            *[_turn(wave(k * math.pi * frame_x), second) for k in (1.0, 2.0)],
            *[_turn(wave(k * math.pi * frame_y), second) for k in (1.0, 2.0)],
            _turn(wave(3.0 * ground), turn),
        ]
        batch = x.shape[0]
        plain = [frame_x.expand(batch, -1, -1, -1), frame_y.expand(batch, -1, -1, -1), torch.exp(-2 * r), depth, torch.exp(-8 * r * r)]
        return torch.cat([part.expand(batch, -1, -1, -1) for pair in found for part in pair] + plain, 1)
