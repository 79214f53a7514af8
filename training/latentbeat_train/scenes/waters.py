"""Headline subjects of air and water: the sea, the aurora."""
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, smooth
from ..patterns import Tile
from .maps import Maps, over


SHORE = -0.58


@lru_cache
def _curtains() -> Tile:
    """Two folded curtains of rays, drawn as light sums along their hem: brightest where they turn back. Seamless across only.

    Third channel: a ridge of mountains, its height in the first row.
    """
    width, height, fine = 512, 256, 24
    total = torch.zeros(2, height, width)
    step = (torch.arange(fine * width).float() + 0.5) / (fine * width)
    up = (height - 0.5 - torch.arange(height).float()) / height  # 0 at the lower edge
    for i, (seed, folds) in enumerate(((51, 0.062), (58, 0.050))):
        def along(shift: int, high: float, fall: float) -> torch.Tensor:
            coarse = patterns.noise(seed + shift, 1, 512, 1, high, fall)[0]
            return patterns.blur(coarse.repeat_interleave(fine)[None], fine)[0]

        sway, hem, ray, tall = along(0, 4, 1.0), along(1, 3, 1.0), along(2, 70, 0.4), along(3, 5, 0.8)
        column = ((step + folds * sway) % 1 * width).long().clamp(max=width - 1)
        base = 0.24 + 0.10 * hem
        reach = 0.24 * torch.exp(0.40 * tall + 0.16 * ray)
        away = up[:, None] - base[None]
        glow = torch.exp(-away.clamp(min=0) / reach) * torch.sigmoid(away * 90) * (0.6 + 0.4 * torch.tanh(1.5 * ray)) * torch.sigmoid(1.5 + 1.3 * tall)
        total[i].index_add_(1, column, glow / fine)
    soft = patterns.blur(total, 1.5).clamp(min=0)
    return Tile(1 - torch.exp(-1.5 * soft))


@lru_cache
def _ridge() -> Tile:
    peaks = patterns.noise(61, 1, 512, 1, 40, 1.35)[0]
    near = patterns.noise(62, 1, 512, 1, 40, 1.35)[0]
    return Tile(torch.stack([peaks, near])[:, None].expand(2, 4, 512))


def aurora(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.14)
    turn = c.angle(0) / TAU
    above = (c.y - SHORE).abs()
    lake = smooth(0.006, -0.006, c.y - SHORE)
    x = c.x + lake * 0.05 * torch.sin(60 * above / (0.35 + above)) * above
    tall = 1.20 - 0.40 * c.size(2)
    first, _ = _curtains().at((x - ox) / 4 + 0.2 + turn, ((above - oy - 0.10) * tall / 2).clamp(0.01, 0.99))
    _, second = _curtains().at((x + ox) / 4 * 0.8 + 0.6 - turn, ((above + oy + 0.12) * tall / 2).clamp(0.01, 0.99))
    shine = 1.1 * first ** 1.1 + 0.75 * second ** 1.1
    warm = 0.5 + 0.5 * c.cos(4)
    haze = torch.exp(-1.8 * above)
    tone = 0.03 + 0.10 * haze + 0.88 * shine - (0.06 + 0.12 * warm) * shine * smooth(0.4, 1.5, above)
    stars = patterns.starry().at(x / 2, above / 2)[0] * smooth(0.1, 0.7, above) * (1 - 1.6 * shine).clamp(0, 1)
    maps: Maps = (tone, 0.40 + 0.9 * shine, 0.85 * stars)
    far, near = _ridge().at(x / 4 + 0.1, torch.zeros_like(x) + 0.5)
    for top, shade, glint in ((0.20 + 0.085 * far, 0.085, 0.10), (0.08 + 0.06 * near, 0.03, 0.05)):
        depth = (top - above).clamp(min=0)
        rim = torch.exp(-depth * 16)
        rock = torch.full_like(x, shade) + glint * rim * (0.4 + 0.6 * c.size(3))
        maps = over(maps, (rock, torch.full_like(x, 0.55), torch.zeros_like(x)), smooth(-0.008, 0.008, top - above))
    dim = 1 - lake * (0.12 + 0.30 * smooth(0.0, 0.7, above))
    shore = torch.exp(-(above / 0.012) ** 2)
    return maps[0] * (0.5 + 0.5 * dim) + 0.10 * shore, maps[1] * dim + 0.1 * shore, maps[2] * dim * (1 - 0.6 * lake)


@lru_cache
def _swell() -> Tile:
    """Waves seen from above, crests across: height, slope to the far side, sharp crests, foam."""
    side = 512
    long = patterns.noise(71, side, side, 0.5, 2.6, 0.6, stretch=0.45)
    chop = patterns.noise(72, side, side, 2, 9, 1.2, stretch=0.6)
    pull = 20 * patterns.slopes(patterns.blur(long, 6))[1] / patterns.slopes(long)[1].std()
    height = patterns.move((long + 0.30 * chop)[None], torch.zeros(side, side), -pull)[0]
    slope = patterns.slopes(patterns.blur(height, 1.5))
    crest = patterns.blur((height - 0.9).clamp(min=0), 1.5)
    foam = (crest * (0.6 + 0.5 * patterns.noise(73, side, side, 6, 30, 1.0))).clamp(min=0)
    return Tile(torch.stack([height / height.std(), slope[1] / slope[1].std(), crest, patterns.blur(foam, 1.2)]))


def sea(c: Canvas) -> Maps:
    mx, my = 0.55 * c.pairs.x[:, 1].view(-1, 1, 1).clamp(-1.6, 1.6) * 0.5, 0.42 + 0.30 * c.size(2)
    horizon = 0.12
    below = (horizon - c.y).clamp(min=0)
    depth = 1 / (0.16 + below)
    flow = c.angle(0) / TAU
    height, slope, crest, foam = _swell().at(c.x * depth * 0.22 + 0.3, depth * 0.42 + flow)
    near = smooth(0.0, 0.45, below)
    rough = 0.6 + 0.8 * c.size(3)
    face = slope * near * rough
    r = torch.sqrt((c.x - mx) ** 2 + (c.y - my) ** 2 + 1e-5)
    halo = torch.exp(-(r - 0.17).clamp(min=0) * 2.6)
    moon = smooth(-0.012, 0.012, 0.17 - r)
    veil = c.cloud(0, c.x * 0.5 + 0.3, c.y * 1.1)
    sky_glow = torch.exp(-(c.y - horizon).abs() * 2.2)
    bank = torch.sigmoid(2 * veil) * smooth(0.0, 0.5, c.y - horizon)
    stars = patterns.starry().at(c.x / 2, c.y / 2)[0] * smooth(0.25, 0.8, c.y) * (1 - halo).clamp(0, 1)
    sky: Maps = (0.03 + 0.20 * sky_glow + 0.30 * halo * (1 - 0.45 * bank) + 0.10 * bank + (0.52 + 0.09 * veil) * moon, 0.35 + 0.35 * sky_glow + 0.5 * halo + 0.4 * moon,
                 0.16 * moon + 0.7 * stars)
    path = torch.exp(-(((c.x - mx) / (0.13 + 0.75 * below)) ** 2))
    glint = smooth(0.35, 1.5, face + 0.8 - 0.55 * near) * path
    sheen = smooth(-1.4, 1.8, face)
    lip = crest * near * (1.2 + path)
    white = foam * near
    tone = 0.04 + 0.20 * torch.exp(-7 * below) + 0.26 * sheen * (0.5 + 0.5 * torch.exp(-2 * below)) + 0.42 * glint + 0.26 * lip + 0.45 * white
    light = 0.30 + 0.40 * sheen + 0.75 * glint + 0.45 * lip + 0.6 * white
    water: Maps = (tone, light, 0.30 * glint * smooth(0.3, 1.2, face + 0.5) + 0.1 * white)
    return over(sky, water, smooth(-0.006, 0.006, horizon - c.y))


SCENES: dict[str, Callable[[Canvas], Maps]] = {"sea": sea, "aurora": aurora}
