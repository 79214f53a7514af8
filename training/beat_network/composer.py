"""A seed → a piece: style, metre, tempo, form, chords, parts. Drums are optional: a third of the pieces have none."""

from dataclasses import dataclass

import numpy as np

from .drums import CRASH, drum_pattern, fill
from .music import Bar, Metre, Note, PROGRESSIONS, Part, SCALES, choose, make_chord
from .timing import beat_times, swing_position
from .writers import write_bass, write_comp, write_melody

PIANO = [0, 0, 0, 1, 2, 3]
GUITARS, DISTORTED, BASSES = [24, 25, 26, 27, 28], [29, 30], [32, 33, 34, 35, 36, 37, 38, 39]
STRINGS, BRASS, REEDS, PIPES = [40, 41, 42, 44, 48, 49, 45], [56, 57, 58, 60, 61, 62], [64, 65, 66, 67, 68, 71], [72, 73, 74, 75, 78, 79]
LEADS, PADS, ORGANS, BELLS, CHOIR = [80, 81, 82, 83, 84, 86, 87], [88, 89, 90, 91, 94, 95, 50, 51], [16, 17, 18, 19, 20, 21], [8, 9, 10, 11, 12, 13, 14], [52, 53, 54]
PLUCKED = [46, 104, 105, 106, 107, 6, 7, 15]


@dataclass(frozen=True)
class Style:
    """Ranges that a piece of a genre is drawn from. `metres`: weights of (beats, steps)."""

    name: str
    weight: float
    tempo: tuple
    metres: dict
    drums: dict  # families by weight; '' none
    feels: dict
    swing: tuple = (0.5, 0.5)
    swing_unit: float = 1.0
    bass: tuple = ()
    comp: tuple = ()
    comps: tuple = ()  # programs
    melody: tuple = ()
    leads: tuple = ()
    sevenths: float = 0.2
    synth: float = 0.0  # chance of drum machine and synth voices
    vocal: float = 0.0
    drive: float = 0.0
    scales: tuple = ("major", "minor", "mixolydian", "dorian")


FOUR = {(4, 4): 1.0}
MOSTLY_FOUR = {(4, 4): 0.86, (3, 4): 0.05, (4, 3): 0.05, (2, 3): 0.02, (6, 4): 0.01, (7, 4): 0.005, (5, 4): 0.005}
CLASSICAL = {(4, 4): 0.34, (3, 4): 0.3, (2, 4): 0.16, (2, 3): 0.13, (4, 3): 0.04, (3, 3): 0.01, (6, 4): 0.02}
FOLK = {(4, 4): 0.4, (2, 4): 0.1, (3, 4): 0.25, (2, 3): 0.25}
CLICK = {"steady": 1}
BAND = {"steady": 0.45, "live": 0.45, "loose": 0.07, "ramp": 0.02, "jump": 0.01}

STYLES = [
    Style("pop", 1.2, (70, 150), MOSTLY_FOUR, {"rock": 5, "ballad": 1, "floor": 2, "electro": 1, "halftime": 0.5}, BAND, bass=("eighths", "syncopated", "beats", "root"), comp=("hold", "beats", "strum", "arpeggio", "eighths", "syncopated"), comps=tuple(PIANO + GUITARS + ORGANS + [4, 5]), melody=("song", "syncopated"), leads=tuple(LEADS + REEDS + PIPES), vocal=0.7, synth=0.3),
    Style("rock", 1.3, (80, 190), MOSTLY_FOUR, {"rock": 6, "halftime": 1, "metal": 1, "tribal": 0.3}, {"steady": 0.35, "live": 0.55, "loose": 0.1}, bass=("eighths", "beats", "syncopated"), comp=("eighths", "chug", "strum", "hold", "syncopated"), comps=tuple(DISTORTED + DISTORTED + GUITARS), melody=("song", "running"), leads=(29, 30, 27), vocal=0.6, drive=0.8, scales=("minor", "mixolydian", "dorian", "major")),
    Style("metal", 1.0, (90, 230), MOSTLY_FOUR, {"metal": 7, "halftime": 1, "rock": 1}, {"steady": 0.5, "live": 0.45, "loose": 0.05}, bass=("eighths", "sixteenths", "syncopated"), comp=("chug", "chug", "syncopated", "hold", "eighths"), comps=tuple(DISTORTED), melody=("running", "song"), leads=(29, 30), vocal=0.3, drive=1.0, scales=("minor", "phrygian", "harmonic")),
    Style("house", 1.0, (110, 140), FOUR, {"floor": 1}, CLICK, bass=("offbeat", "syncopated", "octaves", "root", "sixteenths"), comp=("stabs", "offbeat", "hold", "arpeggio-fast", "syncopated"), comps=tuple(PADS + LEADS + [4, 16, 62]), melody=("syncopated", "song"), leads=tuple(LEADS), synth=0.9, vocal=0.3),
    Style("trance", 0.7, (128, 200), FOUR, {"floor": 4, "broken": 1}, CLICK, bass=("offbeat", "sixteenths", "octaves"), comp=("arpeggio-fast", "hold", "stabs", "eighths"), comps=tuple(PADS + LEADS), melody=("running", "song", "syncopated"), leads=tuple(LEADS), synth=0.95, scales=("minor", "harmonic")),
    Style("breaks", 0.9, (130, 180), FOUR, {"broken": 1}, CLICK, bass=("root", "syncopated", "downbeat-rest"), comp=("hold", "stabs", "arpeggio"), comps=tuple(PADS + [4, 5] + LEADS), melody=("syncopated", "long"), leads=tuple(LEADS), synth=0.8, swing=(0.5, 0.58), swing_unit=0.5),
    Style("hiphop", 1.0, (62, 112), FOUR, {"hiphop": 4, "electro": 3, "halftime": 0.4}, {"steady": 0.85, "live": 0.15}, bass=("root", "syncopated"), comp=("hold", "stabs", "arpeggio", "beats", "alberti"), comps=(0, 4, 5, 48, 11, 45, 89), melody=("syncopated", "song"), leads=tuple(LEADS + PIPES), synth=0.6, vocal=0.6, swing=(0.5, 0.64), swing_unit=0.5, sevenths=0.6),
    Style("funk", 0.7, (85, 125), FOUR, {"funk": 4, "floor": 1.5}, {"steady": 0.4, "live": 0.6}, bass=("syncopated", "octaves"), comp=("syncopated", "stabs", "strum", "offbeat"), comps=(27, 28, 7, 4, 16, 61), melody=("syncopated", "song"), leads=tuple(BRASS + REEDS), sevenths=0.7, vocal=0.4, swing=(0.5, 0.57), swing_unit=0.5),
    Style("swing", 1.0, (70, 250), {(4, 4): 0.8, (3, 4): 0.13, (5, 4): 0.05, (4, 3): 0.05}, {"jazz": 8, "": 1}, {"live": 0.6, "loose": 0.2, "steady": 0.2}, swing=(0.58, 0.7), bass=("walking", "walking", "root-fifth"), comp=("charleston", "syncopated", "offbeat", "beats", "stabs"), comps=(0, 1, 26, 4, 11, 16), melody=("song", "running", "syncopated"), leads=tuple(REEDS + BRASS + [0, 26, 11]), sevenths=0.9, vocal=0.15),
    Style("blues", 0.6, (60, 140), {(4, 3): 0.6, (4, 4): 0.4}, {"rock": 5, "jazz": 1}, {"live": 0.7, "steady": 0.3}, swing=(0.5, 0.67), bass=("walking", "eighths", "beats"), comp=("eighths", "beats", "charleston", "strum"), comps=(0, 25, 26, 27, 29, 16), melody=("song", "syncopated"), leads=(22, 65, 27, 29, 0), sevenths=0.7, vocal=0.4, scales=("mixolydian", "dorian")),
    Style("latin", 0.8, (80, 200), FOUR, {"latin": 6, "tribal": 1, "": 0.5}, {"steady": 0.4, "live": 0.6}, bass=("tumbao", "root-fifth", "syncopated"), comp=("syncopated", "strum", "charleston", "arpeggio"), comps=(0, 24, 24, 0, 61), melody=("syncopated", "song"), leads=tuple(BRASS + PIPES + [65]), sevenths=0.5, vocal=0.4),
    Style("reggae", 0.5, (65, 100), FOUR, {"reggae": 1}, {"steady": 0.5, "live": 0.5}, bass=("syncopated", "downbeat-rest", "root-fifth"), comp=("offbeat",), comps=(27, 16, 0, 7), melody=("syncopated", "song"), leads=tuple(BRASS + [16, 22]), vocal=0.6),
    Style("folk", 1.1, (60, 190), FOLK, {"": 6, "train": 1, "rock": 0.7, "march": 0.5}, {"steady": 0.4, "live": 0.4, "loose": 0.2}, bass=("root-fifth", "beats", "root"), comp=("oompah", "strum", "arpeggio", "beats", "alberti", "hold"), comps=(24, 25, 25, 0, 21, 15, 105), melody=("running", "running", "song", "beats", "dotted"), leads=(40, 21, 73, 74, 105, 22, 75, 0, 25, 109), vocal=0.2, scales=("major", "dorian", "mixolydian", "minor")),
    Style("country", 0.5, (80, 220), {(4, 4): 0.7, (3, 4): 0.2, (2, 4): 0.1}, {"train": 2, "rock": 2, "waltz": 0.5}, {"steady": 0.4, "live": 0.6}, bass=("root-fifth", "beats", "walking"), comp=("oompah", "strum", "offbeat"), comps=(25, 24, 27, 105, 0), melody=("song", "running"), leads=(40, 22, 27, 25), vocal=0.6),
    Style("piano", 2.0, (50, 180), CLASSICAL, {"": 1}, {"rubato": 0.6, "loose": 0.2, "steady": 0.1, "live": 0.1}, comp=("alberti", "arpeggio", "arpeggio-fast", "oompah", "beats", "hold2", "eighths", "hold"), comps=(0,), melody=("song", "running", "long", "beats", "dotted", "syncopated"), leads=(0,), sevenths=0.25, scales=("major", "minor", "harmonic")),
    Style("ensemble", 1.3, (50, 170), CLASSICAL, {"": 8, "march": 1}, {"rubato": 0.35, "loose": 0.3, "steady": 0.25, "live": 0.1}, bass=("beats", "root", "root-fifth", "eighths"), comp=("hold", "eighths", "oompah", "beats", "arpeggio", "tremolo", "offbeat"), comps=tuple(STRINGS + CHOIR + BRASS + [46, 6, 19]), melody=("song", "running", "long", "beats", "dotted"), leads=tuple(STRINGS + PIPES + REEDS + BRASS + [6]), scales=("major", "minor", "harmonic")),
    Style("guitar", 0.6, (60, 160), FOLK, {"": 1}, {"rubato": 0.25, "loose": 0.35, "live": 0.3, "steady": 0.1}, comp=("arpeggio", "strum", "arpeggio-fast", "alberti", "oompah"), comps=(24, 25), melody=("song", "long", "beats"), leads=(24, 25, 73), vocal=0.3),
    Style("chip", 0.8, (90, 200), {(4, 4): 0.9, (3, 4): 0.1}, {"electro": 2, "rock": 3, "broken": 1, "": 1}, CLICK, bass=("eighths", "octaves", "syncopated", "sixteenths"), comp=("arpeggio-fast", "arpeggio", "eighths", "stabs"), comps=(80, 81), melody=("running", "song", "syncopated"), leads=(80, 81), synth=1.0),
    Style("game", 0.8, (80, 190), {(4, 4): 0.75, (3, 4): 0.13, (2, 3): 0.04, (4, 3): 0.04, (7, 4): 0.02, (6, 4): 0.02}, {"rock": 4, "march": 1.5, "tribal": 1, "latin": 1, "": 2, "floor": 1, "metal": 1}, {"steady": 0.95, "jump": 0.05}, bass=("eighths", "beats", "syncopated", "root-fifth", "octaves"), comp=tuple(["arpeggio", "eighths", "hold", "offbeat", "beats", "chug", "stabs"]), comps=tuple(STRINGS + PIANO + LEADS + BELLS + DISTORTED + ORGANS), melody=("song", "running", "syncopated", "dotted", "long"), leads=tuple(BRASS + REEDS + PIPES + LEADS + BELLS), synth=0.1),
    Style("drums", 1.3, (60, 200), {(4, 4): 0.74, (3, 4): 0.1, (4, 3): 0.1, (2, 3): 0.03, (5, 4): 0.015, (7, 4): 0.015}, {"rock": 4, "funk": 3, "jazz": 2, "latin": 2, "broken": 2, "hiphop": 1, "metal": 1, "halftime": 0.7, "march": 1, "tribal": 1, "reggae": 0.5, "train": 0.5, "waltz": 0.5, "floor": 1}, {"steady": 0.3, "live": 0.5, "loose": 0.2}, swing=(0.5, 0.66), synth=0.25),
    Style("ambient", 0.4, (60, 130), MOSTLY_FOUR, {"": 2, "ballad": 1, "hiphop": 1}, {"steady": 0.8, "loose": 0.2}, bass=("root",), comp=("hold", "arpeggio", "hold2"), comps=tuple(PADS + CHOIR + BELLS + [0]), melody=("long", "song"), leads=tuple(PADS + BELLS + PIPES), synth=0.4, vocal=0.2),
    Style("waltz", 0.4, (85, 210), {(3, 4): 1}, {"waltz": 2, "": 2, "jazz": 0.6}, {"live": 0.4, "steady": 0.3, "loose": 0.3}, bass=("root", "root-fifth"), comp=("oompah", "arpeggio", "hold"), comps=(0, 21, 24, 48, 19), melody=("song", "beats", "running", "long"), leads=(40, 73, 21, 71, 0, 60), vocal=0.2),
]


@dataclass
class Piece:
    seed: int
    style: str
    bpm: float
    feel: str
    parts: list
    bars: list
    beats: np.ndarray  # s, one per beat and one more
    swing: tuple

    def seconds(self, position):
        """Times (s) of positions in beats, swung."""
        amount, unit = self.swing
        moved = swing_position(np.asarray(position, float), amount, unit)
        index = np.arange(len(self.beats))
        inside = np.interp(moved, index, self.beats)
        return np.where(moved < 0, self.beats[0] + moved * (self.beats[1] - self.beats[0]), inside)


def compose(seed, seconds=42.0, style=None):
    """The piece of a seed, about `seconds` long."""
    rng = np.random.default_rng(seed)
    kind = next(s for s in STYLES if s.name == style) if style else STYLES[rng.choice(len(STYLES), p=np.array([s.weight for s in STYLES]) / sum(s.weight for s in STYLES))]
    metre = Metre(*choose(rng, kind.metres))
    bpm = float(np.exp(rng.uniform(*np.log(kind.tempo))))
    if metre.steps == 3:
        bpm = min(bpm, 150) if metre.beats != 2 else float(np.exp(rng.uniform(np.log(48), np.log(135))))
    if metre.beats == 7:
        bpm = max(bpm, 110)
    key, scale = int(rng.integers(12)), choose(rng, list(kind.scales))
    bars = make_form(rng, kind, metre, bpm, seconds, key, scale)
    parts = make_parts(rng, kind, bars, key, scale)
    if not any(part.notes for part in parts):
        return compose(seed + 7_000_000, seconds, style)
    swung = metre.steps == 4 and kind.swing[1] > 0.5 and (kind.name == "swing" or rng.random() < 0.6)
    feel = choose(rng, kind.feels)
    swing = (rng.uniform(max(0.54, kind.swing[0]), kind.swing[1]) if swung else 0.5, kind.swing_unit)
    return Piece(seed, kind.name, bpm, feel, parts, bars, beat_times(rng, bars, bpm, feel), swing)


def make_form(rng, kind, metre, bpm, seconds, key, scale):
    """Sections of 4 or 8 bars with their chords; a change of metre now and then, a dropped or added beat rarely."""
    total = max(8, int(seconds * bpm / 60 / metre.beats))
    plan = choose(rng, ["AABA", "AABB", "ABAB", "ABAC", "ABCB", "AAAA", "AABC", "ABBA"])
    size = int(rng.choice([4, 8, 8])) if total >= 16 else 4
    harmony = {}
    change = rng.random() < 0.05
    other = Metre(int(rng.choice([3, 4, 2, 6])), metre.steps) if change and metre.steps == 4 else metre
    odd_bar = rng.random() < 0.04
    bars, position, index = [], 0.0, 0
    rhythm = choose(rng, {"bar": 5, "half": 2, "two": 2, "static": 0.7})
    while len(bars) < total:
        letter = plan[index % len(plan)]
        energy = float(np.clip(0.35 + 0.25 * "ABC".index(letter) + rng.normal(0, 0.15), 0.05, 1))
        if letter not in harmony:
            harmony[letter] = choose(rng, PROGRESSIONS)
        here = other if letter == "B" else metre
        for k in range(size):
            now = here
            if odd_bar and k == size - 1 and rng.random() < 0.3 and metre.beats == 4:
                now = Metre(2, metre.steps)
            degrees = harmony[letter]
            chords = bar_chords(rng, rhythm, degrees, k, now, key, scale, kind.sevenths)
            bars.append(Bar(position, now, letter, k == 0, k == size - 1, energy, chords))
            position += now.beats
        index += 1
    return bars[:total]


def bar_chords(rng, rhythm, degrees, k, metre, key, scale, sevenths):
    def chord(i):
        return make_chord(np.random.default_rng([key, i, degrees[i % len(degrees)]]), key, scale, degrees[i % len(degrees)], sevenths)

    if rhythm == "static":
        return [(0.0, *chord(0))]
    if rhythm == "two":
        return [(0.0, *chord(k // 2))]
    if rhythm == "half" and metre.beats >= 3:
        return [(0.0, *chord(2 * k)), (float(metre.beats - metre.beats // 2), *chord(2 * k + 1))]
    return [(0.0, *chord(k))]


def make_parts(rng, kind, bars, key, scale):
    parts = []
    synthetic = rng.random() < kind.synth
    human = 0.0 if synthetic or rng.random() < 0.25 else rng.uniform(0.002, 0.014)
    family = choose(rng, kind.drums)
    if family:
        parts.append(write_drums(rng, family, bars, synthetic, human))
    if kind.bass and rng.random() < 0.9:
        part = Part("bass", "bass-synth" if synthetic and rng.random() < 0.6 else "gm", choose(rng, BASSES), gain=rng.uniform(0.5, 1.2), jitter=human)
        write_bass(rng, part, active(rng, bars, 0.06), choose(rng, list(kind.bass)), int(rng.integers(34, 46)))
        parts.append(part)
    for i in range(int(rng.integers(1, 4)) if kind.comp and kind.name not in ("piano", "guitar") else 1 if kind.comp else 0):
        parts.append(comp_part(rng, kind, bars, synthetic, human, i))
    if kind.melody and rng.random() < (0.95 if kind.name in ("piano", "folk", "ensemble", "waltz") else 0.7):
        parts += lead_parts(rng, kind, bars, key, scale, synthetic, human)
    return [part for part in parts if part.notes]


def active(rng, bars, rest):
    """The bars of sections in which a part plays."""
    silent = {(i // 4) for i in range(len(bars)) if rng.random() < rest / 2}
    return [bar for i, bar in enumerate(bars) if i // 4 not in silent] or bars


def comp_part(rng, kind, bars, synthetic, human, i):
    program = choose(rng, list(kind.comps))
    source = choose(rng, ["saw", "gm", "chip" if kind.name == "chip" else "saw"]) if synthetic and rng.random() < 0.7 else "gm"
    part = Part(f"comp{i}", source, program, gain=rng.uniform(0.3, 1.0), jitter=human, pedal=program in (0, 1) and rng.random() < 0.5)
    if program in DISTORTED:
        part.drive = rng.uniform(0.5, 1.0) * kind.drive
    part.ducked = synthetic and rng.random() < 0.5
    pattern = choose(rng, list(kind.comp))
    write_comp(rng, part, active(rng, bars, 0.15 if i else 0.05), pattern, int(rng.integers(50, 68)))
    if kind.name == "piano" and rng.random() < 0.35:  # the left hand's bass
        write_bass(rng, part, bars, choose(rng, ["root", "root-fifth", "beats"]), int(rng.integers(34, 44)))
    return part


def lead_parts(rng, kind, bars, key, scale, synthetic, human):
    melody = choose(rng, list(kind.melody))
    vocal = rng.random() < kind.vocal
    source = "voice" if vocal else "chip" if kind.name == "chip" else "saw" if synthetic and rng.random() < 0.6 else "gm"
    part = Part("lead", source, choose(rng, list(kind.leads)), gain=rng.uniform(0.5, 1.3), jitter=1.5 * human, late=rng.uniform(-0.005, 0.03) if human else 0)
    part.pedal = kind.name == "piano" and rng.random() < 0.5
    middle = int(rng.integers(57, 72)) if vocal else int(rng.integers(62, 82))
    write_melody(rng, part, active(rng, bars, 0.12), melody if not vocal else choose(rng, ["song", "syncopated", "long"]), key, scale, middle, octave=kind.name == "piano" and rng.random() < 0.25)
    parts = [part]
    if rng.random() < 0.25:  # a second voice
        second = Part("second", "gm", choose(rng, list(kind.leads)), gain=rng.uniform(0.3, 0.7), jitter=human)
        write_melody(rng, second, active(rng, bars, 0.3), choose(rng, list(kind.melody)), key, scale, middle - 7)
        parts.append(second)
    return parts


def write_drums(rng, family, bars, synthetic, human):
    kits = [0, 0, 0, 8, 16, 24, 25, 32, 40, 48]
    part = Part("drums", "synth-drums" if synthetic and rng.random() < 0.75 else "gm-drums", choose(rng, kits), gain=rng.uniform(0.5, 1.4), jitter=human)
    fills = rng.random() < 0.8
    breakdown = rng.random() < 0.3
    silent = set()
    if breakdown:
        start = int(rng.integers(len(bars)))
        silent = set(range(start, start + int(rng.choice([1, 2, 4, 8]))))
    if rng.random() < 0.2:
        silent |= set(range(int(rng.choice([1, 2, 4, 8]))))  # the drums come in later
    patterns = {}
    for index, bar in enumerate(bars):
        if index in silent:
            continue
        slot = (bar.section, bar.metre, index % 2 if rng.random() < 0.3 else 0)
        if slot not in patterns:
            patterns[slot] = drum_pattern(rng, family, bar.metre, bar.energy)
        hits = [hit for hit in patterns[slot] if rng.random() > 0.02]
        if rng.random() < 0.1:
            hits = drum_pattern(rng, family, bar.metre, bar.energy)
        if fills and bar.last and rng.random() < 0.8:
            start, line = fill(rng, bar.metre)
            hits = [hit for hit in hits if hit[0] < start] + line
        if bar.first and index > 0 and rng.random() < 0.6:
            hits = [*hits, (0, choose(rng, [CRASH, 57]), 108)]
        part.notes += [Note(bar.start + at, 0.2, note, velocity) for at, note, velocity in hits]
    return part


__all__ = ["Piece", "SCALES", "STYLES", "compose"]
