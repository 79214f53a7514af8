"""Pieces on disk → batches of augmented excerpts: other tempi, other pitch, other sound, other level."""

import glob
import os

import numpy as np

from .front_end import BANDS

OUTPUT_EVERY = 2  # frames of input to one of output: 50 a second
LENGTH = 2000  # frames of an excerpt


class Pieces:
    """All pieces of a folder; `refresh` picks up those made meanwhile."""

    def __init__(self, folder):
        self.folder, self.items, self.known = folder, [], set()
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(os.path.join(self.folder, "*.npz"))):
            if path in self.known:
                continue
            try:
                with np.load(path) as data:
                    self.items.append((data["features"], data["beats"], data["downbeats"], str(data["style"])))
                self.known.add(path)
            except (ValueError, OSError, EOFError, KeyError):
                continue  # still being written

    def __len__(self):
        return len(self.items)


def stretched(features, start, factor):
    """LENGTH frames from `start` on, read at `factor` times the speed; silence beyond the ends."""
    at = start + factor * np.arange(LENGTH)
    low = np.floor(at).astype(int)
    share = (at - low)[:, None].astype(np.float32)
    inside = lambda index: np.where(((index >= 0) & (index < len(features)))[:, None], features[np.clip(index, 0, len(features) - 1)], 0).astype(np.float32)
    return (1 - share) * inside(low) + share * inside(low + 1)


def coloured(rng, x):
    """Another equaliser, level, pitch and noise floor."""
    magnitude = np.expm1(x)
    shift = int(rng.integers(-3, 4)) if rng.random() < 0.6 else 0
    if shift:
        magnitude = np.roll(magnitude, shift, axis=1)
        magnitude[:, :shift] = 0 if shift > 0 else magnitude[:, :shift]
        if shift < 0:
            magnitude[:, shift:] = 0
    place = np.linspace(-1, 1, BANDS)
    decibels = rng.uniform(-8, 8) + rng.uniform(-10, 10) * place + sum(rng.normal(0, 3) * np.cos(np.pi * k * (place + 1) / 2 + rng.uniform(0, 6.28)) for k in (2, 4, 7))
    if rng.random() < 0.1:
        decibels -= 40 * np.maximum(0, place - rng.uniform(0, 0.8))
    if rng.random() < 0.1:
        decibels -= 40 * np.maximum(0, rng.uniform(-0.9, -0.4) - place)
    magnitude *= 10 ** (decibels / 20).astype(np.float32)
    if rng.random() < 0.3:
        floor = 10 ** (rng.uniform(-2, 0.3)) * np.exp(rng.normal(0, 1) * place)
        magnitude += floor.astype(np.float32) * rng.rayleigh(1, magnitude.shape).astype(np.float32)
    return np.log1p(np.maximum(0, magnitude))


def targets(beats, flags, start, factor, delay):
    """(LENGTH / OUTPUT_EVERY, 2): 1 on beats and downbeats, 0.5 beside them; `delay` outputs late."""
    out = np.zeros((LENGTH // OUTPUT_EVERY, 2), np.float32)
    place = np.floor((beats * 100 - start) / factor / OUTPUT_EVERY + 0.5).astype(int) + delay
    for column, chosen in ((0, place), (1, place[flags])):
        for near, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
            index = chosen + near
            index = index[(index >= 0) & (index < len(out))]
            out[index, column] = np.maximum(out[index, column], value)
    return out


def excerpt(rng, item, delay, augment=True):
    features, beats, flags, _ = item
    factor = float(np.exp(rng.uniform(np.log(0.78), np.log(1.28)))) if augment and rng.random() < 0.8 else 1.0
    start = rng.uniform(-100, max(1, len(features) - LENGTH * factor * 0.85))
    x = stretched(features, start, factor)
    return coloured(rng, x) if augment else x, targets(beats, flags, start, factor, delay)


def batch(rng, pieces, size, delay, augment=True):
    chosen = [excerpt(rng, pieces.items[rng.integers(len(pieces))], delay, augment) for _ in range(size)]
    return np.stack([x for x, _ in chosen]), np.stack([y for _, y in chosen])
