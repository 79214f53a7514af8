"""Landscapes drawn once as wide seamless textures: hills seen slice behind slice, trunks in fog.

A panorama is [1, 3, TALL + 2, WIDE + 2]: cover 0..1, shade 0..1, edge (light along the skyline or the bark) 0..1. It is
four units wide (it repeats) and two tall, y up from -1 to 1.
"""
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F

from ..canvas import TAU, Canvas, smooth
from .textures import look, noise, wrap

WIDE, TALL = 1024, 512
DEEP = 256  # slices of a landscape, as far apart as its columns
LAND = {"shape": (DEEP, WIDE), "stretch": (1, 4)}  # cycles are counted over four units


def _see(tops: torch.Tensor, bright: torch.Tensor) -> torch.Tensor:
    """Slices from near to far, each a skyline and its brightness [DEEP, WIDE] -> a panorama; near ones hide far ones."""
    fine = 2 * TALL
    y = 1 - (torch.arange(fine) + 0.5) / fine * 2
    reach = torch.cummax(tops, 0).values.t().contiguous()  # [WIDE, DEEP], rising
    found = torch.searchsorted(reach, y.expand(WIDE, fine).contiguous())  # the nearest slice that reaches this height
    cover = (found < DEEP).float()
    shade = bright.t().gather(1, found.clamp(max=DEEP - 1)) * cover
    cover, shade = (F.avg_pool1d(field[:, None], 2)[:, 0].t() for field in (cover, shade))
    above = reach[:, -1][None] - (1 - (torch.arange(TALL) + 0.5) / TALL * 2)[:, None]
    return torch.stack([cover, shade / cover.clamp(min=0.5), cover * torch.exp(-above.clamp(min=0) / 0.012)])


def _landscape(height: torch.Tensor, light: torch.Tensor, base: float, rise: float, relief: float) -> torch.Tensor:
    """Height field [DEEP, WIDE] on ground that climbs from `base` (near) by `rise` (far)."""
    climb = base + rise * torch.linspace(0, 1, DEEP)[:, None] ** 0.7
    return _see(climb + relief * height, light)


def _light(height: torch.Tensor, relief: float, right: float, front: float) -> torch.Tensor:
    """Lambert light 0..1 of a height field; texels are 4 / WIDE units apart."""
    dx = (torch.roll(height, -1, 1) - torch.roll(height, 1, 1)) * relief * WIDE / 8
    dz = (torch.roll(height, -1, 0) - torch.roll(height, 1, 0)) * relief * WIDE / 8
    normal = torch.sqrt(1 + dx * dx + dz * dz)
    return ((-right * dx - front * dz + 0.45) / normal).clamp(0, 1)


def bake_dunes() -> torch.Tensor:
    """Sand: long winding crests with a gentle lit side and a steep dark one, and fine ripples."""
    x = torch.arange(WIDE)[None] / WIDE
    z = torch.arange(DEEP)[:, None] / DEEP
    phase = 4 * x + 2 * z + 0.30 * noise(101, 1, 5, 1.2, **LAND) + 0.05 * noise(102, 4, 14, 1.2, **LAND)
    s = phase - torch.floor(phase)
    profile = torch.where(s < 0.72, (s / 0.72) ** 1.4, ((1 - s) / 0.28) ** 1.2)
    height = profile * (0.75 + 0.22 * noise(103, 1, 4, 1.2, **LAND)) + 0.16 * noise(104, 1, 5, 1.4, **LAND)
    height = F.avg_pool2d(F.pad(height[None, None], (2, 2, 2, 2), mode="circular"), 5, 1)[0, 0]
    ripple = 0.006 * torch.sin(TAU * (64 * x + 24 * z) + 2.0 * noise(105, 2, 12, 1.2, **LAND))
    return _landscape(height, _light(height + ripple, 0.34, -0.95, 0.15) ** 1.1, -1.30, 1.02, 0.36)


def bake_peaks() -> torch.Tensor:
    """A range of sharp mountains, lit faces and snow."""
    ridge = torch.zeros(DEEP, WIDE)
    for i in range(6):
        k = 2.3 * 2 ** i
        tent = 1 - (torch.sqrt(noise(213 + i, k * 0.6, k * 1.6, 0.5, **LAND) ** 2 + 0.02) / 1.7).clamp(max=1)
        ridge = ridge + 0.50 ** i * tent * (0.35 + 0.65 * (ridge / 1.1).clamp(0, 1) if i else 1)
    ridge = (ridge - 0.25).clamp(min=0)
    far = torch.linspace(0, 1, DEEP)[:, None]
    height = ridge * (0.25 + 0.75 * torch.sin(TAU / 2 * far ** 0.8)) + 0.10 * noise(117, 1, 4, 1.0, **LAND)
    light = _light(height, 0.50, -0.85, -0.25)
    snow = smooth(0.12, 0.60, height + 0.05 * noise(118, 8, 40, 0.8, **LAND))
    return _landscape(height, light * (0.30 + 0.70 * snow), -1.12, 0.50, 0.46)


def bake_trunks(seed: int, count: int, thick: float, branches: bool) -> torch.Tensor:
    """Standing trees: cover, bark light (from the left), lit edge."""
    generator = torch.Generator().manual_seed(seed)
    y = (1 - (torch.arange(TALL) + 0.5) / TALL * 2)[:, None]
    wobble = noise(seed + 1, 1, 12, 1.6)
    bark = 0.75 + 0.25 * noise(seed + 2, 4, 90, 0.8, (1, 6)).repeat(1, 2)
    view = torch.zeros(3, TALL, WIDE)
    span = 160 if branches else 48  # columns a tree reaches to either side
    for i in range(count):
        place, size, lean, bend = torch.rand(4, generator=generator).tolist()
        px = -2 + 4 * (i + 0.15 + 0.7 * place) / count
        columns = torch.arange(-span, span) + round((px + 2) / 4 * WIDE)
        x = (columns + 0.5) / WIDE * 4 - 2
        half = thick * (0.55 + 0.8 * size) * (1 - 0.16 * y) + thick * 0.9 * torch.exp(-(y + 0.95).clamp(min=0) * 7)
        dx = x[None] - px - 0.10 * (lean - 0.5) * (y + 1) - 0.012 * wobble[:, (37 * i) % 512][:, None] * (0.5 + bend)
        distance = half - dx.abs()
        for k in range(4 if branches else 0):
            out = dx * (1 if (k + i) % 2 else -1)
            path = -0.25 + 0.33 * k + 0.2 * place + out * (0.75 + 0.4 * bend) + 0.25 * out * out
            path = path + 0.02 * wobble[(53 * i + 97 * k) % 512].repeat(2)[columns % WIDE][None]
            arm = half * 0.34 * (1 - out / 0.55).clamp(min=0) - (y - path).abs() * 0.75
            distance = torch.maximum(distance, torch.where(out > 0, arm, torch.full_like(arm, -1.0)))
        inside = smooth(-0.004, 0.006, distance)
        shade = (0.5 - 0.5 * dx / half.clamp(min=1e-3)).clamp(0, 1) ** 1.5 * bark[:, columns % WIDE]
        edge = torch.exp(-distance.clamp(min=0) / (0.16 * thick + 0.004)) * (dx < 0)
        old = view[:, :, columns % WIDE]
        view[:, :, columns % WIDE] = old + (torch.stack([torch.ones_like(dx), shade.clamp(0, 1), edge]) - old) * inside
    return view


BAKERS: dict[str, Callable[[], torch.Tensor]] = {
    "dunes": bake_dunes, "peaks": bake_peaks,
    "trunks far": lambda: bake_trunks(141, 15, 0.040, False), "trunks near": lambda: bake_trunks(151, 6, 0.085, True),
}


@cache
def _panorama(name: str, device: torch.device) -> torch.Tensor:
    return wrap(BAKERS[name]()).to(device)


def panorama(c: Canvas, name: str, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Cover, shade, crest [B, 3, H, W] at places; x repeats every 4 units, y beyond -1..1 is held."""
    return look(_panorama(name, c.x.device), x / 2, y.clamp(-0.995, 0.995))
