"""A trained model with its words, ready to be asked: sentences and seeds in, pictures out; and the measurements made on them."""
import math
import random

import numpy as np
import torch
import torch.nn.functional as F

from .classify import SIDE, render
from .network import LATENT_CHANNELS, Decoder
from .noise import CELL, SCALARS, rotate_scalars
from .one_step import OneStep
from .palettes import NAMES as PALETTES
from .reader import Reading
from .text_encoder import ExportedEncoder
from .vocabulary import MODIFIERS, Label, make_caption, plain_caption


class Judge:
    """Pictures are [1, 3, height, width] in 0..1; texts are embeddings [1, 384]."""

    def __init__(self, step: OneStep, decoder: Decoder, encoder: ExportedEncoder) -> None:
        self.step, self.decoder, self.encoder = step.eval(), decoder.eval(), encoder
        self.known: dict[str, torch.Tensor] = {}

    def say(self, sentence: str) -> torch.Tensor:
        if sentence not in self.known:
            self.known[sentence] = torch.from_numpy(self.encoder.embed([sentence]))
        return self.known[sentence]

    @torch.no_grad()
    def read(self, text: torch.Tensor) -> Reading:
        return self.step.read(text)

    @torch.no_grad()
    def draw(self, text: torch.Tensor, scalars: torch.Tensor, height: int = 256, width: int = 256) -> torch.Tensor:
        like = torch.zeros(1, LATENT_CHANNELS, height // CELL, width // CELL)
        return self.decoder(self.step.draw(scalars.view(1, SCALARS), self.read(text), like)) * 0.5 + 0.5


def wanted(label: Label, scalars: torch.Tensor, height: int = 256, width: int = 256) -> torch.Tensor:
    """The renderer's picture of a label of one subject."""
    palette, modifier = PALETTES.index(label.drawn_palette), list(MODIFIERS).index(label.modifier)
    return render(label.subject, scalars.view(1, SCALARS), torch.tensor([palette]), torch.tensor([modifier]), height, width)


def shrink(picture: torch.Tensor) -> torch.Tensor:
    return F.avg_pool2d(picture, picture.shape[2] // SIDE)


def held_labels(names: tuple[str, ...], each: int, seed: int) -> list[Label]:
    """Labels of one subject for obedience: every subject equally often, palettes and modifiers as people ask for them."""
    rng = random.Random(seed)
    return [Label(name, "", "", rng.choice(PALETTES), rng.choice(list(MODIFIERS)[1:]) if rng.random() < 0.5 else "") for name in names for _ in range(each)]


def held_caption(label: Label, seed: int) -> str:
    """A caption from templates that training never saw."""
    return make_caption(label, random.Random(seed), held=True)


def seeds(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, SCALARS, generator=torch.Generator().manual_seed(seed))


def frechet(a: torch.Tensor, b: torch.Tensor) -> float:
    """Fréchet distance of two sets of features [N, D], Gaussian fits (Heusel et al. 2017)."""
    x, y = a.double().numpy(), b.double().numpy()
    cov_x, cov_y = (np.cov(v, rowvar=False) + 1e-6 * np.eye(v.shape[1]) for v in (x, y))
    values = np.linalg.eigvals(cov_x @ cov_y)
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(cov_x) + np.trace(cov_y) - 2 * np.sqrt(np.clip(values.real, 0, None)).sum())


def lab_numbers(pictures: torch.Tensor) -> torch.Tensor:
    """Mean and spread of CIE L*a*b* and of its 4 x 4 tiles' lightness [N, 22], in hundredths."""
    linear = torch.where(pictures <= 0.04045, pictures / 12.92, ((pictures + 0.055) / 1.055) ** 2.4)
    matrix = torch.tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = torch.einsum("ij,bjhw->bihw", matrix, linear) / torch.tensor([0.9505, 1.0, 1.089]).view(1, 3, 1, 1)
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    lab = torch.stack([1.16 * f[:, 1] - 0.16, 5 * (f[:, 0] - f[:, 1]), 2 * (f[:, 1] - f[:, 2])], 1)
    tiles = F.adaptive_avg_pool2d(lab[:, :1], 4).flatten(1)
    return torch.cat([lab.mean((2, 3)), lab.std((2, 3)), tiles], 1)


def sharpness(pictures: torch.Tensor) -> float:
    """Gradient energy: mean square difference of neighbours."""
    return float(pictures.diff(dim=2).square().mean() + pictures.diff(dim=3).square().mean())


def pairwise(pictures: torch.Tensor) -> float:
    """Mean absolute difference over all pairs."""
    return float(torch.stack([(pictures[i] - pictures[j]).abs().mean() for i in range(len(pictures)) for j in range(i)]).mean())


def orbit(judge: Judge, subject: str, steps: int = 24) -> dict[str, float]:
    """How far a turn of the noise moves a subject, against the difference of two seeds, and the joint against a mean step."""
    text = judge.say(plain_caption(Label(subject)))
    start = seeds(6, 31)
    apart = pairwise(torch.cat([judge.draw(text, s, SIDE * 2, SIDE * 2) for s in start]))
    turned = torch.cat([judge.draw(text, rotate_scalars(start[:1], math.tau * k / steps)) for k in range(steps)])
    moves = (turned[1:] - turned[:-1]).abs().mean((1, 2, 3))
    return {"reach": float((turned - turned[:1]).abs().mean((1, 2, 3)).max()) / apart, "joint": float((turned[0] - turned[-1]).abs().mean() / moves.mean())}


def walk(judge: Judge, texts: tuple[torch.Tensor, torch.Tensor], ends: tuple[torch.Tensor, torch.Tensor], frames: int) -> torch.Tensor:
    """Pictures of a walk, steps sized by measured difference as the product does: [frames, 3, H, W]."""
    def at(t: float) -> torch.Tensor:
        text = F.normalize(texts[0].lerp(texts[1], t), dim=1)
        return judge.draw(text, slerp(ends[0], ends[1], t))

    probes = torch.cat([at(k / 64) for k in range(65)])
    way = torch.cat([torch.zeros(1), (probes[1:] - probes[:-1]).abs().mean((1, 2, 3)).cumsum(0)])
    places = np.interp(np.linspace(0, float(way[-1]), frames), way.numpy(), np.arange(65) / 64)
    return torch.cat([at(float(t)) for t in places])


def slerp(a: torch.Tensor, b: torch.Tensor, t: float) -> torch.Tensor:
    """Of scalars, by the angle that whole noises have between them: a right one, nearly."""
    return math.cos(t * math.pi / 2) * a + math.sin(t * math.pi / 2) * b


def walk_numbers(pictures: torch.Tensor) -> dict[str, float]:
    first = pictures.diff(dim=0)
    size = first.abs().mean((1, 2, 3))
    return {"flicker": float(first.diff(dim=0).abs().mean() / first.abs().mean() / 2), "cv": float(size.std() / size.mean())}


