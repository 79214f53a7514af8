"""What happens to music between the players and the file: rooms, equalisers, compressors, worn media, codecs."""

import os
import subprocess

import numpy as np
import soundfile
from scipy.signal import fftconvolve, lfilter

from .synth import RATE, filtered

CODECS = [(("-c:a", "libmp3lame", "-b:a", "96k"), "mp3"), (("-c:a", "libmp3lame", "-b:a", "64k"), "mp3"), (("-c:a", "libopus", "-b:a", "48k"), "opus"), (("-c:a", "libvorbis", "-q:a", "1"), "ogg"), (("-c:a", "aac", "-b:a", "64k"), "m4a")]


def room(rng, x):
    """A room: noise that dies away, darker with time, after a short gap."""
    seconds = rng.uniform(0.15, 2.0)
    t = np.arange(int(seconds * RATE)) / RATE
    tail = rng.normal(size=len(t)) * np.exp(-6.9 * t / seconds) * (t > rng.uniform(0, 0.03))
    tail = filtered(tail, rng.uniform(2000, 12_000), "lowpass", 1)
    tail /= np.sqrt(np.sum(tail**2)) + 1e-9
    return x + rng.uniform(0.05, 0.5) * fftconvolve(x, tail)[:len(x)]


def equalise(rng, x):
    for _ in range(int(rng.integers(1, 3))):
        low = rng.uniform(40, 6000)
        band = filtered(x, (low, min(18_000, low * rng.uniform(1.5, 4))), "bandpass", 1)
        x = x + rng.uniform(-0.7, 1.5) * band
    return x


def compress(rng, x, release=0.15):
    """Feed-forward, on blocks of 64 samples: pumping when the drums are loud."""
    blocks = np.sqrt(np.mean(x[:len(x) // 64 * 64].reshape(-1, 64) ** 2, axis=1)) + 1e-6
    keep = np.exp(-64 / RATE / release)
    level = lfilter([1 - keep], [1, -keep], blocks)
    gain = np.minimum(1, (level / (np.quantile(level, 0.7) * rng.uniform(0.3, 1))) ** -rng.uniform(0.3, 0.8))
    return x * np.interp(np.arange(len(x)), np.arange(len(gain)) * 64, gain)


def wear(rng, x):
    """Vinyl: crackle, hum, hiss, wow."""
    count = len(x)
    t = np.arange(count) / RATE
    crackle = np.where(rng.random(count) < rng.uniform(1, 20) / RATE, rng.normal(size=count), 0)
    noise = rng.uniform(0.0005, 0.006) * rng.normal(size=count) + 0.1 * filtered(crackle, 1500, "highpass") + rng.uniform(0, 0.01) * np.sin(2 * np.pi * 50 * t)
    if rng.random() < 0.5:
        return filtered(x, rng.uniform(4000, 9000), "lowpass") + noise
    return x + noise


def duck(rng, x, kicks):
    """Side-chain: the level dips with every kick and swells back."""
    gain = np.ones(len(x))
    length = int(rng.uniform(0.15, 0.4) * RATE)
    dip = 1 - rng.uniform(0.5, 0.95) * np.linspace(1, 0, length) ** 2
    for time in kicks:
        start = int(time * RATE)
        if 0 <= start < len(x) - length:
            gain[start:start + length] = np.minimum(gain[start:start + length], dip)
    return x * gain


def through_codec(rng, x, folder):
    """Encoded and decoded by ffmpeg; the length and the start are kept (ffmpeg trims the encoders' delay)."""
    options, suffix = CODECS[rng.integers(len(CODECS))]
    source, coded, back = (os.path.join(folder, name) for name in ("in.wav", f"coded.{suffix}", "back.wav"))
    soundfile.write(source, np.clip(x, -1, 1), RATE, "PCM_16")
    run = ["ffmpeg", "-v", "error", "-y", "-threads", "1"]
    subprocess.run([*run, "-i", source, *options, coded], check=True)
    subprocess.run([*run, "-i", coded, "-ar", str(RATE), "-ac", "1", back], check=True)
    y, _ = soundfile.read(back)
    return np.pad(y, (0, max(0, len(x) - len(y))))[:len(x)]


def master(rng, x, folder):
    """The chain of a piece, each link by chance."""
    if rng.random() < 0.55:
        x = room(rng, x)
    if rng.random() < 0.5:
        x = equalise(rng, x)
    if rng.random() < 0.45:
        x = compress(rng, x)
    x = x / (np.sqrt(np.mean(x**2)) + 1e-9) * 0.1
    if rng.random() < 0.15:
        x = wear(rng, x)
    if rng.random() < 0.3:
        x = np.tanh(x * rng.uniform(1, 6)) / 3
    if rng.random() < 0.3:
        x = x + rng.uniform(0.0002, 0.004) * rng.normal(size=len(x))
    return through_codec(rng, x, folder) if rng.random() < 0.25 else x
