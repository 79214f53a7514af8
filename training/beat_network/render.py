"""A composed piece → mono samples and its true beats: General MIDI parts by fluidsynth, the rest by synth.py, then effects.py."""

import os
import subprocess

import numpy as np
import soundfile

from .effects import duck, master
from .midi import write_midi
from .synth import RATE, play_drums, play_tones, play_voice

SOUNDFONT = os.environ.get("BEAT_SOUNDFONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2")


def performed(rng, piece, part):
    """(time, length, pitch, velocity) of a part in seconds, as loosely as it is played."""
    if not part.notes:
        return []
    on = piece.seconds([note.on for note in part.notes])
    off = piece.seconds([note.on + note.length for note in part.notes])
    on = on + part.late + rng.normal(0, part.jitter + 1e-9, len(on))
    spread = rng.uniform(0, 6)
    return [(float(a), float(max(0.04, b - a)), n.pitch, int(np.clip(n.velocity + rng.normal(0, spread), 1, 127))) for a, b, n in zip(on, off, part.notes)]


def midi_events(rng, piece, parts, notes_of):
    events, channel = [], 0
    for part in parts:
        drums = part.source == "gm-drums"
        number = 9 if drums else channel
        if not drums:
            channel += 2 if channel == 8 else 1
        number = min(number, 15)
        events += [(0, 0xC0 | number, part.program), (0, 0xB0 | number, 7, int(np.clip(100 * part.gain**0.5, 1, 127)))]
        if part.pedal:
            for bar in piece.bars:
                time = float(piece.seconds(bar.start))
                events += [(time, 0xB0 | number, 64, 0), (time + 0.06, 0xB0 | number, 64, 127)]
        for time, length, pitch, velocity in notes_of[id(part)]:
            pitch = int(np.clip(pitch, 0, 127))
            events += [(time, 0x90 | number, pitch, velocity), (time + length, 0x80 | number, pitch, 0)]
    return events


def play_fluid(folder, name, events, count):
    """Mono samples of MIDI events."""
    midi, wav = os.path.join(folder, f"{name}.mid"), os.path.join(folder, f"{name}.wav")
    write_midi(midi, events)
    subprocess.run(["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-r", str(RATE), "-g", "0.35", "-o", "synth.polyphony=96", "-o", "synth.cpu-cores=1", "-T", "wav", "-F", wav, SOUNDFONT, midi], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    x, _ = soundfile.read(wav)
    x = x.mean(axis=1) if x.ndim > 1 else x
    return np.pad(x, (0, max(0, count - len(x))))[:count]


def render(piece, folder):
    """(samples, beats (s), downbeat flags). Starts anywhere in the piece, as an excerpt would."""
    rng = np.random.default_rng([piece.seed, 1])
    lead_in = rng.uniform(0, 1.2) if rng.random() < 0.5 else 0.0
    piece.beats = piece.beats + lead_in
    count = int((piece.beats[-1] + 1.5) * RATE)
    notes_of = {id(part): performed(rng, piece, part) for part in piece.parts}
    buses = {name: np.zeros(count) for name in ("clean", "driven", "ducked")}
    for name, bus in buses.items():
        parts = [part for part in piece.parts if bus_of(part) == name]
        fluid = [part for part in parts if part.source.startswith("gm")]
        if fluid:
            bus += play_fluid(folder, name, midi_events(rng, piece, fluid, notes_of), count)
        for part in parts:
            play_own(rng, part, notes_of[id(part)], bus)
    mixed = mix(rng, piece, notes_of, buses)
    return cut(rng, piece, master(rng, mixed, folder))


def bus_of(part):
    return "driven" if part.drive > 0 else "ducked" if part.ducked else "clean"


def play_own(rng, part, notes, bus):
    level = 0.25 * part.gain
    own = np.zeros(len(bus))
    if part.source == "synth-drums":
        play_drums(rng, own, [(time, pitch, velocity) for time, _, pitch, velocity in notes])
    elif part.source == "voice":
        play_voice(rng, own, notes)
    elif part.source in ("chip", "saw", "bass-synth"):
        play_tones(rng, own, notes, part.source)
    else:
        return
    bus += level * own


def mix(rng, piece, notes_of, buses):
    kicks = [time for part in piece.parts if "drums" in part.source for time, _, pitch, _ in notes_of[id(part)] if pitch in (35, 36)]
    drive = max([part.drive for part in piece.parts], default=0)
    if drive > 0:
        x = buses["driven"] / (np.sqrt(np.mean(buses["driven"] ** 2)) + 1e-6)
        buses["driven"] = np.tanh(x * (1 + 8 * drive)) * rng.uniform(0.03, 0.15)
    buses["ducked"] = duck(rng, buses["ducked"], kicks)
    return sum(buses.values())


def cut(rng, piece, samples):
    """An excerpt: often from the middle of a bar on, now and then from the very start."""
    flags = np.zeros(len(piece.beats) - 1, bool)
    for bar in piece.bars:
        if bar.start < len(flags):
            flags[int(bar.start)] = True
    begin = rng.uniform(0, 6) if rng.random() < 0.5 else 0.0
    keep = (piece.beats[:-1] >= begin) & (piece.beats[:-1] < len(samples) / RATE + begin)
    return samples[int(begin * RATE):].astype(np.float32), piece.beats[:-1][keep] - begin, flags[keep]
