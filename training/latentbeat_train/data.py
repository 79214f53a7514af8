"""The training set: crops of palette-free maps, drawn by the renderer into shards on disk while training reads them.

A crop is CROP x CROP pixels somewhere in a 256 x 256, 448 x 256 or 256 x 448 frame, on the latent's grid, of one subject under one modifier
(those that move the camera; the rest is colour, which needs no training). The first TWINS of a shard are pairs: rows 2 i and 2 i + 1 differ
in nothing but their subject. Stored maps: uint8 [N, 3, CROP, CROP] (tone, light / 1.6, white).
"""
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from .camera import MODIFIERS, PLACES, SCALES, frame
from .canvas import Canvas
from .network import LIGHT_TOP
from .noise import CELL, SCALARS
from .scenes import SCENES

CROP = 128
FRAMES = ((256, 256), (256, 448), (448, 256))  # height, width
SHARD = 512
TWINS = 0.2  # share of a shard's crops
PLAIN_SHARE = 0.62  # crops without a camera modifier
CAMERAS = tuple(MODIFIERS.index(name) for name in PLACES)


class Crops(NamedTuple):
    subject: torch.Tensor  # [N] index into the names the shard was drawn with
    scalars: torch.Tensor  # [N, 16]
    modifier: torch.Tensor  # [N]
    corner: torch.Tensor  # [N, 2]: place of the crop's top left pixel's corner (x, y)
    maps: torch.Tensor  # [N, 3, CROP, CROP] uint8


def crop_places(corner: torch.Tensor, step: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Places x, y [N, CROP / step, CROP / step] on the screen; a pixel is 2 / 256 wide."""
    line = (torch.arange(CROP // step, device=corner.device) + 0.5) * (step / 128)
    x = corner[:, :1, None] + line.view(1, 1, -1)
    y = corner[:, 1:, None] - line.view(1, -1, 1)
    return x.expand(-1, CROP // step, -1), y.expand(-1, -1, CROP // step)


def choose(generator: torch.Generator, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Scalars, modifiers and corners of `count` crops."""
    scalars = torch.randn(count, SCALARS, generator=generator)
    plain = torch.rand(count, generator=generator) < PLAIN_SHARE
    cameras = torch.tensor(CAMERAS)[torch.randint(len(CAMERAS), (count,), generator=generator)]
    sizes = torch.tensor(FRAMES)[torch.multinomial(torch.tensor([0.40, 0.35, 0.25]), count, True, generator=generator)]
    free = (sizes - CROP) // CELL
    offset = (torch.rand(count, 2, generator=generator) * (free + 1)).long().clamp(max=free) * CELL  # down, right
    corner = torch.stack([(offset[:, 1] - sizes[:, 1] / 2) / 128, (sizes[:, 0] / 2 - offset[:, 0]) / 128], 1)
    return scalars, torch.where(plain, torch.zeros(count, dtype=torch.long), cameras), corner


def draw_maps(subject: str, scalars: torch.Tensor, modifier: torch.Tensor, x: torch.Tensor, y: torch.Tensor, pixel: float) -> torch.Tensor:
    """Maps [B, 3, H, W] of one subject at places of the screen, under one camera modifier each."""
    weights = torch.nn.functional.one_hot(modifier, len(MODIFIERS)).to(x.dtype)
    u, v = frame(weights, x, y)
    scale = torch.tensor([SCALES.get(name, 1.0) for name in MODIFIERS], device=x.device)[modifier].view(-1, 1, 1)
    tone, light, white = (m.expand(u.shape) for m in SCENES[subject](Canvas(scalars, u, v, pixel * scale)))
    return torch.stack([tone.clamp(0, 1), light.clamp(0, LIGHT_TOP), white.clamp(0, 1)], 1)


def draw_crops(names: tuple[str, ...], seed: int, count: int, device: str = "cpu") -> Crops:
    """`count` crops, about equally many of every named subject."""
    generator = torch.Generator().manual_seed(seed)
    scalars, modifier, corner = choose(generator, count)
    subject = (torch.arange(count) + seed) % len(names)
    twins = int(count * TWINS) // 2 * 2
    for values in (scalars, modifier, corner):
        values[1:twins:2] = values[0:twins:2]
    if len(names) > 1:
        subject[1:twins:2] = (subject[0:twins:2] + torch.randint(1, len(names), (twins // 2,), generator=generator)) % len(names)
    maps = torch.zeros(count, 3, CROP, CROP, dtype=torch.uint8)
    scale = torch.tensor([255, 255 / LIGHT_TOP, 255], device=device).view(1, 3, 1, 1)
    for index, name in enumerate(names):
        for rows in (subject == index).nonzero()[:, 0].split(8):
            x, y = crop_places(corner[rows].to(device))
            drawn = draw_maps(name, scalars[rows].to(device), modifier[rows].to(device), x, y, 2 / 256)
            maps[rows] = (drawn * scale).round().byte().cpu()
    return Crops(subject, scalars, modifier, corner, maps)


def shard_path(folder: Path, number: int) -> Path:
    return folder / f"crops-{number:05d}.npz"


def render(folder: Path, names: tuple[str, ...], shards: range, seed: int, device: str = "cpu", size: int = SHARD) -> None:
    """Writes shards that are not there yet; each appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in shards:
        path = shard_path(folder, number)
        if path.exists():
            continue
        crops = draw_crops(names, seed * 100_003 + number, size, device)
        part = path.with_name(f".{path.name}.part.npz")
        np.savez(part, names=np.array(names), **{key: value.numpy() for key, value in crops._asdict().items()})
        os.replace(part, path)


def load_shard(path: Path, slots: tuple[str, ...]) -> Crops:
    """One shard, its subjects as slots."""
    with np.load(path) as stored:
        names = [str(name) for name in stored["names"]]
        crops = Crops(*(torch.from_numpy(stored[key]) for key in Crops._fields))
    return crops._replace(subject=torch.tensor([slots.index(name) for name in names])[crops.subject])


def as_maps(stored: torch.Tensor) -> torch.Tensor:
    """uint8 [N, 3, ...] -> float maps, light as a share of its top so that all three are 0..1."""
    return stored.float() / 255
