"""Learned textures in charts: what the generator draws with before any convolution.

Every subject owns a few small textures, each laid over the plane by a fixed kind of map (a chart) whose place, size and speed are learned
too: a plane that shifts and zooms with the seed, planes that scroll by one tile an orbit, rings that flow outward, a disc, a wheel that
turns by one of its repeats, and a ground in perspective. The native motion of a subject is therefore exact and closes by construction;
what the textures hold, and what the picture makes of them, is learned.

Layout: places [B, 2 h, 2 w] (the latent grid twice as fine); result [B, FEATURES, h, w]. A subject's textures are one flat vector of
TEXELS numbers, its numbers one of NUMBERS.
"""
import math
from typing import NamedTuple

import torch
import torch.nn.functional as F

from .hints import Hint
from .noise import Pairs

FAR = 2.6  # how far the plane's textures reach
FOCUS = 0.6  # how much finer their texels are in the middle


class Chart(NamedTuple):
    kind: str
    channels: int
    height: int
    width: int
    wraps: tuple[bool, bool]  # down, across


CHARTS = (
    Chart("plane", 3, 128, 128, (False, False)),
    Chart("plane", 3, 128, 128, (False, False)),
    Chart("scroll", 4, 112, 112, (True, True)),
    Chart("scroll", 4, 112, 112, (True, True)),
    Chart("rings", 4, 72, 128, (True, True)),
    Chart("rings", 3, 56, 96, (True, True)),
    Chart("disc", 4, 72, 128, (False, True)),
    Chart("wheel", 3, 64, 64, (False, True)),
    Chart("ground", 4, 80, 80, (True, True)),
)
CHANNELS = sum(chart.channels for chart in CHARTS)
CONSTANTS = 16  # per rings: repeats, direction, inner radius, spin; wheel's repeats; per scroll: across, up; ground: offset, direction, box
DRIFTS = 12  # numbers of a seed that move a chart
MOVES = 4  # right, up, log size, turn or twist
SHAPE = 6  # of a chart: two scales and a matrix of the plane
MODES = 9  # numbers of a seed that weigh the bank
BANK, BANK_SIDE = 6, 24
FOLD = 2
FEATURES = CHANNELS * FOLD * FOLD + BANK + 4
AREAS = [c.channels * c.height * c.width for c in CHARTS]
TEXELS = sum(AREAS) + BANK * MODES * BANK_SIDE * BANK_SIDE
NUMBERS = len(CHARTS) * (MOVES * DRIFTS + SHAPE) + CHANNELS * MODES


def first_textures(generator: torch.Generator) -> torch.Tensor:
    return torch.randn(TEXELS, generator=generator) * 0.05


def first_numbers(hint: Hint) -> torch.Tensor:
    moves = torch.zeros(len(CHARTS), MOVES, DRIFTS)
    for index in (0, 2, 4, 5, 6, 7):  # the swayed thing
        moves[index, 0, 1] = hint.sway
        moves[index, 1, 2] = 0 if hint.sideways else hint.sway
    moves[0, 0, 6] = moves[0, 1, 7] = -hint.circle
    moves[1, 0, 6] = moves[1, 1, 7] = hint.circle
    moves[0, 1, 3] = hint.rise
    moves[0, 2, 3] = moves[2, 2, 3] = hint.zoom
    moves[0, 3, 4] = hint.roll
    if hint.waves:
        moves[1] = moves[0]
    moves[4:8, 1, 0] = hint.centre
    moves[4:8, 2, 3] = hint.ring_zoom
    for index, share in ((4, 1.0), (5, hint.second.fold / hint.first.fold)):
        moves[index, 3, 0], moves[index, 3, 3], moves[index, 3, 4] = (value * share for value in hint.twist)
    moves[8, 3, 0], moves[8, 3, 3] = hint.hall
    moves[8, :2, 0] = torch.tensor([0.0, hint.ground.horizon])
    if hint.ground.horizon == 0:  # a hall: its axis sways
        moves[8, 0, 1] = moves[8, 1, 2] = hint.sway
    scales = torch.ones(len(CHARTS), 2)
    scales[2], scales[3] = (torch.tensor([scroll.across, scroll.up]) for scroll in (hint.scroll, hint.other))
    scales[4], scales[5] = (torch.tensor([ring.per_log, 0.0]) for ring in (hint.first, hint.second))
    scales[6, 1] = scales[7, 1] = 0
    scales[8] = torch.tensor([hint.ground.across, hint.ground.deep])
    matrix = torch.tensor([1.0, 0, 0, 1]).repeat(len(CHARTS), 1)
    matrix[4:8] = torch.tensor([1.0, hint.lean, -hint.lean * hint.squash, hint.squash])
    gains = torch.zeros(CHANNELS, MODES)
    gains[:, 0] = 1
    if hint.waves:  # a still part of each plane, and pairs that the phase and its double mix
        for channel, mode in ((1, 1), (2, 2), (4, 3), (5, 4)):
            gains[channel, 0], gains[channel, mode] = 0, 1
    return torch.cat([moves.reshape(-1), torch.cat([scales, matrix], 1).reshape(-1), gains.reshape(-1)])


def drifts(pairs: Pairs) -> torch.Tensor:
    """[B, DRIFTS]."""
    one = torch.ones_like(pairs.size[:, :1])
    sizes = [pairs.size[:, k:k + 1] - 0.5 for k in (2, 3, 5)]
    place = [pairs.x[:, 1:2].clamp(-2.5, 2.5), pairs.y[:, 1:2].clamp(-2.5, 2.5)]
    return torch.cat([one, *place, *sizes, pairs.cos[:, :1], pairs.sin[:, :1], pairs.cos[:, 4:5], pairs.sin[:, 4:5], *apart(pairs)], 1)


def apart(pairs: Pairs) -> list[torch.Tensor]:
    """Cosine and sine of the angle between pairs 4 and 0: constant in an orbit."""
    c, s = pairs.cos, pairs.sin
    return [c[:, 4:5] * c[:, :1] + s[:, 4:5] * s[:, :1], s[:, 4:5] * c[:, :1] - c[:, 4:5] * s[:, :1]]


def modes(pairs: Pairs) -> torch.Tensor:
    """[B, MODES]."""
    c, s = pairs.cos[:, :1], pairs.sin[:, :1]
    return torch.cat([torch.ones_like(c), c, s, c * c - s * s, 2 * c * s, pairs.cos[:, 4:5], pairs.sin[:, 4:5], pairs.size[:, 2:3] * 2 - 1, pairs.size[:, 3:4] * 2 - 1], 1)


def sketch(textures: torch.Tensor, numbers: torch.Tensor, constants: torch.Tensor, pairs: Pairs, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Textures [B, TEXELS], numbers [B, NUMBERS], constants [B, CONSTANTS], places [B, 2 h, 2 w] -> [B, FEATURES, h, w]."""
    batch, weights = textures.shape[0], modes(pairs)
    gains = (numbers[:, -CHANNELS * MODES:].reshape(batch, CHANNELS, MODES) @ weights[:, :, None])[:, :, :, None]
    *tiles, bank = textures.split([*AREAS, BANK * MODES * BANK_SIDE * BANK_SIDE], 1)
    drawn = []
    for chart, texture, (u, v) in zip(CHARTS, tiles, look_up(numbers, constants, pairs, x, y), strict=True):
        drawn.append(_sample(texture.reshape(batch, chart.channels, chart.height, chart.width), u, v, chart.wraps))
    fine = F.pixel_unshuffle(torch.cat(drawn, 1) * gains, FOLD)
    bank = (weights[:, None] @ bank.reshape(batch, MODES, -1)).reshape(batch, BANK, BANK_SIDE, BANK_SIDE)
    coarse_x, coarse_y = (F.avg_pool2d(t[:, None], FOLD)[:, 0] for t in (x, y))
    radius = torch.sqrt(coarse_x * coarse_x + coarse_y * coarse_y + 1e-4)
    plain = torch.stack([coarse_x, coarse_y, radius, torch.exp(-2 * radius)], 1)
    return torch.cat([fine, _sample(bank, _focus(coarse_x), _focus(coarse_y), (False, False)), plain], 1)


def look_up(numbers: torch.Tensor, constants: torch.Tensor, pairs: Pairs, x: torch.Tensor, y: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Where every chart looks at places [B, H, W]: u across, v up [B, H, W]; one tile is -1..1."""
    batch, parts = numbers.shape[0], numbers.split([len(CHARTS) * MOVES * DRIFTS, len(CHARTS) * SHAPE, CHANNELS * MODES], 1)
    moves = (parts[0].reshape(batch, -1, DRIFTS) @ drifts(pairs)[:, :, None]).reshape(batch, len(CHARTS), MOVES, 1, 1)
    shapes = parts[1].reshape(batch, len(CHARTS), SHAPE, 1, 1)
    angles = [torch.atan2(s, c).view(-1, 1, 1) / math.pi for c, s in ((pairs.cos[:, 0], pairs.sin[:, 0]), apart(pairs))]  # turn, second: -1..1
    told = _tell(constants)
    return [_place(chart.kind, x, y, moves[:, i], shapes[:, i], told[i], angles[0], angles[1]) for i, chart in enumerate(CHARTS)]


def _tell(constants: torch.Tensor) -> list[list[torch.Tensor]]:
    """Each chart's own constants, [B, 1, 1] each."""
    c = [constants[:, i].view(-1, 1, 1) for i in range(CONSTANTS)]
    return [[], [], c[9:11], c[11:13], c[0:4], c[4:8], [], c[8:9], c[13:16]]


def _focus(t: torch.Tensor) -> torch.Tensor:
    """Places on the plane -> -1..1 in a plane's texture, finer in the middle."""
    t = t / FAR
    return t * (1 + FOCUS) / (1 + FOCUS * t.abs())


def _place(kind: str, x: torch.Tensor, y: torch.Tensor, move: torch.Tensor, shape: torch.Tensor, told: list[torch.Tensor], turn: torch.Tensor, second: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where a chart looks its texture up: u across, v up, one tile is -1..1."""
    right, up, size, twist = (move[:, i] for i in range(MOVES))
    across, high = shape[:, 0], shape[:, 1]
    if kind == "ground":
        offset, toward, box = told
        dx, dy = (x - right).abs() * torch.exp(-twist), (y - up).abs()
        near = 1 / (offset + dy * (1 - box) + torch.maximum(dx, dy) * box + 1e-3)
        around = torch.atan2(y - up, x - right) / math.pi
        return (x - right) * near * across * (1 - box) + around * box, near * high * torch.exp(-size) - toward * turn
    zoom = torch.exp(-size)
    px, py = (x - right) * zoom, (y - up) * zoom
    dx, dy = px * shape[:, 2] + py * shape[:, 3], px * shape[:, 4] + py * shape[:, 5]
    if kind == "plane":
        return _focus(dx - twist * dy), _focus(dy + twist * dx)
    if kind == "scroll":
        return (dx + twist * dy) * across - told[0] * turn, dy * high - told[1] * turn
    square = dx * dx + dy * dy
    radius, angle = torch.sqrt(square + 1e-5), torch.atan2(dy, dx) / math.pi
    if kind == "rings":
        fold, out, inner, spin = told
        depth = torch.log(radius + inner)
        return angle * fold + twist * depth + spin * second, depth * across + radius * high - out * turn
    outward = _focus(radius * across) * 2 - 1
    if kind == "wheel":
        return (angle + high * torch.log(radius + 0.05) + twist) * told[0] - turn, outward
    return angle + high * radius + twist, outward


def _sample(texture: torch.Tensor, u: torch.Tensor, v: torch.Tensor, wraps: tuple[bool, bool]) -> torch.Tensor:
    """Bilinear look-up of [B, C, H, W] at places [B, h, w]; the top row is v = 1."""
    if wraps[0]:
        texture = torch.cat([texture[:, :, -1:], texture, texture[:, :, :1]], 2)
        v = (torch.remainder(v + 1, 2.0) - 1) * ((texture.shape[2] - 2) / texture.shape[2])
    if wraps[1]:
        texture = torch.cat([texture[..., -1:], texture, texture[..., :1]], 3)
        u = (torch.remainder(u + 1, 2.0) - 1) * ((texture.shape[3] - 2) / texture.shape[3])
    return F.grid_sample(texture, torch.stack([u, -v], -1), padding_mode="border", align_corners=False)
