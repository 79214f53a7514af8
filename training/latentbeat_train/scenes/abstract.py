"""Abstract fields: fractal, paint, halftone, silk, marble."""
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, smooth
from ..patterns import Tile
from .maps import Maps

JULIA = complex(-0.7765, 0.1340)
FRACTAL_REACH = 3.0  # the drawn part of the plane is twice this wide


@lru_cache
def _julia() -> Tile:
    """Smooth escape count, how fine it is, and the nearest pass of the orbit to the origin."""
    side = 1024
    u, v = patterns.grid(side, side)
    z = torch.complex((u - 0.5) * 2 * FRACTAL_REACH * 0.72, (v - 0.5) * 2 * FRACTAL_REACH * 0.72)
    count, trap, out = torch.zeros(side, side), torch.full((side, side), 9.0), torch.zeros(side, side, dtype=torch.bool)
    for i in range(130):
        z = torch.where(out, z, z * z + JULIA)
        size = z.abs()
        trap = torch.where(out, trap, torch.minimum(trap, size))
        now = (size > 16) & ~out
        count = torch.where(now, i + 2 - torch.log2(torch.log2(size.clamp(min=2))), count)
        out = out | now
    count = torch.where(out, count, torch.full_like(count, 130.0))
    value = torch.log(count.clamp(min=1.0))
    gx, gy = (value.roll(-1, 1) - value.roll(1, 1)) / 2, (value.roll(1, 0) - value.roll(-1, 0)) / 2
    rough = torch.sqrt(patterns.blur(gx * gx + gy * gy, 1.5).clamp(min=0))
    return Tile(torch.stack([patterns.blur(value, 0.8), rough, patterns.blur(trap, 1.0), gx / (rough + 0.004), gy / (rough + 0.004)]))


def fractal(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.16)
    zoom = 0.98 - 0.34 * c.size(2)
    turn = 0.5 * (c.size(3) - 0.5) + 0.35
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    px, py = x * torch.cos(turn) - y * torch.sin(turn), x * torch.sin(turn) + y * torch.cos(turn)
    value, rough, trap, gx, gy = _julia().at((px / 2 / FRACTAL_REACH + 0.5).clamp(0.002, 0.998), (py / 2 / FRACTAL_REACH + 0.5).clamp(0.002, 0.998))
    calm = torch.exp(-(rough / 0.30) ** 2)
    bands = torch.cos(6.0 * value - c.angle(0))
    crest = smooth(0.25, 1.0, bands) * calm
    lit = (0.5 + 0.4 * (gx * torch.cos(c.angle(4)) + gy * torch.sin(c.angle(4)))).clamp(0, 1)
    height = smooth(0.9, 3.9, value)
    inner = smooth(4.2, 4.7, value)
    halo = torch.exp(-((value - 3.9) / 0.55) ** 2)
    tone = (0.02 + 0.20 * height * (0.4 + lit) + (0.07 + 0.34 * height) * crest * (0.55 + 0.45 * lit) + 0.36 * halo * (0.35 + 0.65 * lit)) * (1 - inner) + inner * (0.10 + 0.25 * torch.exp(-3 * trap))
    light = (0.16 + 0.75 * height * (0.3 + 0.9 * lit) + 0.35 * crest * height + 0.35 * halo) * (1 - inner) + 0.5 * inner
    return tone, light, 0.18 * crest * halo * lit


@lru_cache
def _strokes() -> Tile:
    """Brush strokes along whirls: their mean and the halves of a wave that runs along them, the paint's shade, relief."""
    side = 384
    stream = patterns.noise(101, side, side, 0.6, 3.2, 1.5)
    dx, dy = patterns.slopes(stream)
    flow = torch.stack([dy, -dx])
    flow = flow / flow.square().sum(0).sqrt().clamp(min=1e-4)
    mean, first, second = patterns.smear(patterns.noise(102, side, side, 10, 30, 0.0), flow, 30)
    scale = mean.std()
    pigment = torch.tanh(0.9 * patterns.noise(103, side, side, 1, 5, 1.4))
    pigment = patterns.smear(pigment, flow, 22)[0] / 0.8
    return Tile(torch.stack([mean / scale, 1.6 * first / scale, 1.6 * second / scale, pigment, torch.cos(3.2 * stream), torch.sin(3.2 * stream)]))


def paint(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    zoom = 0.98 - 0.32 * c.size(2)
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    mean, first, second, pigment, whirl_c, whirl_s = _strokes().at(x / 2 + 0.5, y / 2 + 0.5)
    running = first * c.cos(0) + second * c.sin(0)
    bristle = 0.55 * mean + 0.75 * running
    swirl = whirl_c * c.cos(0) + whirl_s * c.sin(0)  # bands that travel across the whirls
    body = 0.50 + 0.34 * pigment + 0.24 * swirl
    relief = smooth(-0.6, 2.2, bristle + 0.6 * swirl)
    thick = smooth(-0.15, 1.05, body)
    gleam = smooth(1.2, 2.6, bristle + 0.5 * swirl)
    lamp = torch.exp(-0.42 * (c.x ** 2 + c.y ** 2))
    tone = 0.05 + 0.66 * thick * (0.62 + 0.38 * relief) + 0.06 * relief + 0.14 * gleam
    light = (0.22 + 1.0 * smooth(0.0, 0.6, thick) * (0.40 + 0.90 * relief) + 0.35 * gleam) * (0.45 + 0.6 * lamp)
    return tone, light, 0.28 * gleam * thick * lamp


@lru_cache
def _veins() -> Tile:
    right, up = patterns.stir(111, 256, 512, 40, low=1, high=4, fall=1.4)
    base = patterns.move(torch.stack([patterns.noise(112, 256, 512, 1, 5, 1.1), patterns.noise(113, 256, 512, 2, 10, 1.2), patterns.noise(114, 256, 512, 1, 16, 1.5)]), right, up)
    slope = [torch.stack(patterns.slopes(f)).square().sum(0).sqrt() for f in base]
    major = torch.exp(-(base[0].abs() / (0.020 + 1.7 * slope[0])) ** 2)
    minor = torch.exp(-((base[1] - 0.3).abs() / (0.010 + 1.3 * slope[1])) ** 2) * smooth(-0.9, 0.6, base[2])
    vein = patterns.blur(torch.maximum(major, 0.7 * minor), 0.8)
    return Tile(torch.stack([vein, patterns.blur(vein, 7), base[2], patterns.blur(base[0], 2)]))


def marble(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    zoom = 0.92 - 0.32 * c.size(2)
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    vein, glow, cloud, body = _veins().at(x / 4 + 0.3 + 0 * y, y / 2 + c.angle(0) / TAU)
    sheet = smooth(-0.5, 1.6, cloud + 0.35 * body)
    glint = smooth(0.0, 1.0, torch.cos(2.4 * c.x + 1.5 * c.y - c.angle(0) + 1.2 * body))
    polish = smooth(0.35, 1.0, torch.cos(1.3 * c.x - 1.0 * c.y - c.angle(4))) ** 2
    tone = 0.03 + 0.40 * sheet + 0.09 * polish + (0.46 + 0.30 * glint) * vein + 0.10 * glow
    light = 0.30 + 0.55 * sheet + 0.14 * polish + (0.45 + 0.85 * glint) * vein + 0.35 * glow * glint
    return tone, light, 0.32 * vein * glint ** 2 + 0.02 * polish


@lru_cache
def _folds() -> Tile:
    """What bends two draperies of travelling waves: a phase and its slopes to the right and upward a unit; two units a tile."""
    side = 256
    fields = []
    for seed in (121, 124):
        phase = patterns.noise(seed, side, side, 0.5, 3, 1.5)
        fields += [phase, *(slope * side / 2 for slope in patterns.slopes(phase))]
    return Tile(torch.stack(fields))


def silk(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    zoom = 0.80 - 0.24 * c.size(2)
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    first, fx, fy, second, sx, sy = _folds().at(x / 2 + 0.5, y / 2 + 0.5)
    a = 3.6 * x + 8.2 * y + 1.7 * first - c.angle(0)
    b = 8.0 * x + 3.6 * y + 1.6 * second + c.angle(4)
    deep = 0.30 + 0.25 * c.size(3)
    nx = torch.sin(a) * (3.6 + 1.7 * fx) + deep * torch.sin(b) * (8.0 + 1.6 * sx)
    ny = torch.sin(a) * (8.2 + 1.7 * fy) + deep * torch.sin(b) * (3.6 + 1.6 * sy)
    facing = torch.tanh((0.35 * nx + 0.94 * ny) / 9.0)
    valley = smooth(-1.15, 0.9, torch.cos(a) + 0.5 * deep * torch.cos(b))
    satin = smooth(-1.0, 1.0, facing) ** 1.4
    sheen = torch.exp(-((facing - 0.50) / 0.20) ** 2)
    back = torch.exp(-((facing + 0.78) / 0.16) ** 2)
    tone = 0.02 + (0.56 * satin + 0.36 * sheen + 0.12 * back) * (0.25 + 0.75 * valley)
    light = 0.22 + (0.85 * satin + 0.60 * sheen + 0.20 * back) * (0.30 + 0.70 * valley)
    return tone, light, 0.26 * sheen ** 2 * valley ** 2


def halftone(c: Canvas) -> Maps:
    pitch = 0.145
    gx, gy = (c.x + c.y) * 0.7071 / pitch, (c.y - c.x) * 0.7071 / pitch
    ix, iy = torch.floor(gx) + 0.5, torch.floor(gy) + 0.5
    px, py = (ix - iy) * 0.7071 * pitch, (ix + iy) * 0.7071 * pitch  # the middle of the dot: the picture is read there
    ox, oy = c.sway(reach=0.22)
    r = torch.sqrt((px - ox) ** 2 + (py - oy) ** 2 + 1e-4)
    rings = torch.cos((5.0 + 2.0 * c.size(2)) * r - c.angle(0))
    sheet = torch.cos(2.1 * px + 1.4 * py - c.angle(4)) * (0.35 + 0.4 * c.size(3))
    value = (0.48 + 0.40 * rings + 0.30 * sheet) * torch.exp(-0.22 * r * r)
    radius = 0.56 * value.clamp(0.02, 1.1) ** 0.6
    away = torch.sqrt((gx - ix) ** 2 + (gy - iy) ** 2 + 1e-5)
    dot = smooth(0.06, -0.06, away - radius)
    ball = torch.sqrt((1 - (away / radius.clamp(min=0.05)) ** 2).clamp(min=0))
    glow = torch.exp(-(away / 0.55) ** 2) * value.clamp(0, 1) ** 2
    tone = 0.02 + dot * (0.14 + 0.72 * value.clamp(0, 1.1)) * (0.72 + 0.28 * ball) + 0.12 * glow
    light = 0.20 + dot * (0.35 + 0.75 * value) + 0.25 * glow
    return tone, light, 0.16 * dot * ball ** 3 * value.clamp(0, 1) ** 2


SCENES: dict[str, Callable[[Canvas], Maps]] = {"fractal": fractal, "paint": paint, "halftone": halftone, "silk": silk, "marble": marble}
