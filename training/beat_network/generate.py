"""Seeds → a folder of features and truth, one .npz a piece; --listen keeps the sound too."""

import os
import tempfile
import time
import traceback

import numpy as np
import soundfile

from .composer import compose
from .front_end import compute
from .render import render
from .synth import RATE

HELD_OUT_FROM = 1_000_000


def make(seed, folder, seconds, sound=False, style=None):
    path = os.path.join(folder, f"{seed}.npz")
    if os.path.exists(path):
        return 0.0
    piece = compose(seed, seconds, style)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as scratch:
        samples, beats, downbeats = render(piece, scratch)
    features = compute(samples)
    if not np.isfinite(features).all():
        raise ValueError(f"seed {seed} gave numbers that are not finite")
    np.savez(path, features=features.astype(np.float16), beats=beats.astype(np.float32), downbeats=downbeats, style=piece.style, metre=piece.bars[0].metre.beats, steps=piece.bars[0].metre.steps, feel=piece.feel, bpm=piece.bpm)
    if sound:
        soundfile.write(os.path.join(folder, f"{seed}.wav"), np.clip(samples, -1, 1), RATE)
    return len(samples) / RATE


def generate(folder, first, count, seconds=42.0, sound=False, style=None):
    os.makedirs(folder, exist_ok=True)
    made, start = 0.0, time.time()
    for seed in range(first, first + count):
        try:
            made += make(seed, folder, seconds, sound, style)
        except Exception:  # one bad seed must not end a long run; it is named
            traceback.print_exc()
            print(f"seed {seed} left out", flush=True)
        if (seed - first) % 20 == 19:
            print(f"{seed - first + 1}/{count}: {made / 60:.1f} min of music in {time.time() - start:.0f} s", flush=True)
