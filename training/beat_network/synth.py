"""Sounds of our own: drum machines, chip and saw voices, bass, and a singing voice (a glottal buzz through moving formants)."""

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 44_100


def drum_sounds(rng):
    """A drum machine: General MIDI note → one-shot, its character drawn once a piece."""
    character = {"kick": (rng.uniform(38, 65), rng.uniform(2, 8), rng.uniform(0.08, 0.5)), "snare": (rng.uniform(140, 240), rng.uniform(0.08, 0.25), rng.uniform(0.2, 0.8)), "hat": (rng.uniform(5000, 9000), rng.uniform(0.02, 0.06))}
    cache = {}

    def sound(note):
        if note not in cache:
            cache[note] = make_drum(rng, note, character)
        return cache[note]

    return sound


def make_drum(rng, note, character):
    if note in (35, 36):
        base, sweep, decay = character["kick"]
        t = np.arange(int(RATE * min(0.6, 4 * decay))) / RATE
        phase = 2 * np.pi * (base * t + base * sweep * 0.02 * (1 - np.exp(-t / 0.02)))
        return np.sin(phase) * np.exp(-t / decay) + 0.3 * rng.normal(size=len(t)) * np.exp(-t / 0.002)
    if note in (38, 40, 37, 39):
        tone, decay, share = character["snare"]
        t = np.arange(int(RATE * 4 * decay)) / RATE
        noise = filtered(rng.normal(size=len(t)), 900 if note == 39 else 1500, "highpass") * np.exp(-t / decay)
        if note == 39:  # a clap is several bursts
            noise *= 0.3 + sum(np.exp(-np.abs(t - k * 0.011) / 0.003) for k in range(3))
        body = np.sin(2 * np.pi * tone * t * (1 + 0.3 * np.exp(-t / 0.01))) * np.exp(-t / (0.4 * decay))
        return 0.8 * noise * (0.4 if note == 37 else 1) + (0 if note == 39 else share) * body
    if note in (42, 44, 46, 49, 51, 53, 54, 57, 69, 70, 82):
        cutoff, decay = character["hat"]
        decay *= {46: 6, 49: 14, 57: 14, 51: 8, 53: 8}.get(note, 1)
        t = np.arange(int(RATE * min(1.2, 5 * decay))) / RATE
        metal = sum(np.sign(np.sin(2 * np.pi * f * t)) for f in rng.uniform(2500, 9000, 5)) / 5
        return 0.5 * filtered(0.6 * rng.normal(size=len(t)) + metal, cutoff, "highpass") * np.exp(-t / decay)
    pitch = 80 * 2 ** ((note - 41) / 9) if note < 52 else rng.uniform(200, 1200)
    decay = rng.uniform(0.05, 0.2)
    t = np.arange(int(RATE * 5 * decay)) / RATE
    return 0.8 * np.sin(2 * np.pi * pitch * t * (1 + 0.2 * np.exp(-t / 0.02))) * np.exp(-t / decay)


def filtered(x, cutoff, kind, order=2):
    return sosfilt(butter(order, np.clip(cutoff, 20, 20_000), kind, fs=RATE, output="sos"), x)


def add_at(out, time, sound):
    start = int(round(time * RATE))
    if start < 0:
        sound, start = sound[-start:], 0
    count = min(len(sound), len(out) - start)
    if count > 0:
        out[start:start + count] += sound[:count]


def play_drums(rng, out, hits):
    """`hits`: (time, note, velocity)."""
    sound = drum_sounds(rng)
    for time, note, velocity in hits:
        add_at(out, time, sound(note) * (velocity / 127) ** 1.5)


def play_tones(rng, out, notes, source):
    """`notes`: (time, length, pitch, velocity). Square (chip), detuned saws, or a filtered bass."""
    attack = 0.003 if source != "saw" else rng.choice([0.004, 0.02, 0.08])
    detune = rng.uniform(0.001, 0.008)
    duty = rng.choice([0.125, 0.25, 0.5])
    voices = int(rng.integers(1, 4))
    cutoff = rng.uniform(1500, 9000)
    decay = rng.choice([0.1, 0.3, 2.0])
    bus = np.zeros(len(out))
    for time, length, pitch, velocity in notes:
        t = np.arange(int(RATE * (length + 0.08))) / RATE
        f = 440 * 2 ** ((pitch - 69) / 12)
        if source == "chip":
            wave = np.where((f * t) % 1 < duty, 0.6, -0.6)
        elif source == "saw":
            wave = sum(2 * ((f * (1 + detune * (v - 1)) * t + 0.37 * v) % 1) - 1 for v in range(voices)) / voices**0.5
        else:
            wave = np.sin(2 * np.pi * f * t) + 0.5 * (2 * ((f * t) % 1) - 1)
        envelope = np.minimum(1, t / attack) * np.minimum(1, np.maximum(0, (length + 0.07 - t) / 0.07)) * (0.35 + 0.65 * np.exp(-t / decay))
        add_at(bus, time, 0.35 * wave * envelope * velocity / 127)
    if source != "chip":
        bus = filtered(bus, cutoff if source == "saw" else rng.uniform(300, 2000), "lowpass")
    out += bus


FORMANTS = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410), (440, 1020, 2240)]


def play_voice(rng, out, notes):
    """A sung line: gliding pitch, vibrato, soft starts, vowels that change, consonants now and then."""
    count = len(out)
    pitch = np.zeros(count)
    level = np.zeros(count)
    vowel = np.zeros(count, np.int8)
    consonants = np.zeros(count)
    for time, length, note, velocity in sorted(notes):
        start, end = max(0, int(time * RATE)), min(count, int((time + length) * RATE))
        if end - start < 400:
            continue
        pitch[start:end] = note
        t = np.arange(end - start) / RATE
        rise = rng.uniform(0.015, 0.09)
        level[start:end] = np.minimum(1, t / rise) * np.minimum(1, (t[-1] - t) / 0.05) * velocity / 127
        vowel[start:end] = rng.integers(len(FORMANTS))
        if rng.random() < 0.5:
            size = int(RATE * rng.uniform(0.02, 0.09))
            add_at(consonants, time - rng.uniform(0, 0.06), 0.25 * rng.normal(size=size) * np.hanning(size))
    if not pitch.any():
        return
    held = np.maximum.accumulate(np.where(pitch > 0, np.arange(count), 0))
    glide = lfilter([1 - np.exp(-1 / (0.03 * RATE))], [1, -np.exp(-1 / (0.03 * RATE))], pitch[held], zi=[pitch[held][0] * np.exp(-1 / (0.03 * RATE))])[0]
    t = np.arange(count) / RATE
    glide += rng.uniform(0, 0.4) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t)
    phase = np.cumsum(440 * 2 ** ((np.maximum(glide, 30) - 69) / 12) / RATE) % 1
    smooth = lfilter([0.002], [1, -0.998], level)
    buzz = (phase**2 - 1 / 3 + 0.05 * rng.normal(size=count)) * smooth
    voice = np.zeros(count)
    for index in np.unique(vowel):
        weight = lfilter([0.001], [1, -0.999], (vowel == index).astype(float))
        voice += weight * sum(filtered(buzz, (f * 0.9, f * 1.12), "bandpass", 1) * g for f, g in zip(FORMANTS[index], (1, 0.6, 0.35)))
    out += 2.5 * voice + filtered(consonants, rng.uniform(2500, 5000), "highpass")
