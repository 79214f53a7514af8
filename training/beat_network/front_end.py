"""Samples → what the network sees, the same numbers as src/analysis/beat-network/front-end.ts (test/fixtures holds both to it).

Frames at 100 a second, frame i centred on i/100 s; Hann window of 2^round(log2(0.0464 rate)) samples; magnitudes over a quarter
of the window (a full-scale sine gives 1); triangular filters evenly spaced in mel; natural log of 1 + 1000 m."""

import functools

import numpy as np

FRAME_RATE = 100
BANDS = 72
LOW, HIGH = 30.0, 14_000.0
SCALE = 1000.0
TARGET = 0.1


def mel(hertz):
    return 1127 * np.log(1 + np.asarray(hertz) / 700)


def hertz(mels):
    return 700 * (np.exp(np.asarray(mels) / 1127) - 1)


@functools.lru_cache(maxsize=8)
def filters(rate, window):
    """Weights (bins, BANDS). Each filter's weights sum to 1; a bin counts by its own width, so narrow filters are never empty."""
    edges = hertz(np.linspace(mel(LOW), mel(HIGH), BANDS + 2))
    width = rate / window
    bins = np.arange(window // 2 + 1) * width
    weights = np.zeros((len(bins), BANDS))
    for band in range(BANDS):
        low, centre, high = edges[band:band + 3]
        low, high = min(low, centre - width), max(high, centre + width)
        weights[:, band] = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
        total = weights[:, band].sum()
        if total > 0:
            weights[:, band] /= total
    return weights


def window_length(rate):
    return int(2 ** np.floor(np.log2(rate * 0.0464) + 0.5))


def mel_frames(samples, rate=44_100):
    """Mean magnitudes (frames, BANDS) of the samples as they are."""
    size = window_length(rate)
    count = int(len(samples) / rate * FRAME_RATE) + 1
    starts = np.floor(np.arange(count) * rate / FRAME_RATE + 0.5).astype(int)
    padded = np.concatenate([np.zeros(size // 2), np.nan_to_num(samples), np.zeros(size)])
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    bank = filters(rate, size)
    out = np.empty((count, BANDS), np.float32)
    for at in range(0, count, 512):
        rows = padded[starts[at:at + 512, None] + np.arange(size)] * hann
        out[at:at + 512] = (np.abs(np.fft.rfft(rows)) @ bank) * (4 / size)
    return out


def gated_level(samples, rate=44_100):
    """Root mean square of the 0.4 s blocks above -70 dBFS and no more than 10 dB below their mean, as measure.ts has it."""
    size = int(np.floor(rate * 0.4 + 0.5))
    powers = np.array([np.mean(samples[at:at + size] ** 2) for at in range(0, len(samples), size)])
    audible = powers[powers > 1e-7]
    if len(audible) == 0:
        return 0.0
    return float(np.sqrt(np.mean(audible[audible >= 0.1 * np.mean(audible)])))


def compute(samples, rate=44_100):
    """The network's input (frames, BANDS) of a whole track, brought to its usual level."""
    level = gated_level(samples, rate)
    return np.log1p(SCALE * (TARGET / level if level > 0 else 1) * mel_frames(samples, rate))
