"""The night city: towers drawn once as a texture, four units wide, and the skyline in the rain that shows them."""
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F

from ..canvas import TAU, Canvas, hash01, smooth
from .maps import Maps, over
from .textures import look, ramp, texture, wrap

WIDE, TALL = 1024, 512  # texels of 4 x 2 units; the street is at y = -0.9
STREET = -0.9


def _draw_row(x: torch.Tensor, y: torch.Tensor, wide: float, tall: float, low: float, salt: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """A row of towers on y = 0: (inside, lit panes, a number 0..1 for each pane, distance below the roof)."""
    count = round(4 / wide)
    gx = (x + 2) / 4 * count
    i = torch.floor(gx)
    fx, key = gx - i, torch.full_like(gx, salt)
    top = low + tall * hash01(i, key, 2.0) ** 1.6
    step = (hash01(i, key, 5.0) > 0.40) * ((fx - 0.5).abs() < 0.27) * 0.11
    mast = (hash01(i, key, 6.0) > 0.55) * ((fx - 0.5).abs() < 0.016 / wide) * 0.30
    below = top + torch.maximum(step, mast) - y
    inset = 0.02 * hash01(i, key, 9.0) / wide + 0.01
    inside = ramp(below, 0.008) * smooth(0.0, 0.008 / wide, fx - inset) * smooth(0.0, 0.008 / wide, 1 - inset - fx)
    across = torch.floor(3 + 2.2 * hash01(i, key, 11.0))
    wx, wy = (fx - 0.10) / 0.80 * across, y / 0.078
    column, row = torch.floor(wx), torch.floor(wy)
    lit = smooth(0.40, 0.55, hash01(i * 8 + column, row, 7.0 + salt)) * (0.35 + 0.65 * hash01(column + 3 * i, row, 3.0))
    pane = ramp(0.33 - (wx - column - 0.5).abs(), 0.09) * ramp(0.30 - (wy - row - 0.5).abs(), 0.10) * ramp(top - y - 0.03, 0.01) * (wx > 0) * (wx < across)
    return inside, pane * lit * inside, hash01(i * 8 + column, row, 20.0), below


def _smear(field: torch.Tensor) -> torch.Tensor:
    """Draws light out downward and upward, as a wet street does."""
    offsets = torch.arange(-64, 65).float()
    kernel = torch.exp(-offsets.abs() / 16)
    return F.conv2d(F.pad(field[:, None], (0, 0, 64, 64)), (kernel / kernel.sum()).view(1, 1, -1, 1))[:, 0]


@cache
def _city(device: torch.device) -> torch.Tensor:
    """[1, 9, TALL + 2, WIDE + 2]: far towers, near towers, roof edges, three groups of lit panes, the same three smeared."""
    x = ((torch.arange(WIDE) + 0.5) / WIDE * 4 - 2)[None].expand(TALL, WIDE)
    y = (1 - (torch.arange(TALL) + 0.5) / TALL * 2)[:, None].expand(TALL, WIDE) - STREET
    far, far_panes, far_key, _ = _draw_row(x, y, 0.20, 0.75, 0.40, 1.0)
    near, panes, key, below = _draw_row(x + 0.06, y, 0.32, 1.05, 0.14, 2.0)
    edge = near * torch.exp(-below.clamp(min=0) / 0.014)
    panes, key = 0.55 * far_panes * (1 - near) + panes, torch.where(near > 0.5, key, far_key)
    groups = torch.stack([panes * ((key >= i / 3) & (key < (i + 1) / 3)) for i in range(3)])
    layers = torch.cat([torch.stack([far, near, edge]), groups, _smear(groups) * 2.6])
    layers = layers * (y > -0.004)
    return wrap(layers).to(device)


def skyline(c: Canvas, x: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """The city's nine layers at places [B, H, W], `up` from the street: [B, 9, H, W]."""
    return look(_city(c.x.device), x / 2, up.clamp(0, 1.85) + STREET)


SIGNS = ((-0.80, 0.50, 0.17, 0.0), (-0.17, 0.36, 0.15, 2.1), (0.47, 0.60, 0.20, 4.2), (1.12, 0.42, 0.16, 1.0), (-1.44, 0.50, 0.18, 3.0))  # x, up, half height, phase


def rain_skyline(c: Canvas) -> Maps:
    """Towers and neon over a wet street; rain falls one tile an orbit."""
    horizon = -0.38
    shift = 0.20 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-2, 2)
    zoom = 1.12 - 0.30 * c.size(2)
    rise = c.angle(0) / (TAU / 2)
    up = (c.y - horizon) * zoom
    mirror = ramp(-up, 0.010)
    wave = texture(c, "bands", c.x * 0.35, up * 0.9 + 0.10 * c.cos(0)) - 0.5
    x = (c.x + 0.10 * wave * mirror) * zoom + shift
    y = up.abs()
    city = skyline(c, x, y)
    glow = torch.exp(-y * 1.15)
    cloud = texture(c, "gas", x * 0.30 + 0.10 * c.cos(0) + 0.1, y * 0.36 + 0.07 * c.sin(0))
    murk = cloud * (0.30 + 0.9 * glow)
    sky = 0.50 * glow + 0.50 * murk
    maps: Maps = (0.03 + sky, 0.03 + 1.25 * sky, torch.zeros_like(x))
    haze = torch.exp(-y * 2.2)
    maps = over(maps, (0.14 + 0.26 * haze, 0.12 + 0.42 * haze, 0.0 * x), 0.9 * city[:, 0])
    low = torch.exp(-y * 5.0)
    maps = over(maps, (0.04 + 0.22 * low, 0.03 + 0.36 * low, 0.0 * x), 0.97 * city[:, 1])
    panes, smear, halo, neon = (torch.zeros_like(x) for _ in range(4))
    for i in range(3):
        on = 0.72 + 0.28 * torch.cos(c.angle(0) + i * TAU / 3)
        panes, smear = panes + on * city[:, 3 + i], smear + on * city[:, 6 + i]
    for sx, sy, half, phase in SIGNS:
        dx, dy = (x - sx).abs(), ((y - sy).abs() - half * (1 + 1.2 * mirror)).clamp(min=0)
        far = torch.sqrt(dx * dx + dy * dy + 1e-6)
        on = 0.60 + 0.40 * torch.cos(c.angle(0) + phase)
        neon, halo = neon + on * ramp(0.024 - far, 0.014), halo + on * torch.exp(-far / 0.10)
    shine = panes * (1 - mirror) + 0.95 * smear * mirror
    puddle = 0.35 + 0.65 * texture(c, "dust", c.x * 0.45, up * 1.3 + 0.3)
    dim = 1 - mirror * (1 - 1.05 * puddle * torch.exp(up.clamp(max=0) * 0.3))
    edge = 0.22 * city[:, 2]
    lamps = torch.exp(-(up + 0.010).abs() / 0.012) * (0.30 + 0.70 * (0.5 + 0.5 * torch.cos(c.x * 2 * TAU - c.angle(0))) ** 4)
    tone = (maps[0] + 0.72 * shine + 0.40 * halo + 0.45 * neon + edge) * (0.4 + 0.6 * dim) + 0.40 * lamps
    light = (maps[1] + 1.40 * shine + 0.60 * halo + 0.8 * neon + edge) * dim + 0.6 * lamps
    rain = texture(c, "streaks", c.x * 0.80 + 0.08 * c.y, 0.45 * c.y + rise)
    drops = rain * (0.70 + 0.60 * c.size(3)) * (0.30 + 0.9 * glow + 0.6 * halo).clamp(0, 1)
    return tone + 0.28 * drops, light + 0.50 * drops, (0.14 * shine + 0.30 * neon) * dim + 0.16 * drops


SCENES: dict[str, Callable[[Canvas], Maps]] = {"rain_skyline": rain_skyline}
