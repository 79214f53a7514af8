"""Landscapes drawn once as wide seamless textures: hills marched from far to near, trunks in fog.

A panorama is [1, 3, TALL + 2, WIDE + 2]: cover 0..1, shade 0..1, crest (light along the skyline) 0..1. It is four units
wide (it repeats) and two tall, y up from -1 to 1.
"""
from collections.abc import Callable
from functools import cache

import torch

from ..canvas import TAU, Canvas, smooth
from .textures import look, noise, ridges, warp, wrap

WIDE, TALL = 1024, 512
Height = Callable[[float], tuple[torch.Tensor, torch.Tensor]]


def march(rows: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
    """Paints slices from far to near, each (skyline height [WIDE], brightness [WIDE]): what is below a skyline is hidden by it."""
    y = 1 - (torch.arange(TALL) + 0.5) / TALL * 2
    shade, cover = torch.zeros(TALL, WIDE), torch.zeros(TALL, WIDE)
    for top, bright in rows:
        inside = ((top[None] - y[:, None]) / (2 / TALL) + 0.5).clamp(0, 1)
        shade, cover = shade + (bright[None] - shade) * inside, torch.maximum(cover, inside)
    rim = cover * (1 - torch.roll(cover, 5, 0))
    return torch.stack([cover, shade.clamp(0, 1), rim])


def _slices(height: torch.Tensor, light: torch.Tensor, near: float, far: float, low: float, high: float, relief: float) -> torch.Tensor:
    """Marches a seamless field [n, n] (repeated along x) from row 0 (far) on; ground rises from `low` (near) to `high` (far)."""
    columns = (torch.arange(WIDE) % height.shape[1]).long()
    rows = []
    count = height.shape[0]
    for i in range(count):
        t = i / (count - 1)  # 0 far, 1 near
        scale = far + (near - far) * t
        rows.append((high + (low - high) * t ** 1.5 + relief * scale * height[i][columns], light[i][columns]))
    return march(rows)


def _light(height: torch.Tensor, right: float, up: float, strength: float) -> torch.Tensor:
    """Lambert light of a height field from a sun at (right, behind)."""
    dx = torch.roll(height, -1, 1) - torch.roll(height, 1, 1)
    dy = torch.roll(height, 1, 0) - torch.roll(height, -1, 0)
    return 0.5 - strength * (right * dx + up * dy)


def bake_dunes() -> torch.Tensor:
    """Sand seas: long crests with one sharp lit side, fine ripples."""
    n = 512
    swell = warp(noise(101, 1, 4, 1.2, (1.0, 0.45)), 0.05 * noise(102, 1, 5, 1.5), 0.05 * noise(103, 1, 5, 1.5))
    crest = 1 - (swell.abs() * 0.85).clamp(max=1.4)  # sharp ridges, rounded hollows
    height = crest + 0.25 * noise(104, 2, 7, 1.4)
    ripple = 0.012 * torch.sin(torch.arange(n)[None] / n * TAU * 44 + 2.6 * noise(105, 1, 8, 1.5))
    light = _light(height + ripple, 1.0, 0.25, 16.0)
    return _slices(height, smooth(0.18, 0.95, light), 1.0, 0.30, -1.25, 0.10, 0.20)


def bake_peaks() -> torch.Tensor:
    """A range of sharp mountains with lit faces and snow."""
    ridge = ridges(111, 1.4, 6, 0.52)
    height = ridge ** 1.1 + 0.10 * noise(117, 1, 3, 1.0)
    light = _light(height, 1.0, 0.45, 9.0)
    snow = smooth(0.30, 0.62, height)
    return _slices(height, (smooth(0.12, 0.95, light) * (0.35 + 0.65 * snow)).clamp(0, 1), 1.0, 0.75, -0.75, -0.42, 0.95)


def bake_billows() -> torch.Tensor:
    """The top of a sea of cloud: heaps of round puffs lit from above."""
    total = torch.zeros(512, 512)
    for i, (k, weight) in enumerate(((2.0, 1.0), (4.5, 0.5), (9.0, 0.27), (18.0, 0.14), (36.0, 0.07))):
        total += weight * noise(121 + i, k * 0.6, k * 1.5, 0.5).abs()
    height = total / 1.2 + 0.35 * noise(131, 1, 4, 1.2)
    light = _light(height, 0.6, 0.9, 4.2)
    glow = 0.55 * smooth(0.0, 1.0, light) + 0.45 * smooth(-0.2, 1.6, height)
    return _slices(height, glow, 1.0, 0.35, -1.30, 0.02, 0.24)


def bake_trunks(seed: int, count: int, thick: float, branches: bool) -> torch.Tensor:
    """Standing trees: cover, bark light (from the left), lit edge."""
    generator = torch.Generator().manual_seed(seed)
    x = ((torch.arange(WIDE) + 0.5) / WIDE * 4 - 2)[None].expand(TALL, WIDE)
    y = (1 - (torch.arange(TALL) + 0.5) / TALL * 2)[:, None].expand(TALL, WIDE)
    cover, shade = torch.zeros(TALL, WIDE), torch.zeros(TALL, WIDE)
    edge = torch.zeros(TALL, WIDE)
    wobble = noise(seed + 1, 1, 12, 1.6)
    bark = noise(seed + 2, 4, 90, 0.8, (1, 6))
    for i in range(count):
        place, size, lean, bend = torch.rand(4, generator=generator).tolist()
        px = -2 + 4 * (i + 0.15 + 0.7 * place) / count
        half = thick * (0.55 + 0.8 * size) * (1 - 0.16 * y) + thick * 0.9 * torch.exp(-(y + 0.95).clamp(min=0) * 7)
        line = px + 0.10 * (lean - 0.5) * (y + 1) + 0.035 * wobble[:, (37 * i) % 512][:, None] * (0.5 + bend)
        dx = (x - line + 2) % 4 - 2
        distance = half - dx.abs()
        if branches:
            for k in range(4):
                fork, side = -0.25 + 0.33 * k + 0.2 * place, 1 if (k + i) % 2 else -1
                out = (dx * side).clamp(min=0)
                path = fork + out * (0.75 + 0.4 * bend) + 0.25 * out * out + 0.02 * wobble[(53 * i + 97 * k) % 512][:, None].T.repeat(1, 2)[:, :WIDE]
                arm = half * 0.34 * (1 - out / 0.55).clamp(min=0) - (y - path).abs() * 0.75
                distance = torch.maximum(distance, torch.where(out > 0, arm, torch.full_like(arm, -1.0)))
        inside = smooth(-0.004, 0.006, distance)
        round_light = (0.5 - 0.5 * dx / half.clamp(min=1e-3)).clamp(0, 1)
        grain = 0.75 + 0.25 * bark.repeat(1, 2)
        shade = shade + ((round_light ** 1.5 * grain).clamp(0, 1) - shade) * inside
        edge = edge * (1 - inside) + inside * torch.exp(-distance.clamp(min=0) / (0.16 * thick + 0.004)) * (dx < 0)
        cover = torch.maximum(cover, inside)
    return torch.stack([cover, shade, edge])


BAKERS: dict[str, Callable[[], torch.Tensor]] = {
    "dunes": bake_dunes, "peaks": bake_peaks, "billows": bake_billows,
    "trunks far": lambda: bake_trunks(141, 15, 0.040, False), "trunks near": lambda: bake_trunks(151, 6, 0.085, True),
}


@cache
def _panorama(name: str, device: torch.device) -> torch.Tensor:
    return wrap(BAKERS[name]()).to(device)


def panorama(c: Canvas, name: str, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Cover, shade, crest [B, 3, H, W] at places; x repeats every 4 units, y beyond -1..1 is held."""
    return look(_panorama(name, c.x.device), x / 2, y.clamp(-0.995, 0.995))
