"""What the instruments play: bass, accompaniment, melody, each as a pattern that a section keeps and varies."""

from .music import Note, SCALES, choose, chord_at, near, voice_chord

BASS_PATTERNS = ["root", "beats", "eighths", "offbeat", "octaves", "walking", "root-fifth", "syncopated", "sixteenths", "tumbao", "downbeat-rest"]
COMP_PATTERNS = ["hold", "hold2", "beats", "offbeat", "oompah", "eighths", "arpeggio", "arpeggio-fast", "alberti", "strum", "syncopated", "stabs", "chug", "tremolo", "charleston"]


def step_mask(rng, bar, density, lean):
    """Steps of a bar on which something is played; strong places are likelier by `lean`."""
    metre = bar.metre
    chosen = []
    for k in range(metre.beats * metre.steps):
        strong = 3 if k == 0 else 2 if k % metre.steps == 0 else 1 if metre.steps == 4 and k % 2 == 0 else 0
        if rng.random() < density * (1 + lean * (strong - 1)):
            chosen.append(k / metre.steps)
    return chosen or [0.0]


def bass_rhythm(rng, pattern, bar):
    beats, steps = bar.metre.beats, bar.metre.steps
    if pattern == "root":
        return [0.0]
    if pattern == "beats" or pattern == "walking":
        return [float(b) for b in range(beats)]
    if pattern in ("eighths", "octaves"):
        rate = 2 if steps == 4 else 3
        return [k / rate for k in range(beats * rate)]
    if pattern == "sixteenths":
        return [k / steps for k in range(beats * steps)]
    if pattern == "offbeat":
        return [b + 0.5 for b in range(beats)]
    if pattern == "root-fifth":
        return [0.0, float(beats // 2)] if beats != 3 else [0.0]
    if pattern == "tumbao":
        return [at for at in (0.0, 1.5, 3.0) if at < beats] if rng.random() < 0.5 else [at for at in (1.5, 3.0) if at < beats] or [0.0]
    if pattern == "downbeat-rest":
        return [at for at in (0.5, 1.0, 1.5, 2.5, 3.0, 3.5) if at < beats]
    return sorted(set(([0.0] if rng.random() < 0.9 else []) + step_mask(rng, bar, 0.3, 0.3)))


def write_bass(rng, part, bars, pattern, middle):
    """One line; roots on chord changes, fifths, octaves and steps between."""
    rhythms = {}
    for bar in bars:
        if rng.random() < 0.15 or (bar.section, bar.metre) not in rhythms:
            rhythms[bar.section, bar.metre] = bass_rhythm(rng, pattern, bar)
        rhythm = rhythms[bar.section, bar.metre]
        for i, at in enumerate(rhythm):
            root, tones = chord_at(bar, at)
            pitch = near(root, middle)
            if pattern == "octaves" and i % 2 == 1:
                pitch += 12
            elif pattern == "root-fifth" and i % 2 == 1 or (pattern == "tumbao" and i == 1):
                pitch = near(tones[2], middle - 3)
            elif pattern == "walking" and i > 0:
                pitch = near(choose(rng, tones + [(root + 2) % 12, (root + 11) % 12]), middle + 2)
            elif i > 0 and pattern == "syncopated" and rng.random() < 0.3:
                pitch = near(choose(rng, tones), middle)
            until = rhythm[i + 1] if i + 1 < len(rhythm) else bar.metre.beats
            length = (until - at) * (rng.uniform(0.5, 0.95) if pattern != "root" else 0.98)
            part.notes.append(Note(bar.start + at, length, pitch, int(85 + 15 * (at == 0) + rng.normal(0, 5))))


def comp_events(rng, pattern, bar):
    """(offset, length, which tones: 'all', 'low', 'high' or an index)."""
    beats, steps = bar.metre.beats, bar.metre.steps
    rate = 2 if steps == 4 else 3
    if pattern in ("hold", "tremolo"):
        starts = sorted({c[0] for c in bar.chords})
        return [(at, (starts[i + 1] if i + 1 < len(starts) else beats) - at, "all") for i, at in enumerate(starts)]
    if pattern == "hold2":
        return [(b, min(2, beats - b) * 0.95, "all") for b in range(0, beats, 2)]
    if pattern == "beats":
        return [(b, choose(rng, [0.4, 0.9]), "all") for b in range(beats)]
    if pattern == "offbeat":
        return [(b + (0.5 if steps == 4 else 2 / 3), 0.3, "all") for b in range(beats)]
    if pattern == "oompah":
        if beats % 2 == 0 and steps == 4:
            return [(b, 0.5, "low") for b in range(0, beats)] + [(b + 0.5, 0.35, "high") for b in range(beats)] if rng.random() < 0.4 else [(b, 0.6, "low" if b % 2 == 0 else "high") for b in range(beats)]
        if steps == 3:
            return [e for b in range(beats) for e in ((b, 0.3, "low"), (b + 1 / 3, 0.25, "high"), (b + 2 / 3, 0.25, "high"))]
        return [(0, 0.7, "low")] + [(b, 0.5, "high") for b in range(1, beats)]
    if pattern == "eighths" or pattern == "chug":
        return [(k / rate, 0.8 / rate, "all" if pattern == "eighths" or k == 0 or rng.random() < 0.9 else "high") for k in range(beats * rate)]
    if pattern in ("arpeggio", "arpeggio-fast"):
        speed = rate if pattern == "arpeggio" else 2 * rate
        shape = choose(rng, [[0, 1, 2, 3], [0, 2, 1, 2], [0, 1, 2, 1], [0, 2, 3, 2, 1, 2], [3, 2, 1, 0], [0, 1, 2, 3, 4, 3, 2, 1]])
        return [(k / speed, 1.5 / speed, shape[k % len(shape)]) for k in range(beats * speed)]
    if pattern == "alberti":
        return [(k / rate, 0.9 / rate, [0, 2, 1, 2][k % 4] if rate == 2 else [0, 1, 2][k % 3]) for k in range(beats * rate)]
    if pattern == "strum":
        base = [0, 1, 1.5, 2.5, 3, 3.5] if rng.random() < 0.6 else [0, 0.5, 1, 1.75, 2.5, 3, 3.5]
        return [(at, 0.45, "all") for at in base if at < beats] if steps == 4 else [(k / 3, 0.3, "all") for k in range(beats * 3) if k % 3 != 1 or rng.random() < 0.5]
    if pattern == "charleston":
        return [(at, 0.4, "all") for at in choose(rng, [[0, 1.5], [0.5, 2], [1.5, 3.5], [0, 1.5, 2.5]]) if at < beats]
    if pattern == "stabs":
        return [(at, 0.25, "all") for at in step_mask(rng, bar, 0.12, 0.1)]
    return [(at, 0.4, "all") for at in step_mask(rng, bar, 0.25, 0.3)]


def write_comp(rng, part, bars, pattern, middle):
    """Chords in one of the patterns; strummed ones spread a little."""
    kept = {}
    for bar in bars:
        key = (bar.section, bar.metre)
        if key not in kept or rng.random() < 0.12:
            kept[key] = comp_events(rng, pattern, bar)
        for at, length, which in kept[key]:
            root, tones = chord_at(bar, at)
            voicing = voice_chord(tones, middle)
            ladder = voicing + [pitch + 12 for pitch in voicing]
            if which == "low":
                chosen = [near(root, middle - 17)]
            elif which == "all":
                chosen = voicing if pattern != "chug" else [near(root, middle - 12), near(root, middle - 12) + 7]
            elif which == "high":
                chosen = voicing
            else:
                chosen = [ladder[which % len(ladder)]]
            velocity = 72 + 12 * (at == 0) + 5 * (at % 1 == 0) + rng.normal(0, 5)
            spread = 0.015 if pattern == "strum" else 0
            for i, pitch in enumerate(chosen):
                part.notes.append(Note(bar.start + at + i * spread, max(0.08, length), pitch, int(max(15, min(127, velocity)))))


def melody_rhythm(rng, bar, kind):
    """Starts of a melody's notes in a bar."""
    beats, steps = bar.metre.beats, bar.metre.steps
    if kind == "running":
        rate = steps if rng.random() < 0.4 or steps == 3 else 2
        return [k / rate for k in range(beats * rate) if rng.random() < 0.95]
    if kind == "long":
        return [float(b) for b in range(beats) if rng.random() < (0.8 if b == 0 else 0.3)] or [0.0]
    if kind == "song":
        return step_mask(rng, bar, 0.28, 0.45)
    if kind == "syncopated":
        return step_mask(rng, bar, 0.33, -0.05)
    if kind == "beats":
        return [float(b) for b in range(beats)] + ([choose(rng, range(beats)) + 0.5] if rng.random() < 0.5 else [])
    dotted = [e for b in range(beats) for e in ((b, b + 0.75) if rng.random() < 0.6 else (b,))]
    return [float(at) for at in dotted]


def write_melody(rng, part, bars, kind, key, scale, middle, rest=0.15, octave=False):
    """Motifs of two bars that come back; a walk along the scale that lands on chord tones."""
    motifs = {}
    pitch = middle
    ladder = [p for p in range(middle - 14, middle + 15) if (p - key) % 12 in SCALES[scale]]
    for index, bar in enumerate(bars):
        if bar.first and rng.random() < rest:
            continue
        slot = (bar.section, index % 2 if rng.random() < 0.85 else 2, bar.metre)
        if slot not in motifs:
            rhythm = sorted(set(melody_rhythm(rng, bar, kind)))
            motifs[slot] = (rhythm, [int(rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 4])) for _ in rhythm])
        rhythm, moves = motifs[slot]
        if bar.last and rng.random() < 0.5:  # a phrase ends on a long note
            rhythm, moves = rhythm[:max(1, len(rhythm) // 2)], moves
        for i, at in enumerate(rhythm):
            place = min(range(len(ladder)), key=lambda k: abs(ladder[k] - pitch))
            pitch = ladder[max(0, min(len(ladder) - 1, place + moves[i % len(moves)]))]
            if at % 1 == 0 and rng.random() < 0.6:
                pitch = near(choose(rng, chord_at(bar, at)[1]), pitch)
            if abs(pitch - middle) > 14:
                pitch = middle
            until = rhythm[i + 1] if i + 1 < len(rhythm) else bar.metre.beats
            length = max(0.1, (until - at) * rng.uniform(0.6, 1.0))
            velocity = int(max(30, min(127, 88 + 8 * (at % 1 == 0) + rng.normal(0, 8))))
            part.notes.append(Note(bar.start + at, length, pitch, velocity))
            if octave:
                part.notes.append(Note(bar.start + at, length, pitch - 12, velocity - 10))
            if rng.random() < 0.02:  # a grace note
                part.notes.append(Note(bar.start + at - 0.08, 0.08, pitch + 2, velocity - 20))
