"""Jellyfish, ribbons, honeycomb."""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, hash01, line, smooth
from .maps import Maps


def _medusa(c: Canvas, x: torch.Tensor, y: torch.Tensor, late: float, arms: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One jellyfish about half a unit wide around 0, 0: tone and glow to be added to the water; `late` delays its beat."""
    beat = c.angle(0) - late
    pulse = torch.cos(beat)
    w, h = 0.50 + 0.07 * pulse, 0.46 - 0.07 * pulse
    u, v = x / w, y / h
    dome = torch.sqrt(u * u + v.clamp(min=0) ** 2 + 1e-5)
    hem = -0.24 - 0.05 * torch.cos(11 * u) + 0.10 * u * u
    bell = smooth(1.02, 0.96, dome) * smooth(hem - 0.05, hem + 0.05, v)
    turn = torch.asin((u / torch.sqrt((1 - v.clamp(0, 0.98) ** 2))).clamp(-0.999, 0.999))
    ribs = line(9 * turn, 3.0)
    rim = torch.exp(-((1 - dome) / 0.13).clamp(min=0))
    skirt = torch.exp(-((v - hem - 0.05) / 0.09) ** 2)
    organs = sum(torch.exp(-(((u - px) / 0.11) ** 2 + ((v - 0.34 + 0.5 * px * px) / 0.20) ** 2)) for px in (-0.48, -0.16, 0.16, 0.48))
    body = bell * (0.12 + 0.14 * ribs * (0.3 + 0.7 * v.clamp(0, 1)) + 0.42 * rim + 0.36 * skirt + 0.36 * organs + 0.22 * v.clamp(0, 1))
    halo = torch.exp(-((dome - 0.9).clamp(min=0) / 0.35)) * torch.exp(-((hem - v).clamp(min=0) / 0.5)) * (0.13 + 0.07 * pulse)
    down = (-(y + 0.06)).clamp(min=0)
    t = down / 1.25
    threads = torch.zeros_like(x)
    for i in range(arms):
        side = (i / (arms - 1) - 0.5) * 2
        thick = i % 2 == 1
        path = 0.86 * w * side * (1 - 0.35 * t) + (0.03 + 0.13 * t) * torch.sin(5.0 * y + beat + 1.1 * i)
        wide = (0.016 + 0.030 * thick * (1 - t).clamp(0, 1) * (1 + 0.5 * torch.cos(24 * y + 2 * beat + i))).clamp(min=0.012)
        away = (x - path).abs()
        reach = 1.05 if thick else 1.35
        threads = threads + (torch.exp(-(away / wide) ** 2) + 0.20 * torch.exp(-away / 0.05)) * smooth(reach, reach * 0.25, t) * (0.55 if thick else 0.42)
    threads = threads * smooth(0.0, 0.05, down) * (1 - bell)
    return (body + threads).clamp(0, 1.2), halo


def jellyfish(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    size = 1.0 + 0.5 * c.size(2)
    bob = 0.05 * torch.sin(c.angle(0))
    lean = 0.22 * torch.sin(c.angle(4))
    x, y = (c.x - ox) / size, (c.y - oy - 0.28 - bob) / size
    tone, halo = _medusa(c, x - lean * y * 0.6, y, 0.0, 7)
    shafts = torch.zeros_like(tone)
    for px, py, small, late in ((-1.35, 0.62, 0.48, 2.0), (1.42, 0.10, 0.62, 4.0), (0.78, 0.86, 0.26, 3.0), (-0.82, -0.80, 0.30, 1.0)):
        other, near = _medusa(c, (c.x - px + 0.5 * ox) / small, (c.y - py + 0.5 * oy - bob) / small, late, 4)
        shafts = shafts + 0.55 * other + 0.45 * near
    ray = smooth(0.0, 1.0, torch.cos(3.1 * (c.x + 0.35 * c.y) + c.angle(4))) + smooth(0.2, 1.0, torch.cos(5.3 * (c.x + 0.30 * c.y) - c.angle(4) + 1.0))
    water = smooth(-1.6, 1.6, c.y) * (0.07 + 0.05 * ray)
    motes = c.stars(c.x * 0.9 + 0.1 * c.sin(4), c.y - c.angle(0) / (TAU / 2)) * 0.35
    tone_all = 0.03 + water + 0.34 * halo + 0.62 * shafts * (1 - tone.clamp(0, 1)) + 0.86 * tone + 0.3 * motes
    light = 0.28 + 1.1 * water + 0.65 * halo + 0.45 * shafts + 0.85 * tone + 0.35 * motes
    return tone_all, light, 0.22 * (tone - 0.55).clamp(min=0)


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
    for middle, reach, waves, twists, lag, width, near in BANDS:
        way = c.angle(0) if near != 0.55 and near != 0.30 else -c.angle(0)
        path = middle + swing * reach * torch.sin(TAU / 2 * waves * x - way + lag) + 0.10 * torch.sin(TAU * 0.8 * x + c.angle(4) + lag)
        spin = TAU / 2 * twists * x * 0.8 + way + 1.7 * lag
        face = torch.cos(spin)
        half = width * thick * (0.16 + 0.84 * face.abs())
        across = (y - path) / half
        cover = smooth(1.03, 0.95, across.abs())
        shadow = torch.exp(-((across.abs() - 0.9).clamp(min=0) * half / 0.10) ** 1.2) * near
        front = smooth(-0.05, 0.05, face)
        bow = torch.sqrt((1 - 0.9 * across * across).clamp(min=0.05))
        gloss = torch.exp(-((torch.sin(spin) * 0.8 + 0.45 * across * face - 0.30) / 0.26) ** 2)
        threads = 0.5 + 0.5 * torch.cos(13 * across)
        rim = smooth(0.80, 0.98, across.abs())
        own_tone = (0.10 + 0.30 * front + 0.26 * bow * face.abs() + 0.40 * gloss + 0.05 * threads + 0.16 * rim) * (0.45 + 0.55 * near)
        own_light = (0.25 + 0.45 * bow + 0.75 * gloss + 0.25 * rim) * (0.40 + 0.65 * near)
        dim = 1 - 0.75 * shadow * (1 - cover)
        tone = tone * dim * (1 - cover) + own_tone * cover
        light = light * dim * (1 - cover) + own_light * cover
        white = white * (1 - cover) + 0.26 * gloss ** 2 * near * cover
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
