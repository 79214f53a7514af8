"""Contact sheets of the renderer: what the artist looks at.

    python -m latentbeat_train.sheet OUT.png --subjects tunnel,galaxy [--kind seeds|palettes|orbit|wide] [--size 256]
"""
import argparse

import torch
from PIL import Image

from . import palettes
from .canvas import Canvas, places
from .noise import SCALARS, rotate_scalars
from .scenes import SCENES

MOVES = 8  # pictures of one orbit
USUAL = "neon"


def draw(subject: str, scalars: torch.Tensor, palette: str, height: int, width: int) -> torch.Tensor:
    """Scalars [B, 16] -> pictures [B, 3, height, width] in 0..1."""
    x, y, pixel = places(height, width)
    maps = torch.stack([m.expand(len(scalars), height, width) for m in SCENES[subject](Canvas(scalars, x, y, pixel))], 1)
    table = palettes.make_tables()[palettes.NAMES.index(palette)]
    return palettes.colour(maps, table.expand(len(scalars), -1, -1))


def make_row(subject: str, kind: str, size: int, palette: str, columns: int) -> torch.Tensor:
    """One line of pictures [N, 3, H, W]."""
    seeds = torch.randn(columns, SCALARS, generator=torch.Generator().manual_seed(1))
    if kind == "palettes":
        step = max(1, len(palettes.NAMES) // columns)
        return torch.cat([draw(subject, seeds[:1], name, size, size) for name in palettes.NAMES[::step][:columns]])
    if kind == "orbit":
        turned = torch.cat([rotate_scalars(seeds[:1], 6.283185 * i / columns) for i in range(columns)])
        return draw(subject, turned, palette, size, size)
    if kind == "wide":
        return draw(subject, seeds, palette, size, size * 7 // 4)
    return draw(subject, seeds, palette, size, size)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--subjects", default=",".join(SCENES))
    parser.add_argument("--kind", choices=("seeds", "palettes", "orbit", "wide"), default="seeds")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--palette", default=USUAL)
    parser.add_argument("--columns", type=int, default=MOVES)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = [make_row(name, args.kind, args.size, args.palette, args.columns) for name in args.subjects.split(",")]
    sheet = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    Image.fromarray((sheet.permute(1, 2, 0) * 255).round().byte().numpy()).save(args.out)


if __name__ == "__main__":
    main()
