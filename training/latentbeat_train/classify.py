"""Classifiers that judge pictures: which subject, palette and modifier they show. Trained on renders alone, tested on held-out renders.

The plain one sees colours; the strict one sees pictures that are blurred and whose colours are scrambled, so that it cannot lean on texture or
palette. Pictures are [B, 3, 128, 128] in 0..1.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from .camera import MODIFIERS, blooms, light_fields
from .canvas import places
from .colour import colour, stop_tables, tint, tint_tables
from .data import draw_maps
from .noise import SCALARS, split_pairs
from .palettes import NAMES as PALETTES
from .slots import SLOTS
from .train import run

SIDE = 128  # pixels of a judged picture; it shows the centre square
KINDS = ("subject", "palette", "modifier")


def render(subject: str, scalars: torch.Tensor, palette: torch.Tensor, modifier: torch.Tensor, height: int = 256, width: int = 256) -> torch.Tensor:
    """What the renderer draws: scalars [B, 16], palette and modifier [B] numbers -> pictures [B, 3, height, width] in 0..1."""
    x, y, pixel = places(height, width)
    x, y = x.expand(len(scalars), -1, -1), y.expand(len(scalars), -1, -1)
    maps = draw_maps(subject, scalars, modifier, x, y, pixel)
    weights = F.one_hot(modifier, len(MODIFIERS)).float()
    pairs = split_pairs(scalars)
    shade, veil = light_fields(weights, x, y, torch.atan2(pairs.sin[:, 0], pairs.cos[:, 0]).view(-1, 1, 1))
    stops = tint(stop_tables()[palette], weights, tint_tables())
    return colour(maps, stops, shade[:, None], veil[:, None], (weights @ blooms()).view(-1, 1, 1, 1))


def render_set(names: tuple[str, ...], seed: int, each: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures uint8 [N, 3, SIDE, SIDE] and labels [N, 3] (slot, palette, modifier; half of them without modifier)."""
    generator = torch.Generator().manual_seed(seed)
    pictures, labels = [], []
    for name in names:
        scalars = torch.randn(each, SCALARS, generator=generator)
        palette = torch.randint(len(PALETTES), (each,), generator=generator)
        modifier = torch.randint(len(MODIFIERS), (each,), generator=generator) * (torch.rand(each, generator=generator) < 0.55)
        for rows in torch.arange(each).split(10):
            drawn = render(name, scalars[rows], palette[rows], modifier[rows], SIDE, SIDE)
            pictures.append((drawn * 255).round().byte())
        labels.append(torch.stack([torch.full_like(palette, SLOTS.index(name)), palette, modifier], 1))
    return torch.cat(pictures), torch.cat(labels)


class Classifier(nn.Module):
    """Pictures -> features [B, 192] and logits of subject, palette, modifier."""

    def __init__(self, wide: int = 24) -> None:
        super().__init__()

        def stage(inputs: int, outputs: int, stride: int) -> nn.Sequential:
            return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())

        self.body = nn.Sequential(stage(3, wide, 2), stage(wide, 2 * wide, 2), stage(2 * wide, 2 * wide, 1), stage(2 * wide, 4 * wide, 2), stage(4 * wide, 4 * wide, 1),
            stage(4 * wide, 6 * wide, 2), stage(6 * wide, 8 * wide, 2))
        self.drop = nn.Dropout(0.2)
        self.heads = nn.ModuleList([nn.Linear(8 * wide, count) for count in (len(SLOTS), len(PALETTES), len(MODIFIERS))])
        self.colours = nn.Sequential(nn.Linear(27, 96), nn.ReLU(), nn.Linear(96, len(PALETTES)))

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.body(F.avg_pool2d(pictures, 2) * 2 - 1).mean((2, 3))

    def forward(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        seen = self.drop(self.features(pictures))
        logits = [head(seen) for head in self.heads]
        logits[1] = logits[1] + self.colours(colour_numbers(pictures))
        return logits


def colour_numbers(pictures: torch.Tensor) -> torch.Tensor:
    """Mean colour and share of nine bands of brightness [B, 27]: what tells palettes apart."""
    light = pictures.mean(1, keepdim=True)
    edges = torch.linspace(0, 0.9, 9).view(1, 9, 1, 1)
    band = torch.exp(-((light - edges) / 0.06) ** 2)
    weight = band.sum((2, 3)) + 1
    return torch.einsum("bkhw,bchw->bkc", band, pictures).div(weight[:, :, None]).reshape(len(pictures), 27) * 3


def disguise(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Blurred, and with colours mixed at random: what the strict classifier sees."""
    small = F.interpolate(F.avg_pool2d(pictures, 3), size=pictures.shape[2:], mode="bilinear")
    mix = torch.rand(len(pictures), 3, 3, generator=generator)
    return torch.einsum("bij,bjhw->bihw", mix / mix.sum(2, keepdim=True), small)


def fit(folder: Path, out: Path, strict: bool, steps: int, batch: int = 40) -> None:
    """Trains one classifier on renders.pt of the folder."""
    torch.manual_seed(int(strict))
    stored = torch.load(folder / "renders.pt", weights_only=True)
    pictures, labels = stored["pictures"], stored["labels"]
    model = Classifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)

    def do(step: int) -> dict[str, float]:
        generator = torch.Generator().manual_seed(step)
        rows = torch.randint(len(pictures), (batch,), generator=generator)
        seen = pictures[rows].float() / 255
        if strict:
            seen = disguise(seen, generator)
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - step / steps) + 1e-5
        logits = model(seen)
        losses = [F.cross_entropy(value, labels[rows, i]) for i, value in enumerate(logits)]
        loss = losses[0] + losses[2] + (0 if strict else losses[1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return {kind: float((value.argmax(1) == labels[rows, i]).float().mean()) for i, (kind, value) in enumerate(zip(KINDS, logits, strict=True))}

    run(out, steps, {"model": model, "optimizer": optimizer}, do, "strict classifier" if strict else "classifier")


def train_classifiers(folder: Path, names: tuple[str, ...], each: int, steps: int) -> dict[str, float]:
    """Draws renders, trains both, and says how right they are on held-out renders."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "renders.pt").exists():
        pictures, labels = render_set(names, 501, each)
        torch.save({"pictures": pictures, "labels": labels}, folder / "renders.pt")
    for strict in (False, True):
        fit(folder, folder / ("strict.pt" if strict else "plain.pt"), strict, steps)
    pictures, labels = render_set(names, 502, max(2, each // 12))
    accuracy = {}
    for strict in (False, True):
        model = load(folder, strict)
        seen = pictures.float() / 255
        guesses = guess(model, disguise(seen, torch.Generator().manual_seed(9)) if strict else seen)
        for i, kind in enumerate(KINDS[:1] if strict else KINDS):
            accuracy[f"{'strict ' if strict else ''}{kind}"] = float((guesses[:, i] == labels[:, i]).float().mean())
    (folder / "accuracy.json").write_text(json.dumps(accuracy, indent=2) + "\n")
    return accuracy


def load(folder: Path, strict: bool = False) -> Classifier:
    model = Classifier()
    model.load_state_dict(torch.load(folder / ("strict.pt" if strict else "plain.pt"), map_location="cpu", weights_only=False)["model"])
    return model.eval()


@torch.no_grad()
def guess(model: Classifier, pictures: torch.Tensor) -> torch.Tensor:
    """[N, 3]: slot, palette and modifier of each picture [N, 3, SIDE, SIDE]."""
    return torch.cat([torch.stack([value.argmax(1) for value in model(part)], 1) for part in pictures.split(64)])


@torch.no_grad()
def features(model: Classifier, pictures: torch.Tensor) -> torch.Tensor:
    return torch.cat([model.features(part) for part in pictures.split(64)])
