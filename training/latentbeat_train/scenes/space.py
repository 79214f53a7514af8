"""Flights: tunnel, wormhole, neon grid, corridor of light, starfield.

Motion is a flow in log-polar or in perspective: one orbit carries the pattern on by exactly one of its own periods.
Layouts are fixed; what differs between seeds is place, twist, width and brightness.
"""
import math
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, hash01, polar, smooth
from .ground import grid_lines, ripple
from .maps import Maps
from .textures import ramp, texture, wheel


def tunnel(c: Canvas) -> Maps:
    """An eight-sided tube of panels; ribs of light pass, one bay an orbit."""
    cx, cy = c.sway(1, 0.16)
    r, a = polar(c.x - cx, c.y - cy)
    twisted = (a + (c.size(2) - 0.5) * 0.6 * torch.log(r)) * (8 / TAU)
    sector = torch.floor(twisted)
    fold = (twisted - sector - 0.5) * (TAU / 8)
    wall = r * torch.cos(fold)  # distance from the axis in the wall's own direction
    across = torch.tan(fold).abs() / math.tan(TAU / 16)  # 0 mid panel, 1 at a corner
    bay = 1.25 * torch.log(wall) - c.angle(0) / TAU
    along = bay - torch.floor(bay)
    rib = ripple(bay)
    lamp, spill = torch.exp(-(rib / 0.042) ** 2), torch.exp(-rib * 4.5)
    second = torch.exp(-((along - 0.5).abs() / 0.02) ** 2)
    odd = sector - 2 * torch.floor(sector / 2)
    strip = torch.exp(-((1 - across) / 0.06) ** 2)
    cell = (along - 0.5).abs()  # two panels a bay, mirrored about its middle
    border = torch.minimum(0.78 - across, (0.20 - (cell - 0.25).abs()) * 3.4)
    inset, bevel = ramp(border, 0.05), torch.exp(-(border / 0.055) ** 2)
    window = ramp(0.52 - across, 0.06) * ramp(0.115 - (along - 0.74).abs(), 0.02) * odd
    blink = 0.55 + 0.45 * torch.cos(c.angle(0) + TAU * hash01(sector % 8, torch.zeros_like(sector), 3.0))
    grain = texture(c, "dust", wheel(a, 2), bay * 2)
    near = smooth(0.04, 0.36, r)
    fall = 1.25 - 0.42 * r
    metal = (0.30 + 0.70 * inset * grain + 0.80 * bevel) * (0.34 + 0.85 * spill) * (1.05 - 0.45 * across)
    core = torch.exp(-(r / (0.12 + 0.10 * c.size(3))) ** 1.2)
    neon = lamp + 0.75 * strip * (0.3 + 0.7 * odd) + 0.35 * second + 0.9 * window * blink
    haze = torch.exp(-r * 3.0)
    tone = 0.03 + (0.50 * metal + 0.50 * neon * (1 - 0.3 * inset)) * (0.4 + 0.6 * near) + 0.22 * haze + 0.75 * core
    light = (0.02 + 0.85 * metal + 1.0 * neon) * fall * (0.25 + 0.75 * near) + 0.35 * haze + 1.1 * core
    return tone, light, 0.35 * core + 0.28 * (lamp * near) ** 2


def wormhole(c: Canvas) -> Maps:
    """A spinning funnel of gas around a glass sphere through which another sky is seen; it falls in by one tile an orbit."""
    cx, cy = c.sway(1, 0.15)
    x, y = c.x - cx, c.y - cy
    r, a = polar(x, y)
    depth, turn = torch.log(r), c.angle(0) / (TAU / 2)
    shear = 1.0 + 0.3 * c.size(2)
    threads = texture(c, "filaments", wheel(a, 2) + shear * depth, 0.9 * depth + turn)
    cloud = texture(c, "gas", wheel(a, 2) + shear * depth + 0.5, 0.9 * depth + turn + 0.6)
    throat = 0.24 + 0.10 * c.size(3)
    q = r / throat
    hole = ramp(q - 1, 0.07)
    rim = torch.exp(-(q - 1).clamp(min=0) * 3.2) * hole + torch.exp(-(1 - q).clamp(min=0) * 7) * (1 - hole)
    fall = torch.exp(-0.62 * (r - throat).clamp(min=0))
    body = (0.80 * threads + 0.62 * cloud ** 1.3) * fall
    bulge = 0.5 / torch.sqrt((1.15 - q * q).clamp(min=0.06))  # the other sky, seen as in a ball of glass
    other = texture(c, "gas", x * bulge + 0.55 + 0.25 * c.cos(0), y * bulge - 0.3 + 0.25 * c.sin(0))
    sun = torch.exp(-r / throat * 3.2)
    ball = 0.75 * other ** 1.6 + 0.75 * sun
    tone = 0.03 + (0.80 * body * (0.75 + 0.35 * fall)) * hole + 0.70 * rim + (1 - hole) * ball * 0.9
    light = 0.03 + 1.15 * body * hole * (0.45 + 0.55 * fall) + 1.0 * rim + (1 - hole) * (0.1 + 1.0 * ball)
    return tone, light, 0.40 * rim ** 3 + 0.20 * threads ** 3 * fall * hole + 0.35 * sun ** 2 * (1 - hole)


def neon_grid(c: Canvas) -> Maps:
    """A floor and a dimmer ceiling of glowing squares, some of them lit, flying by one square an orbit."""
    cx, cy = c.sway(1, 0.14)
    x, y = c.x - cx, c.y - cy
    d = y.abs() + 1e-3
    z = 0.85 / d + c.angle(0) / TAU
    line, glow, ground = grid_lines(x, d, z, 0.85, 0.022)
    lane = torch.floor(ground)
    lit = (lane % 3 == 1).float()  # every third lane carries light
    border = torch.minimum(ripple(ground), ripple(z))
    pulse = 0.5 + 0.5 * torch.cos(1.7 / d + c.angle(0) + TAU * hash01(lane, torch.ones_like(z), 2.0))
    plate = lit * pulse ** 2 * (0.35 + 0.65 * torch.exp(-border * 5)) * ramp(border - 0.05, 0.04) * smooth(0.08, 0.3, d) * smooth(4.5, 2.0, x.abs() / d)
    above = smooth(-0.01, 0.01, y)
    power = 1 - above * (0.70 - 0.35 * c.size(3))
    horizon = torch.exp(-d * 7.0) * torch.exp(-0.30 * x * x)
    fade = 1.30 - 0.50 * d
    sheen = torch.exp(-(x / (0.10 + 0.35 * d)) ** 2) * torch.exp(-d * 1.2) * (1 - above)  # the horizon's light on the floor
    core = 0.5 * torch.exp(-(x * x * 2 + (y * 16) ** 2)) + torch.exp(-torch.sqrt(x * x + 1.6 * y * y) * (8 - 3 * c.size(2)))
    tone = 0.03 + (0.58 * line + 0.20 * glow + 0.55 * plate) * fade * power + 0.45 * horizon + 0.12 * sheen + 0.40 * core
    light = 0.02 + (1.0 * line + 0.22 * glow + 0.85 * plate) * fade * power + 0.50 * horizon + 0.20 * sheen + 0.6 * core
    return tone, light, 0.25 * line * fade * power + 0.25 * core ** 2


def _corridor_wall(c: Canvas, p: torch.Tensor, height: torch.Tensor) -> torch.Tensor:
    """Light of a side wall at reciprocal distance p and height -1..1: upright tubes and a running rail."""
    z = 0.85 / p + c.angle(0) / TAU
    tube = torch.exp(-(ripple(z) * p / 0.034).clamp(max=6) ** 1.5)
    slab = ramp(ripple(z) - 0.17, 0.02) * ramp(0.70 - height.abs(), 0.05)  # a panel between two gates
    wash = torch.exp(-ripple(z) * 3.6) * (1.1 - 0.5 * height.abs())
    rail = torch.exp(-((height + 0.84).abs() * p / 0.020).clamp(max=6))
    return 1.0 * tube + (0.22 + 0.24 * slab) * wash + 0.55 * rail


def light_corridor(c: Canvas) -> Maps:
    """A hall of neon gates over a polished floor, one gate an orbit."""
    cx, cy = c.sway(1, 0.13)
    x, y = c.x - cx, c.y - cy
    wide = 1.0 + 0.35 * c.size(2)
    u, v = x.abs() / wide + 1e-3, y.abs() + 1e-3
    p = torch.maximum(u, v)
    is_wall = ramp(u - v, 0.012)
    below = smooth(-0.01, 0.01, -y)
    z = 0.85 / p + c.angle(0) / TAU
    wall = _corridor_wall(c, u, y / u)
    wet = texture(c, "fine", x / v * 0.5, 0.85 / v + c.angle(0) / (TAU / 2))
    mirror = _corridor_wall(c, u, v / u - 2) * ramp(3 - v / u, 0.4) * (0.30 + 0.75 * wet)  # the wall, upside down in the floor
    gate = torch.exp(-(ripple(z) * p / 0.034).clamp(max=6) ** 1.5)
    wash = torch.exp(-ripple(z) * 3.6)
    panel = ramp(0.30 - (x / v).abs(), 0.04) * ramp(ripple(z) - 0.20, 0.04)
    ceiling = 0.95 * gate + 0.26 * wash * (0.6 + 0.4 * wet) + 0.80 * panel
    floor = 0.24 * wash * (0.5 + 0.6 * wet) + 0.50 * gate * wet + 0.95 * mirror + 0.45 * panel * wet
    glow = wall * is_wall + (1 - is_wall) * (floor * below + ceiling * (1 - below))
    corner = torch.exp(-(u - v).abs() / 0.018) * smooth(0.08, 0.4, p)
    core = torch.exp(-(p / (0.13 + 0.08 * c.size(3))) ** 1.3)
    haze = torch.exp(-p * 2.2)
    fade = smooth(0.05, 0.30, p) * (1.2 - 0.40 * p).clamp(min=0.25)
    tone = 0.03 + (0.74 * glow + 0.20 * corner) * fade + 0.32 * haze + 0.70 * core
    light = 0.03 + (1.2 * glow + 0.22 * corner) * fade + 0.36 * haze + 1.0 * core
    return tone, light, 0.30 * core + 0.20 * (glow * fade).clamp(max=1) ** 3


def starfield(c: Canvas) -> Maps:
    """Warp speed: three depths of streaking stars, each moving out by one of its own tiles an orbit."""
    cx, cy = c.sway(1, 0.18)
    x, y = c.x - cx, c.y - cy
    r, a = polar(x, y)
    depth, turn = torch.log(r), c.angle(0) / (TAU / 2)
    near = texture(c, "streaks", wheel(a, 2) + 0.3, 0.8 * depth - turn)
    far = texture(c, "streaks", wheel(a, 4) + 0.7, 1.3 * depth - turn + 0.4)
    haze = texture(c, "gas", wheel(a, 1), 0.8 * depth - turn)
    reach = smooth(0.04, 0.35, r)
    streak = 1.35 * near * reach + (0.70 + 0.6 * c.size(2)) * far * smooth(0.10, 0.5, r)
    mist = haze * torch.exp(-r * 0.8) * reach
    core = torch.exp(-(r / (0.07 + 0.07 * c.size(3))) ** 1.1)
    flare = torch.exp(-(y / 0.016) ** 2) * torch.exp(-x.abs() * 1.6) + 0.5 * torch.exp(-(x / 0.014) ** 2) * torch.exp(-y.abs() * 5)
    halo = torch.exp(-r * 3.2)
    tone = 0.03 + 0.85 * streak + 0.55 * mist + 0.34 * halo + 0.6 * core + 0.3 * flare
    light = 0.05 + 1.2 * streak + 0.62 * mist + 0.40 * halo + 1.0 * core + 0.5 * flare
    return tone, light, 0.25 * streak.clamp(max=1) ** 3 + 0.6 * core + 0.15 * flare


SCENES: dict[str, Callable[[Canvas], Maps]] = {
    "tunnel": tunnel, "wormhole": wormhole, "neon_grid": neon_grid, "light_corridor": light_corridor, "starfield": starfield,
}
