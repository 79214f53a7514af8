"""Over the horizon: night skyline in the rain, retro sun, lightning. What is below the horizon mirrors what is above."""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, hash01, smooth
from .ground import grid_lines, ripple
from .maps import Maps, over
from .textures import ramp, texture


def _buildings(c: Canvas, x: torch.Tensor, y: torch.Tensor, layer: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A row of towers standing on y = 0: (inside, lit windows, distance below the roof)."""
    wide, tall, low = ((0.30, 0.55, 0.30), (0.42, 0.95, 0.12))[layer]
    gx = x / wide
    i = torch.floor(gx)
    fx = gx - i
    j = i % 24
    salt = torch.full_like(j, 1.0 + layer)
    top = low + tall * hash01(j, salt, 2.0) ** 1.4
    step = (hash01(j, salt, 5.0) > 0.45) * ((fx - 0.5).abs() < 0.24) * 0.12
    mast = (hash01(j, salt, 6.0) > 0.55) * ((fx - 0.5).abs() < 0.024 / wide) * 0.26
    below = top + torch.maximum(step, mast) - y
    gap = 0.02 / wide
    inside = ramp(below, 0.010) * smooth(0.0, gap, fx) * smooth(1.0, 1.0 - gap, fx)
    across, rows = (3, 11.0) if layer == 0 else (4, 10.5)
    wx, wy = (fx - 0.08) / 0.84 * across, y * rows
    column, row = torch.floor(wx), torch.floor(wy)
    key = hash01(j * across + column, row, 7.0 + layer)
    lit = smooth(0.52, 0.60, key) * (0.45 + 0.55 * hash01(column + 3 * j, row, 3.0))
    blink = 0.72 + 0.28 * torch.cos(c.angle(0) + TAU * hash01(row, column + j, 8.0))
    pane = ramp(0.30 - (wx - column - 0.5).abs(), 0.10) * ramp(0.28 - (wy - row - 0.5).abs(), 0.12) * ramp(top - y - 0.03, 0.01)
    pane = pane * (wx > 0) * (wx < across)
    return inside, pane * lit * blink, below


SIGNS = ((-0.86, 0.46, 0.20, 0.0), (-0.20, 0.34, 0.16, 2.1), (0.42, 0.58, 0.24, 4.2), (1.24, 0.40, 0.18, 1.0), (-1.60, 0.50, 0.2, 3.0))  # x, y, half height, phase


def rain_skyline(c: Canvas) -> Maps:
    """Towers over a wet street; rain falls one tile an orbit."""
    horizon = -0.42
    shift = 0.22 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    rise = c.angle(0) / (TAU / 2)
    up = c.y - horizon
    street = ramp(-up, 0.012)
    wet = texture(c, "fine", c.x * 0.9, up * 2.2)
    shiver = (0.030 * torch.sin(up * 46 + 2 * c.angle(0)) + 0.07 * (wet - 0.5)) * (up < 0)
    x, y = c.x + shiver, up.abs() * torch.where(up < 0, 0.86, 1.0) + 0.02
    sky = torch.exp(-y * (1.9 - 0.6 * c.size(2)))
    cloud = texture(c, "gas", x * 0.33 + 0.08 * c.cos(0) + 0.1, y * 0.45 + 0.05 * c.sin(0))
    murk = cloud * (0.25 + 0.75 * sky)
    maps: Maps = (0.03 + 0.26 * sky + 0.26 * murk, 0.03 + 0.40 * sky + 0.42 * murk, torch.zeros_like(x))
    inside, pane, _ = _buildings(c, x + 0.4 * shift, y, 0)
    haze = 0.16 + 0.22 * torch.exp(-y * 3.2)
    maps = over(maps, (haze + 0.50 * pane, 0.10 + 0.34 * torch.exp(-y * 3.0) + 0.75 * pane, 0.0 * pane), 0.92 * inside)
    inside, pane, below = _buildings(c, x + shift + 0.13, y, 1)
    edge = torch.exp(-below.clamp(min=0) / 0.015)
    base = 0.05 + 0.16 * torch.exp(-y * 6.0)
    maps = over(maps, (base + 0.74 * pane + 0.25 * edge, 0.03 + 0.30 * torch.exp(-y * 7) + 1.15 * pane + 0.30 * edge, 0.10 * pane), inside)
    neon, halo = torch.zeros_like(x), torch.zeros_like(x)
    for sx, sy, half, phase in SIGNS:
        dx, dy = (x + shift - sx).abs(), ((y - sy).abs() - half).clamp(min=0)
        far = torch.sqrt(dx * dx + dy * dy + 1e-6)
        on = 0.62 + 0.38 * torch.cos(c.angle(0) + c.apart(4) * 0 + phase)
        neon, halo = neon + on * ramp(0.026 - far, 0.012), halo + on * torch.exp(-far / 0.09)
    glow = 0.55 * neon + 0.34 * halo
    fade = 1 - 0.40 * street * (0.6 + 0.8 * (1 - wet)) * smooth(0.0, 0.7, -up)
    lamps = torch.exp(-(up + 0.012).abs() / 0.012) * (0.35 + 0.65 * (0.5 + 0.5 * torch.cos(c.x * 2 * TAU - c.angle(0))) ** 4)
    tone = (maps[0] + glow) * fade + 0.45 * lamps
    light = (maps[1] + 1.3 * glow) * fade + 0.7 * lamps
    white = (maps[2] + 0.25 * neon) * fade
    rain = texture(c, "streaks", c.x * 0.75 + 0.05 * c.y, 0.42 * c.y + rise) * 0.9
    veil = texture(c, "streaks", c.x * 1.5 + 0.10 * c.y + 0.3, 0.8 * c.y + 2 * rise) * 0.45
    drops = (rain + veil) * (0.35 + 0.45 * c.size(3)) * (0.30 + 0.9 * (sky + halo).clamp(0, 1))
    return tone + 0.32 * drops, light + 0.55 * drops, white + 0.14 * drops


def retro_sun(c: Canvas) -> Maps:
    """The barred sun sinking behind low-poly mountains, over a flying grid that mirrors it."""
    horizon = -0.30
    sx = 0.20 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    radius = 0.50 + 0.14 * c.size(3)
    sy = horizon + 0.30 + 0.24 * c.size(2)
    dx, dy = c.x - sx, c.y - sy
    r = torch.sqrt(dx * dx + dy * dy + 1e-5)
    up = (c.y - horizon).clamp(min=0)
    halo, dusk = torch.exp(-(r - radius).clamp(min=0) * 3.0), torch.exp(-up * 2.6)
    wisps = texture(c, "bands", c.x * 0.30 + 0.10 * c.cos(0), c.y * 0.9 + 0.35) ** 2.2 * torch.exp(-((up - 0.45) / 0.40) ** 2)
    stars = texture(c, "stars", c.x * 0.8 + 0.4, c.y * 0.8) * smooth(0.25, 1.0, up) * (1 - halo)
    maps: Maps = (0.03 + 0.20 * dusk + 0.30 * halo + 0.16 * wisps, 0.03 + 0.26 * dusk + 0.42 * halo + 0.22 * wisps, 0.8 * stars)
    fall = (-dy / radius + 0.20).clamp(min=0)  # bars grow toward the foot
    bar = torch.cos((c.y - sy) * 21 + c.angle(0))
    lit = smooth(-0.22, 0.22, bar + 1.35 - 1.9 * fall)
    disk = ramp(radius - r, 0.014)
    tone = (0.74 + 0.24 * dy / radius).clamp(0.30, 1.0)
    maps = over(maps, (tone, 1.15 + 0.0 * r, 0.10 + 0.0 * r), disk * lit)
    for i, (pitch, tall, salt) in enumerate(((0.34, 0.34, 3.0), (0.46, 0.20, 9.0))):
        gx = c.x / pitch + 0.3 * i
        k = torch.floor(gx)
        f = gx - k
        left, right = (hash01(j % 16, torch.full_like(k, salt), 4.0) * tall * (0.35 + 0.65 * smooth(0.1, 1.3, (j * pitch).abs())) for j in (k, k + 1))
        top = horizon + 0.02 + left + (right - left) * f
        below = top - c.y
        facet = 0.5 + 0.5 * torch.tanh((right - left) * torch.where(c.x < sx, 1.0, -1.0) * 9)  # slopes toward the sun are lit
        crest = torch.exp(-below.clamp(min=0) / 0.014)
        wire = torch.exp(-ripple(f - 0.5 + 0.5).abs() * pitch / 0.010) * smooth(0.0, 0.1, below)
        body = 0.06 + 0.16 * facet * torch.exp(-below.clamp(min=0) * 3)
        maps = over(maps, (body + 0.55 * crest + 0.22 * wire, 0.10 + 0.40 * facet * torch.exp(-below.clamp(min=0) * 3) + 0.9 * crest + 0.30 * wire, 0.0 * r), ramp(below, 0.010))
    d = (horizon - c.y).clamp(min=1e-3)
    z = 0.62 / d + c.angle(0) / TAU
    line, glow, _ = grid_lines(c.x - 0.35 * sx, d, z, 0.62, 0.020)
    column = torch.exp(-(dx / (0.30 + 0.32 * d)) ** 2) * torch.exp(-d * 1.5)
    shine = column * (0.45 + 0.55 * torch.cos(TAU * z))
    tone = 0.03 + 0.60 * line + 0.20 * glow + 0.36 * shine + 0.35 * torch.exp(-d * 12)
    light = 0.04 + 1.05 * line + 0.22 * glow + 0.62 * shine + 0.50 * torch.exp(-d * 12)
    return over(maps, (tone, light, 0.18 * line), ramp(horizon - c.y, 0.008))


def lightning(c: Canvas) -> Maps:
    """Three forked bolts take turns in a thundercloud over still water."""
    horizon = -0.56
    ox = 0.34 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    up = c.y - horizon
    wave = texture(c, "bands", c.x * 0.6, up * 2.0 + 0.2 * c.cos(0)) - 0.5
    x = c.x + 0.16 * wave * (up < 0)
    y = horizon + up.abs()
    zoom = 0.88 + 0.24 * c.size(2)
    core, near = torch.zeros_like(x), torch.zeros_like(x)
    for i in range(3):
        weight = (0.5 + 0.5 * torch.cos(c.angle(0) - i * TAU / 3)) ** 1.5
        bx, by = (x - ox + (0.0, 0.62, -0.58)[i]) * zoom, (y - horizon) * zoom - 0.66
        far = texture(c, f"bolt {i}", bx / 2, by / 2) / zoom
        core = torch.maximum(core, weight * torch.exp(-(far / 0.017) ** 1.4))
        near = near + weight * (0.030 / (far + 0.035) + 0.22 * torch.exp(-far * 2.0))
    near = near.clamp(0, 1.6)
    cos, sin = c.cos(0), c.sin(0)
    cloud = texture(c, "gas", x * 0.36 + 0.10 * cos + 0.2, y * 0.42 + 0.07 * sin)
    tower = texture(c, "dust", x * 0.34 - 0.10 * cos + 0.5, y * 0.40 - 0.07 * sin + 0.1)
    deck = smooth(-0.15, 0.95, y + 0.5 * (tower - 0.5))  # the cloud hangs in the upper half
    mass = (0.30 + 0.70 * cloud) * deck
    glow = mass * (0.16 + 0.95 * near + 0.30 * c.size(3))
    rain = texture(c, "streaks", x * 0.9 + 0.08 * y, 0.25 * y + c.angle(0) / (TAU / 2)) * (1 - deck)
    tone = 0.02 + 0.70 * glow + 0.28 * near * (0.4 + 0.6 * rain) + 0.55 * core + 0.10 * torch.exp(-up.abs() * 5)
    light = 0.02 + 0.85 * glow + 0.42 * near * (0.5 + 0.6 * rain) + 1.0 * core + 0.14 * torch.exp(-up.abs() * 5)
    mirror = ramp(-up, 0.012)
    dim = 1 - mirror * (0.35 + 0.6 * (0.5 - wave).clamp(0, 1) * smooth(0, 0.4, -up))
    shore = torch.exp(-(up / 0.012) ** 2)
    return tone * dim * (1 - 0.8 * shore), light * dim * (1 - 0.6 * shore), 0.50 * core * dim


SCENES: dict[str, Callable[[Canvas], Maps]] = {"rain_skyline": rain_skyline, "retro_sun": retro_sun, "lightning": lightning}
