"""What the model can be asked for: labels, and captions that name them.

A caption is a subject (or two in a relation), by a name or a line that suggests it, and maybe a palette and a modifier,
in many templates. `held=True` draws from templates that training never sees. Articles and moods mean nothing.
"""
import random
from typing import NamedTuple

from . import palettes
from .slots import SLOTS
from .words_looks import MODIFIER_FORMS, PALETTE_WORDS
from .words_subjects import SUBJECTS as WORDS

SUBJECTS: dict[str, tuple[str, ...]] = {name: WORDS[name].nouns for name in SLOTS}
PALETTES: dict[str, tuple[str, ...]] = {name: PALETTE_WORDS[name] for name in palettes.NAMES}
MODIFIERS: dict[str, tuple[str, ...]] = {"": (), **MODIFIER_FORMS}  # forms around {X}; the empty name: none
RELATIONS: dict[str, tuple[str, ...]] = {
    "": (),
    "and": ("{A} and {B}", "{A} with {B}", "{A} together with {B}", "{A} meets {B}", "{A} plus {B}", "{A} & {B}", "both {A} and {B}", "{A} next to {B}",
        "{A} among {B}", "{A} surrounded by {B}", "{A} blended with {B}", "a mix of {A} and {B}", "{A}, {B}", "first {A} and then {B}", "{A} combined with {B}",
        "{A} beside {B}", "{A} joined by {B}", "half {A}, half {B}"),
    "over": ("{A} over {B}", "{A} above {B}", "{B} under {A}", "{B} below {A}", "{B} beneath {A}", "{A} hovering over {B}", "{A} floating above {B}", "{A} on top of {B}",
        "{B} with {A} above", "{A} looming over {B}", "{A} high above {B}", "under {A} there is {B}", "over {B} hangs {A}", "{B} underneath {A}", "above {B}, {A}",
        "{A} hanging over {B}", "{A} at the top, {B} at the bottom", "{B} down below, {A} up above"),
    "of": ("{A} made of {B}", "{A} made from {B}", "{B} in the shape of {A}", "{B} shaped like {A}", "{A} built from {B}", "{A} composed of {B}", "{A} formed by {B}",
        "{A} consisting of {B}", "{A} woven from {B}", "{B} forming {A}", "{A} sculpted out of {B}", "{B} that takes the form of {A}", "{A} created out of {B}", "{A} filled with {B}",
        "{B} arranged as {A}", "{A} constructed of {B}", "{A} whose material is {B}", "{B} turned into {A}"),
}
USUAL: dict[str, str] = {  # the palette of a subject when no colour is named
    "tunnel": "neon", "wormhole": "cosmic", "neon_grid": "cyberpunk", "light_corridor": "teal_orange", "starfield": "midnight", "spiral_galaxy": "cosmic", "nebula": "violet",
    "eclipse": "black_gold", "planet": "copper", "rain_skyline": "cyberpunk", "retro_sun": "sunset", "lightning": "indigo",
    "liquid_metal": "mono", "ink": "holographic", "smoke": "mono", "fire": "fire", "sea": "ocean", "aurora": "borealis", "mandala": "gold", "stained_glass": "rainbow",
    "kaleidoscope": "holographic", "flower": "rose", "feathers": "emerald", "op_art": "mono",
    "circuit": "matrix", "desert": "amber", "forest": "forest", "waterfall": "turquoise", "clouds": "dawn", "fireworks": "rainbow", "moons": "blood_moon", "city_flight": "cobalt",
    "underwater": "deep_sea", "mountains": "ice", "black_hole": "lava", "laser_show": "magenta",
    "bubbles": "turquoise", "jellyfish": "violet", "fractal": "infrared", "coral": "coral", "cells": "mint", "eye": "teal", "paint": "tropical", "halftone": "red_white",
    "ribbons": "vaporwave", "silk": "ruby", "honeycomb": "gold", "marble": "black_gold",
}
MOODS = ("calm", "dreamy", "peaceful", "dramatic", "beautiful", "mysterious", "energetic", "melancholic", "epic", "slow", "fast", "elegant", "trippy", "majestic", "surreal",
    "psychedelic", "ethereal", "magical", "euphoric", "haunting", "sensual", "cool", "strange", "quiet", "powerful", "sad", "happy", "futuristic", "timeless")
OPENINGS = ("picture of", "image of", "a scene with", "imagine", "show me", "give me", "we see", "visuals of", "I dream of", "a dream about", "take me to", "a song about", "feels like",
    "inspired by", "the feeling of", "thinking of", "music like", "a poem about", "a film about", "video of", "let there be", "somewhere there is")
ENDINGS = (", digital art", ", cinematic", ", abstract", ", live visuals", ", 4k", ", vj loop", ", music video", " in motion", ", seamless loop", ", artwork", " at night",
    ", on a black background", ", for a slow song", ", moving slowly", ", full screen", ", masterpiece", ", animation", ", ambient music", " tonight", " forever", ", my love", ", again and again")
BEFORE = ("{P} {X}", "{P} coloured {X}", "{P} toned {X}", "{P}, {X}", "{P} colours, {X}", "all {P}, {X}", "{P}: {X}")  # for nouns
AFTER = ("{X} in {P}", "{X} in {P} colours", "{X}, {P}", "{X} in {P} tones", "{X} bathed in {P}", "{X}, {P} palette", "{X} turning {P}", "{X} with {P} light", "{X}, {P} colours",
    "{X}, everything {P}", "{X} in {P} hues", "{X} in shades of {P}", "the colours are {P}, {X}", "{X}, coloured {P}")
HELD = 0.15  # share of every list of templates that training never sees


class Label(NamedTuple):
    subject: str
    second: str = ""  # "" = none
    relation: str = ""  # "" exactly when there is no second
    palette: str = ""  # "" = none named: the usual one of the first subject
    modifier: str = ""

    @property
    def drawn_palette(self) -> str:
        return self.palette or USUAL[self.subject]


def all_phrases() -> list[str]:
    """Every word that a caption can be made of, for check_paraphrases."""
    subjects = [phrase for words in WORDS.values() for phrase in (*words.nouns, *words.lines, *words.kin)]
    looks = [phrase for words in (*PALETTE_WORDS.values(), *MODIFIER_FORMS.values(), *RELATIONS.values()) for phrase in words]
    forms = [*BEFORE, *AFTER, *MOODS, *OPENINGS, *ENDINGS]
    return subjects + [phrase.replace("{X}", "").replace("{A}", "").replace("{B}", "").replace("{P}", "") for phrase in looks + forms]


def bare_captions() -> list[tuple[Label, str]]:
    """Everything that subjects are called, once each, and every palette and modifier beside the plain name of some subject."""
    found = [(Label(name), phrase) for name, words in WORDS.items() for phrase in (*words.nouns, *words.lines, *words.kin)]
    plain = [(name, nouns[0]) for name, nouns in SUBJECTS.items()]
    looks = [("palette", name, f"{phrase} {{X}}") for name, phrases in PALETTES.items() for phrase in phrases]
    looks += [("modifier", name, form) for name, forms in MODIFIERS.items() for form in forms[:len(forms) - max(1, round(len(forms) * HELD))]]
    for i, (field, name, form) in enumerate(looks):
        subject, noun = plain[i * 7 % len(plain)]
        found.append((Label(subject)._replace(**{field: name}), form.format(X=noun)))
    return found


def plain_caption(label: Label) -> str:
    """The plain way to say a label."""
    words = SUBJECTS[label.subject][0]
    if label.second:
        words = RELATIONS[label.relation][0].format(A=words, B=SUBJECTS[label.second][0])
    if label.palette:
        words = f"{PALETTES[label.palette][0]} {words}"
    return MODIFIERS[label.modifier][0].format(X=words) if label.modifier else words


def make_caption(label: Label, rng: random.Random, held: bool = False) -> str:
    """One of very many ways to say a label."""
    if rng.random() < 0.04 and not held:
        return plain_caption(label)
    words, is_noun = _name_subjects(label, rng, held)
    first = rng.random() < 0.75  # the palette before the modifier
    if label.palette and first:
        words = _add_palette(words, label.palette, is_noun, rng, held)
    if label.modifier:
        words, is_noun = rng.choice(_part(MODIFIERS[label.modifier], held)).format(X=words), False
    if label.palette and not first:
        words = _add_palette(words, label.palette, is_noun, rng, held)
    if rng.random() < 0.18:
        words = f"{rng.choice(OPENINGS)} {words}"
    return words + (rng.choice(ENDINGS) if rng.random() < 0.2 else "")


def _name_subjects(label: Label, rng: random.Random, held: bool) -> tuple[str, bool]:
    if label.second:
        a, b = _article(_noun(label.subject, rng), rng), _article(_noun(label.second, rng), rng)
        return rng.choice(_part(RELATIONS[label.relation], held)).format(A=a, B=b), False
    bare = not label.palette and not label.modifier
    if rng.random() < (0.5 if bare else 0.25):
        return rng.choice(WORDS[label.subject].lines + WORDS[label.subject].kin), False
    words = _noun(label.subject, rng)
    if rng.random() < 0.15:
        words = f"{rng.choice(MOODS)} {words}"
    return _article(words, rng), True


def _noun(subject: str, rng: random.Random) -> str:
    nouns = SUBJECTS[subject]
    return nouns[0] if rng.random() < 0.2 else rng.choice(nouns)


def _article(words: str, rng: random.Random) -> str:
    return rng.choice(("a ", "the ", "", "", "")) + words


def _add_palette(words: str, palette: str, is_noun: bool, rng: random.Random, held: bool) -> str:
    colour = rng.choice(PALETTES[palette])
    if is_noun and rng.random() < 0.6:
        bare = words.removeprefix("a ").removeprefix("the ")
        return words[:len(words) - len(bare)] + rng.choice(_part(BEFORE, held)).format(P=colour, X=bare)
    return rng.choice(_part(AFTER, held)).format(P=colour, X=words)


def _part(forms: tuple[str, ...], held: bool) -> tuple[str, ...]:
    """The templates of training, or the held-out ones (the last of each list)."""
    count = max(1, round(len(forms) * HELD))
    return forms[-count:] if held else forms[:-count]


def draw_label(rng: random.Random, pairs: float = 0.25, coloured: float = 0.62, modified: float = 0.45) -> Label:
    """A random label: shares of labels with a second subject, a named palette, a modifier."""
    subject, second, relation = rng.choice(SLOTS), "", ""
    if rng.random() < pairs:
        second = rng.choice([name for name in SLOTS if name != subject])
        relation = rng.choice(list(RELATIONS)[1:])
    palette = rng.choice(palettes.NAMES) if rng.random() < coloured else ""
    modifier = rng.choice(list(MODIFIERS)[1:]) if rng.random() < modified else ""
    return Label(subject, second, relation, palette, modifier)


assert set(USUAL) == set(SLOTS) and set(USUAL.values()) <= set(palettes.NAMES)
