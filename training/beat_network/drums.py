"""Drum patterns: (offset in beats, General MIDI drum note, velocity 1..127) of one bar, by family and metre; fills."""

from .music import choose

KICK, SNARE, RIM, CLAP, HAT, PEDAL, OPEN, CRASH, RIDE, BELL, TAMB, COWBELL, SHAKER, CLAVE = 36, 38, 37, 39, 42, 44, 46, 49, 51, 53, 54, 56, 70, 75
TOMS = [50, 48, 47, 45, 43, 41]
PERCUSSION = [60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 76, 77, 81, 54]
FAMILIES = ["rock", "floor", "broken", "hiphop", "metal", "jazz", "latin", "reggae", "waltz", "march", "funk", "ballad", "train", "tribal", "halftime", "electro"]


def backbeats(beats):
    """Beats (from 0) of a bar that a snare marks."""
    return {2: [1], 3: [2], 4: [1, 3], 5: [3], 6: [1, 3, 5], 7: [2, 4, 6]}[beats]


def drum_pattern(rng, family, metre, energy):
    make = {"floor": floor, "broken": broken, "metal": metal, "jazz": jazz, "latin": latin, "reggae": reggae, "waltz": waltz, "march": march, "train": train, "tribal": tribal, "halftime": halftime, "electro": electro}.get(family, rock)
    hits = make(rng, metre, energy, family)
    return [(at, note, int(max(8, min(127, velocity)))) for at, note, velocity in hits if 0 <= at < metre.beats]


def hats(rng, metre, note, division, loud=80, offbeat=False):
    """A line of cymbals, `division` to the beat, accented on the beat (or off it)."""
    accent = rng.uniform(0, 30)
    return [(k / division, note, loud + (accent if (k % division == 0) != offbeat else 0) - 15 + rng.normal(0, 5)) for k in range(metre.beats * division) if rng.random() > 0.02]


def division_of(rng, metre, fast=0.3):
    if metre.steps == 3:
        return choose(rng, [3, 3, 1])
    return 4 if rng.random() < fast else choose(rng, [2, 2, 2, 1])


def rock(rng, metre, energy, family):
    fast = {"funk": 0.7, "hiphop": 0.4, "ballad": 0.3}.get(family, 0.15)
    top = choose(rng, [HAT, HAT, HAT, RIDE, OPEN, TAMB]) if energy > 0.5 else choose(rng, [HAT, HAT, RIDE, PEDAL])
    hits = hats(rng, metre, top, division_of(rng, metre, fast), 65 + 25 * energy)
    hits += [(b, SNARE, 105 + rng.normal(0, 6)) for b in backbeats(metre.beats)]
    hits += [(0, KICK, 112)] if rng.random() > 0.04 else []
    density = {"funk": 0.3, "hiphop": 0.28, "ballad": 0.1}.get(family, 0.2)
    for k in range(1, metre.beats * metre.steps):
        at = k / metre.steps
        on_beat = k % metre.steps == 0
        eighth = metre.steps == 4 and k % 2 == 0
        chance = density * (2.2 if on_beat and int(at) not in backbeats(metre.beats) else 0.25 if on_beat else 1.3 if eighth or metre.steps == 3 else 0.6)
        if rng.random() < chance:
            hits.append((at, KICK, 95 + rng.normal(0, 8)))
        if family in ("funk", "hiphop") and not on_beat and rng.random() < 0.2:
            hits.append((at, SNARE, rng.uniform(20, 55)))
    if rng.random() < 0.25 and metre.beats == 4:
        hits.append((3.5, OPEN, 85))
    return hits


def floor(rng, metre, energy, family):
    hits = [(b, KICK, 115) for b in range(metre.beats)]
    if energy > 0.3 and rng.random() < 0.85:
        hits += [(b, choose(rng, [CLAP, SNARE]), 100) for b in backbeats(metre.beats)]
    if rng.random() < 0.8:
        hits += [(b + 0.5, choose(rng, [OPEN, HAT]), 92) for b in range(metre.beats)]
    if rng.random() < 0.6:
        hits += hats(rng, metre, choose(rng, [HAT, SHAKER, TAMB]), 4 if metre.steps == 4 else 3, 55, rng.random() < 0.3)
    if rng.random() < 0.3:
        hits += [(k / 4, choose(rng, PERCUSSION), 75) for k in range(metre.beats * 4) if rng.random() < 0.15]
    return hits


def broken(rng, metre, energy, family):
    hits = [(0, KICK, 112)] + [(b, SNARE, 110) for b in backbeats(metre.beats)]
    hits += [(at, KICK, 102) for at in choose(rng, [[2.5], [1.5, 2.5], [2.5, 3.75], [0.5, 2.5], [2.25, 2.75], [1.75, 2.5]]) if at < metre.beats]
    hits += [(k / 4, SNARE, rng.uniform(25, 70)) for k in range(metre.beats * 4) if k % 4 != 0 and rng.random() < 0.18]
    return hits + hats(rng, metre, choose(rng, [HAT, RIDE, SHAKER]), choose(rng, [2, 4]), 75)


def metal(rng, metre, energy, family):
    top = choose(rng, [CRASH, RIDE, OPEN, HAT])
    hits = hats(rng, metre, top, choose(rng, [1, 1, 2]), 95)
    kind = choose(rng, {"double": 4, "blast": 1.5, "thrash": 2, "groove": 3})
    if kind == "double":
        rate = choose(rng, [4, 4, 3, 2])
        hits += [(k / rate, KICK, 100 + rng.normal(0, 5)) for k in range(metre.beats * rate) if rng.random() < 0.93]
        hits += [(b, SNARE, 115) for b in backbeats(metre.beats)]
    elif kind == "blast":
        hits += [(k / 2, KICK, 105) for k in range(metre.beats * 2)] + [(k / 2 + (0.25 if rng.random() < 0.3 else 0), SNARE, 105) for k in range(metre.beats * 2)]
    elif kind == "thrash":
        hits += [(b, KICK, 110) for b in range(metre.beats)] + [(b + 0.5, SNARE, 112) for b in range(metre.beats)]
    else:
        hits += rock(rng, metre, energy, "rock")
    return hits


def jazz(rng, metre, energy, family):
    hits = []
    off = 2 / 3 if metre.steps == 3 else 0.5  # swung by the piece where its steps are straight
    for b in range(metre.beats):
        hits.append((b, RIDE, 80 + rng.normal(0, 6)))
        if b % 2 == 1 or (metre.beats == 3 and rng.random() < 0.5):
            hits.append((b + off, RIDE, 66 + rng.normal(0, 6)))
            hits.append((b, PEDAL, 70))
    for b in range(metre.beats):
        for at in (0, off):
            if rng.random() < 0.14:
                hits.append((b + at, choose(rng, [SNARE, RIM, KICK, KICK]), rng.uniform(30, 85)))
    if rng.random() < 0.5:
        hits += [(b, KICK, 45) for b in range(metre.beats)]
    return hits


CLAVES = {"son": [0, 0.75, 1.5, 2.5, 3], "rumba": [0, 0.75, 1.75, 2.5, 3], "bossa": [0, 0.75, 1.5, 2.5, 3.25], "tresillo": [0, 0.75, 1.5, 2, 2.75, 3.5], "backwards": [0.5, 1, 2, 2.75, 3.5]}


def latin(rng, metre, energy, family):
    hits = [(at, choose(rng, [CLAVE, RIM, COWBELL]), 90) for at in CLAVES[choose(rng, list(CLAVES))] if at < metre.beats]
    hits += hats(rng, metre, choose(rng, [SHAKER, HAT, 69, 82]), choose(rng, [2, 4]), 60)
    low = choose(rng, [[0, 0.75, 2, 2.75], [0, 1.5, 2, 3.5], [1.5, 3], [0, 2]])
    hits += [(at, KICK, 90 if at % 2 == 0 else 75) for at in low]
    conga = [(k / 4, choose(rng, [62, 63, 64]), rng.uniform(50, 100)) for k in range(metre.beats * 4) if rng.random() < 0.35]
    return hits + (conga if rng.random() < 0.7 else []) + ([(b, COWBELL, 85) for b in range(metre.beats)] if rng.random() < 0.3 else [])


def reggae(rng, metre, energy, family):
    middle = metre.beats // 2
    hits = [(middle, KICK, 108), (middle, choose(rng, [RIM, SNARE]), 100)]
    if rng.random() < 0.4:
        hits += [(b, KICK, 100) for b in range(metre.beats)]
    return hits + hats(rng, metre, HAT, 2 if metre.steps == 4 else 3, 70, True)


def waltz(rng, metre, energy, family):
    hits = [(0, KICK, 105)] + [(b, choose(rng, [HAT, RIM, SNARE]), 75) for b in range(1, metre.beats)]
    return hits + (hats(rng, metre, RIDE, division_of(rng, metre), 60) if rng.random() < 0.5 else [])


def march(rng, metre, energy, family):
    hits = [(b, KICK, 105) for b in range(0, metre.beats, 2 if metre.beats % 2 == 0 else 3)]
    if rng.random() < 0.5:
        hits += [(b + 0.5, SNARE, 90) for b in range(metre.beats)]
    else:
        hits += [(b, SNARE, 92) for b in range(metre.beats) if b % 2 == 1]
        hits += [(k / 4, SNARE, rng.uniform(40, 80)) for k in range(metre.beats * 4) if rng.random() < 0.3]
    return hits + ([(0, CRASH, 80)] if rng.random() < 0.3 else [])


def train(rng, metre, energy, family):
    rate = metre.steps
    hits = [(k / rate, SNARE, (95 if (k % rate == rate // 2) == (rng.random() < 0.9) else 55) + rng.normal(0, 5)) for k in range(metre.beats * rate)]
    return hits + [(b, KICK, 100) for b in range(metre.beats)]


def tribal(rng, metre, energy, family):
    notes = [choose(rng, PERCUSSION + TOMS) for _ in range(3)]
    steps = metre.beats * metre.steps
    chances = rng.random(steps) ** 1.5
    hits = [(k / metre.steps, choose(rng, notes), 60 + 50 * chances[k]) for k in range(steps) if rng.random() < chances[k]]
    return hits + [(0, notes[0], 115)] + ([(b, KICK, 105) for b in range(metre.beats)] if rng.random() < 0.4 else [])


def halftime(rng, metre, energy, family):
    hits = [(0, KICK, 112), (metre.beats // 2, SNARE, 115)]
    hits += [(k / 4, KICK, 95) for k in range(2, metre.beats * 4) if k != metre.beats * 2 and rng.random() < 0.12]
    return hits + hats(rng, metre, choose(rng, [HAT, RIDE, CRASH]), choose(rng, [1, 2, 2, 4]), 75)


def electro(rng, metre, energy, family):
    hits = [(0, KICK, 115)] + [(b, choose(rng, [CLAP, SNARE]), 105) for b in backbeats(metre.beats)]
    hits += [(k / 4, KICK, 100) for k in range(1, metre.beats * 4) if rng.random() < 0.18]
    rolls = hats(rng, metre, HAT, choose(rng, [2, 4, 4]), 70)
    if rng.random() < 0.5:  # trap rolls
        b = int(rng.integers(metre.beats))
        rolls += [(b + k / 8, HAT, 60 + 5 * k) for k in range(8)]
    return hits + rolls


def fill(rng, metre):
    """The end of a section: the last one or two beats, or the whole bar."""
    start = metre.beats - choose(rng, [1, 1, 2, metre.beats])
    rate = choose(rng, [3, 6]) if metre.steps == 3 else choose(rng, [2, 4, 4])
    steps = int((metre.beats - start) * rate)
    line = choose(rng, [TOMS, [SNARE], [SNARE, SNARE, 45, 43], [SNARE, KICK], [CLAP]])
    return start, [(start + k / rate, line[min(len(line) - 1, k * len(line) // max(1, steps))], int(75 + 40 * k / steps + rng.normal(0, 5))) for k in range(steps) if rng.random() < 0.9]
