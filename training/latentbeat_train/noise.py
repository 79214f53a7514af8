"""From the noise tensor to the few smooth numbers that a picture is made of.

Layout: noise is [B, C, h, w] ~ N(0, 1), C >= 4, h and w at least GRID. Sixteen scalars, each ~ N(0, 1), are the projections of the
centre GRID x GRID cells on the DCT modes (0,0), (0,1), (1,0), (1,1) of channels 0..3, so that a seed means the same at every size
whose noises share their centre. Scalar index = 4 * channel + mode. An orbit of the walk rotates channels (0, 1) and (2, 3) into each
other, so the scalars form eight 2-D pairs which all turn once per orbit: pairs 0..3 = modes 0..3 of channels (0, 1), pairs 4..7 =
modes 0..3 of channels (2, 3). Renderer and network read a picture's numbers through `Pairs`, and nothing else.
"""
import math
from typing import NamedTuple

import torch

GRID = 32  # latent cells of the centre square
CELL = 8  # pixels a latent cell
NOISE_CHANNELS = 4  # the first channels: they carry the scalars, and a latent is zero there
SCALARS = 16
PAIRS = 8


class Pairs(NamedTuple):
    """What one set of 16 scalars says, pair by pair; every tensor is [B, 8]."""

    x: torch.Tensor  # first number of the pair, ~ N(0, 1)
    y: torch.Tensor  # second number, ~ N(0, 1)
    cos: torch.Tensor  # of the pair's angle: turns once per orbit
    sin: torch.Tensor
    size: torch.Tensor  # of the pair's radius, uniform in 0..1: constant in an orbit


def make_basis() -> torch.Tensor:
    """Orthonormal DCT read-out [16, 4 * GRID * GRID] over the first four channels."""
    cell = (torch.arange(GRID).float() + 0.5) / GRID
    rows = []
    for channel in range(NOISE_CHANNELS):
        for vertical, horizontal in ((0, 0), (0, 1), (1, 0), (1, 1)):
            mode = torch.zeros(NOISE_CHANNELS, GRID, GRID)
            mode[channel] = torch.cos(math.pi * vertical * cell)[:, None] * torch.cos(math.pi * horizontal * cell)[None]
            rows.append((mode / mode.norm()).reshape(-1))
    return torch.stack(rows)


def read_scalars(noise: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """Noise [B, C, h, w] -> scalars [B, 16], read from the centre."""
    top, left = (noise.shape[2] - GRID) // 2, (noise.shape[3] - GRID) // 2
    centre = noise[:, :NOISE_CHANNELS, top:top + GRID, left:left + GRID]
    return centre.reshape(-1, NOISE_CHANNELS * GRID * GRID) @ basis.t()


def split_pairs(scalars: torch.Tensor) -> Pairs:
    """Scalars [B, 16] -> pairs; smooth everywhere but at a pair's origin."""
    s = scalars.reshape(-1, 4, 4)  # [B, channel, mode]
    x = torch.cat([s[:, 0], s[:, 2]], 1)
    y = torch.cat([s[:, 1], s[:, 3]], 1)
    square = x * x + y * y
    radius = torch.sqrt(square + 1e-6)
    return Pairs(x, y, x / radius, y / radius, 1 - torch.exp(-square / 2))


def rotate_scalars(scalars: torch.Tensor, angle: float) -> torch.Tensor:
    """The orbit of the walk, on scalars: channels (0, 1) and (2, 3) turn by `angle` radians."""
    s = scalars.reshape(-1, 2, 2, 4)  # [B, pair of channels, first or second, mode]
    c, n = math.cos(angle), math.sin(angle)
    return torch.stack([c * s[:, :, 0] - n * s[:, :, 1], n * s[:, :, 0] + c * s[:, :, 1]], 2).reshape(-1, SCALARS)
