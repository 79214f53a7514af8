"""How two subjects share a picture, for renderer and network alike: a mask that says where the first one shows.

With one subject in force the mask is 1. In between two sentences it dissolves along drifting clouds, so that a walk shows parts of both and
never their mean. "X over Y" parts the frame, "X made of Y" lights Y's surface with X's shape.
"""
import torch

from .camera import soft_cloud

HARDNESS = 2.5
HIDDEN = 0.15  # a subject of less weight shows nowhere


def mask(first: torch.Tensor, second: torch.Tensor, order: torch.Tensor, relation: torch.Tensor, x: torch.Tensor, y: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """Weights first + second = 1 [B], order -1..1 [B] (1: the first is named first), relation [B, 4] (none, and, over, of), places [B, h, w],
    turn [B, 1, 1] -> [B, h, w] in 0..1."""
    def wide(t: torch.Tensor) -> torch.Tensor:
        return t.view(-1, 1, 1)

    none = 4 * HIDDEN * (1 - HIDDEN)
    both = wide(((4 * first * second - none) / (1 - none)).clamp(0, 1))
    cloud = soft_cloud(0.9 * x + 0.4, 0.9 * y, turn)
    over, of = both * wide(relation[:, 2]), both * wide(relation[:, 3])
    dissolve = 14 * wide(first - second) + 5 * cloud
    parted = wide(order) * (9 * y + 1.4 * cloud)
    return torch.sigmoid(HARDNESS * (dissolve * (1 - over) + parted * over)) * (1 - of) + 0.5 * of


def blend_maps(first: torch.Tensor, second: torch.Tensor, shown: torch.Tensor, order: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """What the network should draw: maps [B, 3, H, W] of both subjects (0..1), mask [B, 1, H, W], order and share of "made of" [B]."""
    plain = first * shown + second * (1 - shown)
    w, o = of.view(-1, 1, 1, 1), order.view(-1, 1, 1, 1)
    shape, stuff = torch.where(o > 0, first, second), torch.where(o > 0, second, first)
    lit = (shape[:, :1] * shape[:, 1:2] * 2.2).clamp(0, 1)
    made = torch.cat([0.35 * shape[:, :1] + 0.65 * stuff[:, :1], (stuff[:, 1:2] * (0.12 + 1.1 * lit)).clamp(0, 1), stuff[:, 2:] * lit + 0.4 * shape[:, 2:]], 1)
    return plain * (1 - w) + made * w
