"""How learned fields are put into the frame: the camera of a modifier, and shifts and sizes driven by the noise.

Coordinates: the frame is -1..1, y up; a field has FIELD cells a side, each as wide as a latent cell.
"""
import torch
from torch import nn

from .canvas import SIZE
from .data import CLOSE, FRAME
from .noise import GRID
from .vocabulary import MODIFIERS, SUBJECTS

FIELD = 24  # the frame and four cells around it
DRIFTS = ("one", "x", "y", "size 2", "size 3", "cos", "sin")
FIRST_MOVES: dict[str, dict[str, tuple[float, float, float]]] = {  # right, up, log size; where training starts from
    "tunnel": {"x": (0.14, 0, 0), "y": (0, 0.14, 0)}, "opart": {"x": (0.14, 0, 0), "y": (0, 0.14, 0)}, "galaxy": {"x": (0.10, 0, 0), "y": (0, 0.10, 0)},
    "nebula": {"x": (-0.29, 0, 0), "y": (0, -0.29, 0)}, "glass": {"x": (-0.07, 0, 0), "y": (0, -0.07, 0)}, "circuit": {"x": (-0.08, 0, 0), "y": (0, -0.08, 0)},
    "flower": {"x": (0.05, 0, 0), "y": (0, 0.05, 0), "size 2": (0, 0, 0.25), "cos": (0, 0, 0.10), "sin": (0, 0, 0.10)}, "mandala": {"cos": (0, 0, 0.15)},
    "sun": {"x": (0.22, 0, 0), "size 2": (0, 0.34, 0), "size 3": (0, 0, 0.3)}, "sea": {"x": (0.32, 0, 0), "size 2": (0, 0.26, 0)},
    "city": {"x": (0.35, 0, 0), "size 2": (0, 0.25, 0)}, "lightning": {"x": (0.34, 0, 0)}, "bubbles": {"x": (0.08, 0, 0), "y": (0, 0.08, 0)},
    "chrome": {"x": (-0.14, 0, 0), "y": (0, -0.14, 0)}, "smoke": {"x": (0.16, 0, 0)}, "fire": {"x": (0.10, 0, 0), "size 2": (0, 0.3, 0)},
}


def first_moves() -> torch.Tensor:
    """[subjects, DRIFTS, 3]."""
    return torch.tensor([[FIRST_MOVES.get(subject, {}).get(drift, (0.0, 0.0, 0.0)) for drift in DRIFTS] for subject in SUBJECTS], dtype=torch.float32)


class Framing(nn.Module):
    """The modifiers that move the camera, as maps of coordinates and as resampling of a wider field of cells."""

    axis: torch.Tensor
    scales: torch.Tensor
    folds: torch.Tensor
    across: torch.Tensor
    down: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        axis = (torch.arange(GRID).float() + 0.5) / GRID * 2 - 1
        scales = torch.tensor([{"wide": SIZE / FRAME, "close": CLOSE / FRAME}.get(name, 1.0) for name in MODIFIERS])
        folds = torch.tensor([float(name == "mirrored") for name in MODIFIERS])
        self.register_buffer("scales", scales)
        self.register_buffer("folds", folds)
        self.register_buffer("axis", axis)
        across = torch.stack([_resample(torch.where(folds[i] > 0, -axis.abs(), axis * scales[i])) for i in range(len(folds))])
        down = torch.stack([_resample(axis * scales[i]) for i in range(len(folds))])
        self.register_buffer("across", across.reshape(len(folds), -1))  # [modifiers, 16 * FIELD]
        self.register_buffer("down", down.reshape(len(folds), -1))

    def place(self, modifier: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scale, fold = (modifier @ self.scales).view(-1, 1, 1, 1), (modifier @ self.folds).view(-1, 1, 1, 1)
        return x * scale * (1 - fold) - x.abs() * fold, y * scale

    def cut_moved(self, modifier: torch.Tensor, field: torch.Tensor, move: torch.Tensor) -> torch.Tensor:
        """Like `cut`, of a field that is shifted by move[:, :2] and enlarged by exp(move[:, 2])."""
        scale, fold, zoom = (modifier @ self.scales)[:, None], (modifier @ self.folds)[:, None], torch.exp(-move[:, 2:])
        across = _resample((self.axis * scale * (1 - fold) - self.axis.abs() * fold - move[:, :1]) * zoom)
        down = _resample((self.axis * scale + move[:, 1:2]) * zoom)
        return down[:, None] @ field @ across[:, None].transpose(2, 3)

    def cut(self, modifier: torch.Tensor, field: torch.Tensor) -> torch.Tensor:
        """[B, C, FIELD, FIELD] -> [B, C, 16, 16]."""
        across = (modifier @ self.across).reshape(-1, 1, GRID, FIELD)
        down = (modifier @ self.down).reshape(-1, 1, GRID, FIELD)
        return down @ field @ across.transpose(2, 3)


def _resample(axis: torch.Tensor) -> torch.Tensor:
    """Linear interpolation weights [..., 16, FIELD] at places [..., 16] of a field whose cells are as wide as the frame's."""
    place = (axis * GRID / 2 + FIELD / 2 - 0.5).clamp(0, FIELD - 1)
    return (1 - (place[..., None] - torch.arange(FIELD)).abs()).clamp(min=0)
