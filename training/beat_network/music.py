"""The parts of a generated piece: metres, chords, notes; times in beats until `timing.py` turns them into seconds."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Metre:
    """`beats` a bar; `steps` of a beat that patterns fall on: 4 (simple) or 3 (compound, triplets)."""

    beats: int
    steps: int


@dataclass
class Bar:
    start: float  # in beats from the beginning
    metre: Metre
    section: str  # same letter, same material
    first: bool  # of its section
    last: bool
    energy: float  # 0..1
    chords: list  # (offset in beats, root pitch class, pitch classes)


@dataclass
class Note:
    on: float
    length: float
    pitch: int
    velocity: int


@dataclass
class Part:
    """`source`: gm, gm-drums, synth-drums, voice, chip, saw, bass-synth; `program` of General MIDI where it applies."""

    name: str
    source: str
    program: int = 0
    gain: float = 1.0
    notes: list = field(default_factory=list)
    pedal: bool = False
    jitter: float = 0.0  # s
    late: float = 0.0  # s
    drive: float = 0.0
    ducked: bool = False


SCALES = {
    "major": [0, 2, 4, 5, 7, 9, 11],
    "minor": [0, 2, 3, 5, 7, 8, 10],
    "dorian": [0, 2, 3, 5, 7, 9, 10],
    "mixolydian": [0, 2, 4, 5, 7, 9, 10],
    "harmonic": [0, 2, 3, 5, 7, 8, 11],
    "phrygian": [0, 1, 3, 5, 7, 8, 10],
}
PROGRESSIONS = [
    [0, 4, 5, 3], [0, 5, 3, 4], [5, 3, 0, 4], [0, 3, 4, 3], [0, 3, 0, 4], [1, 4, 0, 0], [0, 0, 3, 3], [0, 6, 5, 4], [0, 6, 3, 0],
    [0, 5, 1, 4], [0, 2, 3, 4], [3, 4, 2, 5], [0, 4, 0, 4], [0, 0, 0, 0], [0, 0, 0, 4], [5, 4, 3, 4], [0, 3, 6, 2, 5, 1, 4, 0],
    [0, 0, 0, 0, 3, 3, 0, 0, 4, 3, 0, 4], [0, 2, 5, 3], [0, 5, 0, 5], [0, 1, 0, 1],
]


def make_chord(rng, key, scale, degree, sevenths):
    """(root pitch class, pitch classes) of a chord on a degree of a scale."""
    steps = [0, 2, 4] + ([6] if rng.random() < sevenths else [])
    if rng.random() < 0.08:
        steps[1] = 3  # suspended
    notes = SCALES[scale]
    return (key + notes[degree % 7]) % 12, [(key + notes[(degree + s) % 7]) % 12 for s in steps]


def chord_at(bar, offset):
    """(root, pitch classes) that sounds `offset` beats into a bar."""
    current = bar.chords[0]
    for chord in bar.chords:
        if chord[0] <= offset + 1e-6:
            current = chord
    return current[1], current[2]


def near(pitch_class, middle):
    """The note of a pitch class nearest to `middle`."""
    return int(middle + (pitch_class - middle + 6) % 12 - 6)


def voice_chord(pitch_classes, middle):
    """A close voicing around `middle`."""
    return sorted({near(p, middle) for p in pitch_classes})


def choose(rng, options):
    """One of a list, or a key of a dict of weights."""
    if isinstance(options, dict):
        weights = np.array(list(options.values()), float)
        return list(options)[rng.choice(len(weights), p=weights / weights.sum())]
    return options[rng.integers(len(options))]
