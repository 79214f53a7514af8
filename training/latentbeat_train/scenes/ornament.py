"""Headline ornaments: mandala, kaleidoscope, stained glass, op art."""
import math
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, polar, smooth
from ..patterns import Tile
from .maps import Maps, over

MANDALA_FOLD, MANDALA_ZOOM = 8, 1.17  # petals a ring; log of the growth of one orbit: two rings
PETAL = 1.5  # log-polar size of the unit the petals are drawn in


def _petal(x: torch.Tensor, y: torch.Tensor, base: float, tip: float, width: float, sharp: float = 0.8) -> tuple[torch.Tensor, torch.Tensor]:
    """Signed distance to a pointed petal's edge (positive inside) and place along it, 0 at the base."""
    along = (y - base) / (tip - base)
    t = along.clamp(0.001, 0.999)
    half = width * torch.sin(math.pi * t ** sharp) ** 0.9
    side = (half - x.abs()) * 0.85
    ends = torch.minimum(along, 1 - along) * (tip - base)
    return torch.minimum(side, ends + 0.02), along


@lru_cache
def _mandala() -> Tile:
    """One petal wide, two rings tall, mirror-symmetric: fill, lines, their glow. In log-polar units."""
    width, height = 384, 572
    u, v = patterns.grid(height, width)
    wedge, tall = TAU / MANDALA_FOLD / PETAL, MANDALA_ZOOM / PETAL
    fill, lines = torch.full_like(u, 0.10), torch.zeros_like(u)
    ring = tall / 2
    for j in (1, 0, -1, -2):  # outer rings first: inner petals lie over them
        x = ((u + 0.5 * (j % 2)) % 1 - 0.5) * wedge
        y = v * tall - j * ring
        odd = j % 2
        d, along = _petal(x, y, -0.02, 0.66, 0.245 if odd else 0.225, 0.85)
        cover = smooth(-0.004, 0.006, d)
        inner, deep = _petal(x, y, 0.06, 0.54 if odd else 0.50, 0.135, 0.9)
        seed, _ = _petal(x, y, 0.20, 0.40, 0.055, 1.0)
        shade = 0.06 + 0.26 * along.clamp(0, 1) ** 1.5 + (0.20 - 0.34 * deep.clamp(0, 1)) * smooth(-0.004, 0.006, inner) + 0.30 * smooth(0.0, 0.012, seed)
        edge = torch.exp(-(d / 0.011) ** 2) + 0.75 * torch.exp(-(inner / 0.008) ** 2) + 0.6 * torch.exp(-(seed / 0.007) ** 2)
        if odd:
            edge = edge + 0.7 * torch.exp(-(x / 0.007) ** 2) * smooth(0.40, 0.46, y) * smooth(0.60, 0.56, y)
        pearl = torch.sqrt(x * x + (y - 0.595) ** 2)
        edge = edge + smooth(0.034, 0.022, pearl) * (not odd)
        fill, lines = fill + (shade - fill) * cover, lines * (1 - cover) + edge
    bead = torch.cos(3 * TAU * u)
    y = (v * tall) % ring - 0.5 * ring
    chain = torch.exp(-(y / 0.020) ** 2) * smooth(0.0, 0.6, bead)
    lines = (lines + 0.35 * chain).clamp(0, 1.3)
    return Tile(torch.stack([fill, lines, patterns.blur(lines, 14)]))


def mandala(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.07)
    r, a = polar(c.x - ox, c.y - oy)
    twist = 0.9 * (c.size(3) - 0.5)
    depth = torch.log(r + 0.03) / MANDALA_ZOOM
    fill, lines, glow = _mandala().at(a * MANDALA_FOLD / TAU + twist * depth, depth - c.angle(0) / TAU)
    reach = 0.80 + 0.45 * c.size(2)
    near = smooth(0.06, 0.30, r)
    fade = 0.10 + 0.90 * torch.exp(-(r / reach) ** 2.6)
    pulse = 0.75 + 0.25 * torch.cos(TAU * depth * 0.5 + c.angle(4))
    heart = torch.exp(-(r / 0.15) ** 1.6)
    tone = (0.02 + 1.05 * fill * near + (0.45 * lines + 0.40 * glow) * near * pulse) * (0.35 + 0.65 * fade) + 0.75 * heart
    light = (0.30 + 1.1 * fill + 0.85 * lines * pulse + 0.75 * glow) * fade + 0.9 * heart
    return tone, light, (0.12 * lines * glow * near * fade) + 0.25 * heart ** 2


OP_FOLD, OP_SPEED = 8, 1.1
KALEIDO_FOLD, KALEIDO_ZOOM = 6, TAU / 6


@lru_cache
def _shards() -> Tile:
    """Half a wedge wide, mirrored by the scene: a facet's number, its slope of light, its edges, their glow."""
    height, width = 512, 512
    edge, _, number, px, py = patterns.cells(83, 3, height, width, 0.95)
    fine_edge, _, fine, fx, fy = patterns.cells(88, 3, height, width, 0.95)
    angle = TAU * number
    slope = px * torch.cos(angle) + py * torch.sin(angle) + 0.6 * (fx * torch.cos(TAU * fine) + fy * torch.sin(TAU * fine))
    line = torch.exp(-(edge / 0.022) ** 2) + 0.35 * torch.exp(-(fine_edge / 0.022) ** 2)
    number = 0.65 * number + 0.35 * fine
    return Tile(torch.stack([number, slope, line, patterns.blur(line, 9)]))


def kaleidoscope(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.08)
    r, a = polar(c.x - ox, c.y - oy)
    spin = c.apart(4) / KALEIDO_FOLD
    half = (((a + spin) * KALEIDO_FOLD / TAU) % 1 - 0.5).abs() * 2
    depth = torch.log(r + 0.04) / KALEIDO_ZOOM
    number, slope, line, glow = _shards().at(half * 0.5 + 0.18 * c.size(3), depth - c.angle(0) / TAU)
    glint = 0.5 + 0.5 * torch.cos(c.angle(0) + TAU * 4 * number)
    mirror = torch.exp(-(torch.minimum(half, 1 - half) * r / 0.03) ** 2)
    reach = 0.85 + 0.5 * c.size(2)
    fade = 0.12 + 0.88 * torch.exp(-(r / reach) ** 2.2)
    near = smooth(0.04, 0.28, r)
    gem = (0.40 + 0.8 * slope).clamp(0, 1.2)
    tone = (0.03 + 0.30 * number + 0.50 * gem * (0.25 + 0.75 * glint) + 0.30 * line + 0.12 * glow) * near + 0.16 * mirror * near
    heart = torch.exp(-(r / 0.13) ** 1.4)
    light = (0.22 + 1.0 * gem * (0.35 + 0.65 * glint) + 0.5 * line + 0.3 * glow) * fade * near + 1.0 * heart
    return tone + 0.8 * heart, light, (0.6 * (gem * glint - 0.55).clamp(min=0) * near) * fade + 0.3 * heart ** 2


@lru_cache
def _panes() -> Tile:
    """Panes of a window, two units a tile: number, lead (1 = glass), bevel light, grain."""
    side = 512
    edge, away, number, px, py = patterns.cells(95, 5, side, side, 0.75)
    glass = smooth(0.045, 0.085, edge)
    bevel = smooth(0.20, 0.09, edge) * glass
    grain = patterns.noise(96, side, side, 4, 26, 1.2)
    lead = torch.exp(-(edge / 0.022) ** 2)
    return Tile(torch.stack([number, glass, bevel * (py - 0.8 * px) * 2.4, 0.10 * grain - 0.35 * away, lead]))


def stained_glass(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.12)
    zoom = 1.08 - 0.35 * c.size(2)
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    number, glass, bevel, grain, lead = _panes().at(x / 2 + 0.5, y / 2 + 0.5)
    lamp = 0.5 + 0.5 * torch.cos(c.angle(0) + TAU * 5 * number)
    sx, sy = 0.55 * c.cos(0), 0.45 * c.sin(0)
    sun = torch.exp(-((c.x - sx) ** 2 + (c.y - sy) ** 2) * (1.2 + 0.8 * c.size(3)))
    shaft = smooth(0.25, 1.0, torch.cos(2.2 * (c.x * 0.8 + c.y * 0.55) - c.angle(4)))
    hue = 0.16 + 0.52 * number + 0.22 * (lamp - 0.5)
    bright = 0.14 + 0.85 * sun + 0.30 * lamp * (0.4 + sun) + 0.18 * shaft
    tone = glass * (hue + 0.14 * sun + 0.16 * bevel.clamp(-1, 1)) + (1 - glass) * (0.03 + 0.08 * sun * lead)
    light = glass * (bright * (1.05 + grain) + 0.25 * bevel.clamp(min=0) * (0.3 + sun)) + (1 - glass) * (0.25 + 0.5 * sun)
    bloom = 0.05 * sun ** 2
    return tone + bloom, light, glass * (0.28 * bevel.clamp(min=0) * sun + 0.10 * sun ** 3)


def op_art(c: Canvas) -> Maps:
    """A bent chequer of black and white that swells out of a point, one square an orbit."""
    ox, oy = c.sway(reach=0.18)
    r, a = polar(c.x - ox, c.y - oy)
    depth = torch.log(r + 0.06)
    around = OP_FOLD * a + 3.0 * (c.size(3) - 0.5) * depth
    wave = OP_SPEED * TAU * depth - c.angle(0)
    bulge = 0.5 + 0.5 * torch.cos(wave + 0.6) * torch.cos(around)
    edge = torch.cos(wave + 0.9 * torch.cos(around)) * torch.cos(around + 0.55 * torch.sin(wave)) + 0.12 * torch.cos(2 * around)
    near = smooth(0.03, 0.30, r)
    white = 0.5 + 0.5 * torch.tanh(edge * (3.0 + 3.5 * near))
    reach = 0.85 + 0.45 * c.size(2)
    fade = 0.14 + 0.86 * torch.exp(-(r / reach) ** 2.4)
    shade = (0.45 + 0.65 * bulge) * fade
    heart = torch.exp(-(r / 0.09) ** 1.5)
    tone = 0.02 + 0.93 * white * (0.40 + 0.60 * shade) * (0.3 + 0.7 * near) + 0.5 * heart
    return tone, 0.05 + 1.15 * white * shade * (0.3 + 0.7 * near) + 0.5 * heart, 0.18 * white * bulge ** 3 * fade + 0.2 * heart


SCENES: dict[str, Callable[[Canvas], Maps]] = {"mandala": mandala, "stained_glass": stained_glass, "kaleidoscope": kaleidoscope, "op_art": op_art}
