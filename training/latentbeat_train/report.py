"""Measures a trained model against the renderer on held-out numbers, and draws contact sheets.

`error` = mean squared error over that of answering every seed with the subject's mean picture: 0 perfect, 1 nothing learned.
`orbit / seed` = largest difference of an orbit from its start over the mean difference of two seeds; 0.40 is asked for.
`named` = share of pictures that are nearer to the right subject (or palette) of the renderer than to any other.
"""
import json
import random
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import palettes
from .data import NAMES, Maps, draw_maps, modify
from .network import Model, OneStep
from .noise import GRID, LATENT_CHANNELS, SCALARS, make_basis, rotate_scalars
from .sampler import HELD_OUT
from .text_encoder import ExportedEncoder, load_encoder
from .vocabulary import MODIFIERS, PALETTES, SUBJECTS, USUAL, Label, make_caption

FREE = (
    "a quiet walk through the night", "my heart is burning", "falling into the deep blue", "flying faster than light", "the queen of winter", "robots dreaming of electric sheep",
    "a prayer in an old church", "summer of 1985", "the storm inside me", "moonlight sonata", "acid rave in a warehouse", "blood moon rising", "a cup of tea with steam",
    "quicksilver", "spring garden in the morning", "dizzy and hypnotised", "somewhere over the rainbow", "the last campfire", "space oddity", "traffic in the rain at midnight",
)


class Row(NamedTuple):
    """One subject's figures."""

    error: float
    psnr: float
    orbit: float
    orbit_drawn: float  # the renderer's own ratio
    joint: float  # largest step of a 48-step orbit over its mean step
    subject_named: float
    palette_named: float
    luminance: float
    dark: float  # share of pixels under 5 %
    bright: float  # share over 80 %


class Judge:
    def __init__(self, model: Model, encoder: ExportedEncoder, folder: Path) -> None:
        self.model, self.encoder, self.maps = model, encoder, Maps(folder)
        self.tables = palettes.make_tables()
        self.rng = random.Random(99)

    def caption(self, subject: str, palette: str, modifier: str = "") -> torch.Tensor:
        """A caption's embedding [1, 384]; captions come from another seed than the training set's."""
        return torch.from_numpy(self.encoder.embed([make_caption(Label(subject, palette, modifier), self.rng)]))

    def plain(self, subject: str, palette: str) -> torch.Tensor:
        return self.say(f"{PALETTES[palette][0]} {SUBJECTS[subject][0]}")

    def say(self, sentence: str) -> torch.Tensor:
        return torch.from_numpy(self.encoder.embed([sentence]))

    @torch.no_grad()
    def draw(self, scalars: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        text = text.expand(len(scalars), -1)
        return torch.cat([self.model(s, t) for s, t in zip(scalars.split(16), text.split(16), strict=True)]).clamp(0, 1)

    def wanted(self, scalars: torch.Tensor, subject: str, palette: str, modifier: str = "") -> torch.Tensor:
        maps = torch.stack([modify(m, modifier) for m in draw_maps(scalars, subject)])
        return palettes.colour(maps, self.tables[palettes.NAMES.index(palette)].expand(len(scalars), -1, -1))

    def measure(self, subject: str, count: int) -> Row:
        number = NAMES.index(subject)
        kept = max(len(self.maps) - HELD_OUT, len(self.maps) // 2)
        held = [i for i in range(kept, len(self.maps)) if self.maps.subjects[i] == number][:count]
        scalars = self.maps.scalars[held]
        mono = self.wanted(scalars, subject, "mono")
        made = torch.cat([self.draw(s[None], self.caption(subject, "mono")) for s in scalars])
        ordinary = self.wanted(self.maps.scalars[:48], subject, "mono").mean(0)
        error = float((made - mono).square().mean() / (mono - ordinary).square().mean())
        named = self._name(scalars, subject)
        orbit, joint = self._orbit(lambda s: self.draw(s, self.plain(subject, "mono")))
        orbit_drawn, _ = self._orbit(lambda s: self.wanted(s, subject, "mono"))
        light = (named[3] * torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)).sum(1)
        return Row(error, named[2], orbit, orbit_drawn, joint, named[0], named[1], float(light.mean()), float((light < 0.05).float().mean()), float((light > 0.8).float().mean()))

    def _name(self, scalars: torch.Tensor, subject: str) -> tuple[float, float, float, torch.Tensor]:
        right_subject, right_palette, psnr, all_made = [], [], [], []
        for i, s in enumerate(scalars):
            palette = palettes.NAMES[(i * 5 + NAMES.index(subject)) % len(palettes.NAMES)]
            made = self.draw(s[None], self.caption(subject, palette))
            subjects = torch.cat([self.wanted(s[None], other, palette) for other in NAMES])
            right_subject.append(NAMES[int((subjects - made).abs().mean((1, 2, 3)).argmin())] == subject)
            colours = torch.cat([self.wanted(s[None], subject, other) for other in palettes.NAMES])
            right_palette.append(palettes.NAMES[int((colours - made).abs().mean((1, 2, 3)).argmin())] == palette)
            psnr.append(float(-10 * torch.log10((made - self.wanted(s[None], subject, palette)).square().mean())))
            all_made.append(made)
        return float(np.mean(right_subject)), float(np.mean(right_palette)), float(np.mean(psnr)), torch.cat(all_made)

    def _orbit(self, draw) -> tuple[float, float]:
        seeds = torch.randn(10, SCALARS, generator=torch.Generator().manual_seed(17))
        pictures = draw(seeds)
        apart = torch.stack([(pictures[i] - pictures[j]).abs().mean() for i in range(10) for j in range(i)]).mean()
        ratios, joints = [], []
        for seed in seeds[:3]:
            turns = draw(torch.cat([rotate_scalars(seed[None], 2 * np.pi * k / 48) for k in range(49)]))
            ratios.append(float((turns - turns[:1]).abs().mean((1, 2, 3)).max() / apart))
            steps = (turns[1:] - turns[:-1]).abs().mean((1, 2, 3))
            joints.append(float(steps.max() / steps.mean()))
        return float(np.mean(ratios)), float(np.max(joints))

    def nearest(self, made: torch.Tensor, scalars: torch.Tensor) -> str:
        """Which subject and palette of the renderer a free picture is nearest to."""
        options = [(s, p) for s in NAMES for p in palettes.NAMES]
        drawn = {s: draw_maps(scalars, s) for s in NAMES}
        distance = []
        for s in NAMES:
            maps = modify(drawn[s][0], "")[None].expand(len(palettes.NAMES), -1, -1, -1)
            distance.append((palettes.colour(maps, self.tables) - made).abs().mean((1, 2, 3)))
        return " / ".join(options[int(torch.cat(distance).argmin())])


def save_sheet(rows: list[torch.Tensor], path: Path, size: int, colours: int = 256) -> None:
    """Rows of pictures [N, 3, H, W] -> one small PNG."""
    grid = torch.cat([torch.cat(list(F.interpolate(row, size=size, mode="bilinear", antialias=True)), 2) for row in rows], 1)
    image = Image.fromarray((grid.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(colours, method=Image.Quantize.FASTOCTREE if colours < 200 else Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


WALKS = (  # sentence pairs to walk between
    ("neon warp tunnel", "golden mandala"), ("violet nebula", "midnight blue spiral galaxy"), ("ocean blue sea waves", "emerald northern lights"),
    ("vaporwave retro sun", "cyberpunk city skyline at night"), ("fiery flames", "violet drifting smoke"), ("rainbow stained glass", "ruby red lotus flower"),
)


def draw_sheets(judge: Judge, target: Path) -> list[str]:
    """Writes the contact sheets; gives what free prompts came out as."""
    seeds = torch.randn(24, SCALARS, generator=torch.Generator().manual_seed(5))
    save_sheet([_row_of_palettes(judge, seeds, s) for s in NAMES], target / "subjects-palettes.png", 52)
    save_sheet([_row_of_pairs(judge, seeds, s) for s in NAMES], target / "renderer-beside-model.png", 72)
    save_sheet([_row_of_orbit(judge, seeds[i], s) for i, s in enumerate(NAMES)], target / "orbits.png", 64)
    save_sheet([_row_of_walk(judge, seeds[i], *ends) for i, ends in enumerate(WALKS)], target / "walks.png", 64)
    save_sheet([_row_of_modifiers(judge, seeds[i], s) for i, s in enumerate(NAMES)], target / "modifiers.png", 56)
    free = [judge.draw(seeds[i][None], judge.say(prompt)) for i, prompt in enumerate(FREE)]
    save_sheet([torch.cat(free[k:k + 5]) for k in range(0, len(free), 5)], target / "free-prompts.png", 96)
    return [f"{prompt}: {judge.nearest(picture, seeds[i][None])}" for i, (prompt, picture) in enumerate(zip(FREE, free, strict=True))]


def _row_of_palettes(judge: Judge, seeds: torch.Tensor, subject: str) -> torch.Tensor:
    start = NAMES.index(subject)
    return torch.cat([judge.draw(seeds[(start + i) % len(seeds)][None], judge.plain(subject, p)) for i, p in enumerate(palettes.NAMES)])


def _row_of_pairs(judge: Judge, seeds: torch.Tensor, subject: str) -> torch.Tensor:
    """Renderer, model, renderer, model …"""
    chosen = [(seeds[i][None], palettes.NAMES[(NAMES.index(subject) * 5 + i * 7) % len(palettes.NAMES)]) for i in range(4)]
    return torch.cat([picture for z, p in chosen for picture in (judge.wanted(z, subject, p), judge.draw(z, judge.plain(subject, p)))])


def _row_of_orbit(judge: Judge, seed: torch.Tensor, subject: str) -> torch.Tensor:
    turned = torch.cat([rotate_scalars(seed[None], 2 * np.pi * k / 8) for k in range(8)])
    return judge.draw(turned, judge.plain(subject, USUAL[subject]))


def _row_of_walk(judge: Judge, seed: torch.Tensor, first: str, last: str) -> torch.Tensor:
    a, b = judge.say(first), judge.say(last)
    return torch.cat([judge.draw(seed[None], F.normalize(a.lerp(b, k / 7), dim=1)) for k in range(8)])


def _row_of_modifiers(judge: Judge, seed: torch.Tensor, subject: str) -> torch.Tensor:
    plain = f"{PALETTES[USUAL[subject]][0]} {SUBJECTS[subject][0]}"
    return torch.cat([judge.draw(seed[None], judge.say(", ".join([plain, *words[:1]]))) for words in MODIFIERS.values()])


def draw_families(judge: Judge, target: Path) -> None:
    """Four seeds of every prompt of prompt-families.json."""
    families = json.loads((target / "prompt-families.json").read_text())
    seeds = torch.randn(2, SCALARS, generator=torch.Generator().manual_seed(8))
    save_sheet([torch.cat([judge.draw(seeds, judge.say(p)) for p in prompts[:5]]) for prompts in families.values()], target / "prompt-families.png", 64)


def check_parity(model: Model, exported: Path) -> dict[str, float]:
    """Exported graphs against torch, and their times on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    unet, decoder = (onnxruntime.InferenceSession(str(exported / name / "model.onnx"), options, providers=["CPUExecutionProvider"]) for name in ("unet", "vae_decoder"))
    encoder = ExportedEncoder(exported)
    generator = torch.Generator().manual_seed(3)
    noise = torch.randn(1, LATENT_CHANNELS, GRID, GRID, generator=generator)
    text = encoder.embed(["neon spiral galaxy"])
    feed = {"sample": noise.numpy(), "timestep": np.array([1000], np.float32), "encoder_hidden_states": np.zeros((1, 6, 384), np.float32), "text_embeds": text}
    velocity = unet.run(None, feed)[0]
    latent = noise.numpy() - velocity
    picture = decoder.run(None, {"latent_sample": latent})[0]
    with torch.no_grad():
        v = OneStep(model.generator)(noise, torch.tensor([1000.0]), torch.zeros(1, 6, 384), torch.from_numpy(text))
        wanted = model.decoder(noise - v)
        direct = model(noise[:, :4].reshape(1, -1) @ make_basis().t(), torch.from_numpy(text)) * 2 - 1
    half = {**feed, "sample": noise.numpy() - 0.5 * velocity, "timestep": np.array([500], np.float32)}
    two_steps = half["sample"] - 0.5 * unet.run(None, half)[0]
    return {
        "unet |onnx - torch|": float(np.abs(velocity - v.numpy()).max()), "picture |onnx - torch|": float(np.abs(picture - wanted.numpy()).max()),
        "picture |onnx - direct|": float(np.abs(picture - direct.numpy()).max()), "latent |two steps - one|": float(np.abs(two_steps - latent).max()),
        "unet ms": _median_ms(lambda: unet.run(None, feed)), "decoder ms": _median_ms(lambda: decoder.run(None, {"latent_sample": latent})),
        "text encoder ms": _median_ms(lambda: encoder.embed(["a cyberpunk city skyline at night, glowing"])),
    }


def check_text(exported: Path, source: Path) -> float:
    """Lowest cosine of exported against float32 embeddings over 50 sentences."""
    rng = random.Random(7)
    sentences = list(FREE) + [make_caption(Label(rng.choice(NAMES), rng.choice(palettes.NAMES), rng.choice(list(MODIFIERS))), rng) for _ in range(30)]
    encoder = ExportedEncoder(exported)
    tokens = encoder.tokenize(sentences)
    with torch.no_grad():
        _, wanted = load_encoder(source)(torch.from_numpy(tokens["input_ids"]), torch.from_numpy(tokens["attention_mask"]))
    return float((wanted.numpy() * encoder.embed(sentences)).sum(1).min())


def _median_ms(call, count: int = 31) -> float:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return sorted(times)[count // 2] * 1000


def write_report(model: Model, exported: Path, folder: Path, source: Path, target: Path, count: int) -> dict[str, Row]:
    judge = Judge(model, ExportedEncoder(exported), folder)
    rows = {subject: judge.measure(subject, count) for subject in NAMES}
    free = draw_sheets(judge, target)
    if (target / "prompt-families.json").exists():
        draw_families(judge, target)
    parity = check_parity(model, exported)
    mean = Row(*[float(np.mean([row[k] for row in rows.values()])) for k in range(len(Row._fields))])
    lines = [
        "# Measured", "", f"Held-out noises; captions of another seed, from the same words; {count} a subject at most; contact sheets beside this file.", "", (__doc__ or "").split("\n\n", 1)[1].strip(), "",
        *_table({**rows, "mean": mean}), "", "## Exported graphs", "", *[f"* {name}: {value:.3g}" for name, value in parity.items()],
        f"* text encoder, lowest cosine to float32 over 50 sentences: {check_text(exported, source):.4f}",
        *[f"* {path.relative_to(exported).as_posix()}: {path.stat().st_size / 1e6:.1f} MB" for path in sorted(exported.rglob("*.onnx"))],
        "", "## Free prompts and the subject / palette that their picture is nearest to", "", *[f"* {line}" for line in free], "",
    ]
    target.mkdir(parents=True, exist_ok=True)
    (target / "report.md").write_text("\n".join(lines))
    return rows


def _table(rows: dict[str, Row]) -> list[str]:
    titles = ("subject", "error", "PSNR dB", "orbit / seed", "renderer's", "largest / mean step", "subject named", "palette named", "luminance", "< 5 %", "> 80 %")
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for name, r in rows.items():
        named = f"{r.subject_named:.0%} | {r.palette_named:.0%} | {r.luminance:.0%} | {r.dark:.0%} | {r.bright:.1%}"
        lines.append(f"| {name} | {r.error:.3f} | {r.psnr:.1f} | {r.orbit:.2f} | {r.orbit_drawn:.2f} | {r.joint:.2f} | {named} |")
    return lines
