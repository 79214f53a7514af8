"""What modifiers do, as plain functions of place that renderer and network share: how the frame is looked at, and its light.

A modifier is a row of three things: a map of places (close, wide, mirrored ...), a pair of smooth light fields (shade
multiplies the light, veil mixes in a middle tone) and numbers for the colours (see colour.py) and the bloom.
Places: x, y [B, h, w] in units of half the short side, y up.
"""
import math
from collections.abc import Callable

import torch

MODIFIERS = ("", "close", "wide", "dense", "sparse", "symmetric", "six_fold", "tilted", "upside", "glowing", "noir", "foggy", "stormy", "pastel",
    "vintage", "glitch", "watercolour", "pixelated")
Field = torch.Tensor
Place = tuple[Field, Field]


def _fold(t: Field, period: float) -> Field:
    """Mirror-repeats: a triangle wave of t between -period / 2 and period / 2, equal to t in the middle."""
    return (torch.remainder(t + period / 2, 2 * period) - period).abs() - period / 2


def _dense(x: Field, y: Field) -> Place:
    return -_fold(2.1 * x, 2.4), -_fold(2.1 * y, 2.4)


def _six_fold(x: Field, y: Field) -> Place:
    r, a = torch.sqrt(x * x + y * y + 1e-6), torch.atan2(y, x)
    wedge = math.pi / 3
    a = (torch.remainder(a + wedge / 2, wedge) - wedge / 2).abs() + 0.35
    return 0.9 * r * torch.cos(a) - 0.25, 0.9 * r * torch.sin(a) - 0.25


def _tilted(x: Field, y: Field) -> Place:
    c, s = 0.906, 0.423
    return 0.9 * (c * x - s * y), 0.9 * (s * x + c * y)


def _glitch(x: Field, y: Field) -> Place:
    band = torch.floor(y * 5.0)
    jump = torch.remainder(torch.sin(band * 12.9898) * 43.7585, 1.0)
    return x + 0.55 * (jump - 0.5) * (jump > 0.45), y


def _watercolour(x: Field, y: Field) -> Place:
    return (x + 0.035 * torch.sin(9.1 * y + 3.0 * torch.sin(5.3 * x)) + 0.02 * torch.sin(17.0 * y + 1.0),
            y + 0.035 * torch.sin(8.3 * x + 3.0 * torch.sin(6.1 * y)) + 0.02 * torch.sin(19.0 * x + 2.0))


def _pixelated(x: Field, y: Field) -> Place:
    block = 0.125  # 16 pixels at 256
    return (torch.floor(x / block) + 0.5) * block, (torch.floor(y / block) + 0.5) * block


PLACES: dict[str, Callable[[Field, Field], Place]] = {
    "close": lambda x, y: (0.6 * x, 0.6 * y), "wide": lambda x, y: (1.4 * x, 1.4 * y), "dense": _dense, "symmetric": lambda x, y: (-x.abs(), y),
    "six_fold": _six_fold, "tilted": _tilted, "upside": lambda x, y: (x, -y), "glitch": _glitch, "watercolour": _watercolour,
    "pixelated": _pixelated,
}
SCALES = {"close": 0.6, "wide": 1.4, "dense": 2.1, "six_fold": 0.9, "tilted": 0.9}  # how much a pixel grows


def frame(weights: torch.Tensor, x: Field, y: Field) -> Place:
    """Places [1 or B, h, w] as seen under a mix of modifiers [B, modifiers]."""
    maps = [PLACES.get(name, lambda u, v: (u, v))(x, y) for name in MODIFIERS]
    w = weights[:, :, None, None]
    return ((w * torch.stack([m[0] for m in maps], 1)).sum(1), (w * torch.stack([m[1] for m in maps], 1)).sum(1))


def soft_cloud(x: Field, y: Field, turn: torch.Tensor, salt: float = 0.0) -> Field:
    """A smooth field in about -1..1 that rolls once per orbit; turn [B, 1, 1] radians."""
    return (torch.sin(1.7 * x + 1.1 * y - turn + salt) + torch.sin(-1.3 * x + 2.1 * y + 1.3 + turn + 2 * salt) + torch.sin(3.1 * x + 0.6 * y - turn + 3 * salt)
            + 0.7 * torch.sin(2.3 * x - 3.9 * y + 2.1 + turn) + 0.5 * torch.sin(5.3 * x + 3.1 * y - turn)) / 2.6


def light_fields(weights: torch.Tensor, x: Field, y: Field, turn: torch.Tensor) -> Place:
    """Shade and veil [B, h, w] of a mix of modifiers; places of the screen, not of the scene."""
    r2 = x * x + y * y
    low, high = soft_cloud(x, y, turn), soft_cloud(1.6 * x, 1.6 * y, turn, 1.0)
    vignette = torch.exp(-0.45 * r2)
    ones = torch.ones_like(low)
    shades = {"sparse": 0.06 + 1.1 * torch.sigmoid(5 * (soft_cloud(1.2 * x, 1.2 * y, 0 * turn, 0.5) - 0.15)), "noir": 0.95 * torch.exp(-0.7 * r2), "stormy": 0.30 + 0.85 * torch.sigmoid(3 * high - 0.3),
              "vintage": 0.35 + 0.7 * vignette, "foggy": 0.75 * ones, "glitch": 0.8 + 0.3 * torch.cos(40.0 * y), "watercolour": 0.85 + 0.22 * high}
    veils = {"foggy": 0.50 * torch.sigmoid(1.6 * low - 1.3 * y), "stormy": 0.10 * torch.sigmoid(2 * low), "vintage": 0.06 * ones, "watercolour": 0.12 + 0.08 * low, "pastel": 0.08 * ones}
    w = weights[:, :, None, None]
    return ((w * torch.stack([shades.get(name, ones) for name in MODIFIERS], 1)).sum(1), (w * torch.stack([veils.get(name, 0 * ones) for name in MODIFIERS], 1)).sum(1))


BLOOMS = {"glowing": 0.95, "noir": 0.05, "sparse": 0.25}
USUAL_BLOOM = 0.15


def blooms() -> torch.Tensor:
    """[modifiers]: how much of its own blur a picture's light gains."""
    return torch.tensor([BLOOMS.get(name, USUAL_BLOOM) for name in MODIFIERS])
