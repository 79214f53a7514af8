"""Composes short pieces with known note onsets and renders them: `python compose.py OUT_DIR COUNT [SEED]`.

Each piece is OUT/n.wav (44.1 kHz stereo, through FluidSynth with a General MIDI soundfont and, for some, a codec, a room or
noise) and OUT/n.json {"onsets": [s...]}, the note-ons merged within 30 ms. Notes, patterns and timing are drawn here.
"""

import json
import random
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
TICKS = 960  # per second: one quarter note at 60 BPM
SECONDS = 12.0
MERGE = 0.03

SCALES = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 3, 5, 7, 9, 10], [0, 2, 4, 7, 9]]
KEYBOARDS = [0, 0, 0, 0, 1, 3, 4, 5, 6, 7]
PLUCKED = [24, 25, 26, 27, 28, 45, 46, 104, 105, 106, 107, 11, 12, 13, 108]
SOFT = [16, 19, 21, 40, 41, 42, 48, 49, 52, 53, 56, 57, 60, 65, 66, 68, 71, 73, 74, 80, 81, 88, 89]
STRUCK = [47, 112, 113, 114, 115, 116, 117, 118]
BASSES = [32, 33, 34, 35, 36, 38, 39]
KITS = [0, 8, 16, 24, 25, 32, 40]


def note(events, time, channel, pitch, velocity, length):
    velocity = int(max(1, min(127, velocity)))
    events.append((time, 0x90 | channel, pitch, velocity))
    events.append((time + length, 0x80 | channel, pitch, 0))


def human(rng, spread):
    return rng.gauss(0, spread)


def keyboard(rng, events, channel=0, dense=None):
    """Two hands: chords or arpeggios below, a tune above; pedal for some."""
    bpm = rng.uniform(55, 180)
    step = 60 / bpm / rng.choice([1, 2, 2, 3, 4])
    if dense:
        step = rng.uniform(0.07, 0.12)
    scale = rng.choice(SCALES)
    root = rng.randrange(36, 48)
    loud, jitter = rng.uniform(35, 95), rng.uniform(0, 0.012)
    spread = rng.uniform(0, 0.012)
    if rng.random() < 0.6:
        for k in range(int(SECONDS / (60 / bpm * 2)) + 1):
            events.append((max(0, k * 120 / bpm - 0.03), 0xB0 | channel, 64, 0))
            events.append((k * 120 / bpm + 0.06, 0xB0 | channel, 64, 127))
    time, degree, chord = 0.2, 7, [0, 2, 4]
    left = rng.choice(["chords", "arpeggio", "octaves", "none"])
    count = 0
    while time < SECONDS - 0.3:
        if count % 8 == 0:
            base = rng.randrange(7)
            chord = [base, base + 2, base + 4]
        at = time + human(rng, jitter)
        accent = 1.15 if count % 4 == 0 else rng.uniform(0.65, 1.05)
        if rng.random() < 0.85:
            degree = max(3, min(20, degree + rng.choice([-3, -2, -1, -1, 1, 1, 2, 3])))
            pitch = root + 12 + 12 * (degree // len(scale)) + scale[degree % len(scale)]
            for extra in ([0] if rng.random() < 0.8 else [0, 12]):
                note(events, at + abs(human(rng, spread)), channel, pitch + extra, loud * accent, step * rng.uniform(0.5, 1.6))
        if left == "arpeggio" or (left == "chords" and count % 4 == 0) or (left == "octaves" and count % 2 == 0):
            pitches = [root + 12 * (d // len(scale)) + scale[d % len(scale)] for d in chord]
            if left == "arpeggio":
                pitches = [pitches[count % 3]]
            if left == "octaves":
                pitches = [pitches[0], pitches[0] - 12]
            for pitch in pitches:
                note(events, at + abs(human(rng, spread)), channel, pitch, loud * accent * rng.uniform(0.6, 1), step * rng.uniform(0.8, 4))
        time += step if rng.random() < 0.9 else step * rng.choice([0.5, 2])
        count += 1


def drums(rng, events, quiet=False):
    """Kick, snare, hats or ride, ghost notes, fills, flams, swing."""
    bpm = rng.uniform(65, 180)
    steps = rng.choice([2, 3, 4, 4])
    swing = rng.choice([0, 0, 0.15, 0.3]) if steps != 3 else 0
    beat = 60 / bpm
    hat = rng.choice([42, 42, 51, 44, 70, 82])
    level = rng.uniform(0.5, 1) * (0.6 if quiet else 1)
    jitter = rng.uniform(0, 0.01)
    metre = rng.choice([4, 4, 4, 3])
    ghost, kicks = rng.uniform(0, 0.5), rng.uniform(0.1, 0.5)
    pattern = [[rng.random() < kicks for _ in range(steps)] for _ in range(metre)]
    hats = rng.choice([1, 2, steps, steps])
    count, fill = 0, False
    while count * beat / steps < SECONDS - 0.4:
        whole, sub = divmod(count, steps)
        place = whole % metre
        if place == metre - 1 and sub == 0:
            fill = rng.random() < 0.2
        late = swing * beat / steps if sub % 2 == 1 else 0
        at = lambda: 0.15 + count * beat / steps + late + human(rng, jitter)
        if fill and place == metre - 1:
            note(events, at(), 9, rng.choice([38, 45, 47, 50, 41]), rng.uniform(60, 120) * level, 0.1)
        else:
            if (place, sub) == (0, 0) or pattern[place][sub]:
                note(events, at(), 9, rng.choice([36, 35]), rng.uniform(70, 120) * level, 0.1)
            if place % 2 == 1 and sub == 0:
                snare = rng.choice([38, 40, 39, 37])
                when = at()
                if rng.random() < 0.12:
                    note(events, when - rng.uniform(0.02, 0.05), 9, snare, 40 * level, 0.1)
                note(events, when, 9, snare, rng.uniform(80, 125) * level, 0.1)
            elif rng.random() < ghost * 0.6:
                note(events, at(), 9, 38, rng.uniform(12, 45) * level, 0.1)
            if sub % max(1, steps // hats) == 0:
                note(events, at(), 9, 46 if rng.random() < 0.07 else hat, (95 if sub == 0 else rng.uniform(35, 80)) * level, 0.1)
            if count % (metre * steps * 4) == 0 and rng.random() < 0.5:
                note(events, at(), 9, 49, 100 * level, 0.5)
        count += 1
    events.append((0, 0xC9, rng.choice(KITS), None))


def line(rng, events, channel, programs, low, high, loud):
    """One voice of a melody or a bass, with rests."""
    step = rng.uniform(0.1, 0.6)
    scale, root, degree = rng.choice(SCALES), rng.randrange(low, low + 12), 4
    time = rng.uniform(0.1, 0.5)
    events.append((0, 0xC0 | channel, rng.choice(programs), None))
    while time < SECONDS - 0.4:
        length = step * rng.choice([1, 1, 1, 2, 3])
        if rng.random() < 0.85:
            degree = max(0, min((high - low) // 2, degree + rng.choice([-2, -1, 0, 1, 2])))
            note(events, time + human(rng, 0.006), channel, root + 12 * (degree // len(scale)) + scale[degree % len(scale)], loud * rng.uniform(0.7, 1.2), length * rng.uniform(0.4, 1))
        time += length


def piece(rng):
    events = []
    kind = rng.choices(["keys", "dense", "drums", "line", "struck", "band"], [28, 10, 30, 12, 6, 14])[0]
    if kind in ("keys", "dense"):
        events.append((0, 0xC0, rng.choice(KEYBOARDS), None))
        keyboard(rng, events, dense=kind == "dense")
    elif kind == "drums":
        drums(rng, events)
    elif kind == "line":
        line(rng, events, 0, PLUCKED if rng.random() < 0.6 else SOFT, 48, 80, 85)
    elif kind == "struck":
        line(rng, events, 0, STRUCK, 40, 70, 95)
        line(rng, events, 1, STRUCK, 50, 70, 70)
    else:
        drums(rng, events)
        line(rng, events, 1, BASSES, 28, 44, 95)
        line(rng, events, 2, PLUCKED + KEYBOARDS, 50, 76, 80)
        if rng.random() < 0.5:
            events.append((0, 0xC0, rng.choice(KEYBOARDS), None))
            keyboard(rng, events)
    return kind, events


def variable(value):
    out = [value & 0x7F]
    while value := value >> 7:
        out.insert(0, 0x80 | (value & 0x7F))
    return bytes(out)


def write_midi(path, events):
    track, clock = b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big"), 0
    for time, status, first, second in sorted(events, key=lambda e: (e[0], e[1] & 0xF0 != 0x80)):
        tick = max(clock, round(max(0, time) * TICKS))
        track += variable(tick - clock) + bytes([status, first] if second is None else [status, first, second])
        clock = tick
    track += variable(TICKS) + b"\xff\x2f\x00"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(track)) + track)


def onsets_of(events):
    times = sorted(t for t, status, _, velocity in events if status & 0xF0 == 0x90 and velocity and t < SECONDS)
    merged = []
    for time in times:
        if not merged or time - merged[-1] > MERGE:
            merged.append(max(0, time))
    return merged


def dress(rng, path):
    """Some pieces pass a codec, some get noise, all a gain; the length becomes SECONDS."""
    sound, rate = soundfile.read(path, dtype="float32")
    sound = sound[: int(SECONDS * rate)]
    if rng.random() < 0.3:
        sound = sound + np.random.default_rng(rng.randrange(2**31)).normal(0, 10 ** rng.uniform(-4.5, -2.6), sound.shape).astype("float32")
    peak = float(np.abs(sound).max()) or 1.0
    sound = sound * (10 ** rng.uniform(-0.8, -0.05) / peak)
    if rng.random() < 0.15:
        sound = np.tanh(sound * 3).astype("float32") * 0.8
    soundfile.write(path, sound, rate, subtype="PCM_16")
    if rng.random() < 0.3:
        ogg = path.with_suffix(".ogg")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, "-c:a", "libvorbis", "-q:a", str(rng.choice([0, 2, 4])), ogg], check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", ogg, path], check=True)
        ogg.unlink()


def main():
    out, count = Path(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    out.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        rng = random.Random(f"{seed}-{n}")
        kind, events = piece(rng)
        midi, wav = out / f"{n}.mid", out / f"{n}.wav"
        write_midi(midi, events)
        room = rng.choice([0, 0, 1])
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.5", "-R", str(room), "-C", "0", "-r", "44100", "-F", wav, SOUNDFONT, midi], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        dress(rng, wav)
        midi.unlink()
        (out / f"{n}.json").write_text(json.dumps({"kind": kind, "onsets": onsets_of(events)}))


main()
