"""report.md from the figures of evaluate.py."""
from pathlib import Path

ASKED = (  # what, where in the figures, asked for (a share), more is better
    ("subject obeyed", ("obedience", "subject"), 0.90, True), ("palette obeyed", ("obedience", "palette"), 0.95, True), ("modifier obeyed", ("obedience", "modifier"), 0.75, True),
    ("subject obeyed, plain words", ("obedience, plain words", "subject"), 0.90, True), ("palette obeyed, plain words", ("obedience, plain words", "palette"), 0.95, True),
    ("modifier obeyed, plain words", ("obedience, plain words", "modifier"), 0.75, True),
    ("paraphrases, subject shown", ("paraphrases", "shown"), 0.75, True), ("paraphrases, subject heard", ("paraphrases", "heard"), 0.75, True),
    ("sharpness of the renders'", ("likeness", "sharpness"), 0.85, True), ("seeds differ, of the renders'", ("likeness", "seeds differ"), 0.60, True),
    ("noise walk, flicker (median)", ("walks", "noise", "flicker"), 0.10, False), ("noise walk, CV (median)", ("walks", "noise", "cv"), 0.15, False),
    ("prompt walk, flicker (median)", ("walks", "prompt", "flicker"), 0.10, False), ("prompt walk, CV (median)", ("walks", "prompt", "cv"), 0.15, False),
    ("mid-walk over end points, Frechet of features", ("walks", "middle / ends, frechet features"), 2.0, False), ("mid-walk over end points, Frechet of Lab", ("walks", "middle / ends, frechet lab"), 2.0, False),
    ("ONNX against torch, picture", ("onnx", "picture"), 1e-3, False), ("16-bit against 32-bit weights, max of 255", ("onnx", "rounding max / 255"), 3.0, False),
    ("16-bit against 32-bit weights, mean of 255", ("onnx", "rounding mean / 255"), 0.3, False),
)
SHEETS = {"renderer-beside-model": "renderer and model, pair by pair", "prompts": "64 prompts", "seeds": "8 prompts by 8 seeds", "orbits": "one orbit of every subject", "walks": "eight walks of 16 frames",
    "free-prompts": "twenty free prompts", "modifiers": "modifiers", "pairs": "two subjects"}


def write_report(figures: dict, target: Path) -> None:
    lines = ["# Measured", "", "By `python -m latentbeat_train report`, on held-out seeds and captions from held-out templates. All figures: report.json.", "",
             "| figure | measured | asked | reached |", "|---|---|---|---|"]
    for what, path, asked, more in ASKED:
        value = figures
        for key in path:
            value = value[key]
        lines.append(f"| {what} | {value:.3g} | {'≥' if more else '≤'} {asked} | {'yes' if (value >= asked) == more else 'no'} |")
    if figures.get("measured earlier"):
        lines += ["", "Measured before the decoder learnt detail, and not again since (they need classifiers): " + ", ".join(figures["measured earlier"]) + "."]
    likeness, judges = figures["likeness"], figures["classifiers"]
    lines += ["", "Classifiers on held-out renders: " + ", ".join(f"{name} {value:.1%}" for name, value in judges.items()) + f"; the strict one names {figures['obedience']['strict subject']:.1%} of the subjects.",
              f"Frechet distance to renders (renders among themselves): features {likeness['frechet features']:.3g} ({likeness['frechet features renders']:.3g}), Lab {likeness['frechet lab']:.3g} ({likeness['frechet lab renders']:.3g}).",
              f"Mean light {likeness['mean light']:.1%}, {likeness['dark share']:.1%} of pixels under 5 %, {likeness['bright share']:.1%} over 80 %; PSNR to the renderer {likeness['psnr']:.1f} dB.", "",
              "| subject | obeyed | PSNR dB | orbit / seeds | joint / step |", "|---|---|---|---|---|"]
    for name, moved in figures["orbits"].items():
        lines.append(f"| {name} | {figures['obedience']['by subject'][name]:.0%} | {likeness['psnr by subject'][name]:.1f} | {moved['reach']:.2f} | {moved['joint']:.2f} |")
    lines += ["", "| modifier | obeyed |", "|---|---|", *[f"| {name} | {value:.0%} |" for name, value in figures["obedience"]["by modifier"].items()]]
    worst = sorted(figures["obedience"]["by subject"].items(), key=lambda item: item[1])[:5]
    lines += ["", "Worst five subjects: " + ", ".join(f"{name} {value:.0%}" for name, value in worst) + ".", "", *[f"![{text}]({name}.jpg)\n" for name, text in SHEETS.items()]]
    (target / "report.md").write_text("\n".join(lines) + "\n")
