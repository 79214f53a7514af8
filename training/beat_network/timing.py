"""Beats → seconds: steady clicks, live drift, rubato by phrases, ramps, jumps; swing; the player's own looseness."""

import numpy as np


def beat_times(rng, bars, bpm, feel):
    """Times (s) of every beat of the bars and of the one after, from 0. `feel`: steady, live, loose, rubato, ramp, jump."""
    count = int(round(sum(bar.metre.beats for bar in bars)))
    logs = np.zeros(count)
    if feel == "live":
        logs = smooth_walk(rng, count, rng.uniform(0.003, 0.012), 0.9) + rng.normal(0, rng.uniform(0.001, 0.008), count)
    elif feel == "loose":
        logs = smooth_walk(rng, count, rng.uniform(0.01, 0.025), 0.9) + rng.normal(0, rng.uniform(0.005, 0.02), count)
    elif feel == "rubato":
        logs = rubato(rng, bars, count)
    elif feel == "ramp":
        logs = np.linspace(0, rng.uniform(0.1, 0.35) * rng.choice([-1, 1]), count)
    elif feel == "jump":
        cuts = [i for i, bar in enumerate(bars) if bar.first and i > 0]
        logs = np.zeros(count)
        if cuts:
            logs[int(bars[cuts[rng.integers(len(cuts))]].start):] = rng.uniform(0.06, 0.4) * rng.choice([-1, 1])
    return np.concatenate([[0], np.cumsum(60 / bpm * np.exp(logs))])


def smooth_walk(rng, count, spread, keep):
    """An autoregressive curve of about that spread."""
    out = np.zeros(count)
    for i in range(1, count):
        out[i] = keep * out[i - 1] + rng.normal(0, spread * np.sqrt(1 - keep**2))
    return out


def rubato(rng, bars, count):
    """Phrases of 2 to 8 bars quicken towards their middle and linger at their end; pauses now and then."""
    depth = rng.uniform(0.03, 0.22)
    logs = smooth_walk(rng, count, rng.uniform(0.01, 0.07), 0.7) + rng.normal(0, rng.uniform(0.005, 0.05), count)
    at = 0
    while at < len(bars):
        size = int(rng.choice([2, 4, 4, 8]))
        phrase = bars[at:at + size]
        start = int(phrase[0].start)
        length = sum(bar.metre.beats for bar in phrase)
        x = np.linspace(-1, 1, length)
        arch = depth * (x**2 - 0.4) + np.where(x > 0.5, 0.5 * depth * rng.random() * (x - 0.5), 0)
        logs[start:start + length] += arch * rng.uniform(0.3, 1.2)
        if rng.random() < 0.15:
            logs[start + length - 1] += rng.uniform(0.1, 0.5)  # a pause
        at += size
    if rng.random() < 0.3:
        logs += smooth_walk(rng, count, 0.12, 0.97)
    return np.clip(logs, -0.6, 0.8)


def swing_position(position, amount, unit):
    """A position in beats with the second half of each `unit` (1 or 0.5 beats) moved to `amount` (0.5 straight, 0.67 triplets)."""
    whole = np.floor(position / unit) * unit
    part = (position - whole) / unit
    return whole + unit * np.where(part < 0.5, part * 2 * amount, amount + (part - 0.5) * 2 * (1 - amount))
