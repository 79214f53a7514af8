"""First textures by back-projection: what the training pictures of a subject are on average, seen through each chart.

Every pixel of a crop is dropped into the texel that the chart looks up there. Where a chart moves as the subject does, the mean is crisp; where it does
not, the mean is a blur that training overwrites. It saves the greater part of the textures' training.
"""
import torch
import torch.nn.functional as F

from .camera import MODIFIERS, frame
from .charts import AREAS, CHANNELS, CHARTS, MODES, Chart, look_up, modes
from .data import Crops, as_maps, crop_places
from .hints import TABLE
from .network import Subject
from .noise import split_pairs
from .slots import SLOTS


def project(subject: Subject, name: str, crops: Crops) -> None:
    """Fills a subject's textures from crops of it; the bank stays as it is."""
    count = len(crops.subject)
    maps = as_maps(crops.maps)
    shown = torch.stack([maps[:, 0] * maps[:, 1], maps[:, 0] * (0.2 + maps[:, 1]), maps[:, 1], maps[:, 2]], 1)
    shown = (shown - shown.mean((0, 2, 3), keepdim=True)) / (shown.std((0, 2, 3), keepdim=True) + 0.05)
    x, y = frame(F.one_hot(crops.modifier, len(MODIFIERS)).float(), *crop_places(crops.corner))
    constants = torch.tensor([TABLE[SLOTS.index(name)]], device=x.device).expand(count, -1)
    with torch.no_grad():
        places = look_up(subject.numbers[None].expand(count, -1), constants, split_pairs(crops.scalars), x, y)
        weights = modes(split_pairs(crops.scalars))  # a channel that a mode of the phase weighs holds what goes with that mode
        weights = (weights / weights.square().mean(0))[:, subject.numbers[-CHANNELS * MODES:].reshape(CHANNELS, MODES).argmax(1)]
        parts, first = [], 0
        for chart, (u, v) in zip(CHARTS, places, strict=True):
            own = weights[:, first:first + chart.channels, None, None]
            parts.append(_drop(chart, shown[:, :chart.channels] * own, u, v).flatten())
            first += chart.channels
        subject.textures[:sum(AREAS)] = 0.6 * torch.cat(parts)


def _drop(chart: Chart, values: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Mean of values [B, C, H, W] in the texels [C, height, width] they fall into; 0 where none do."""
    column = ((torch.remainder(u + 1, 2.0) if chart.wraps[1] else (u + 1).clamp(0, 1.999)) / 2 * chart.width).long().clamp(0, chart.width - 1)
    row = ((2 - torch.remainder(v + 1, 2.0) if chart.wraps[0] else (1 - v).clamp(0, 1.999)) / 2 * chart.height).long().clamp(0, chart.height - 1)
    texel = (row * chart.width + column).flatten()
    total = torch.zeros(chart.channels, chart.height * chart.width, device=u.device)
    total.index_add_(1, texel, values.transpose(0, 1).reshape(chart.channels, -1))
    weight = torch.zeros(chart.height * chart.width, device=u.device).index_add_(0, texel, torch.ones_like(texel, dtype=torch.float32))
    return (total / (weight + 2)).reshape(chart.channels, chart.height, chart.width)
