"""The sky at night: spiral galaxy, nebula, eclipse, planet."""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, polar, smooth
from .maps import Maps, over
from .textures import ramp, texture, wheel


def spiral_galaxy(c: Canvas) -> Maps:
    """A tilted disk of two arms, dust lanes and young stars; it turns by one arm an orbit."""
    cx, cy = c.sway(1, 0.13)
    zoom = 1.08 - 0.36 * c.size(2)
    x, y = (c.x - cx) * zoom, (c.y - cy) * zoom
    lean = 0.42
    u, v = x * 0.90 + y * lean, (y * 0.90 - x * lean) * 1.75  # the disk, seen from 55 degrees
    r, a = polar(u, v)
    depth = torch.log(r + 0.05)
    turned = a - 0.5 * c.angle(0)  # half a turn: two arms
    wind = turned * 2 + 4.2 * depth
    arm = 0.5 + 0.5 * torch.cos(wind)
    lane = torch.exp(-((1 - torch.cos(wind - 0.95)) * 3.2))
    smoke = texture(c, "filaments", wheel(turned, 2) + 1.34 * depth, 0.9 * depth)
    grain = texture(c, "dust", wheel(turned, 2) + 1.34 * depth, 1.1 * depth + 0.3)
    knots = texture(c, "stars", wheel(turned, 4) + 2.68 * depth, 2.2 * depth)
    fall = torch.exp(-r * 0.95) * smooth(1.75, 0.75, r)
    disk = (0.12 + 1.05 * arm ** 1.5 * (0.25 + 0.95 * grain) + 0.75 * smoke * arm) * fall
    disk = disk * (1 - 0.75 * lane * (0.35 + 0.65 * grain) * smooth(0.10, 0.3, r))
    bulge = torch.exp(-torch.sqrt(u * u + 0.55 * v * v + 1e-5) / (0.15 + 0.08 * c.size(3)))
    halo = torch.exp(-torch.sqrt(x * x + 1.4 * y * y + 1e-5) * 2.3)
    stars = texture(c, "stars", c.x * 0.8 + 0.2, c.y * 0.8)
    hot = knots * arm ** 2 * smooth(0.1, 0.35, r) * smooth(1.5, 0.7, r)
    tone = 0.02 + 0.80 * disk + 0.24 * halo + 0.62 * bulge + 0.35 * hot
    light = 0.02 + 1.25 * disk + 0.26 * halo + 0.95 * bulge + 0.55 * hot
    return tone, light, 1.0 * stars * (1 - 1.3 * disk).clamp(0, 1) + 0.30 * hot + 0.40 * bulge ** 2


def nebula(c: Canvas) -> Maps:
    """Walls of lit gas; two sheets of cloud wheel past each other once an orbit, in front of stars."""
    ox, oy = c.sway(1, 0.10)
    cos, sin = c.cos(0), c.sin(0)
    x, y = c.x * 0.36 + ox * 0.5, c.y * 0.36 + oy * 0.5
    back = texture(c, "gas", x + 0.16 * cos, y + 0.16 * sin)
    front = texture(c, "filaments", x * 0.9 - 0.13 * cos + 0.3, y * 0.9 - 0.13 * sin - 0.2)
    veil = texture(c, "dust", x * 0.8 - 0.13 * cos + 0.1, y * 0.8 - 0.13 * sin + 0.55)
    heart_x, heart_y = c.x - 0.25 - 2 * ox, c.y - 0.10 - 2 * oy
    lamp = torch.exp(-(heart_x * heart_x * 0.6 + heart_y * heart_y) * (1.7 - 0.9 * c.size(2)))
    dark = smooth(0.55, 0.22, veil)  # clouds of dust that hide the rest
    body = back ** 1.15 * (0.62 + 0.85 * lamp) + 0.55 * front * (0.40 + 0.9 * lamp)
    body = body * (1 - 0.80 * dark * (1 - 0.45 * lamp)) + 0.10 * lamp
    rim = torch.exp(-((veil - 0.60) / 0.05) ** 2) * lamp * 0.35
    star = texture(c, "stars", c.x * 0.8 + 0.5 + 1.5 * ox, c.y * 0.8 + 1.5 * oy)
    r = torch.sqrt(heart_x ** 2 + heart_y ** 2 + 1e-5)
    cross = torch.exp(-heart_y.abs() / 0.014) * torch.exp(-heart_x.abs() * 5) + torch.exp(-heart_x.abs() / 0.014) * torch.exp(-heart_y.abs() * 5)
    sun = torch.exp(-r / 0.05) + 0.30 * torch.exp(-r * 5) + 0.6 * cross
    tone = 0.02 + 0.92 * body + rim + 0.35 * sun
    light = 0.02 + 1.45 * body + 0.9 * rim + 0.8 * sun
    return tone, light, 1.0 * star * (1 - 0.8 * body.clamp(0, 1)) * (1 - 0.7 * dark) + 0.45 * sun ** 2 + 0.10 * body.clamp(0, 1) ** 3


def eclipse(c: Canvas) -> Maps:
    """The black moon in a streaming corona; a diamond of light runs round its edge once an orbit."""
    cx, cy = c.sway(1, 0.12)
    x, y = c.x - cx, c.y - cy
    r, a = polar(x, y)
    radius = 0.40 + 0.16 * c.size(2)
    q = r / radius
    out = (q - 1).clamp(min=0)
    depth, turn = torch.log(q), c.angle(0) / (TAU / 2)
    rays = texture(c, "dust", wheel(a, 5), 0.12 * depth + 0.2) ** 2
    silk = texture(c, "filaments", wheel(a, 2), 0.75 * depth - turn)
    fine = texture(c, "dust", wheel(a, 3), 0.35 * depth - turn)
    petals = 0.62 + 0.38 * torch.cos(3 * a + 0.8) * torch.cos(2 * a - 0.4)
    long = torch.exp(-out * (1.35 - 0.5 * c.size(3)) / petals)
    corona = long * (0.16 + 0.75 * fine ** 1.5 + 0.65 * silk + 0.35 * rays)
    inner = torch.exp(-out * 6)
    ring = torch.exp(-((q - 1.01) / 0.030) ** 2)
    px, py = cx + radius * c.cos(0), cy + radius * c.sin(0)
    dx, dy = c.x - px, c.y - py
    far = torch.sqrt(dx * dx + dy * dy + 1e-5)
    flare = torch.exp(-far / 0.05) + 0.40 * torch.exp(-far / 0.22)
    spike = torch.exp(-dy.abs() / 0.012) * torch.exp(-dx.abs() * 3.2) + 0.5 * torch.exp(-dx.abs() / 0.012) * torch.exp(-dy.abs() * 6)
    bead = torch.exp((torch.cos(a - c.angle(0)) - 1) * 7)
    outside = ramp(q - 1, 0.025)
    stars = texture(c, "stars", c.x * 0.8, c.y * 0.8) * (1 - long) * outside
    tone = 0.02 + (0.62 * corona + 0.42 * inner) * outside + ring * (0.35 + 0.6 * bead) + 0.5 * flare
    light = 0.02 + (1.05 * corona + 0.65 * inner) * outside + ring * (0.5 + 0.9 * bead) + 0.9 * flare + 0.5 * spike
    earth = 0.10 * (1 - outside) * texture(c, "dust", x / radius * 0.5, y / radius * 0.5) * (0.3 + q ** 2)
    return tone + 0.4 * spike + earth, light + earth, 0.95 * stars + 0.55 * flare ** 2 + 0.25 * spike + 0.3 * ring * bead


def planet(c: Canvas) -> Maps:
    """A banded giant with a ring, lit from the side; it turns by its own half an orbit of cloud, before a star field."""
    cx, cy = c.sway(1, 0.14)
    radius = 0.54 + 0.14 * c.size(2)
    x, y = (c.x - cx + 0.08) / radius, (c.y - cy - 0.02) / radius
    tilt = 0.30
    u, v = x + tilt * y, y - tilt * x  # axes of the ball, to within a scale
    norm = (1 + tilt * tilt) ** 0.5
    u, v = u / norm, v / norm
    square = x * x + y * y
    depth = torch.sqrt((1 - square).clamp(min=1e-4))
    longitude = torch.atan2(u, depth) / (TAU / 2)  # -0.5..0.5 on the near side
    bands = texture(c, "bands", longitude * 1.0 + c.angle(0) / (TAU / 2), v * 0.95 + 0.2)
    swirl = texture(c, "gas", longitude * 1.2 + c.angle(0) / (TAU / 2), v * 0.8)
    sun = (-0.66 * x + 0.38 * y + 0.62 * depth).clamp(min=0)
    day = smooth(0.02, 0.75, sun)
    q = torch.sqrt(square + 1e-5)
    ball = ramp(1 - q, 0.022)
    edge = torch.exp(-(1 - q).clamp(min=0) * 9) * smooth(-0.5, 0.7, -0.8 * x + 0.5 * y)
    air = torch.exp(-(q - 1).clamp(min=0) * 7) * smooth(-0.6, 1.0, -0.8 * x + 0.5 * y)
    sky = texture(c, "stars", c.x * 0.8, c.y * 0.8 + 0.3)
    mist = texture(c, "gas", c.x * 0.30 + 0.55, c.y * 0.30 + 0.1) ** 1.4
    maps: Maps = (0.02 + 0.36 * mist + 0.42 * air, 0.02 + 0.50 * mist + 0.75 * air, 1.0 * sky * (1 - air) * (1 - 0.6 * mist))
    cloud = 0.10 + 0.85 * bands + 0.25 * (swirl - 0.3)
    ball_maps: Maps = (0.06 + 0.80 * cloud * (0.25 + 0.75 * day) + 0.35 * edge, 0.01 + 1.1 * day + 0.6 * edge, 0.22 * edge * day)
    ring_v = v * 4.2
    w = torch.sqrt(u * u + ring_v * ring_v + 1e-5)  # 1 at the ball's edge
    groove = texture(c, "bands", w * 0 + 0.3, w * 0.85)
    sheet = ramp(w - 1.28, 0.05) * ramp(2.25 - w, 0.05) * (0.25 + 0.95 * groove) * (1 - 0.85 * torch.exp(-((w - 1.83) / 0.05) ** 2))
    shade = 1 - 0.94 * smooth(1.04, 0.86, (0.5 * x + 0.87 * y).abs()) * smooth(0.0, 0.5, 0.87 * x - 0.5 * y)  # the ball's shadow
    spoke = 0.75 + 0.25 * torch.cos(3 * torch.atan2(ring_v, u) - c.angle(0))
    glow = sheet * shade * spoke
    ring_maps: Maps = (0.15 + 0.72 * glow, 0.08 + 1.0 * glow, 0.12 * glow ** 2)
    behind = (v > 0).float()
    cover = (0.92 * sheet.clamp(0, 1)) ** 0.8
    maps = over(maps, ring_maps, cover * behind)
    maps = over(maps, ball_maps, ball)
    return over(maps, ring_maps, cover * (1 - behind))


SCENES: dict[str, Callable[[Canvas], Maps]] = {"spiral_galaxy": spiral_galaxy, "nebula": nebula, "eclipse": eclipse, "planet": planet}
