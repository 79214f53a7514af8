"""Over the horizon: retro sun, lightning. What is below the horizon mirrors what is above."""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, hash01, smooth
from .ground import grid_lines, ripple
from .maps import Maps, over
from .textures import ramp, texture


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
    fall = (-dy / radius + 0.42).clamp(min=0)  # bars grow toward the foot
    bar = torch.cos((c.y - sy) * 34 + c.angle(0))
    lit = smooth(-0.35, 0.35, bar + 1.45 - 2.1 * fall)
    disk = ramp(radius - r, 0.014)
    tone = (0.66 + 0.30 * dy / radius).clamp(0.30, 1.0)
    maps = over(maps, (tone, 1.05 + 0.15 * dy / radius, 0.04 + 0.0 * r), disk * lit)
    for i, (pitch, tall, salt) in enumerate(((0.30, 0.62, 3.0), (0.42, 0.34, 9.0))):
        gx = c.x / pitch + 0.3 * i
        k = torch.floor(gx)
        f = gx - k
        left, right = (hash01(j % 16, torch.full_like(k, salt), 4.0) * tall * (0.35 + 0.65 * smooth(0.0, 1.1, (j * pitch).abs())) for j in (k, k + 1))
        top = horizon + 0.02 + left + (right - left) * f
        below = top - c.y
        facet = 0.5 + 0.5 * torch.tanh((right - left) * torch.where(c.x < sx, 1.0, -1.0) * 9)  # slopes toward the sun are lit
        crest = torch.exp(-below.clamp(min=0) / 0.014)
        wire = torch.exp(-ripple(f) * pitch / 0.010) * smooth(0.0, 0.1, below)
        body = 0.06 + 0.30 * facet * torch.exp(-below.clamp(min=0) * 3)
        maps = over(maps, (body + 0.55 * crest + 0.22 * wire, 0.06 + 0.55 * facet * torch.exp(-below.clamp(min=0) * 3) + 0.9 * crest + 0.30 * wire, 0.0 * r), ramp(below, 0.010))
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
    x = c.x + 0.10 * wave * (up < 0)
    y = horizon + up.abs()
    zoom = 0.88 + 0.24 * c.size(2)
    core, near = torch.zeros_like(x), torch.zeros_like(x)
    for i in range(3):
        weight = (0.5 + 0.5 * torch.cos(c.angle(0) - i * TAU / 3)) ** 1.5
        bx, by = (x - ox + (0.0, 0.62, -0.58)[i]) * zoom, (y - horizon) * zoom - 0.66
        far = texture(c, f"bolt {i}", bx / 2, by / 2) / zoom
        core = torch.maximum(core, weight * torch.exp(-(far / 0.016) ** 1.4))
        near = near + weight * (0.022 / (far + 0.030) + 0.42 * torch.exp(-far * 1.7))
    near = near.clamp(0, 1.6)
    cos, sin = c.cos(0), c.sin(0)
    cloud = texture(c, "gas", x * 0.42 + 0.10 * cos + 0.2, y * 0.50 + 0.07 * sin + 0.55)
    tower = texture(c, "dust", x * 0.34 - 0.10 * cos + 0.5, y * 0.40 - 0.07 * sin + 0.1)
    deck = smooth(-0.35, 0.75, y + 0.5 * (tower - 0.5))  # the cloud hangs in the upper half
    mass = (0.10 + 0.75 * cloud + 1.0 * tower ** 1.8) * (0.22 + 0.78 * deck)
    glow = mass * (0.34 + 0.85 * near + 0.30 * c.size(3))
    rain = texture(c, "streaks", x * 0.9 + 0.08 * y, 0.25 * y + c.angle(0) / (TAU / 2)) * (1 - deck)
    tone = 0.02 + 0.70 * glow + 0.28 * near * (0.4 + 0.6 * rain) + 0.55 * core + 0.16 * torch.exp(-up.abs() * 4)
    light = 0.02 + 0.85 * glow + 0.42 * near * (0.5 + 0.6 * rain) + 1.1 * core + 0.26 * torch.exp(-up.abs() * 4)
    mirror = ramp(-up, 0.012)
    dim = 1 - mirror * (0.35 + 0.6 * (0.5 - wave).clamp(0, 1) * smooth(0, 0.4, -up))
    shore = torch.exp(-(up / 0.012) ** 2)
    return tone * dim * (1 - 0.8 * shore), light * dim * (1 - 0.6 * shore), 0.50 * core * dim


SCENES: dict[str, Callable[[Canvas], Maps]] = {"retro_sun": retro_sun, "lightning": lightning}
