"""The evaluation: every figure the card states, into report/report.json and report.md, and contact sheets beside them."""
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import classify
from .judge import Judge, frechet, held_caption, held_labels, lab_numbers, orbit, pairwise, seeds, sharpness, shrink, walk, walk_numbers, wanted
from .network import LATENT_CHANNELS
from .noise import GRID
from .palettes import NAMES as PALETTES
from .slots import SLOTS
from .vocabulary import MODIFIERS, Label, plain_caption

WALKS = (("neon tunnel", "golden mandala"), ("violet nebula", "cosmic spiral galaxy"), ("ocean blue sea", "emerald aurora"), ("vaporwave retro sun", "cyberpunk city skyline in the rain"),
    ("fiery flames", "violet smoke"), ("rainbow stained glass", "ruby red flower"), ("black and white op art", "silver liquid metal"), ("icy starfield", "amber eclipse"))
FREE = ("a quiet walk through the night", "my heart is burning", "falling into the deep blue", "flying faster than light", "the queen of winter", "robots dreaming of electric sheep",
    "a prayer in an old church", "summer of 1985", "the storm inside me", "moonlight sonata", "acid rave in a warehouse", "blood moon rising", "a cup of tea with steam", "quicksilver",
    "grandma's garden", "dizzy and hypnotised", "somewhere over the rainbow", "the last campfire", "the sea at midnight", "traffic in the rain at midnight")


def obedience(judge: Judge, folder: Path, names: tuple[str, ...], each: int, plain_words: bool) -> dict:
    """Captions from held-out templates, or the plain ones, drawn and read back by classifiers that were trained on renders alone."""
    labels = held_labels(names, each, 7)
    numbers = seeds(len(labels), 11)
    made = torch.cat([shrink(judge.draw(judge.say(plain_caption(label) if plain_words else held_caption(label, i)), numbers[i])) for i, label in enumerate(labels)])
    right = torch.tensor([[SLOTS.index(x.subject), PALETTES.index(x.palette), list(MODIFIERS).index(x.modifier)] for x in labels])
    plain = classify.guess(classify.load(folder), made) == right
    strict = classify.guess(classify.load(folder, True), classify.disguise(made, torch.Generator().manual_seed(3)))[:, 0] == right[:, 0]
    by_name = {name: float(plain[[i for i, x in enumerate(labels) if x.subject == name], 0].float().mean()) for name in names}
    marked = right[:, 2] > 0
    by_modifier = {name: float(plain[right[:, 2] == i, 2].float().mean()) for i, name in enumerate(MODIFIERS) if i and bool((right[:, 2] == i).any())}
    return {"pictures": len(labels), "subject": float(plain[:, 0].float().mean()), "strict subject": float(strict.float().mean()), "palette": float(plain[:, 1].float().mean()),
            "modifier": float(plain[marked, 2].float().mean()), "by subject": by_name, "by modifier": by_modifier}


def paraphrases(judge: Judge, folder: Path, names: tuple[str, ...], prompts: list[dict]) -> dict:
    """Free prompts whose words no caption has: what the reader hears, and what the picture shows."""
    heard, shown = [], []
    prompts = [entry for entry in prompts if set(entry["subjects"]) & set(names)]
    numbers, model = seeds(len(prompts), 13), classify.load(folder)
    for i, entry in enumerate(prompts):
        text = judge.say(entry["prompt"])
        allowed = [SLOTS.index(name) for name in entry["subjects"]]
        heard.append(SLOTS.index(names[int(judge.read(text).first.argmax())]) in allowed)
        shown.append(int(classify.guess(model, shrink(judge.draw(text, numbers[i])))[0, 0]) in allowed)
    return {"prompts": len(prompts), "heard": float(np.mean(heard)), "shown": float(np.mean(shown))}


def likeness(judge: Judge, folder: Path | None, names: tuple[str, ...], each: int) -> dict:
    """Distances of generated pictures to renders, against renders among themselves; sharpness; how far seeds differ. Without classifiers no distance of features."""
    labels = [label._replace(modifier="") for label in held_labels(names, each, 17)]
    numbers, others = seeds(len(labels), 19), seeds(len(labels), 23)
    made = torch.cat([judge.draw(judge.say(plain_caption(label)), numbers[i]) for i, label in enumerate(labels)])
    same = torch.cat([wanted(label, numbers[i]) for i, label in enumerate(labels)])
    more = torch.cat([shrink(wanted(label, others[i])) for i, label in enumerate(labels)])
    small, real = shrink(made), shrink(same)
    seen = [classify.features(classify.load(folder), p) for p in (small, real, more)] if folder else None
    of_features = {"frechet features": frechet(seen[0], seen[1]), "frechet features renders": frechet(seen[2], seen[1])} if seen else {}
    colours = [lab_numbers(p) for p in (small, real, more)]
    per_subject = {name: -10 * float(torch.log10((made[rows] - same[rows]).square().mean())) for name in names for rows in [[i for i, x in enumerate(labels) if x.subject == name]]}
    varied = [(pairwise(made[k:k + each]), pairwise(same[k:k + each])) for k in range(0, len(labels), each)]
    light = (same * 0 + made).mean(1)
    return {"psnr": float(np.mean(list(per_subject.values()))), "psnr by subject": per_subject, "sharpness": sharpness(made) / sharpness(same),
            **of_features, "frechet lab": frechet(colours[0], colours[1]), "frechet lab renders": frechet(colours[2], colours[1]),
            "seeds differ": float(np.mean([a / b for a, b in varied])), "mean light": float(light.mean()), "dark share": float((light < 0.05).float().mean()), "bright share": float((light > 0.8).float().mean())}


def walks(judge: Judge, folder: Path | None, names: tuple[str, ...], frames: int, count: int) -> dict:
    """Noise slerps and prompt lerps with sized steps: flicker, evenness, and what their middles are like."""
    numbers, found, middles, ends = seeds(2 * count, 29), {}, [], []
    for kind in ("noise", "prompt"):
        rows = []
        for i, (a, b) in enumerate(WALKS[:count]):
            texts = (judge.say(a), judge.say(b if kind == "prompt" else a))
            tips = (numbers[2 * i], numbers[2 * i + (kind == "noise")])
            pictures = walk(judge, texts, tips, frames)
            rows.append(walk_numbers(pictures))
            if kind == "prompt":
                middles.append(shrink(pictures[frames // 4: frames - frames // 4]))
                ends.append(shrink(torch.cat([pictures[:frames // 4], pictures[-frames // 4:]])))
        found[kind] = {key: float(np.median([row[key] for row in rows])) for key in rows[0]} | {f"worst {key}": float(max(row[key] for row in rows)) for key in rows[0]}
    renders = torch.cat([shrink(wanted(Label(name, "", "", PALETTES[(7 * i) % len(PALETTES)]), s)) for i, (name, s) in enumerate(zip(names * 2, seeds(2 * len(names), 37), strict=True))])
    base = lab_numbers(renders)
    found["middle / ends, frechet lab"] = frechet(lab_numbers(torch.cat(middles)), base) / frechet(lab_numbers(torch.cat(ends)), base)
    if folder is None:
        return found
    model = classify.load(folder)
    found["middle / ends, frechet features"] = frechet(classify.features(model, torch.cat(middles)), classify.features(model, renders)) / frechet(classify.features(model, torch.cat(ends)), classify.features(model, renders))
    return found


def parity(judge: Judge, exported: Path, pure: Judge | None) -> dict[str, float]:
    """Exported graphs against torch with the same rounded weights, against unrounded ones, and their times on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    unet, decoder = (onnxruntime.InferenceSession(str(exported / name / "model.onnx"), options, providers=["CPUExecutionProvider"]) for name in ("unet", "vae_decoder"))
    noise = torch.randn(1, LATENT_CHANNELS, GRID, GRID, generator=torch.Generator().manual_seed(3))
    text = judge.say("neon spiral galaxy")
    feed = {"sample": noise.numpy(), "timestep": np.array([1000], np.float32), "encoder_hidden_states": np.zeros((1, 6, 384), np.float32), "text_embeds": text.numpy()}
    velocity = unet.run(None, feed)[0]
    picture = decoder.run(None, {"latent_sample": noise.numpy() - velocity})[0]
    with torch.no_grad():
        same = judge.step(noise, torch.tensor([1000.0]), torch.zeros(1, 6, 384), text)
        drawn = judge.decoder(noise - same).numpy()
    found = {"velocity": float(np.abs(velocity - same.numpy()).max()), "picture": float(np.abs(picture - drawn).max())}
    if pure is not None:
        with torch.no_grad():
            exact = pure.decoder(noise - pure.step(noise, torch.tensor([1000.0]), torch.zeros(1, 6, 384), text)).numpy()
        found |= {"rounding max / 255": float(np.abs(picture - exact).max() * 127.5), "rounding mean / 255": float(np.abs(picture - exact).mean() * 127.5)}
    for name, run in (("unet ms", lambda: unet.run(None, feed)), ("decoder ms", lambda: decoder.run(None, {"latent_sample": noise.numpy() - velocity}))):
        times = []
        for _ in range(15):
            began = time.perf_counter()
            run()
            times.append((time.perf_counter() - began) * 1000)
        found[name] = float(np.median(times))
    return found


def save_sheet(rows: list[torch.Tensor], path: Path, height: int) -> None:
    """Rows of pictures [N, 3, H, W] of one shape -> a JPEG."""
    scaled = [F.interpolate(row, scale_factor=height / row.shape[2], mode="bilinear", antialias=True) for row in rows]
    grid = torch.cat([torch.cat(list(row), 2) for row in scaled], 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((grid.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()).save(path, quality=82)


def draw_sheets(judge: Judge, target: Path, names: tuple[str, ...]) -> None:
    numbers = seeds(96, 5)
    wide = {"height": 256, "width": 448}
    palettes = [PALETTES[(7 * i) % len(PALETTES)] for i in range(len(names))]
    beside = [torch.cat([wanted(Label(n, "", "", palettes[i]), numbers[i], **wide), judge.draw(judge.say(plain_caption(Label(n, "", "", palettes[i]))), numbers[i], **wide)]) for i, n in enumerate(names)]
    save_sheet([torch.cat(beside[k:k + 2]) for k in range(0, len(beside) - 1, 2)], target / "renderer-beside-model.jpg", 130)
    prompts = [plain_caption(Label(names[i % len(names)], "", "", PALETTES[(11 * i + 3) % len(PALETTES)], list(MODIFIERS)[(i // 3) % len(MODIFIERS)] if i % 3 == 0 else "")) for i in range(64)]
    pictures = [judge.draw(judge.say(p), numbers[i]) for i, p in enumerate(prompts)]
    save_sheet([torch.cat(pictures[k:k + 8]) for k in range(0, 64, 8)], target / "prompts.jpg", 128)
    chosen = [names[k] for k in np.linspace(0, len(names) - 1, 8).astype(int)]
    save_sheet([torch.cat([judge.draw(judge.say(plain_caption(Label(n))), numbers[k + 8]) for k in range(8)]) for n in chosen], target / "seeds.jpg", 128)
    save_sheet([torch.cat([judge.draw(judge.say(plain_caption(Label(n))), _turned(numbers[i], k)) for k in range(8)]) for i, n in enumerate(names)], target / "orbits.jpg", 72)
    save_sheet([walk(judge, (judge.say(a), judge.say(b)), (numbers[i], numbers[i + 20]), 16) for i, (a, b) in enumerate(WALKS)], target / "walks.jpg", 88)
    free = [judge.draw(judge.say(p), numbers[i + 40]) for i, p in enumerate(FREE)]
    save_sheet([torch.cat(free[k:k + 5]) for k in range(0, 20, 5)], target / "free-prompts.jpg", 180)
    marked = [torch.cat([judge.draw(judge.say(plain_caption(Label(n, "", "", "", m))), numbers[i + 60]) for m in MODIFIERS]) for i, n in enumerate(chosen)]
    save_sheet(marked, target / "modifiers.jpg", 88)
    pairs = [("retro_sun", "over", "sea"), ("aurora", "over", "sea"), ("fire", "and", "smoke"), ("mandala", "of", "fire"), ("flower", "of", "liquid_metal"), ("tunnel", "of", "stained_glass"), ("lightning", "over", "rain_skyline"), ("eclipse", "over", "neon_grid")]
    drawn = [judge.draw(judge.say(plain_caption(Label(a, b, r))), numbers[i], **wide) for i, (a, r, b) in enumerate(pairs) if a in names and b in names]
    save_sheet([torch.cat(drawn[k:k + 4]) for k in range(0, len(drawn), 4)], target / "pairs.jpg", 150)


def _turned(scalars: torch.Tensor, k: int) -> torch.Tensor:
    from .noise import rotate_scalars
    return rotate_scalars(scalars.view(1, -1), 6.283185307 * k / 8)


def remeasure(judge: Judge, exported: Path, target: Path, names: tuple[str, ...], each: int, frames: int = 64) -> dict:
    """What needs no classifiers, again; the rest of report.json stays as it was measured and is named in it under "measured earlier"."""
    figures = json.loads((target / "report.json").read_text())
    figures["likeness"] |= likeness(judge, None, names, max(2, each // 2))
    figures["orbits"] = {name: orbit(judge, name) for name in names}
    for kind, found in walks(judge, None, names, frames, 4 if frames > 16 else 2).items():
        figures["walks"][kind] = found
    figures["onnx"] |= parity(judge, exported, None)  # weights read back from a folder are rounded already
    figures["measured earlier"] = ["classifiers", "obedience", "obedience, plain words", "paraphrases", "likeness/frechet features", "walks/middle / ends, frechet features", "onnx/rounding"]
    (target / "report.json").write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def evaluate(judge: Judge, pure: Judge, exported: Path, folder: Path, target: Path, names: tuple[str, ...], prompts: list[dict], each: int, frames: int = 64) -> dict:
    """Everything, into report.json; `names` are the subjects of the card."""
    draw_sheets(judge, target, names)
    figures = {"classifiers": json.loads((folder / "accuracy.json").read_text()), "obedience": obedience(judge, folder, names, each, False), "obedience, plain words": obedience(judge, folder, names, each, True), "paraphrases": paraphrases(judge, folder, names, prompts),
               "likeness": likeness(judge, folder, names, max(2, each // 2)), "orbits": {name: orbit(judge, name) for name in names}, "walks": walks(judge, folder, names, frames, 4 if frames > 16 else 2), "onnx": parity(judge, exported, pure)}
    target.mkdir(parents=True, exist_ok=True)
    (target / "report.json").write_text(json.dumps(figures, indent=1) + "\n")
    return figures
