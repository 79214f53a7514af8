"""The subjects. Each scene turns a Canvas into three maps that any palette can colour.

A scene gives (tone, light, white), each [B, H, W]: picture = palette(tone) * light + white.
Tone 0 is near black in every palette, 1 nearly white. Pair 0 carries the native motion: one orbit is one whole
period (a ring forward, an arm's turn, a wave's roll), so every scene closes exactly. Layouts are fixed; what differs
between seeds is smooth (place, size, bend, brightness).
"""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, hash01, line, polar, smooth
from .maps import Maps, over


def tunnel(c: Canvas) -> Maps:
    turn, (cx, cy) = c.angle(0), c.sway()
    r, a = polar(c.x - cx, c.y - cy)
    depth = torch.log(r + 0.06)
    twist = 8 * a + (c.size(2) - 0.5) * 5 * depth
    ring = 9 * depth - turn
    near = smooth(0.04, 0.45, r)
    panel = smooth(-0.2, 0.9, torch.cos(ring) * torch.cos(twist))
    wires = torch.maximum(line(ring + TAU / 4, 9), 0.8 * line(twist + TAU / 4, 7))
    core = torch.exp(-(r / (0.10 + 0.08 * c.size(3))) ** 1.1)
    tone = 0.05 + 0.26 * panel * near + 0.60 * wires * near + 0.85 * core
    light = 0.12 + (0.30 * panel + 0.95 * wires) * near * (1.15 - 0.4 * r) + 1.1 * core
    return tone, light, 0.25 * core


def galaxy(c: Canvas) -> Maps:
    cx, cy = c.sway(reach=0.10)
    x, y = c.x - cx, (c.y - cy) * (1.10 + 0.7 * c.size(2)) + 0.35 * (c.x - cx)
    r, a = polar(x, y)
    arm = (0.5 + 0.5 * torch.cos(2 * a + 4.6 * torch.log(r + 0.14) - c.angle(0))) ** 1.6
    dust = torch.sigmoid(1.6 * c.cloud(0, x * 1.1, y * 1.1))
    fall = torch.exp(-r * (0.9 + 0.7 * c.size(3)))
    core = torch.exp(-(r / 0.15) ** 1.2)
    glow = arm * fall * (0.45 + 0.85 * dust) * smooth(1.5, 0.7, r)
    tone = 0.04 + 1.0 * glow + 0.8 * core + 0.20 * torch.exp(-2.0 * r)
    stars = c.stars(c.x * 0.8, c.y * 0.8)
    return tone, 0.4 + 0.9 * smooth(0, 0.5, tone), 0.6 * stars * (1 - tone).clamp(0, 1) + 0.3 * core


def nebula(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.16)
    q = c.cloud(0, c.x * 0.42 + 0.13 * c.cos(0), c.y * 0.42 + 0.13 * c.sin(0))
    p = c.cloud(1, c.x * 0.42 + 0.13 * c.cos(4), c.y * 0.42 + 0.13 * c.sin(4))
    x, y = c.x * 0.55 + 0.13 * q + ox, c.y * 0.55 + 0.13 * p + oy
    warped = 0.75 * c.cloud(3, x, y) + 0.35 * c.cloud(2, 2 * x, 2 * y)
    body = torch.sigmoid(2.6 * warped - 0.5 + 1.0 * (c.size(2) - 0.5))
    ridge = torch.exp(-(warped - 0.1).abs() * 4.0) * torch.sigmoid(1.6 * q + 0.3)
    heart = body * torch.sigmoid(2.6 * p - 1.0)
    tone = 0.04 + 0.30 * body + 0.30 * ridge + 0.40 * heart
    light = 0.08 + 0.55 * body + 0.55 * ridge + 0.40 * heart
    return tone, light, 0.75 * c.stars(c.x * 0.7 + 0.3, c.y * 0.7) * (1 - 0.7 * body)


def glass(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.07)
    gx, gy = (c.x + ox) * 2.6, (c.y + oy) * 2.6
    ix, iy = torch.floor(gx), torch.floor(gy)
    first = torch.full_like(gx, 9.0)
    second, hue, bx, by = first, torch.zeros_like(gx), first, first
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            jx, jy = ix + dx, iy + dy
            swing = c.angle(0) + TAU * hash01(jx, jy, 3.0)
            px = jx + 0.5 + 0.30 * (2 * hash01(jx, jy, 1.0) - 1) + 0.13 * torch.cos(swing)
            py = jy + 0.5 + 0.30 * (2 * hash01(jx, jy, 2.0) - 1) + 0.13 * torch.sin(swing)
            d = torch.sqrt((gx - px) ** 2 + (gy - py) ** 2 + 1e-6)
            closer = d < first
            second = torch.where(closer, first, torch.minimum(second, d))
            lamp = 0.5 + 0.5 * torch.cos(c.angle(4) + TAU * hash01(jx, jy, 5.0))
            hue = torch.where(closer, 0.62 * hash01(jx, jy, 4.0) + 0.38 * lamp, hue)
            bx, by = torch.where(closer, gx - px, bx), torch.where(closer, gy - py, by)
            first = torch.where(closer, d, first)
    edge = second - first
    pane = smooth(0.05, 0.14, edge)
    sun = torch.exp(-1.5 * ((c.x - 0.5 * c.cos(0)) ** 2 + (c.y - 0.5 * c.sin(0)) ** 2))
    bevel = smooth(0.14, 0.22, edge) * (1 - smooth(0.22, 0.36, edge)) * (by - bx).clamp(min=0)
    light = pane * (0.30 + 0.95 * sun) * (1.1 - 0.45 * first + 0.3 * (by - bx))
    return 0.20 + 0.70 * hue, light, 0.30 * bevel * pane * (0.3 + sun)


def mandala(c: Canvas) -> Maps:
    turn = c.angle(0)
    r, a = polar(c.x, c.y)
    star, wide = torch.cos(8 * a), torch.cos(4 * a)
    flow = 8 * r - turn + 1.3 * star
    weave = 14 * r + 2.2 * wide * (0.4 + c.size(2)) - c.angle(4)
    petal = r - (0.62 + 0.14 * torch.cos(turn)) * (0.78 + 0.22 * star)
    inner = r - (0.30 - 0.08 * torch.cos(turn)) * (0.75 - 0.25 * wide)
    fade = 1 - smooth(0.80, 1.12, r)
    lines = 0.50 * line(flow, 7) + 0.30 * line(weave, 6) + 0.75 * torch.exp(-petal.abs() * 22) + 0.6 * torch.exp(-inner.abs() * 26)
    heart = torch.exp(-(r / 0.10) ** 1.5)
    tone = (0.12 + 0.26 * (0.5 + 0.5 * torch.cos(flow)) + 0.60 * lines) * fade + 0.7 * heart
    return tone, (0.35 + 0.9 * lines) * fade + heart, 0.2 * heart


def flower(c: Canvas) -> Maps:
    cx, cy = c.sway(reach=0.05)
    x, y = c.x - cx, c.y - cy
    r, a = polar(x, y)
    halo = torch.exp(-2.2 * r)
    maps: Maps = (0.06 + 0.34 * halo, 0.25 + 0.5 * halo, torch.zeros_like(r))
    for i in range(4):
        bloom = 1 + 0.16 * torch.cos(c.angle(0) - 0.7 * i)
        reach = (0.92 - 0.20 * i) * (0.85 + 0.25 * c.size(2)) * bloom
        fold = torch.cos(4 * a + i * TAU / 4 + 0.30 * torch.sin(c.angle(0)) * (1 - 0.2 * i)).abs()
        edge = reach * (0.36 + 0.64 * fold ** 0.8)
        d = edge - r
        along = (r / edge.clamp(min=0.05)).clamp(0, 1)
        tone = 0.16 + 0.10 * i + 0.36 * along ** 2 - 0.16 * (1 - fold) + 0.25 * torch.exp(-d.clamp(min=0) * 24)
        light = (0.35 + 0.65 * along) * (0.6 + 0.15 * i)
        maps = over(maps, (tone, light, 0.12 * torch.exp(-d.clamp(min=0) * 26)), smooth(-0.012, 0.02, d))
    heart = torch.exp(-(r / 0.11) ** 2)
    return maps[0] + 0.5 * heart, maps[1] + 0.8 * heart, maps[2] + 0.15 * heart


def _perspective(c: Canvas, horizon: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Depth below the horizon (0 at it, 1 near) and the reciprocal distance that grids move along."""
    below = (horizon - c.y).clamp(min=0)
    return below, 1 / (0.12 + below)


def sun(c: Canvas) -> Maps:
    horizon = -0.15
    sx, lift = 0.22 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2), 0.16 + 0.34 * c.size(2)
    sy, radius = horizon + lift, 0.36 + 0.14 * c.size(3)
    r = torch.sqrt((c.x - sx) ** 2 + (c.y - sy) ** 2 + 1e-5)
    halo = torch.exp(-(r - radius).clamp(min=0) * 3.2)
    sky = torch.exp(-(c.y - horizon).clamp(min=0) * 2.4)
    tone = 0.05 + 0.34 * sky + 0.34 * halo
    stars = c.stars(c.x * 0.7, c.y * 0.7) * smooth(0.1, 0.9, c.y)
    maps: Maps = (tone, 0.35 + 0.35 * sky + 0.4 * halo, 0.7 * stars)
    bars = (c.y - sy) * 22 + c.angle(0)
    gap = ((sy + 0.05 - c.y) / radius).clamp(0, 1)
    lit = smooth(-0.25, 0.25, torch.cos(bars) + 1.15 - 1.5 * gap)
    disk = smooth(-0.015, 0.015, radius - r)
    maps = over(maps, (0.72 + 0.26 * (c.y - sy) / radius, torch.full_like(r, 1.15), torch.zeros_like(r)), disk * lit)
    hill = horizon + 0.10 + 0.09 * c.cloud(0, c.x * 0.6 + 0.2, torch.full_like(c.x, 0.3))
    maps = over(maps, (torch.full_like(r, 0.10), torch.full_like(r, 0.5), torch.zeros_like(r)), smooth(-0.008, 0.012, hill - c.y))
    below, depth = _perspective(c, horizon)
    across = line(1.5 * depth * 2 - c.angle(0), 14)
    along = line((c.x - 0.3 * sx) * depth * 4.5, 14)
    grid = torch.maximum(across, along) * smooth(0.0, 0.22, below)
    glint = torch.exp(-(((c.x - sx) / (0.25 + 0.4 * below)) ** 2)) * torch.exp(-2.5 * below)
    floor: Maps = (0.10 + 0.30 * glint + 0.55 * grid, 0.25 + 0.55 * glint + 0.85 * grid, torch.zeros_like(r))
    return over(maps, floor, smooth(-0.008, 0.008, horizon - c.y))


def sea(c: Canvas) -> Maps:
    mx, my = 0.32 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2), 0.42 + 0.26 * c.size(2)
    r = torch.sqrt((c.x - mx) ** 2 + (c.y - my) ** 2 + 1e-5)
    sky = torch.exp(-(c.y - 0.1).clamp(min=0) * 2.0)
    halo = torch.exp(-(r - 0.15).clamp(min=0) * 4)
    moon = smooth(-0.015, 0.015, 0.15 - r)
    tone = 0.05 + 0.26 * sky + 0.30 * halo
    maps: Maps = (tone + 0.6 * moon, 0.3 + 0.25 * sky + 0.45 * halo + 0.5 * moon, 0.25 * moon + 0.6 * c.stars(c.x * 0.7, c.y * 0.7) * smooth(0.2, 0.8, c.y) * (1 - halo))
    for i in range(6):
        way = 1 if i % 2 == 0 else -1
        roll = c.x * (3.2 - 0.25 * i) + way * c.angle(0) + 1.9 * i + 0.5 * torch.sin(c.x * 1.7 + i)
        crest = (0.5 + 0.5 * torch.cos(roll)) ** 1.8
        heave = 0.035 * torch.sin(c.angle(4) + 1.3 * i)
        top = 0.10 - 0.24 * i + heave + (0.07 + 0.03 * i) * crest * (0.7 + 0.6 * c.size(3))
        d = top - c.y
        depth = d.clamp(min=0)
        foam = torch.exp(-depth * 26) * (0.25 + 0.75 * crest)
        shine = torch.exp(-(((c.x - mx) / (0.16 + 0.12 * i)) ** 2)) * torch.exp(-depth * 9)
        tone = 0.13 + 0.16 * crest * torch.exp(-depth * 5) + 0.58 * foam + 0.35 * shine
        light = 0.35 + 0.3 * crest * torch.exp(-depth * 6) + 0.55 * foam + 0.5 * shine
        maps = over(maps, (tone, light, 0.22 * foam * shine), smooth(-0.008, 0.012, d))
    return maps


def city(c: Canvas) -> Maps:
    turn, horizon = c.angle(0), -0.55
    mirrored = torch.where(c.y < horizon, 2 * horizon - c.y, c.y)  # wet street
    ripple = torch.where(c.y < horizon, 0.02 * torch.sin(c.y * 34 + turn), torch.zeros_like(c.y))
    x, y = c.x + ripple, mirrored
    mx, my = 0.35 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2), 0.50 + 0.25 * c.size(2)
    r = torch.sqrt((x - mx) ** 2 + (y - my) ** 2 + 1e-5)
    cloud = torch.sigmoid(1.5 * c.cloud(0, x * 0.4 + 0.2 * c.cos(0), y * 0.5 + 0.1 * c.sin(0)))
    sky = torch.exp(-(y - horizon) * 1.7)
    moon, halo = smooth(-0.015, 0.015, 0.14 - r), torch.exp(-(r - 0.14).clamp(min=0) * 4)
    beams = torch.zeros_like(x)
    for side in (-0.55, 0.5):
        lean = 0.45 * torch.sin(turn + side * 3)
        away = (x - side - lean * (y - horizon)).abs() / (0.05 + 0.13 * (y - horizon).clamp(min=0))
        beams = beams + torch.exp(-away ** 2) * torch.exp(-(y - horizon) * 0.9)
    maps: Maps = (0.05 + 0.30 * sky * (0.5 + cloud) + 0.22 * halo + 0.55 * moon + 0.24 * beams, 0.25 + 0.45 * sky + 0.35 * halo + 0.7 * moon + 0.5 * beams, 0.2 * moon)
    for i, (count, height) in enumerate(((2.4, 0.80), (1.9, 0.36))):
        gx = x * count + 0.37 * i
        ix, fx = torch.floor(gx), gx - torch.floor(gx)
        top = horizon + 0.16 + height * (0.25 + 0.95 * hash01(ix, torch.zeros_like(ix), 1.0 + i))
        top = top + 0.10 * (hash01(ix, torch.ones_like(ix), 1.0) > 0.5) * ((fx - 0.5).abs() < 0.22)
        inside = smooth(-0.008, 0.01, top - y) * smooth(0.02, 0.06, fx) * (1 - smooth(0.94, 0.98, fx))
        wx, wy = fx * 4, (y - horizon) * (9.0 - 1.5 * i)
        jx, jy = torch.floor(wx), torch.floor(wy)
        blink = hash01(ix * 4 + jx, jy, 7.0 + i)
        lit = smooth(0.35, 0.75, blink) * (0.55 + 0.45 * torch.cos(turn + TAU * hash01(jx + ix * 4, jy, 9.0)))
        pane = smooth(0.46, 0.30, (wx - jx - 0.5).abs()) * smooth(0.46, 0.28, (wy - jy - 0.5).abs()) * smooth(0.02, 0.06, top - y)
        neon = torch.exp(-((fx - 0.02).abs() * 14)) * (0.5 + 0.5 * torch.cos(c.angle(4) + TAU * hash01(ix, ix, 3.0))) * (i == 1)
        tone = 0.13 - 0.05 * i + 0.10 * sky + 0.72 * pane * lit + 0.5 * neon
        maps = over(maps, (tone, 0.30 + 0.95 * pane * lit + 0.7 * neon, torch.zeros_like(x)), inside)
    street = smooth(0.0, 0.02, horizon - c.y)
    dim = 1 - 0.45 * street
    streak = torch.exp(-((c.y - horizon + 0.015) / 0.018) ** 2) * line(c.x * 4 - turn, 3)
    return maps[0] * (1 - 0.15 * street) + 0.6 * streak, maps[1] * dim + 0.8 * streak, maps[2] * dim


def lightning(c: Canvas) -> Maps:
    turn = c.angle(0)
    drift = c.cloud(0, c.x * 0.45 + 0.14 * c.cos(0), c.y * 0.6 + 0.08 * c.sin(0))
    cloud = torch.sigmoid(1.6 * drift + 0.8 * c.cloud(1, c.x * 0.6 - 0.1 * c.cos(4), c.y * 0.8))
    near, bolt = torch.zeros_like(c.x), torch.zeros_like(c.x)
    start = 0.34 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    column = torch.zeros_like(c.y)
    shake = 0.03 * torch.sin(turn + c.y * 5)
    zigzag = 0.13 * c.cloud(2, column + 0.1, c.y * 0.5) + 0.05 * c.cloud(3, column + 0.5, c.y * 1.0)
    trunk = start + zigzag + shake + 0.25 * (c.size(2) - 0.5) * (0.8 - c.y)
    flash = 0.72 + 0.28 * torch.cos(turn)
    for i, (fork, slope, phase) in enumerate(((2.0, 0.0, 0.0), (0.45, 0.62, 2.1), (0.05, -0.7, 4.2))):
        down = fork - c.y
        path = trunk + slope * down.clamp(min=0) * (1 + 0.25 * torch.sin(c.y * 9 + i)) if i else trunk
        on = torch.ones_like(c.y) if i == 0 else smooth(0, 0.05, down) * (1 - smooth(0.5, 0.95, down)) * (0.5 + 0.5 * torch.cos(turn - phase))
        weight = flash if i == 0 else 0.75 * on
        d = (c.x - path).abs()
        bolt = torch.maximum(bolt, weight * torch.exp(-(d / (0.018 if i == 0 else 0.013)) ** 1.5))
        near = near + weight * 0.035 / (d + 0.06)
    near = near.clamp(0, 1.3)
    tone = 0.05 + cloud * (0.30 + 0.45 * near) * smooth(-1.2, 0.5, c.y) + 0.28 * near + 0.5 * bolt
    maps: Maps = (tone, 0.20 + 0.70 * cloud + 0.60 * near + bolt, 0.45 * bolt)
    hill = -0.78 + 0.06 * c.cloud(3, c.x * 0.5, torch.full_like(c.x, 0.7))
    return over(maps, (torch.full_like(tone, 0.02), torch.full_like(tone, 0.3), torch.zeros_like(tone)), smooth(-0.01, 0.01, hill - c.y))


BUBBLES = (  # right, up, radius
    (-0.55, 0.45, 0.24), (0.5, 0.6, 0.20), (0.1, 0.25, 0.17), (-0.15, -0.75, 0.22),
    (0.72, -0.62, 0.26), (-0.78, -0.35, 0.20), (0.62, 0.02, 0.22), (-0.18, 0.82, 0.15),
    (-0.08, -0.18, 0.34), (-1.1, 0.95, 0.25), (1.15, 0.3, 0.25), (0.25, -1.2, 0.25),
)


def bubbles(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.08)
    fog = torch.sigmoid(1.4 * c.cloud(0, c.x * 0.4 + 0.12 * c.cos(4), c.y * 0.4 + 0.12 * c.sin(4)))
    maps: Maps = (0.05 + 0.20 * fog, 0.25 + 0.35 * fog, torch.zeros_like(c.x))
    for i, (bx, by, size) in enumerate(BUBBLES):
        swing = c.angle(0) + i * 2.4
        px, py = bx + ox + 0.15 * torch.cos(swing), by + oy + 0.15 * torch.sin(swing)
        radius = size * (0.75 + 0.5 * c.size(2 + i % 2))
        dx, dy = (c.x - px) / radius, (c.y - py) / radius
        square = dx * dx + dy * dy
        z = torch.sqrt((1 - square).clamp(min=0))
        rim = (1 - z) ** 2.4
        lit = (-0.45 * dx + 0.6 * dy + 0.5 * z).clamp(0, 1.2)
        film = 0.5 + 0.5 * torch.sin(3.2 * dy + 2.2 * dx + i + c.angle(4))
        spot = torch.exp(-((dx + 0.36) ** 2 + (dy - 0.42) ** 2) * 26) + 0.4 * torch.exp(-((dx - 0.4) ** 2 + (dy + 0.46) ** 2) * 14)
        cover = smooth(1.03, 0.96, torch.sqrt(square + 1e-6))
        tone = 0.12 + 0.30 * film * (0.3 + rim) + 0.30 * lit + 0.45 * rim
        glow = torch.exp(-(torch.sqrt(square + 1e-6) - 1).clamp(min=0) * 5)
        maps = (maps[0] + 0.10 * glow, maps[1] + 0.10 * glow, maps[2])
        maps = over(maps, (tone, 0.20 + 0.50 * lit + 0.95 * rim, 0.75 * spot), 0.94 * cover)
    return maps


def aurora(c: Canvas) -> Maps:
    turn = c.angle(0)
    stars = c.stars(c.x * 0.7, c.y * 0.7) * smooth(-0.5, 0.2, c.y)
    tone, light = torch.full_like(c.x, 0.05), torch.full_like(c.x, 0.28)
    for i in range(3):
        bend = 0.20 * torch.sin(c.x * (2.1 + 0.5 * i) + (1 if i % 2 == 0 else -1) * turn + 2.2 * i) + 0.10 * torch.sin(c.x * 4.1 + c.angle(4) + i)
        base = -0.34 + 0.32 * i + 0.18 * (c.size(2 + i) - 0.5) + bend
        d = c.y - base
        ray = torch.sigmoid(1.6 * c.cloud(i, c.x * 0.55 + 0.10 * c.cos(0) + 0.2 * i, torch.full_like(c.x, 0.13 * i) + 0.06 * c.sin(0)) + 0.5 * torch.cos(c.x * 13 + 2 * bend * 6 + i))
        curtain = smooth(-0.06, 0.03, d) * torch.exp(-d.clamp(min=0) / (0.14 + 0.60 * ray)) * (0.15 + 1.05 * ray) * (1.05 - 0.2 * i)
        tone = tone + curtain * (0.62 - 0.30 * (d / 0.9).clamp(0, 1))
        light = light + 0.85 * curtain
    maps: Maps = (tone, light, 0.65 * stars * (1 - tone).clamp(0, 1))
    hill = -0.68 + 0.09 * c.cloud(3, c.x * 0.5, torch.full_like(c.x, -0.8))
    shore = 0.03 + 0.10 * torch.exp(-(hill - c.y).clamp(min=0) * 14)
    return over(maps, (shore, torch.full_like(tone, 0.4), torch.zeros_like(tone)), smooth(-0.01, 0.01, hill - c.y))


def fire(c: Canvas) -> Maps:
    rise = c.angle(0) / (TAU / 2)  # one tile, two units of its own, an orbit
    height = (c.y + 1.05) / (1.5 + 0.7 * c.size(2))
    bend = 0.20 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    lick = 0.08 * torch.sin(c.y * 3.1416 - c.angle(0)) * height.clamp(0, 2)
    x = c.x - bend * height.clamp(0, 2) ** 1.5 + lick
    tongues = 0.80 * c.cloud(0, x * 0.9, c.y * 0.32 - rise) + 0.45 * c.cloud(1, x * 1.1 + 0.5, c.y * 0.45 - rise)
    flame = 0.34 * tongues * (0.3 + height.clamp(0, 1.5)) + 0.85 - 0.45 * x.abs() ** 2 - 1.15 * height
    heat = smooth(-0.10, 1.15, flame)
    edge = torch.exp(-(flame - 0.08).abs() * 9)
    sparks = c.stars(c.x + lick, c.y - rise) * smooth(-0.7, 0.0, c.y) * (1 - heat)
    return 0.03 + 0.95 * heat + 0.20 * edge + 0.6 * sparks, 0.15 + 1.0 * smooth(0.0, 0.55, heat + 0.3 * edge) + 0.9 * sparks, 0.25 * sparks


def circuit(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.08)
    gx, gy = (c.x + ox) * 2.4, (c.y + oy) * 2.4
    ix, iy = torch.floor(gx), torch.floor(gy)
    fx, fy = gx - ix, gy - iy
    fx = torch.where(hash01(ix, iy, 2.0) > 0.5, fx, 1 - fx)
    d = torch.minimum((torch.sqrt(fx * fx + fy * fy + 1e-6) - 0.5).abs(), (torch.sqrt((1 - fx) ** 2 + (1 - fy) ** 2 + 1e-6) - 0.5).abs())
    lean = c.angle(4)
    pulse = line(2.6 * (c.x * torch.cos(lean) + c.y * torch.sin(lean)) - c.angle(0), 1.6)
    glow, wire = torch.exp(-d * 8), smooth(0.13, 0.08, d)
    groove = smooth(0.05, 0.03, d)
    edge = torch.minimum(torch.sqrt((fx - 0.5) ** 2 + torch.minimum(fy, 1 - fy) ** 2), torch.sqrt((fy - 0.5) ** 2 + torch.minimum(fx, 1 - fx) ** 2))
    node = smooth(0.15, 0.11, edge)
    tone = 0.08 + 0.24 * glow * (0.3 + pulse) + (0.22 + 0.48 * pulse) * wire - 0.20 * groove * wire + 0.35 * node * pulse
    light = 0.22 + 0.35 * glow * pulse + (0.35 + 0.75 * pulse) * wire + 0.4 * node * pulse
    return tone, light, 0.2 * node * pulse


def chrome(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.14)
    turn, second = c.angle(0), c.angle(4)

    def surface(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        u = x + ox + 0.34 * torch.sin(1.9 * y + turn) + 0.20 * torch.sin(2.6 * y - 1.7 * x + second)
        v = y + oy + 0.34 * torch.cos(1.7 * x - turn + 0.9) + 0.20 * torch.cos(2.4 * x + 2.0 * y + 1.0)
        return torch.sin(2.3 * u + 0.9 * v) + torch.sin(2.6 * v - 0.8 * u + 1.2)

    step = 0.02
    here = surface(c.x, c.y)
    sx, sy = (surface(c.x + step, c.y) - here) / step, (surface(c.x, c.y + step) - here) / step
    nz = 1 / torch.sqrt(1 + 0.20 * (sx * sx + sy * sy))
    nx, ny = -0.45 * sx * nz, -0.45 * sy * nz
    sky = 0.5 + 0.5 * torch.sin(3.0 * ny + 1.8 * nx + 1.4 * here + 0.5 + 0.6 * torch.cos(turn))
    band = smooth(0.30, 1.0, sky) ** 1.3
    shine = smooth(0.78, 1.0, 0.5 * ny - 0.4 * nx + 0.75 * nz)
    rim = smooth(0.10, 0.0, sky) * 0.35
    return 0.05 + 0.66 * band + 0.22 * shine + rim, 0.12 + 0.75 * band + 0.3 * shine + rim, 0.35 * shine ** 3


def smoke(c: Canvas) -> Maps:
    rise = c.angle(0) / (TAU / 2)
    cx = 0.16 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    sway = 0.16 * torch.sin(c.y * 2.4 - c.angle(0)) + 0.10 * torch.sin(c.y * 1.1 + c.angle(4))
    x = c.x - cx * (1 + 0.3 * c.y) - sway
    wide = (0.50 + 0.40 * c.size(2)) * (0.7 + 0.45 * smooth(-1.2, 1.0, c.y))
    q = c.cloud(1, x * 0.8, c.y * 0.5 - rise)
    p = c.cloud(2, x * 0.8 + 0.16 * q + 0.5, c.y * 0.5 - rise + 0.12 * q)
    column = torch.exp(-((x + 0.05 * q) / wide) ** 2)
    wisp = torch.exp(-(2.2 * p) ** 2) + 0.6 * torch.exp(-(2.2 * (q - 0.3)) ** 2)
    body = torch.sigmoid(2.4 * p + 0.1)
    return 0.03 + column * (0.14 + 0.36 * body + 0.36 * wisp), 0.05 + column * (0.10 + 0.50 * body + 0.60 * wisp), 0.08 * (column * wisp) ** 2


def opart(c: Canvas) -> Maps:
    cx, cy = c.sway()
    r, a = polar(c.x - cx, c.y - cy)
    lean = 0.5 * c.apart(4).cos() * torch.cos(2 * a) + 0.5 * c.apart(4).sin() * torch.sin(2 * a)
    wave = 19 * r - c.angle(0) + (0.6 + 2.4 * c.size(2)) * lean * smooth(0.0, 0.6, r) * 1.5 + 0.9 * torch.cos(6 * a) * r
    stripe = 0.5 + 0.5 * torch.tanh(3.5 * (torch.cos(wave) - 0.20))
    fade = 0.25 + 0.75 * torch.exp(-(r / (0.95 + 0.4 * c.size(3))) ** 2)
    return 0.02 + 0.95 * stripe * (0.5 + 0.5 * fade), (0.10 + 0.95 * stripe) * fade, torch.zeros_like(r)


SCENES: dict[str, Callable[[Canvas], Maps]] = {
    "tunnel": tunnel, "galaxy": galaxy, "nebula": nebula, "glass": glass, "mandala": mandala, "flower": flower, "sun": sun, "sea": sea,
    "city": city, "lightning": lightning, "bubbles": bubbles, "aurora": aurora, "fire": fire, "circuit": circuit, "chrome": chrome,
    "smoke": smoke, "opart": opart,
}
