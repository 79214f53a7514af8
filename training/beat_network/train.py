"""Trains one form of the network; goes on from its checkpoint when called again."""

import os
import time

import numpy as np
import torch
from torch.nn import functional

from .dataset import Pieces, batch
from .network import DELAY, BeatNetwork

BATCH = 4
RATE = 2e-3
AVERAGE = 0.998


def rate_at(step, steps):
    return float(RATE * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * min(1, step / steps)))))


def train(data, held_out, checkpoint, steps, causal, size=None, every=250):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    delay = DELAY if causal else 0
    model = BeatNetwork(causal, **(size or {})).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-3)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    first = 0
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, first = state["average"], state["step"]
        rng = np.random.default_rng([1, first])
    pieces, kept = Pieces(data), Pieces(held_out)
    start, seen = time.time(), []
    for step in range(first, steps):
        x, y = (torch.from_numpy(part) for part in batch(rng, pieces, BATCH, delay))
        loss = loss_of(model(x), y)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, steps)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        keep = min(AVERAGE, (step + 1) / (step + 10))
        for name, value in model.state_dict().items():
            average[name].lerp_(value, 1 - keep)
        seen.append(float(loss.detach()))
        if step % every == every - 1 or step == steps - 1:
            pieces.refresh()
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "average": average, "step": step + 1}, checkpoint + ".part")
            os.replace(checkpoint + ".part", checkpoint)
            print(f"{step + 1}/{steps} loss {np.mean(seen):.4f} held out {validate(average, kept, causal, size):.4f} pieces {len(pieces)} {time.time() - start:.0f} s", flush=True)
            seen = []
    return average


def loss_of(logits, y):
    both = functional.binary_cross_entropy_with_logits(logits, y, reduction="none").mean(dim=(0, 1))
    return both[0] + 1.5 * both[1]


def validate(weights, kept, causal, size=None):
    """Loss on held-out pieces as they are."""
    model = BeatNetwork(causal, **(size or {}))
    model.load_state_dict(weights)
    model.eval()
    rng = np.random.default_rng(2)
    with torch.inference_mode():
        losses = [float(loss_of(model(x), y)) for x, y in ((torch.from_numpy(a), torch.from_numpy(b)) for a, b in (batch(rng, kept, 4, DELAY if causal else 0, False) for _ in range(3)))]
    return float(np.mean(losses))
