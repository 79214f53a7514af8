"""Training: scalars + caption -> picture, by regression in pixels through generator and decoder at once.

No separate autoencoder is needed: noise and picture are paired by construction, so the decoder learns with the
generator. Batches depend on (seed, step) only; a run continues from its checkpoint and ends at `Plan.steps`.
Stage 1 (`generator`) learns at a constant rate with small batches; stage 2 (`finetune`) decays the rate to zero
with larger ones. The kept weights are a running mean.
"""
import math
import os
import random
import time
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from . import palettes
from .captions import Captions
from .data import NAMES, Maps
from .network import Decoder, Generator
from .vocabulary import Label, draw_label

HELD_OUT = 340  # last rows, never trained on
BETWEEN = 0.15  # share of samples between two captions
MEAN = 0.998  # running mean of weights, a step


class Plan(NamedTuple):
    steps: int
    batch: int
    rate: float
    warm_up: int
    decay: bool  # cosine to zero over the whole plan
    seed: int


class Batch(NamedTuple):
    scalars: torch.Tensor  # [B, 16]
    text: torch.Tensor  # [B, 384]
    picture: torch.Tensor  # [B, 3, 128, 128] in 0..1


class Sampler:
    """Draws batches from stored maps and captions."""

    def __init__(self, folder: Path) -> None:
        self.maps, self.captions = Maps(folder), Captions(folder)
        self.tables = palettes.make_tables()
        kept = max(len(self.maps) - HELD_OUT, len(self.maps) // 2)
        self.rows = [[i for i in range(kept) if self.maps.subjects[i] == n] for n in range(len(NAMES))]

    def draw(self, seed: int, step: int, size: int) -> Batch:
        rng = random.Random(f"{seed}/{step}")
        drawn = [self._draw_one(rng) for _ in range(size)]
        scalars, text, maps, tables = (torch.stack(part) for part in zip(*drawn))
        return Batch(scalars, text, palettes.colour(maps, tables))

    def _draw_one(self, rng: random.Random) -> tuple[torch.Tensor, ...]:
        label = draw_label(rng)
        row = rng.choice(self.rows[NAMES.index(label.subject)])
        text, maps, table = self.captions.pick(label, rng), self.maps.frame(row, label.modifier), self.tables[palettes.NAMES.index(label.palette)]
        if rng.random() < BETWEEN:
            t = rng.random()
            other = Label(label.subject, rng.choice(palettes.NAMES), label.modifier)
            if rng.random() < 0.4:  # the twin row: same scalars, another subject
                other = other._replace(subject=NAMES[int(self.maps.subjects[row ^ 1])])
                maps = maps.lerp(self.maps.frame(row ^ 1, label.modifier), t)
            text = F.normalize(text.lerp(self.captions.pick(other, rng), t), dim=0)
            table = table.lerp(self.tables[palettes.NAMES.index(other.palette)], t)
        return self.maps.scalars[row], text, maps, table


def compare(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of values and of their gradients, over three scales."""
    loss = torch.zeros(())
    for scale in range(3):
        if scale:
            made, wanted = F.avg_pool2d(made, 2), F.avg_pool2d(wanted, 2)
        d = made - wanted
        loss = loss + d.abs().mean() * (1.0 if scale == 0 else 0.5)
        loss = loss + (d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean()
    return loss


class Model(nn.Module):
    """Generator and decoder as one; pictures in 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.decoder = Generator(), Decoder()

    def forward(self, scalars: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.generator(scalars, text)) * 0.5 + 0.5


def rate_at(plan: Plan, step: int) -> float:
    warm = min(1.0, (step + 1) / max(plan.warm_up, 1))
    return plan.rate * warm * (0.5 + 0.5 * math.cos(math.pi * step / plan.steps) if plan.decay else 1.0) + 1e-6


def train(folder: Path, target: Path, plan: Plan, start: Path | None = None, report_every: int = 100) -> None:
    """Runs a plan into the checkpoint `target`, from it if it exists, else from `start`, else from nothing."""
    torch.manual_seed(plan.seed)
    sampler, model, mean = Sampler(folder), Model(), Model()
    mean.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=1e-3)
    step, spent = 0, 0.0
    source = target if target.exists() else start
    if source:
        state = torch.load(source, weights_only=True)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        spent = state["seconds"]
        step = state["step"] if source == target else 0
    began, average = time.process_time(), 0.0
    while step < plan.steps:
        for group in optimizer.param_groups:
            group["lr"] = rate_at(plan, step)
        batch = sampler.draw(plan.seed, step, plan.batch)
        loss = compare(model(batch.scalars, batch.text), batch.picture)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        follow(mean, model, min(MEAN, step / (step + 10)) if source is None else MEAN)
        value = float(loss.detach())
        average = value if average == 0 else 0.98 * average + 0.02 * value
        if step % report_every == 0 or step == plan.steps:
            seconds = spent + time.process_time() - began
            save(target, {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds})
            print(f"step {step} loss {average:.4f} rate {rate_at(plan, step):.2e} cpu {seconds:.0f} s", flush=True)


@torch.no_grad()
def follow(mean: nn.Module, model: nn.Module, keep: float) -> None:
    torch._foreach_lerp_(list(mean.parameters()), list(model.parameters()), 1 - keep)


def save(path: Path, state: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    os.replace(beside, path)


def load_model(path: Path) -> Model:
    model = Model()
    model.load_state_dict(torch.load(path, weights_only=True)["mean"])
    return model.eval()
