"""The training set: palette-free maps of scenes, two subjects for every set of scalars, kept on disk as bytes.

Colour, framing and modifiers are applied when a batch is drawn, so one drawn map serves every palette and every
blend of two. Stored maps: uint8 [N, 3, SIZE, SIZE] (tone, light / 1.6, white); row 2 i and 2 i + 1 share scalars.
"""
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .canvas import SIZE, Canvas
from .noise import SCALARS
from .scenes import SCENES

LIGHT_TOP = 1.6  # light that byte 255 stands for
FRAME = 128  # pixels a side of a picture
MARGIN = (SIZE - FRAME) // 2
CLOSE = 92  # pixels cut for a close-up
NAMES = list(SCENES)


def draw_maps(scalars: torch.Tensor, subject: str) -> torch.Tensor:
    """Scalars [B, 16] -> maps [B, 3, SIZE, SIZE]: tone 0..1, light 0..1.6, white 0..1."""
    tone, light, white = SCENES[subject](Canvas(scalars))
    return torch.stack([tone.clamp(0, 1), light.clamp(0, LIGHT_TOP), white.clamp(0, 1)], 1)


def render(folder: Path, pairs: int, seed: int, chunk: int = 512) -> None:
    """Draws `pairs` sets of scalars in two subjects each; continues where an earlier call stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 2 * pairs
    maps = np.lib.format.open_memmap(folder / "maps.npy", "r+" if (folder / "maps.npy").exists() else "w+", np.uint8, (total, 3, SIZE, SIZE))
    scalars, subjects = plan(pairs, seed)
    np.savez(folder / "plan.npz", scalars=scalars.numpy(), subjects=subjects.numpy())
    done = folder / "done.txt"
    for start in range(int(done.read_text()) if done.exists() else 0, total, chunk):
        block = slice(start, min(start + chunk, total))
        for subject in subjects[block].unique().tolist():
            for rows in (start + (subjects[block] == subject).nonzero()[:, 0]).split(8):
                drawn = draw_maps(scalars[rows], NAMES[subject])
                drawn[:, 1] /= LIGHT_TOP
                maps[rows.numpy()] = (drawn * 255).round().byte().numpy()
        done.write_text(str(block.stop))


def plan(pairs: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scalars [2 pairs, 16] and subject numbers [2 pairs]; the two subjects of a pair differ."""
    generator = torch.Generator().manual_seed(seed)
    scalars = torch.randn(pairs, SCALARS, generator=generator).repeat_interleave(2, 0)
    first = torch.arange(pairs) % len(NAMES)
    other = (first + torch.randint(1, len(NAMES), (pairs,), generator=generator)) % len(NAMES)
    return scalars, torch.stack([first, other], 1).reshape(-1)


class Maps:
    """Reads stored maps as framed, modified float maps."""

    def __init__(self, folder: Path) -> None:
        self.maps = np.load(folder / "maps.npy", mmap_mode="r")
        stored = np.load(folder / "plan.npz")
        self.scalars = torch.from_numpy(stored["scalars"])
        self.subjects = stored["subjects"]

    def __len__(self) -> int:
        return len(self.maps)

    def frame(self, row: int, modifier: str) -> torch.Tensor:
        """Maps [3, 128, 128] of one row, framed and modified."""
        return modify(torch.from_numpy(np.array(self.maps[row])).float() * SCALE, modifier)


SCALE = torch.tensor([1 / 255, LIGHT_TOP / 255, 1 / 255]).view(3, 1, 1)


def modify(maps: torch.Tensor, modifier: str) -> torch.Tensor:
    """Drawn maps [3, SIZE, SIZE] -> framed maps [3, 128, 128]."""
    if modifier == "wide":
        return F.interpolate(maps[None], size=FRAME, mode="bilinear", antialias=True)[0]
    if modifier == "close":
        edge = (SIZE - CLOSE) // 2
        return F.interpolate(maps[None, :, edge:-edge, edge:-edge], size=FRAME, mode="bilinear")[0]
    maps = maps[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    if modifier == "mirrored":
        return torch.cat([maps[..., :FRAME // 2], maps[..., :FRAME // 2].flip(-1)], -1)
    if modifier == "glowing":
        bloom = F.avg_pool2d(F.avg_pool2d(maps[None, :2].prod(1, keepdim=True), 8), 3, 1, 1, count_include_pad=False)
        bloom = F.interpolate(bloom, size=FRAME, mode="bilinear")[0, 0]
        return torch.stack([(maps[0] * 1.08 + 0.30 * bloom).clamp(0, 1), maps[1] * 1.15 + 0.6 * bloom, maps[2]])
    if modifier == "dark":
        return torch.stack([maps[0] * 0.85, maps[1] * (0.25 + 0.45 * maps[0]), maps[2] * 0.8])
    return maps
