"""Perspective grounds and repeated lines that several scenes share."""
import torch

from ..canvas import smooth
from .textures import ramp


def ripple(phase: torch.Tensor) -> torch.Tensor:
    """Distance from the nearest whole number, 0..0.5."""
    return (phase - torch.round(phase)).abs()


def grid_lines(x: torch.Tensor, d: torch.Tensor, z: torch.Tensor, scale: float, width: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ground squares seen at screen place x and depth d = 1 / distance: crisp lines, their glow, and the ground coordinate across."""
    thick = width * (0.35 + d)
    ground = x / d * scale + 0.5
    gap = d / (scale * torch.sqrt(1 + (x / d) ** 2))  # on the screen, between neighbours
    deep_gap = d * d / scale
    side, deep = ripple(ground) * gap, ripple(z) * deep_gap
    wide, far = smooth(1.5, 5.0, gap / thick), smooth(1.5, 5.0, deep_gap / thick)
    line = torch.maximum(ramp(thick - side, 0.010) * wide, ramp(thick * 0.8 - deep, 0.010) * far)
    glow = torch.exp(-side / (thick * 3.0)) * wide + torch.exp(-deep / (thick * 3.0)) * far + 0.22 * (2 - wide - far)
    return line, glow, ground
