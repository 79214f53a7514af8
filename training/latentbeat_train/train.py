"""The three trained stages: autoencoder, generator (in latents), finetune (generator and decoder, in pixels).

Noise and picture are paired by construction, so this is plain regression: no diffusion, no distillation. Trained in
pixels from a blank decoder, generator and decoder sit for long on one dark mean picture; behind a finished decoder
the generator learns at once, and the last stage removes the softness that an error in latents leaves.
Batches depend on (seed, step) only. A run continues from its checkpoint and ends at `Plan.steps`; the kept weights
are a running mean.
"""
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from torch import nn

from .network import Autoencoder, Generator, Model
from .sampler import Sampler

MEAN = 0.998  # running mean of weights, a step
LATENT_NOISE = 0.1  # added to the autoencoder's latent, so that a generator's small errors stay small in the picture


Trained = TypeVar("Trained", bound=nn.Module)


class Plan(NamedTuple):
    steps: int
    batch: int
    rate: float
    warm_up: int
    hold: float  # share of the steps before the rate decays, as a cosine, to zero
    seed: int


def train_autoencoder(folder: Path, target: Path, plan: Plan) -> None:
    sampler = Sampler(folder)

    def loss_of(model: Autoencoder, step: int) -> torch.Tensor:
        picture = sampler.draw(plan.seed, step, plan.batch).picture
        latent = model.encoder(picture)
        noise = torch.randn(latent.shape, generator=torch.Generator().manual_seed(plan.seed * 1_000_003 + step))
        return compare(model.decoder(latent + LATENT_NOISE * noise) * 0.5 + 0.5, picture)

    run(plan, target, Autoencoder, loss_of)


def train_generator(folder: Path, autoencoder: Path, target: Path, plan: Plan) -> None:
    """Mean squared error of the latent."""
    sampler, encoder = Sampler(folder), load(autoencoder, Autoencoder).encoder

    def loss_of(model: Generator, step: int) -> torch.Tensor:
        batch = sampler.draw(plan.seed, step, plan.batch)
        with torch.no_grad():
            latent = encoder(batch.picture)
        return F.mse_loss(model(batch.scalars, batch.text), latent)

    def make() -> Generator:
        generator = Generator()
        generator.reader.load_state_dict(torch.load(folder / "reader.pt", weights_only=True))
        return generator

    run(plan, target, make, loss_of)


def finetune(folder: Path, autoencoder: Path, generator: Path, target: Path, plan: Plan) -> None:
    """Generator and decoder together, compared in pixels."""
    sampler = Sampler(folder)

    def loss_of(model: Model, step: int) -> torch.Tensor:
        batch = sampler.draw(plan.seed, step, plan.batch)
        return compare(model(batch.scalars, batch.text), batch.picture)

    run(plan, target, lambda: join(autoencoder, generator), loss_of)


def join(autoencoder: Path, generator: Path) -> Model:
    """A model of a trained decoder and a trained generator."""
    model = Model()
    model.decoder.load_state_dict(load(autoencoder, Autoencoder).decoder.state_dict())
    model.generator.load_state_dict(load(generator, Generator).state_dict())
    return model.train()


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


def rate_at(plan: Plan, step: int) -> float:
    warm = min(1.0, (step + 1) / max(plan.warm_up, 1))
    decayed = max(0.0, step / plan.steps - plan.hold) / (1 - plan.hold)
    return plan.rate * warm * (0.5 + 0.5 * math.cos(math.pi * decayed)) + 1e-6


def run(plan: Plan, target: Path, make: Callable[[], Trained], loss_of: Callable[[Trained, int], torch.Tensor], report_every: int = 100) -> None:
    """Trains what `make` gives into the checkpoint `target`, from it if it exists."""
    torch.manual_seed(plan.seed)
    model, mean = make(), make()
    mean.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.rate, betas=(0.9, 0.99), weight_decay=1e-3)
    step, spent, average = 0, 0.0, 0.0
    if target.exists():
        state = torch.load(target, weights_only=True)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["seconds"]
    began = time.process_time()
    while step < plan.steps:
        for group in optimizer.param_groups:
            group["lr"] = rate_at(plan, step)
        loss = loss_of(model, step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        follow(mean, model, min(MEAN, step / (step + 10)))
        value = float(loss.detach())
        average = value if average == 0 else 0.98 * average + 0.02 * value
        if step % report_every == 0 or step == plan.steps:
            seconds = spent + time.process_time() - began
            save(target, {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds})
            print(f"step {step} loss {average:.4f} rate {rate_at(plan, step):.2e} cpu {seconds:.0f} s", flush=True)


@torch.no_grad()
def follow(mean: nn.Module, model: nn.Module, keep: float) -> None:
    torch._foreach_lerp_(list(mean.parameters()), list(model.parameters()), 1 - keep)
    for kept, current in zip(mean.buffers(), model.buffers(), strict=True):
        kept.copy_(current)


def save(path: Path, state: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    os.replace(beside, path)


def load(path: Path, make: Callable[[], Trained]) -> Trained:
    """The running mean of a checkpoint, ready to be used."""
    module = make()
    module.load_state_dict(torch.load(path, weights_only=True)["mean"])
    return module.eval()
