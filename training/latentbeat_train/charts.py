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

from .noise import Pairs

FAR = 2.6  # how far the plane's textures reach


class Chart(NamedTuple):
    kind: str
    channels: int
    height: int
    width: int
    wraps: tuple[bool, bool]  # down, across
    scales: tuple[float, float]  # where training starts from


CHARTS = (
    Chart("plane", 3, 112, 112, (False, False), (1, 1)),
    Chart("plane", 3, 112, 112, (False, False), (1, 1)),
    Chart("up", 3, 80, 80, (True, True), (1, 1)),
    Chart("down", 3, 80, 80, (True, True), (1, 1)),
    Chart("side", 3, 80, 80, (True, True), (1, 1)),
    Chart("rings", 4, 48, 128, (True, True), (2.0, 0.0)),  # per log radius, per radius
    Chart("disc", 4, 56, 128, (False, True), (1, 0)),
    Chart("wheel", 3, 56, 64, (False, True), (1, 0)),
    Chart("ground", 4, 64, 80, (True, True), (1, 1)),
)
CHANNELS = sum(chart.channels for chart in CHARTS)
DRIFTS = 12  # numbers of a seed that move a chart
MOVES = 4  # right, up, log size, turn or twist
MODES = 9  # numbers of a seed that weigh the bank
BANK, BANK_SIDE = 8, 32
FOLD = 2
FEATURES = CHANNELS * FOLD * FOLD + BANK + 4
AREAS = [c.channels * c.height * c.width for c in CHARTS]
TEXELS = sum(AREAS) + BANK * MODES * BANK_SIDE * BANK_SIDE
NUMBERS = len(CHARTS) * (MOVES * DRIFTS + 2) + CHANNELS * MODES


def first_textures(generator: torch.Generator) -> torch.Tensor:
    return torch.randn(TEXELS, generator=generator) * 0.05


def first_numbers() -> torch.Tensor:
    moves = torch.zeros(len(CHARTS), MOVES, DRIFTS)
    for index in (0, 2, 3, 4, 5, 6, 7):  # the swayed thing
        moves[index, 0, 1] = moves[index, 1, 2] = 0.14
    moves[len(CHARTS) - 1, 1, 0] = -0.15  # the horizon
    scales = torch.tensor([chart.scales for chart in CHARTS], dtype=torch.float32)
    gains = torch.zeros(CHANNELS, MODES)
    gains[:, 0] = 1
    return torch.cat([moves.reshape(-1), scales.reshape(-1), gains.reshape(-1)])


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


def sketch(textures: torch.Tensor, numbers: torch.Tensor, folds: torch.Tensor, pairs: Pairs, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Textures [B, TEXELS], numbers [B, NUMBERS], folds [B] (repeats of the wheel), places [B, 2 h, 2 w] -> [B, FEATURES, h, w]."""
    batch, parts = len(textures), numbers.split([len(CHARTS) * MOVES * DRIFTS, len(CHARTS) * 2, CHANNELS * MODES], 1)
    moves = (parts[0].reshape(batch, -1, DRIFTS) @ drifts(pairs)[:, :, None]).reshape(batch, len(CHARTS), MOVES, 1, 1)
    scales = parts[1].reshape(batch, len(CHARTS), 2, 1, 1)
    weights = modes(pairs)
    gains = (parts[2].reshape(batch, CHANNELS, MODES) @ weights[:, :, None])[:, :, :, None]
    turn = torch.atan2(pairs.sin[:, 0], pairs.cos[:, 0]).view(-1, 1, 1) / math.pi  # -1..1
    drawn = []
    *tiles, bank = textures.split([*AREAS, BANK * MODES * BANK_SIDE * BANK_SIDE], 1)
    for index, chart in enumerate(CHARTS):
        texture = tiles[index].reshape(batch, chart.channels, chart.height, chart.width)
        u, v = _place(chart.kind, x, y, moves[:, index], scales[:, index], turn, folds.view(-1, 1, 1))
        drawn.append(_sample(texture, u, v, chart.wraps))
    fine = F.pixel_unshuffle(torch.cat(drawn, 1) * gains, FOLD)
    bank = (weights[:, None] @ bank.reshape(batch, MODES, -1)).reshape(batch, BANK, BANK_SIDE, BANK_SIDE)
    coarse_x, coarse_y = (F.avg_pool2d(t[:, None], FOLD)[:, 0] for t in (x, y))
    radius = torch.sqrt(coarse_x * coarse_x + coarse_y * coarse_y + 1e-4)
    plain = torch.stack([coarse_x, coarse_y, radius, torch.exp(-2 * radius)], 1)
    return torch.cat([fine, _sample(bank, coarse_x / FAR, coarse_y / FAR, (False, False)), plain], 1)


def _place(kind: str, x: torch.Tensor, y: torch.Tensor, move: torch.Tensor, scale: torch.Tensor, turn: torch.Tensor, fold: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where a chart looks its texture up: u across, v up, one tile is -1..1."""
    right, up, size, twist = (move[:, i] for i in range(MOVES))
    zoom = torch.exp(-size)
    if kind == "ground":
        below = (up - y).abs()
        near = 1 / (0.12 + below)
        return (x - right) * near * scale[:, 0] * zoom * 0.5, near * scale[:, 1] * 0.5 - turn
    dx, dy = (x - right) * zoom, (y - up) * zoom
    if kind == "plane":
        return (dx - twist * dy) / FAR, (dy + twist * dx) / FAR
    if kind in ("up", "down", "side"):
        u, v = (dx + twist * dy) * scale[:, 0], dy * scale[:, 1]
        return (u - turn, v) if kind == "side" else (u, v - turn if kind == "up" else v + turn)
    radius = torch.sqrt(dx * dx + dy * dy + 1e-5)
    angle = torch.atan2(dy, dx) / math.pi
    if kind == "rings":
        depth = torch.log(radius + 0.06)
        return angle + twist * depth, depth * scale[:, 0] + radius * scale[:, 1] - turn
    if kind == "wheel":
        return (angle + scale[:, 1] * radius + twist) * fold - turn, radius * (2 / FAR) * scale[:, 0] - 1
    return angle + scale[:, 1] * radius + twist, radius * (2 / FAR) * scale[:, 0] - 1


def _sample(texture: torch.Tensor, u: torch.Tensor, v: torch.Tensor, wraps: tuple[bool, bool]) -> torch.Tensor:
    """Bilinear look-up of [B, C, H, W] at places [B, h, w]; the top row is v = 1."""
    if wraps[0]:
        texture = torch.cat([texture[:, :, -1:], texture, texture[:, :, :1]], 2)
        v = (torch.remainder(v + 1, 2.0) - 1) * ((texture.shape[2] - 2) / texture.shape[2])
    if wraps[1]:
        texture = torch.cat([texture[..., -1:], texture, texture[..., :1]], 3)
        u = (torch.remainder(u + 1, 2.0) - 1) * ((texture.shape[3] - 2) / texture.shape[3])
    return F.grid_sample(texture, torch.stack([u, -v], -1), padding_mode="border", align_corners=False)
