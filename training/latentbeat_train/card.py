"""The model card as data: what the model knows and prompts to start from."""
from pathlib import Path

from .export import write_json
from .noise import CELL, GRID
from .vocabulary import MODIFIERS, PALETTES, RELATIONS, SUBJECTS, USUAL, Label, plain_caption

SIZES = ((256, 448), (256, 256), (448, 256))  # height, width; the widest first: screens are wide
WEAK_BELOW = 0.5  # share of the subject under which a prompt is said to be heard weakly: right readings have more in 85 of 100 cases, wrong ones in 40
EXAMPLES = (  # subject, second, relation, palette, modifier
    Label("tunnel", palette="neon"), Label("wormhole", palette="violet"), Label("neon_grid", palette="cyberpunk"), Label("light_corridor", palette="teal_orange"),
    Label("starfield", palette="ice"), Label("spiral_galaxy", palette="midnight"), Label("nebula", palette="ruby"), Label("eclipse", palette="black_gold"), Label("planet", palette="copper"),
    Label("rain_skyline", palette="cyberpunk"), Label("retro_sun", palette="sunset"), Label("lightning", palette="violet"), Label("liquid_metal", palette="mono"), Label("ink", palette="candy"),
    Label("smoke", palette="emerald"), Label("fire", palette="fire"), Label("sea", palette="ocean"), Label("aurora", palette="emerald"), Label("mandala", palette="gold"),
    Label("stained_glass", palette="rainbow"), Label("kaleidoscope", palette="ice"), Label("flower", palette="ruby"), Label("feathers", palette="emerald"), Label("op_art", palette="mono"),
    Label("tunnel", palette="acid", modifier="close"), Label("mandala", palette="neon", modifier="six_fold"), Label("sea", palette="midnight", modifier="stormy"),
    Label("fire", palette="violet", modifier="symmetric"), Label("retro_sun", "sea", "over", "vaporwave"), Label("aurora", "sea", "over", "emerald"),
    Label("black_hole", palette="amber"), Label("jellyfish", palette="candy"), Label("fractal", palette="emerald"), Label("circuit", palette="matrix"), Label("bubbles", palette="ice"),
    Label("eye", palette="emerald"), Label("cells", palette="gold"), Label("marble", palette="violet"), Label("underwater", palette="turquoise"), Label("mountains", palette="dawn"),
)


def write_card(target: Path, names: tuple[str, ...]) -> None:
    """card.json of the exported folder; `names` are the subjects it was trained for."""
    assert all(side % CELL == 0 and side >= GRID * CELL for size in SIZES for side in size)
    offered = [label for label in EXAMPLES if label.subject in names and (not label.second or label.second in names)]
    write_json(target / "card.json", {
        "name": "latentbeat embedded v1", "license": "MIT AND Apache-2.0", "nativeSteps": 1, "nativeGuidance": 1, "nativeSizes": [list(size) for size in SIZES],
        "subjects": [{"name": name, "prompt": SUBJECTS[name][0], "usualPalette": PALETTES[USUAL[name]][0]} for name in names],
        "palettes": [words[0] for words in PALETTES.values()],
        "modifiers": [forms[0].replace("{X}", "").strip(" ,") for forms in MODIFIERS.values() if forms],
        "relations": [forms[0] for forms in RELATIONS.values() if forms],
        "examplePrompts": [plain_caption(label) for label in offered],
        "reader": {  # what the outputs of reader/model.onnx are called
            "file": "reader/model.onnx", "weakBelow": WEAK_BELOW, "subjects": [SUBJECTS[name][0] for name in SUBJECTS if name in names],
            "relations": ["", *(forms[0] for forms in RELATIONS.values() if forms)], "palettes": [words[0] for words in PALETTES.values()],
            "modifiers": ["", *(forms[0].replace("{X}", "").strip(" ,") for forms in MODIFIERS.values() if forms)],
        },
    })
