"""What the detail stage learns from: the trained generator's structure beside the render of the same seed, for crops that come in pairs.

Rows 2 i and 2 i + 1 are one step of a walk apart, so that motion can be compared too. Files appear whole; what is there is not drawn again.
"""
import math
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from .data import CROP, LIGHT_TOP, choose, crop_places, draw_maps
from .model import Model, Pick
from .noise import rotate_scalars
from .slots import SLOTS

STEP = math.tau / 48  # radians of an orbit, or of the way to another seed, between the two of a pair
SHARD = 368  # crops in a file: four pairs of each of 46 subjects
SEED = 20261128


class Details(NamedTuple):
    subject: torch.Tensor  # [N] slots
    structure: torch.Tensor  # [N, 16, CROP / 8, CROP / 8] float16, as the generator draws it
    maps: torch.Tensor  # [N, 3, CROP, CROP] uint8, as the renderer does


def one_step_on(scalars: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Scalars [N, 16] one step later: of the orbit for every other row, of a walk to another seed for the rest."""
    walked = math.cos(STEP / 2) * scalars + math.sin(STEP / 2) * torch.randn(scalars.shape, generator=generator)
    walked[::2] = rotate_scalars(scalars[::2], STEP)
    return walked


@torch.no_grad()
def draw_details(model: Model, names: tuple[str, ...], seed: int, count: int) -> Details:
    """`count` crops (an even number), about equally many of every named subject."""
    generator = torch.Generator().manual_seed(seed)
    pairs = count // 2
    scalars, modifier, corner = choose(generator, pairs)
    scalars = torch.stack([scalars, one_step_on(scalars, generator)], 1).reshape(count, -1)
    order = (torch.arange(pairs) + seed) % len(names)
    order, modifier, corner = (values.repeat_interleave(2, 0) for values in (order, modifier, corner))
    subject = torch.tensor([SLOTS.index(name) for name in names])[order]
    structure = torch.cat([model.crops(Pick.single(subject[r]), scalars[r], modifier[r], corner[r]) for r in torch.arange(count).split(16)])
    maps = torch.zeros(count, 3, CROP, CROP, dtype=torch.uint8)
    scale = torch.tensor([255, 255 / LIGHT_TOP, 255]).view(1, 3, 1, 1)
    for index, name in enumerate(names):
        for rows in (order == index).nonzero()[:, 0].split(8):
            x, y = crop_places(corner[rows])
            maps[rows] = (draw_maps(name, scalars[rows], modifier[rows], x, y, 2 / 256) * scale).round().byte()
    return Details(subject, structure.half(), maps)


def draw_shards(model: Model, folder: Path, names: tuple[str, ...], shards: int, size: int = SHARD) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(shards):
        path = folder / f"details-{number:04d}.npz"
        if path.exists():
            continue
        drawn = draw_details(model, names, SEED + number, size)
        part = path.with_name(f".{path.name}.part.npz")
        np.savez(part, **{key: value.numpy() for key, value in drawn._asdict().items()})
        os.replace(part, path)


def load_details(folder: Path) -> Details:
    """All files of a folder as one."""
    shards = []
    for path in sorted(folder.glob("details-*.npz")):
        with np.load(path) as stored:
            shards.append([torch.from_numpy(stored[field]) for field in Details._fields])
    return Details(*(torch.cat(parts) for parts in zip(*shards, strict=True)))
