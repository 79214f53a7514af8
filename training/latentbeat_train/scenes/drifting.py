"""Jellyfish, ribbons, honeycomb."""
import math
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, hash01, line, smooth
from ..patterns import Tile
from .maps import Maps


def _medusa(beat: torch.Tensor, x: torch.Tensor, y: torch.Tensor, arms: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One jellyfish about a unit wide around 0, 0: its tone, and the glow around the bell; `beat` is the phase of its swimming."""
    pulse = torch.cos(beat)
    w, h = 0.50 + 0.07 * pulse, 0.46 - 0.07 * pulse
    u, v = x / w, y / h
    high = v.clamp(0, 0.98)
    dome = torch.sqrt(u * u + v.clamp(min=0) ** 2 + 1e-5)
    hem = -0.24 - 0.05 * torch.cos(11 * u) + 0.10 * u * u
    bell = smooth(1.02, 0.96, dome) * smooth(hem - 0.05, hem + 0.05, v)
    turn = torch.asin((u * torch.rsqrt(1 - high * high)).clamp(-0.999, 0.999))
    ribs = line(9 * turn, 3.0)
    rim = torch.exp((dome - 1).clamp(max=0) / 0.13)
    skirt = torch.exp(-((v - hem - 0.05) / 0.09) ** 2)
    lobes = torch.cos(9.8 * u) * (u.abs() < 0.64)
    organs = (0.5 - 0.5 * lobes) * (u.abs() < 0.64) * torch.exp(-((v - 0.34 + 0.5 * u * u) / 0.20) ** 2)
    body = bell * (0.12 + 0.14 * ribs * (0.3 + 0.7 * high) + 0.42 * rim + 0.36 * skirt + 0.36 * organs + 0.22 * high)
    halo = torch.exp(-(dome - 0.9).clamp(min=0) / 0.35 - (hem - v).clamp(min=0) / 0.5) * (0.13 + 0.07 * pulse)
    return (body + _threads(beat, x, y, w, arms) * (1 - bell)).clamp(0, 1.2), halo


def _threads(beat: torch.Tensor, x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, arms: int) -> torch.Tensor:
    """Tentacles and, between them, thicker ruffled arms."""
    down = (-(y + 0.06)).clamp(min=0)
    t = down / 1.25
    swing, lag = torch.sin(5.0 * y + beat) * (0.03 + 0.13 * t), torch.cos(5.0 * y + beat) * (0.03 + 0.13 * t)
    ruffle = 0.030 * (1 - t).clamp(0, 1) * (1 + 0.5 * torch.cos(24 * y + 2 * beat))
    spread, long, short = 0.86 * w * (1 - 0.35 * t), smooth(1.35, 0.35, t) * 0.50, smooth(1.05, 0.25, t) * 0.62
    total = torch.zeros_like(x)
    for i in range(arms):
        side, thick = (i / (arms - 1) - 0.5) * 2, i % 2 == 1
        away = x - side * spread - math.cos(1.1 * i) * swing - math.sin(1.1 * i) * lag
        wide = 0.016 + ruffle if thick else 0.018
        total = total + (short if thick else long) / (1 + (away / wide) ** 2) ** 1.5
    return total * smooth(0.0, 0.05, down)


@lru_cache
def _swarm() -> Tile:
    """Small jellyfish far off, two units a tile."""
    u, v = patterns.grid(288, 288)
    total = torch.zeros(288, 288)
    for px, py, size, beat in ((0.45, 1.35, 0.40, 2.0), (1.40, 0.72, 0.30, 4.2), (1.62, 1.72, 0.22, 0.5)):
        x, y = ((u * 2 - px + 1) % 2 - 1) / size, ((v * 2 - py + 1.3) % 2 - 1.3) / size
        tone, halo = _medusa(torch.tensor(beat), x, y, 5)
        total = total + tone + halo
    return Tile(total[None])


def jellyfish(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    size = 1.0 + 0.5 * c.size(2)
    bob = 0.05 * c.sin(0)
    x, y = (c.x - ox) / size, (c.y - oy - 0.28 - bob) / size
    tone, halo = _medusa(c.angle(0), x - 0.13 * c.sin(4) * y, y, 7)
    far = _swarm().at((c.x + 0.5 * ox) / 2 - 0.1, c.y / 2 - c.angle(0) / TAU)[0] * (1 - 0.9 * tone.clamp(0, 1)) * smooth(0.35, 0.9, (c.x - ox).abs())
    ray = smooth(0.0, 1.0, torch.cos(3.1 * (c.x + 0.35 * c.y) + c.angle(4))) + smooth(0.2, 1.0, torch.cos(5.3 * (c.x + 0.30 * c.y) - c.angle(4) + 1.0))
    water = smooth(-1.6, 1.6, c.y) * (0.08 + 0.06 * ray)
    tone_all = 0.03 + water + 0.40 * halo + 0.42 * far + 0.92 * tone
    return tone_all, 0.28 + 1.2 * water + 0.7 * halo + 0.50 * far + 0.95 * tone, 0.28 * (tone - 0.5).clamp(min=0)


BANDS = (  # height, swing, waves, twists, lag, width, depth 0 far to 1 near
    (0.95, 0.30, 1.00, 1.3, 0.4, 0.17, 0.25), (-0.95, 0.30, 1.15, -1.2, 2.1, 0.18, 0.30), (0.45, 0.38, 0.85, 1.1, 3.9, 0.22, 0.55),
    (-0.45, 0.34, 1.25, -1.0, 5.0, 0.22, 0.70), (0.05, 0.46, 0.75, 0.9, 1.3, 0.28, 1.0), (1.75, 0.3, 0.9, 1.0, 2.9, 0.2, 0.4), (-1.75, 0.3, 0.9, 1.0, 4.4, 0.2, 0.4),
)


def ribbons(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    x, y = 0.94 * (c.x - ox) + 0.34 * (c.y - oy), 0.94 * (c.y - oy) - 0.34 * (c.x - ox)
    tone = 0.03 + 0.07 * torch.exp(-1.2 * y * y)
    light = torch.full_like(tone, 0.30)
    white = torch.zeros_like(tone)
    swing, thick = 0.75 + 0.5 * c.size(2), 0.75 + 0.5 * c.size(3)
    wag, wig = 0.10 * torch.sin(TAU * 0.8 * x + c.angle(4)), 0.10 * torch.cos(TAU * 0.8 * x + c.angle(4))
    for middle, reach, waves, twists, lag, width, near in BANDS:
        way = c.angle(0) if near != 0.55 and near != 0.30 else -c.angle(0)
        path = middle + swing * reach * torch.sin(TAU / 2 * waves * x - way + lag) + math.cos(lag) * wag + math.sin(lag) * wig
        spin = TAU / 2 * twists * x * 0.8 + way + 1.7 * lag
        face = torch.cos(spin)
        half = width * thick * (0.16 + 0.84 * face.abs())
        across = (y - path) / half
        side = across.abs()
        cover = smooth(1.03, 0.95, side)
        shadow = near / (1 + ((side - 0.9).clamp(min=0) * half / 0.08) ** 2)
        front = (0.5 + 10 * face).clamp(0, 1)
        bow = 1 - 0.65 * (across * across).clamp(max=1)
        gloss = 1 / (1 + ((torch.sin(spin) * 0.8 + 0.45 * across * face - 0.30) / 0.30) ** 2) ** 2
        rim = ((side - 0.80) / 0.18).clamp(0, 1)
        own_tone = (0.10 + 0.30 * front + 0.26 * bow * face.abs() + 0.40 * gloss + 0.16 * rim) * (0.45 + 0.55 * near)
        own_light = (0.25 + 0.45 * bow + 0.75 * gloss + 0.25 * rim) * (0.40 + 0.65 * near)
        dim = (1 - 0.75 * shadow) * (1 - cover)
        tone = tone * dim + own_tone * cover
        light = light * dim + own_light * cover
        white = white * dim + 0.26 * near * gloss * gloss * cover
    return tone, light, white


def honeycomb(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    zoom = 2.75 - 0.8 * c.size(2)
    gx, gy = c.x * zoom, c.y * zoom
    tall = 1.7320508
    ax, ay = torch.floor(gx + 0.5), torch.floor(gy / tall + 0.5)
    bx, by = torch.floor(gx) + 0.5, torch.floor(gy / tall) + 0.5
    first = (gx - ax) ** 2 + (gy - ay * tall) ** 2 < (gx - bx) ** 2 + (gy - by * tall) ** 2
    ix, iy = torch.where(first, ax, bx), torch.where(first, ay, by)
    px, py = gx - ix, gy - iy * tall

    def hexagon(hx: torch.Tensor, hy: torch.Tensor) -> torch.Tensor:
        return torch.maximum(hx.abs(), 0.5 * hx.abs() + 0.8660254 * hy.abs())

    d = hexagon(px, py)
    cx, cy = ix / zoom, iy * tall / zoom  # the middle of the cell
    lean = 0.14 + 0.10 * c.size(3)
    vx, vy = (cx - ox).clamp(-1.3, 1.3) * lean, (cy - oy).clamp(-1.3, 1.3) * lean  # how far the floor is seen shifted
    floor = hexagon((px + vx) / 0.74, (py + vy) / 0.74)
    number = hash01(ix * 2, iy * 2, 3.0)
    r = torch.sqrt((cx - ox) ** 2 + (cy - oy) ** 2 + 1e-4)
    ring = 0.5 + 0.5 * torch.cos(4.2 * r - c.angle(0))
    own = 0.5 + 0.5 * torch.cos(c.angle(0) + TAU * number)
    glow = (0.25 + 0.75 * ring) * (0.45 + 0.55 * own) * smooth(3.0, 0.4, r)
    hole = smooth(0.455, 0.435, d)
    bottom = smooth(0.47, 0.42, floor)
    facing = (px * 0.5 + py * 0.85) / d.clamp(min=0.1)
    wall = (0.35 - 0.45 * facing).clamp(0, 1)
    deep = smooth(0.44, 0.25, d)
    honey = glow * (0.55 + 0.45 * torch.exp(-3.5 * ((px + vx + 0.08) ** 2 + (py + vy - 0.10) ** 2)))
    edge = torch.exp(-((d - 0.455) / 0.022) ** 2)
    lamp = torch.exp(-((c.x - ox) ** 2 + (c.y - oy) ** 2) * 0.5)
    wax = 0.12 + 0.20 * lamp + 0.14 * glow
    inner = bottom * (0.08 + 0.80 * honey) + (1 - bottom) * (0.06 + 0.34 * wall * (0.4 + glow) + 0.20 * glow * deep)
    tone = hole * inner + (1 - hole) * wax + edge * (0.12 + 0.40 * glow) * (0.5 + 0.5 * facing)
    light = hole * (bottom * (0.20 + 1.0 * honey) + (1 - bottom) * (0.20 + 0.55 * wall * (0.5 + glow))) + (1 - hole) * (0.25 + 0.5 * lamp) + 0.45 * edge * (0.3 + glow)
    spot = torch.exp(-((px + vx + 0.14) ** 2 + (py + vy - 0.16) ** 2) * 90) * bottom * glow
    return tone, light, 0.55 * spot + 0.12 * edge * glow * (0.5 + 0.5 * facing)


SCENES: dict[str, Callable[[Canvas], Maps]] = {"jellyfish": jellyfish, "ribbons": ribbons, "honeycomb": honeycomb}
