"""Light in the dark: black hole, moons, under water, laser show."""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, polar, smooth
from .maps import Maps, over
from .textures import layers, ramp, texture, wheel


def black_hole(c: Canvas) -> Maps:
    """A shadow, the ring of bent light, and the disk of hot gas before and above it; the gas goes half round an orbit."""
    cx, cy = c.sway(1, 0.13)
    x0, y0 = c.x - cx, c.y - cy
    lean = 0.16
    x, y = x0 + lean * y0, y0 - lean * x0
    shadow = 0.33 + 0.11 * c.size(2)
    turn = c.angle(0) / (TAU / 2)
    r, a = polar(x, y)
    q = r / shadow
    u, v = x / shadow, (y / shadow + 0.10) * 5.2
    w, b = polar(u, v)
    gas = texture(c, "bands", wheel(b, 1) - turn, 0.42 * w)
    knots = texture(c, "filaments", wheel(b, 1) - turn + 0.9 * torch.log(w), 0.6 * torch.log(w))
    beam = 1 - 0.62 * torch.cos(b)  # gas coming toward us is brighter
    disk = smooth(1.15, 1.5, w) * torch.exp(-(w - 1.4).clamp(min=0) * (0.62 - 0.22 * c.size(3))) * (0.20 + 0.95 * gas + 0.45 * knots)
    front = smooth(0.35, -0.35, v)  # the near half passes before the shadow
    outside = ramp(q - 1, 0.035)
    direct = disk * beam * (front + (1 - front) * outside * 0.75)
    above = 0.5 + 0.5 * torch.sin(a)
    arch_gas = texture(c, "bands", wheel(a, 1) - turn, 0.55 * q + 0.3)
    reach = 0.14 + 0.52 * above ** 1.5
    arch = outside * torch.exp(-(q - 1.02).clamp(min=0) / reach) * (0.25 + 0.95 * arch_gas) * (1 - 0.5 * torch.cos(a)) * (0.45 + 0.55 * above)
    photon = torch.exp(-((q - 1.045) / 0.035) ** 2) * (1 - 0.40 * torch.cos(a))
    bend = 1 - 1 / (q * q).clamp(min=1)  # light from behind is bent round
    stars = texture(c, "stars", x0 * 0.8 * bend + 0.1, y0 * 0.8 * bend) * smooth(1.1, 1.6, q)
    mist = texture(c, "gas", x0 * 0.30 * bend + 0.5, y0 * 0.30 * bend + 0.6) ** 1.8 * smooth(1.0, 2.2, q)
    halo = torch.exp(-(q - 1).clamp(min=0) * 1.1) * outside + 0.6 * torch.exp(-w * 0.6)
    fire = direct + 0.85 * arch * (1 - 0.6 * front * (disk > 0.3))
    tone = 0.01 + 0.68 * fire + 0.50 * photon + 0.10 * halo + 0.24 * mist
    light = 0.01 + 1.10 * fire + 0.95 * photon + 0.12 * halo + 0.28 * mist
    return tone, light, 0.9 * stars * (1 - fire).clamp(0, 1) + 0.18 * photon + 0.25 * direct.clamp(0, 1.2) ** 3


MOONS = ((-0.10, -0.04, 0.60, 0.0, 0.0), (0.78, 0.60, 0.20, 0.7, 0.6), (-0.86, 0.72, 0.12, 0.3, 1.2), (1.42, -0.55, 0.30, 1.1, 2.0), (-1.46, -0.42, 0.20, 1.6, 0.4), (0.72, -0.80, 0.10, 0.9, 0.2))  # x, y, radius, texture


def moons(c: Canvas) -> Maps:
    """Cratered moons; the sun goes round them once an orbit."""
    cx, cy = c.sway(1, 0.12)
    sky = texture(c, "stars", c.x * 0.85 + 0.6, c.y * 0.85)
    mist = texture(c, "gas", c.x * 0.30 + 0.05 * c.cos(0) + 0.3, c.y * 0.30 + 0.05 * c.sin(0) + 0.1) ** 1.4
    square = torch.full_like(c.x, 99.0)
    x, y, gx, gy = square, square, square, square
    for mx, my, radius, ox, oy in MOONS:  # they never touch, so the nearest one says it all
        near, size = 0.5 + radius, radius * (0.86 + 0.28 * c.size(2))
        u, v = (c.x - mx - near * cx) / size, (c.y - my - near * cy) / size
        mine = u * u + v * v
        closer, grain = mine < square, min(1.0, radius * 1.7 + 0.25)
        square, x, y = torch.where(closer, mine, square), torch.where(closer, u, x), torch.where(closer, v, y)
        gx, gy = torch.where(closer, u * grain + ox, gx), torch.where(closer, v * grain + oy, gy)
    z = torch.sqrt((1 - square).clamp(min=1e-4))
    sx, sy = 0.90 * c.cos(0), 0.55 * c.sin(0)
    ground = layers(c, "craters", gx * 0.80, gy * 0.80)
    bump = 0.60 * z
    lit = (x - bump * ground[:, 0]) * sx + (y - bump * ground[:, 1]) * sy + (0.26 + 0.22 * c.size(3)) * z
    day = smooth(-0.02, 0.90, lit)
    q = torch.sqrt(square + 1e-5)
    limb = (x * sx + y * sy) / q
    glow = torch.exp(-(q - 1).clamp(min=0) * 4) * smooth(-0.5, 1.0, limb)
    below: Maps = (0.02 + 0.42 * mist + 0.32 * glow, 0.02 + 0.55 * mist + 0.42 * glow, sky * (1 - 0.7 * mist) * (1 - glow))
    rim = torch.exp(-(1 - q).clamp(min=0) * 12) * smooth(-0.2, 0.9, limb)
    tone = 0.05 + day * (0.22 + 0.72 * ground[:, 2]) + 0.22 * rim
    return over(below, (tone, 0.015 + 1.20 * day + 0.40 * rim, 0.08 * day ** 3), ramp(1 - q, 0.03))


def underwater(c: Canvas) -> Maps:
    """Shafts of sun through the surface, nets of light on the sand, bubbles rising one tile an orbit."""
    shift = 0.24 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    cos, sin = c.cos(0), c.sin(0)
    top = 1.18
    x = c.x - shift
    r, a = polar(x * 0.9, top + 0.35 - c.y)  # around a sun above the surface; a = 90 degrees straight down
    shafts = texture(c, "dust", a * 1.05 + 0.09 * cos, 0.05 * sin + 0.0 * a) * texture(c, "dust", a * 1.45 - 0.11 * cos + 0.4, 0.05 * sin + 0.5)
    shafts = (2.4 * shafts) ** 1.7 * torch.exp(-r * (0.95 - 0.35 * c.size(2))) * smooth(1.5, 0.4, (a - TAU / 4).abs() * 1.4)
    sun = torch.exp(-r * 2.1)
    deep = torch.exp((c.y - top) * 1.15)
    up = (c.y - 0.62).clamp(min=1e-3)  # the surface from below, in perspective
    roof = texture(c, "caustics", 0.55 * x / (up + 0.25) + 0.25 * cos, 0.55 / (up + 0.25) + 0.25 * sin) * smooth(0.0, 0.30, up)
    floor_y = -0.56 + 0.04 * c.cloud(1, c.x * 0.5, c.x * 0.0 + 0.2)
    d = (floor_y - c.y).clamp(min=1e-3) + 0.16
    gx, gz = 0.42 * x / d, 0.42 / d
    net = torch.minimum(texture(c, "caustics", gx + 0.22 * cos, gz + 0.22 * sin), 1.4 * texture(c, "caustics", gx * 0.9 - 0.22 * cos + 0.4, gz * 0.9 - 0.22 * sin)) * 2.0
    net = net + 0.30 * texture(c, "caustics", gx + 0.22 * cos, gz + 0.22 * sin)
    sand = ramp(floor_y - c.y, 0.02)
    lit = torch.exp(-x * x * 0.6) * (0.45 + 0.45 * c.size(3)) + 0.30
    water = 0.22 * deep + 0.85 * shafts + 0.55 * sun + 0.75 * roof * (0.25 + sun)
    ground = 0.10 + (0.16 + 0.85 * net) * lit * smooth(0.16, 0.55, d) + 0.30 * shafts + 0.06
    glow = water * (1 - sand) + ground * sand
    bubble = texture(c, "stars", c.x * 0.75 + 0.02 * torch.sin(c.y * 9), c.y * 0.75 - c.angle(0) / (TAU / 2))
    tone = 0.03 + 0.80 * glow + 0.30 * bubble
    light = 0.03 + 1.05 * glow + 0.35 * bubble
    return tone, light, 0.22 * bubble + 0.25 * sun ** 2 + 0.12 * (net * sand * lit).clamp(0, 1.2) ** 2


LASERS = ((-0.78, -0.98, 10, 1.0, 0.0), (0.78, -0.98, 10, -1.0, 2.1), (0.0, 0.06, 14, 1.0, 4.0))  # x, y, beams a turn, sense, phase


def laser_show(c: Canvas) -> Maps:
    """Fans of laser light sweeping through stage fog over a crowd; each fan moves on by one beam an orbit."""
    shift, lift = c.sway(1, 0.11)
    cos, sin = c.cos(0), c.sin(0)
    fog = texture(c, "gas", c.x * 0.36 + 0.12 * cos, c.y * 0.36 + 0.12 * sin)
    puff = 0.30 + 1.30 * fog
    glow, core, lamp = (torch.zeros_like(c.x) for _ in range(3))
    for px, py, count, sense, phase in LASERS:
        x, y = c.x - px - shift, c.y - py - lift
        r, a = polar(x, y)
        turned = (count * a - sense * c.angle(0) + phase) / TAU
        off = (turned - torch.round(turned)).abs() * (TAU / count) * r  # distance from the nearest beam
        power = 0.62 + 0.38 * torch.cos(3 * a + phase + sense * c.angle(0))
        fall = torch.exp(-r * (0.50 - 0.25 * c.size(2))) * smooth(0.02, 0.12, r)
        core = core + power * ramp(0.017 - off, 0.017) * fall
        glow = glow + power * torch.exp(-off / 0.075) * fall
        lamp = lamp + torch.exp(-r / 0.06) + 0.40 * torch.exp(-r / 0.24)
    sheet_y = 0.06 + lift
    sheet = torch.exp(-((c.y - sheet_y).abs() / 0.16)) * texture(c, "filaments", c.x * 0.5 + 0.2 * cos, c.y * 1.1 - 0.3 * sin) * (0.35 + 0.5 * c.size(3))
    floor = torch.exp(-(c.y + 1.1).clamp(min=0) * 1.6)
    beams = glow * 0.66 * puff + core * (0.80 + 0.50 * puff)
    tone = 0.02 + 0.62 * beams + 0.40 * sheet + (0.26 * floor + 0.16) * puff + 0.5 * lamp
    light = 0.02 + 1.10 * beams + 0.50 * sheet + (0.34 * floor + 0.16) * puff + 0.9 * lamp
    white = 0.25 * core.clamp(0, 1.5) + 0.3 * lamp.clamp(0, 1)
    crowd = torch.full_like(c.x, -2.0)
    for pitch, base, wide in ((0.29, -0.83, 0.082), (0.37, -0.93, 0.10)):
        k = torch.round(c.x / pitch)
        dx = c.x - k * pitch
        tall = base + 0.045 * torch.sin(k * 5.3) + 0.035 * torch.cos(c.angle(0) * 2 + k * 2.4)
        head = torch.sqrt((wide * wide - dx * dx).clamp(min=0)) * 1.15 + tall * 1.0
        shoulders = tall - 0.06 - 0.9 * dx * dx
        crowd = torch.maximum(crowd, torch.maximum(torch.where(dx.abs() < wide, head, crowd), shoulders))
    inside = ramp(crowd - c.y, 0.012)
    rim = torch.exp(-(crowd - c.y).clamp(min=0) / 0.022)
    return over((tone, light, white), (0.04 + 0.40 * rim * beams.clamp(0, 1), 0.02 + 0.7 * rim * beams.clamp(0, 1), 0.0 * tone), inside)


SCENES: dict[str, Callable[[Canvas], Maps]] = {"moons": moons, "underwater": underwater, "black_hole": black_hole, "laser_show": laser_show}
