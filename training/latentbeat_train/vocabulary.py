"""The words the model is taught: subjects, palettes and modifiers, each in many phrasings, and sentences built of them."""
import random
from typing import NamedTuple

from . import palettes
from .scenes import SCENES

SUBJECTS: dict[str, tuple[str, ...]] = {
    "tunnel": ("tunnel", "warp tunnel", "wormhole", "hyperspace tunnel", "infinite corridor", "time tunnel", "neon tunnel of rings",
        "flying through a tunnel", "vortex", "portal", "warp speed", "light tunnel", "black hole passage", "spinning wheel of light",
        "jump to hyperspace", "endless tube"),
    "galaxy": ("spiral galaxy", "galaxy", "swirling stars", "milky way", "andromeda", "star spiral", "galactic arms",
        "a galaxy turning in deep space", "cosmic whirlpool", "universe", "island of stars"),
    "nebula": ("nebula", "cosmic clouds", "space dust", "deep space nebula", "interstellar gas", "star nursery", "orion nebula",
        "clouds of stardust", "outer space", "cosmos", "space fog and stars", "dream clouds"),
    "glass": ("stained glass", "cathedral window", "stained glass window", "mosaic glass", "voronoi cells", "church window", "leaded glass",
        "mosaic tiles", "rose window of a cathedral", "broken glass mosaic", "crystal cells", "gemstone mosaic"),
    "mandala": ("mandala", "kaleidoscope", "sacred geometry", "glowing mandala", "symmetric ornament", "meditation mandala", "geometric rosette",
        "yantra", "lace of light", "snowflake", "chakra symbol", "psychedelic ornament"),
    "flower": ("flower", "lotus", "blooming petals", "dahlia", "lotus flower", "blossom", "water lily", "opening bud", "rose", "a flower in bloom",
        "petals unfolding", "chrysanthemum"),
    "sun": ("retro sun", "synthwave sun over a grid", "outrun sunset", "sun over a neon grid", "neon highway", "80s sunset", "retrowave landscape",
        "road to the setting sun", "sunset", "sunrise on the horizon", "neon drive", "desert at dusk", "big sun behind mountains",
        "endless road"),
    "sea": ("ocean waves", "sea at night", "rolling sea", "moon over the sea", "tide", "moonlit ocean", "sea waves", "surf", "calm water",
        "stormy sea", "waves in the moonlight", "lake at night", "the tide comes in", "water"),
    "city": ("city skyline at night", "skyscrapers", "city lights", "night city", "downtown", "neon city", "metropolis", "skyline with lit windows",
        "tokyo at night", "rainy street at night", "urban night", "buildings", "new york skyline", "a city that never sleeps"),
    "lightning": ("lightning", "thunderbolt", "thunderstorm", "electric storm", "lightning strike", "storm clouds", "storm",
        "thunder and lightning", "bolt of electricity", "tempest", "dark storm over the hills", "power surge"),
    "bubbles": ("bubbles", "glass spheres", "floating orbs", "soap bubbles", "glass balls", "floating spheres", "drops of water", "marbles",
        "planets like glass beads", "underwater bubbles", "balloons", "pearls"),
    "aurora": ("aurora", "northern lights", "polar lights", "aurora borealis", "curtains of light in the sky", "arctic sky", "sky ribbons",
        "dancing lights over the mountains", "polar night", "winter sky", "ballad in the night sky"),
    "fire": ("fire", "flames", "bonfire", "campfire", "burning flames", "blaze", "inferno", "embers", "wall of fire", "furnace",
        "sparks and flames", "glowing embers rising", "dragon breath"),
    "circuit": ("circuit board", "labyrinth", "maze of lines", "truchet maze", "glowing circuits", "cyber labyrinth", "microchip",
        "electronic pathways", "neural wires", "data streams", "computer brain", "winding pipes", "matrix"),
    "chrome": ("liquid chrome", "liquid metal", "molten metal", "mercury", "flowing chrome", "metallic waves", "melted mirror",
        "polished metal folds", "silk folds", "lava lamp", "molten glass", "liquid abstract shapes"),
    "smoke": ("smoke", "ink in water", "ink and smoke", "wisps of smoke", "drifting smoke", "incense smoke", "ink cloud", "vapour", "ghost",
        "mist rising", "steam", "flowing silk veil", "spirit"),
    "opart": ("op art", "optical illusion", "hypnotic lines", "concentric rings", "op art stripes", "hypnotic spiral", "ripples of stripes",
        "zebra stripes", "bold stripes", "vibrating lines", "hypnosis", "graphic rings", "bauhaus pattern"),
}
assert list(SUBJECTS) == list(SCENES)

PALETTES: dict[str, tuple[str, ...]] = {
    "neon": ("neon", "fluorescent", "electric magenta and cyan", "neon pink", "glow stick", "hot pink"),
    "fire": ("fiery", "flame coloured", "red and orange", "burning orange", "hot", "scarlet and amber"),
    "ocean": ("ocean blue", "deep sea blue", "aqua", "turquoise", "cyan", "lagoon"),
    "forest": ("forest green", "mossy green", "leafy", "olive green", "woodland", "fern green"),
    "sunset": ("sunset coloured", "warm dusk", "pink and orange", "evening glow", "peach and plum", "dusky"),
    "ice": ("icy", "frozen white and blue", "arctic", "pale blue", "frosty", "glacial"),
    "gold": ("golden", "gold", "gilded", "honey yellow", "brass", "amber gold"),
    "candy": ("candy coloured", "pastel", "bubblegum", "pink and mint", "sweet pink", "cotton candy"),
    "mono": ("black and white", "monochrome", "grayscale", "silver", "noir", "white on black"),
    "acid": ("acid green", "toxic lime", "lime yellow", "radioactive green", "slime green", "neon green"),
    "violet": ("violet", "purple", "ultraviolet", "lavender", "amethyst", "lilac"),
    "ruby": ("ruby red", "crimson", "blood red", "scarlet", "red", "wine red"),
    "cyberpunk": ("cyberpunk", "teal and hot pink", "blade runner", "teal, pink and yellow", "night city colours", "dystopian neon"),
    "vaporwave": ("vaporwave", "retro pink and cyan", "synthwave", "80s purple and cyan", "dreamwave", "retro pastel"),
    "rainbow": ("rainbow", "multicoloured", "spectral", "all colours", "colourful", "prismatic"),
    "copper": ("copper", "bronze", "rusty brown", "sepia", "terracotta", "brown"),
    "emerald": ("emerald", "jade green", "teal green", "sea green", "green", "malachite"),
    "midnight": ("midnight blue", "indigo", "dark blue", "navy", "deep blue", "blue"),
}
assert tuple(PALETTES) == palettes.NAMES

MODIFIERS: dict[str, tuple[str, ...]] = {  # empty name: none
    "": (),
    "glowing": ("glowing", "luminous", "bright glow", "radiant", "blazing bright", "intense light"),
    "dark": ("dark", "dim", "moody", "shadowy", "sparse and dark", "low light", "minimal"),
    "wide": ("dense", "intricate", "wide shot", "detailed", "seen from far away", "many small"),
    "close": ("close up", "zoomed in", "macro", "huge", "simple and big"),
    "mirrored": ("symmetric", "mirrored", "mirror image", "reflected left and right"),
}
SHARES = {"": 0.56, "glowing": 0.12, "dark": 0.08, "wide": 0.10, "close": 0.07, "mirrored": 0.07}

USUAL: dict[str, str] = {  # the palette of a subject when no colour is named
    "tunnel": "neon", "galaxy": "midnight", "nebula": "violet", "glass": "rainbow", "mandala": "gold", "flower": "ruby", "sun": "sunset",
    "sea": "ocean", "city": "cyberpunk", "lightning": "midnight", "bubbles": "ocean", "aurora": "emerald", "fire": "fire", "circuit": "emerald",
    "chrome": "mono", "smoke": "mono", "opart": "mono",
}
MOODS = ("calm", "dreamy", "wild", "peaceful", "dramatic", "hypnotic", "beautiful", "mysterious", "energetic", "melancholic", "epic", "slow",
    "fast", "elegant", "trippy", "tender", "majestic", "surreal")
TAILS = ("", "", "", "", ", digital art", ", highly detailed", ", cinematic", ", abstract art", ", on a black background", ", concert visuals",
    ", 4k", ", vj loop", ", trending artwork", " at night", ", music video")
PLAIN = ("{P} {S}", "{S} in {P} colours", "a {P} {S}", "{S}, {P}", "{P} {S} on black", "{S} with {P} light", "{P} colours, {S}",
    "a picture of {S} in {P}", "{O} {P} {S}", "{O} {S}, {P}", "the {O} {S} is {P}", "{S} made of {P} light", "painting of a {P} {S}",
    "imagine a {O} {S} in {P} tones")
MARKED = ("{P} {S}, {M}", "{M} {P} {S}", "{S}, {P}, {M}", "{M} {S} in {P}", "{M}, {P} {S}", "a {M} {S} with {P} colours", "{O} {P} {S}, {M}",
    "{M} {O} {S} in {P} tones")
BARE = ("{S}", "a {S}", "{O} {S}", "the {S}", "{S}, {O}", "picture of {S}")
USUAL_SHARE = 0.12  # pictures drawn in the usual palette on purpose; half of their captions name no colour


class Label(NamedTuple):
    subject: str
    palette: str
    modifier: str


def make_caption(label: Label, rng: random.Random) -> str:
    words = {"S": rng.choice(SUBJECTS[label.subject]), "P": rng.choice(PALETTES[label.palette]), "O": rng.choice(MOODS)}
    bare = label.palette == USUAL[label.subject] and not label.modifier and rng.random() < 0.5
    if label.modifier:
        words["M"] = rng.choice(MODIFIERS[label.modifier])
    form = rng.choice(BARE if bare else MARKED if label.modifier else PLAIN)
    return form.format(**words) + rng.choice(TAILS)


def draw_label(rng: random.Random) -> Label:
    subject = rng.choice(list(SUBJECTS))
    modifier = rng.choices(list(SHARES), list(SHARES.values()))[0]
    palette = USUAL[subject] if rng.random() < USUAL_SHARE else rng.choice(list(PALETTES))
    return Label(subject, palette, modifier)


def make_captions(seed: int, plain: int, marked: int) -> dict[Label, list[str]]:
    """Distinct captions for every label: `plain` without a modifier, `marked` with one."""
    rng = random.Random(seed)
    found: dict[Label, list[str]] = {}
    for subject in SUBJECTS:
        for palette in PALETTES:
            for modifier in MODIFIERS:
                label = Label(subject, palette, modifier)
                count = marked if modifier else plain * (2 if palette == USUAL[subject] else 1)
                found[label] = sorted({make_caption(label, rng) for _ in range(count)})
    return found
