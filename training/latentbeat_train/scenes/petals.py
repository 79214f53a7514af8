"""Headline subjects of overlapping leaves: the flower, the feathers."""
import math
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, polar, smooth
from ..patterns import Tile
from .maps import Maps

PETALS, BLOOM = 8, 1.10  # petals a ring; log of the growth of one orbit: two rings


@lru_cache
def _rings() -> Tile:
    """Two rings of petals in log-polar units, inner ones above: shade, light at the edges, shadow."""
    width, height = 288, 404
    u, v = patterns.grid(height, width)
    wedge, ring = TAU / PETALS, BLOOM / 2
    shade, rim = torch.zeros_like(u), torch.zeros_like(u)
    for j in (1, 0, -1, -2, -3):  # outer rings first
        x = ((u + 0.5 * (j % 2)) % 1 - 0.5) * wedge
        y = v * BLOOM - j * ring
        t = (y / 1.22).clamp(0.001, 0.999)
        half = 0.53 * torch.sin(math.pi * t ** 1.25).clamp(min=0) ** 0.62 * (1 - 0.10 * t)
        d = torch.minimum((half - x.abs()) * 0.8, torch.minimum(y + 0.3, 1.22 - y))
        across = (x / half.clamp(min=0.05)).clamp(-1, 1)
        vein = 0.5 + 0.5 * torch.cos(across * 11 + 0.6 * torch.cos(9 * t))
        cup = (1 - across ** 2).clamp(min=0) ** 0.6
        tone = smooth(0.35, 1.02, t) * (0.40 + 0.42 * cup) + 0.10 * across + 0.05 * vein * t - 0.14 * torch.exp(-(across / 0.10) ** 2) * smooth(1.0, 0.5, t)
        shadow = 1 - 0.75 * torch.exp(-(d.clamp(max=0) / 0.07) ** 2)
        cover = smooth(-0.006, 0.010, d)
        edge = torch.exp(-((d - 0.012) / 0.020) ** 2) * smooth(0.25, 0.9, t) + 0.30 * torch.exp(-(d / 0.10) ** 2) * smooth(0.5, 1.0, t)
        shade = shade * (1 - cover) * shadow + tone.clamp(0, 1) * cover
        rim = rim * (1 - cover) * shadow + edge * cover
    return Tile(torch.stack([shade, rim]))


def flower(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.14)
    r, a = polar(c.x - ox, c.y - oy)
    twist = 0.75 * (c.size(3) - 0.5)
    depth = torch.log(r + 0.05) / BLOOM
    shade, rim = _rings().at(a * PETALS / TAU + twist * depth + c.apart(4) / TAU, depth - c.angle(0) / TAU)
    reach = 0.82 + 0.36 * c.size(2)
    ball = torch.exp(-(r / reach) ** 3.2)
    fade = 0.05 + 0.95 * ball
    near = smooth(0.02, 0.26, r)
    lamp = 0.78 + 0.32 * torch.cos(a - c.angle(4)) * smooth(0.1, 0.6, r)
    heart = torch.exp(-(r / 0.17) ** 1.7)
    seeds = torch.exp(-((r - 0.16) / 0.05) ** 2) * (0.5 + 0.5 * torch.cos(2 * PETALS * a + TAU * 2 * depth))
    tone = (0.03 + 0.92 * shade * lamp + 0.34 * rim) * (0.30 + 0.70 * fade) * (0.35 + 0.65 * near) + 0.52 * heart + 0.25 * seeds
    light = (0.20 + 1.10 * shade * lamp + 0.60 * rim) * fade * (0.4 + 0.6 * near) + 0.85 * heart + 0.4 * seeds
    return tone, light, 0.16 * rim * shade * fade + 0.14 * heart


FAN, TRAIN = 10, 1.0  # peacock feathers a ring; log of the growth of one orbit: two rings


@lru_cache
def _plumage() -> Tile:
    """Two rings of a peacock's train in log-polar units, shorter feathers above: vane, eye rings, barbs, halo."""
    width, height = 320, 510
    u, v = patterns.grid(height, width)
    wedge, ring = TAU / FAN, TRAIN / 2
    layers = torch.zeros(4, height, width)
    for j in (2, 1, 0, -1, -2, -3):  # outer rings first
        x = ((u + 0.5 * (j % 2)) % 1 - 0.5) * wedge
        y = v * TRAIN - j * ring
        t = (y / 1.06).clamp(0.001, 0.999)  # 0 at the quill, 1 at the tip
        half = 0.31 * torch.sin(math.pi * t ** 2.1).clamp(min=0) ** 0.55
        barb = torch.cos(TAU * 9 * (y - 0.75 * x.abs()))
        d = torch.minimum((half - x.abs()) * 0.85, torch.minimum(y + 0.3, 1.06 - y)) + 0.016 * barb * smooth(0.4, 0.8, t)
        cover = smooth(-0.008, 0.014, d)
        shadow = 1 - 0.70 * torch.exp(-(d.clamp(max=0) / 0.07) ** 2)
        ex, ey = x / 0.205, (y - 0.76) / 0.235
        eye = torch.sqrt(ex * ex + ey * ey + 1e-4)
        inside = smooth(1.02, 0.94, eye)
        vane = smooth(0.1, 0.9, t) * (0.30 + 0.16 * barb + 0.10 * ey.clamp(-1, 1)) + 0.16 * torch.exp(-(d / 0.05) ** 2) * smooth(0.5, 1, t)
        quill = torch.exp(-(x / 0.013) ** 2) * smooth(0.72, 0.40, t)
        heart = smooth(0.44, 0.36, torch.sqrt(ex * ex + (ey + 0.16) ** 2 + 1e-4)) * (1 - smooth(0.24, 0.14, torch.sqrt(ex * ex + (ey - 0.30) ** 2 + 1e-4)))
        rings = 0.75 * torch.exp(-((eye - 0.86) / 0.10) ** 2) + 0.85 * torch.exp(-(torch.sqrt(ex * ex + (ey + 0.05) ** 2 + 1e-4) / 0.62) ** 4)
        own = torch.stack([vane * (1 - inside) + 0.35 * quill + 0.16 * inside, rings * (1 - heart), barb * smooth(0.2, 0.7, t) * (1 - inside),
                           torch.exp(-((eye - 1.0).clamp(min=0) / 0.25))])
        layers = layers * (1 - cover) * shadow + own * cover
    return Tile(layers)


def feathers(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.16)
    x, y = c.x - ox, c.y - oy + 0.62
    r, a = polar(x, y)
    depth = torch.log(r + 0.06) / TRAIN
    twist = 0.8 * (c.size(3) - 0.5)
    vane, rings, barbs, halo = _plumage().at(a * FAN / TAU + twist * depth, depth - c.angle(0) / TAU)
    reach = 1.10 + 0.40 * c.size(2)
    fade = 0.14 + 0.86 * torch.exp(-(r / reach) ** 2.5)
    near = smooth(0.10, 0.50, r)
    gleam = 0.5 + 0.5 * torch.cos(2 * a - c.angle(4) + 1.5 * r)
    wave = smooth(0.2, 1.0, torch.cos(3.0 * r - c.angle(0) + 1.0))
    tone = 0.02 + (0.85 * vane + (0.52 + 0.16 * gleam) * rings + 0.10 * halo + 0.07 * barbs * wave) * (0.12 + 0.88 * near)
    light = (0.20 + 0.80 * vane + 0.85 * rings + 0.25 * halo + 0.25 * wave * vane) * fade * (0.25 + 0.75 * near) * (0.8 + 0.3 * gleam)
    heart = torch.exp(-(r / 0.24) ** 1.5)
    return tone * (0.45 + 0.55 * fade) + 0.45 * heart, light + 0.5 * heart, 0.16 * rings * wave * fade * near


SCENES: dict[str, Callable[[Canvas], Maps]] = {"flower": flower, "feathers": feathers}
