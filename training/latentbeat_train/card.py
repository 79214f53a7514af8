"""The model card as data: what the model knows and prompts to start from."""
from pathlib import Path

from .export import write_json
from .vocabulary import MODIFIERS, PALETTES, SUBJECTS

UNFIT: frozenset[str] = frozenset({"bubbles"})  # subjects that the model was taught but does not draw well enough to offer

EXAMPLES = (
    "neon warp tunnel", "cyberpunk hyperspace tunnel, glowing", "midnight blue spiral galaxy", "purple spiral galaxy, close up", "violet nebula in deep space",
    "sunset coloured cosmic clouds", "rainbow stained glass", "golden stained glass window, glowing", "golden mandala", "neon glowing mandala", "ruby red lotus flower",
    "candy coloured blooming petals", "vaporwave sun over a neon grid", "sunset coloured retro sun", "ocean blue waves, moon over the sea", "cyberpunk city skyline at night",
    "midnight blue lightning", "emerald northern lights", "fiery flames", "glowing circuits in teal and hot pink", "black and white liquid chrome",
    "white smoke on black", "black and white op art", "violet moonlit ocean",
)


def write_card(target: Path) -> None:
    """card.json of the exported folder."""
    kept = [name for name in SUBJECTS if name not in UNFIT]
    write_json(target / "card.json", {
        "name": "latentbeat embedded v0", "license": "MIT AND Apache-2.0", "nativeSteps": 1, "nativeGuidance": 1, "nativeSize": [128, 128],
        "subjects": [{"name": name, "prompt": SUBJECTS[name][0]} for name in kept],
        "palettes": [PALETTES[name][0] for name in PALETTES],
        "modifiers": [words[0] for words in MODIFIERS.values() if words],
        "examplePrompts": list(EXAMPLES),
    })
