"""Headline subjects made of moving matter: liquid metal, ink, smoke, fire."""
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, polar, smooth
from ..patterns import Tile
from .maps import Maps


@lru_cache
def _metal() -> Tile:
    right, up = patterns.stir(3, 256, 512, 46, low=1, high=3)
    height = patterns.move(patterns.noise(4, 256, 512, 1, 4, 2.0)[None], right, up)[0]
    height = patterns.blur(height, 5)
    nx, ny = patterns.slopes(height)
    scale = (nx.square() + ny.square()).mean().sqrt()
    nx, ny = nx / scale, ny / scale
    size = torch.sqrt(1 + nx * nx + ny * ny)
    return Tile(torch.stack([height, nx / size, ny / size]))


def liquid_metal(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.16)
    zoom = 1.0 - 0.35 * c.size(2)
    flow = c.angle(0) / TAU
    height, nx, ny = _metal().at((c.x - ox) * zoom / 4 + 0.5, (c.y - oy) * zoom / 2 - flow)
    nz = torch.sqrt((1 - nx * nx - ny * ny).clamp(min=0.02))
    lean = 0.6 * (c.size(3) - 0.5)
    around = 2.8 * ny + (1.3 + lean) * nx + 0.8 * height
    studio = torch.cos(2.2 * around - c.angle(0))
    glow = (0.5 + 0.5 * studio) ** 2
    window = smooth(0.45, 0.80, studio)
    strip = smooth(0.70, 0.97, torch.cos(4.4 * around - 2 * c.angle(0) + 2.2))
    sky = smooth(-0.9, 1.0, ny + 0.35 * nx)
    shine = smooth(0.90, 0.995, 0.55 * ny - 0.40 * nx + 0.73 * nz)
    fresnel = (1 - nz) ** 2
    tone = 0.03 + 0.26 * glow + 0.20 * sky * fresnel + 0.44 * window * (0.45 + 0.55 * sky) + 0.30 * strip + 0.35 * shine
    light = 0.35 + 0.45 * glow + 0.35 * window + 0.35 * strip + 0.4 * shine
    return tone, light, 0.5 * shine ** 2 + 0.25 * strip * window * sky


@lru_cache
def _smoke() -> Tile:
    base = patterns.noise(22, 256, 512, 2, 24, 1.5, stretch=1.5)
    right, up = patterns.stir(21, 256, 512, 30, low=2, high=5, fall=1.5)
    body = patterns.move(base[None], right, up)[0]
    right, up = patterns.stir(24, 256, 512, 12, low=3, high=9, fall=1.2)
    body = patterns.blur(patterns.move(body[None], right, up)[0], 1.5)
    sx, sy = patterns.slopes(patterns.blur(body, 2.5))
    shade = (-sx + 0.8 * sy) / (sx.square() + sy.square()).mean().sqrt()
    return Tile(torch.stack([body / body.std(), shade, patterns.blur(body, 12)]))


def smoke(c: Canvas) -> Maps:
    rise = c.angle(0) / TAU
    ox, oy = c.sway(reach=0.18)
    x = c.x - ox - (0.13 + 0.05 * c.y) * torch.sin(2.2 * c.y - c.angle(0))
    body, shade, soft = _smoke().at(x / 4 + 0.1, c.y / 2 - rise)
    wide = (0.40 + 0.30 * c.size(2)) * (0.75 + 0.45 * smooth(-1.3, 1.3, c.y))
    inside = 1.45 * (torch.exp(-(x / wide) ** 2) + 0.72 * torch.exp(-((x.abs() - 1.62) / wide) ** 2)) - 0.70
    dense = smooth(-0.30, 1.0, inside + 0.30 * body)
    rim = torch.exp(-((inside + 0.30 * body - 0.12) / 0.16) ** 2)
    lamp = 0.30 + 0.9 * smooth(1.6, -0.8, c.y + oy + 0.5 * x)
    lit = ((0.58 + 0.40 * shade) * lamp).clamp(0, 1.4)
    tone = 0.02 + dense * (0.08 + 0.60 * lit + 0.10 * soft) + 0.20 * rim * lit
    light = 0.25 + 0.75 * smooth(0, 0.4, dense) * (0.5 + 0.6 * lit) + 0.25 * rim * lit
    return tone, light, 0.12 * dense * (lit - 0.6).clamp(min=0)


@lru_cache
def _flames() -> Tile:
    base = patterns.noise(31, 256, 512, 2, 16, 1.5, stretch=2.2)
    right, up = patterns.stir(32, 256, 512, 20, low=2, high=6, fall=1.5, stretch=1.5)
    body = patterns.blur(patterns.move(base[None], right, up)[0], 1.3)
    tongue = patterns.noise(33, 256, 512, 1, 6, 1.5, stretch=2.0)
    return Tile(torch.stack([body / body.std(), patterns.blur(body, 9) / body.std(), tongue]))


def fire(c: Canvas) -> Maps:
    rise = c.angle(0) / TAU
    ox, oy = c.sway(reach=0.18)
    height = (c.y + 1.15 - 0.5 * oy) / (1.45 + 0.75 * c.size(2))
    up = height.clamp(0, 2)
    x = c.x - ox * up + 0.10 * up * torch.sin(2.4 * c.y - c.angle(0))
    body, soft, tongue = _flames().at(x / 4 + 0.3, c.y / 2 - rise)
    fuel = 0.80 - 0.92 * height - (0.20 + 0.2 * c.size(3)) * x * x + (0.15 + 0.35 * up) * (0.35 * tongue + 0.30 * soft)
    heat = fuel + (0.17 + 0.14 * up) * body
    flame = smooth(-0.10, 0.95, heat)
    core = smooth(0.55, 1.15, heat)
    rim = torch.exp(-((heat - 0.06) / 0.07) ** 2)
    glow = torch.exp(-2.2 * (0.1 - fuel).clamp(min=0))
    ember = c.stars(x + 0.12 * torch.sin(3 * c.y), c.y - 2 * rise) * smooth(1.7, 0.7, height) * (1 - flame)
    tone = 0.02 + 0.08 * glow + 0.62 * flame ** 1.3 + 0.30 * core + 0.14 * rim + 0.75 * ember
    light = 0.25 * glow + 0.95 * smooth(0, 0.35, flame) + 0.25 * rim + 0.3 * core + 1.1 * ember
    return tone, light, 0.12 * core + 0.35 * ember ** 2


@lru_cache
def _ink() -> Tile:
    base = patterns.noise(41, 256, 1024, 1, 8, 1.7)
    right, up = patterns.stir(42, 256, 1024, 62, low=1, high=2.6, fall=1.4)
    body = patterns.blur(patterns.move(base[None], right, up)[0], 1.4)
    sx, sy = patterns.slopes(patterns.blur(body, 2.5))
    scale = (sx.square() + sy.square()).mean().sqrt()
    return Tile(torch.stack([body / body.std(), sy / scale, patterns.noise(43, 256, 1024, 1, 4, 1.5)]))


def ink(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    x, y = c.x - ox, c.y - oy
    r, a = polar(x, y)
    spread = torch.log(r + 0.18) / (TAU / 4)
    body, fold, tint = _ink().at(a / TAU, spread - c.angle(0) / TAU)
    reach = 1.0 + 0.45 * c.size(2)
    inside = 0.85 - 1.25 * (r / reach) ** 1.3 + 0.10 * tint
    dense = inside + 0.40 * body * smooth(0.0, 0.45, r)
    cloud = smooth(-0.15, 0.75, dense)
    sheet = torch.exp(-((dense - 0.02) / 0.10) ** 2) + 0.7 * torch.exp(-((body - 0.4) / 0.22) ** 2) * cloud
    lit = (0.5 - 0.32 * fold).clamp(0, 1.2)
    hue = 0.16 * tint + 0.10 * torch.cos(2 * a - c.angle(4))
    glow = torch.exp(-2.6 * r / reach)
    tone = 0.02 + 0.08 * glow + cloud * (0.20 + 0.40 * lit + hue) + 0.24 * sheet * (0.4 + lit)
    light = 0.20 + 0.85 * cloud * (0.35 + 0.8 * lit) + 0.45 * sheet
    return tone, light, 0.12 * sheet * lit * cloud


SCENES: dict[str, Callable[[Canvas], Maps]] = {"liquid_metal": liquid_metal, "ink": ink, "smoke": smoke, "fire": fire}
