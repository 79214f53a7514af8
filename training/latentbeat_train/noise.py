"""From the noise tensor to the few smooth numbers that a picture is made of.

Layout: noise is [B, C, 16, 16] ~ N(0, 1), C >= 4. Sixteen scalars, each ~ N(0, 1), are its projections on the
DCT modes (0,0), (0,1), (1,0), (1,1) of channels 0..3; scalar index = 4 * channel + mode. An orbit of the walk rotates
channels (0, 1) and (2, 3) into each other, so the scalars form eight 2-D pairs which all turn once per orbit:
pairs 0..3 = modes 0..3 of channels (0, 1), pairs 4..7 = modes 0..3 of channels (2, 3).
Renderer and network read a picture's numbers through `Pairs`, and nothing else.
"""
import math
from typing import NamedTuple

import torch

GRID = 16  # latent cells a side
LATENT_CHANNELS = 8
NOISE_CHANNELS = 4  # the channels that carry scalars
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
    """Orthonormal DCT read-out [16, 4 * 16 * 16] over the first four channels."""
    cell = (torch.arange(GRID).float() + 0.5) / GRID
    rows = []
    for channel in range(NOISE_CHANNELS):
        for vertical, horizontal in ((0, 0), (0, 1), (1, 0), (1, 1)):
            mode = torch.zeros(NOISE_CHANNELS, GRID, GRID)
            mode[channel] = torch.cos(math.pi * vertical * cell)[:, None] * torch.cos(math.pi * horizontal * cell)[None]
            rows.append((mode / mode.norm()).reshape(-1))
    return torch.stack(rows)


def read_scalars(noise: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """Noise [B, C, 16, 16] -> scalars [B, 16]."""
    return noise[:, :NOISE_CHANNELS].reshape(-1, NOISE_CHANNELS * GRID * GRID) @ basis.t()


def remove_scalars(latent: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """The latent [B, C, 16, 16] without its share of the 16 scalar modes."""
    share = (read_scalars(latent, basis) @ basis).reshape(-1, NOISE_CHANNELS, GRID, GRID)
    return torch.cat([latent[:, :NOISE_CHANNELS] - share, latent[:, NOISE_CHANNELS:]], 1)


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
