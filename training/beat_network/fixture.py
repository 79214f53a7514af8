"""The same sound through both front ends and both forms of the network: numbers that the TypeScript tests are held to."""

import json
import os

import numpy as np
import torch

from . import front_end
from .export import load

SECONDS = 6
RATE = 44_100


def test_sound():
    """A sound that both languages can make exactly: decaying tones on a beat of 0.5 s, and a chord."""
    t = np.arange(SECONDS * RATE) / RATE
    since = np.mod(t, 0.5)
    return 0.4 * np.exp(-20 * since) * np.sin(2 * np.pi * 80 * t) + 0.1 * np.exp(-60 * since) * np.sin(2 * np.pi * 5000 * t) + 0.05 * np.sin(2 * np.pi * 440 * t) + 0.05 * np.sin(2 * np.pi * 554.37 * t)


def write_fixture(path, folder_of_checkpoints, size=None):
    features = front_end.compute(test_sound(), RATE)
    with torch.inference_mode():
        outputs = {name: torch.sigmoid(load(os.path.join(folder_of_checkpoints, f"{name}.pt"), name == "causal", size)(torch.from_numpy(features)[None]))[0].numpy() for name in ("offline", "causal")}
    rows = [0, 1, 50, 51, 52, 55, 100, 333, 600]
    fixture = {
        "rate": RATE,
        "seconds": SECONDS,
        "level": round(front_end.gated_level(test_sound(), RATE), 7),
        "frames": {str(row): [round(float(v), 4) for v in features[row]] for row in rows},
        "offline": [[round(float(v), 4) for v in row] for row in outputs["offline"][::5]],
        "causal": [[round(float(v), 4) for v in row] for row in outputs["causal"][::5]],
        "every": 5,
    }
    with open(path, "w") as file:
        json.dump(fixture, file)
