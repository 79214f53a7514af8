"""The trained stages, each resumable: the autoencoder of maps, then the generator (structure first, then pixels).

A stage is a pure function of seed, step and the stored crops. Checkpoints are written beside their place and renamed into it.
"""
import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from .compose import blend_maps, mask
from .data import Crops, as_maps, crop_places, load_shard
from .model import Model, Pick
from .network import RELATIONS, SIZES, Encoder, MapDecoder
from .noise import split_pairs
from .project import project
from .slots import SLOTS

EVERY = 100  # steps between checkpoints
PROJECTED = 260  # crops a subject that first textures are made of
TWIN_SHARE = 0.15  # batches of two subjects


class Store:
    """All crops on disk, by slot; looks for new shards now and then."""

    def __init__(self, folder: Path, device: str) -> None:
        self.folder, self.device = folder, device
        self.shards: list[Crops] = []
        self.known: set[str] = set()
        self.rows: dict[int, list[tuple[int, int]]] = {}
        self.twins: list[tuple[int, int]] = []
        self.refresh()

    def refresh(self) -> None:
        for path in sorted(self.folder.glob("crops-*.npz")):
            if path.name in self.known:
                continue
            self.known.add(path.name)
            crops = load_shard(path, SLOTS)
            number = len(self.shards)
            self.shards.append(crops)
            for row, slot in enumerate(crops.subject.tolist()):
                self.rows.setdefault(slot, []).append((number, row))
            self.twins += [(number, row) for row in range(0, len(crops.subject) - 1, 2) if torch.equal(crops.scalars[row], crops.scalars[row + 1])]

    def take(self, places: list[tuple[int, int]]) -> Crops:
        parts = zip(*[[getattr(self.shards[n], field)[row] for field in Crops._fields] for n, row in places], strict=True)
        return Crops(*(torch.stack(part).to(self.device) for part in parts))


def choose_index(generator: torch.Generator, count: int) -> int:
    return int(torch.randint(count, (1,), generator=generator))


def map_loss(drawn: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 of the maps, of what they show together, and of its differences at two scales; tone counts where there is light."""
    tone, light, white = drawn.split(1, 1)
    tone_w, light_w, white_w = wanted.split(1, 1)
    maps = ((tone - tone_w).abs() * (0.2 + light_w)).mean() + (light - light_w).abs().mean() + (white - white_w).abs().mean()
    shown, shown_w = tone * light * 1.6 + white, tone_w * light_w * 1.6 + white_w
    steps = maps + (shown - shown_w).abs().mean() + 3 * (shown - shown_w).square().mean()  # the square keeps sparse lights
    for scale in (1, 2):
        a, b = (F.avg_pool2d(t, scale) if scale > 1 else t for t in (shown, shown_w))
        steps = steps + 0.7 * ((a.diff(dim=2) - b.diff(dim=2)).abs().mean() + (a.diff(dim=3) - b.diff(dim=3)).abs().mean())
    return steps


def save(path: Path, value: dict) -> None:
    part = path.with_name(f".{path.name}.part")
    torch.save(value, part)
    os.replace(part, path)


def rate(step: int, steps: int, top: float, warm: int = 60) -> float:
    """Warm-up, a plateau, and a cosine down over the last two fifths."""
    if step < warm:
        return top * (step + 1) / warm
    turn = int(0.6 * steps)
    if step < turn:
        return top
    t = (step - turn) / max(1, steps - turn)
    return top * (0.02 + 0.98 * 0.5 * (1 + float(torch.cos(torch.tensor(t * 3.14159)))))


def run(path: Path, steps: int, state: dict[str, nn.Module | torch.optim.Optimizer], do: Callable[[int], dict[str, float]], note: str) -> None:
    """Calls `do(step)` from where `path` stopped; prints means of what it returns."""
    start, seconds = 0, 0.0
    if path.exists():
        stored = torch.load(path, map_location="cpu", weights_only=False)
        start, seconds = stored["step"], stored["seconds"]
        for name, part in state.items():
            part.load_state_dict(stored[name])
    began, sums, count = time.process_time(), {}, 0
    for step in range(start, steps):
        for name, value in do(step).items():
            sums[name] = sums.get(name, 0.0) + value
        count += 1
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            spent = seconds + time.process_time() - began
            print(f"{note} {step + 1}/{steps} " + " ".join(f"{name} {total / count:.4f}" for name, total in sums.items()) + f" cpu {spent:.0f} s", flush=True)
            save(path, {"step": step + 1, "seconds": spent, **{name: part.state_dict() for name, part in state.items()}})
            sums, count = {}, 0


def train_autoencoder(crops: Path, out: Path, size: str, steps: int, batch: int, device: str, seed: int = 0) -> None:
    torch.manual_seed(seed)
    encoder, decoder = Encoder().to(device), MapDecoder(SIZES[size]).to(device)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *decoder.parameters()], lr=1e-3, weight_decay=1e-4)
    store = Store(crops, device)

    def do(step: int) -> dict[str, float]:
        if step % EVERY == 0:
            store.refresh()
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        slots = sorted(store.rows)
        places = []
        for _ in range(batch):
            rows = store.rows[slots[choose_index(generator, len(slots))]]
            places.append(rows[choose_index(generator, len(rows))])
        maps = as_maps(store.take(places).maps)
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps, 1.5e-3)
        structure = encoder(maps)
        drawn = decoder(structure + 0.08 * torch.randn(structure.shape, generator=generator).to(device))
        loss = map_loss(drawn, maps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return {"loss": float(loss.detach()), "psnr": float(-10 * torch.log10(((drawn.detach() - maps) ** 2).mean()))}

    run(out, steps, {"encoder": encoder, "decoder": decoder, "optimizer": optimizer}, do, "autoencoder")


class GeneratorTraining:
    """One step of the generator: batches of few subjects, the hard ones more often."""

    def __init__(self, crops: Path, autoencoder: Path, size: str, steps: int, batch: int, device: str, pixels_from: float, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.model, self.encoder = Model(size).to(device), Encoder().to(device)
        stored = torch.load(autoencoder, map_location="cpu", weights_only=False)
        self.encoder.load_state_dict(stored["encoder"])
        self.encoder.eval()
        self.model.decoder.load_state_dict(stored["decoder"])
        textures = [s.textures for s in self.model.subjects]
        owned = [p for s in self.model.subjects for p in (s.mix, s.second, s.own, s.name)]
        numbers = [s.numbers for s in self.model.subjects]  # places and speeds: exact from the start where hints are, so they move slowly
        shared = [*self.model.painting.parameters()]
        self.tops = (1.2e-2, 2.5e-3, 1.2e-3, 3e-4, 3e-4)
        self.optimizer = torch.optim.Adam([{"params": g} for g in (textures, owned, shared, [*self.model.decoder.parameters()], numbers)], lr=1e-3, betas=(0.9, 0.98))
        self.store = Store(crops, device)
        self.steps, self.batch, self.device, self.seed, self.pixels_from = steps, batch, device, seed, int(pixels_from * steps)
        self.worth = nn.Module()
        self.worth.register_buffer("losses", torch.full((len(SLOTS),), 1.0))

    def project(self) -> None:
        """First textures of every subject that has crops."""
        for slot, rows in sorted(self.store.rows.items()):
            project(self.model.subjects[slot], SLOTS[slot], self.store.take(rows[:PROJECTED]))

    def do(self, step: int) -> dict[str, float]:
        if step % EVERY == 0:
            self.store.refresh()
        generator = torch.Generator().manual_seed((self.seed + 7) * 1_000_003 + step)
        pixels = step >= self.pixels_from
        for group, top in zip(self.optimizer.param_groups, self.tops, strict=True):
            group["lr"] = rate(step, self.steps, top)
        twin = float(torch.rand(1, generator=generator)) < TWIN_SHARE and bool(self.store.twins)
        loss, error = self._twins(generator) if twin else self._singles(generator, pixels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return {("twin" if twin else "loss"): float(loss.detach()), "error": error}

    def _singles(self, generator: torch.Generator, pixels: bool) -> tuple[torch.Tensor, float]:
        slots = sorted(self.store.rows)
        worth = self.worth.losses[slots].clamp(min=1e-3)
        worth = (worth / worth.mean()).clamp(0.4, 4.0)
        chosen = torch.multinomial(worth.cpu(), max(1, self.batch // 2), len(slots) < self.batch // 2, generator=generator)
        places = [self.store.rows[slots[i]][choose_index(generator, len(self.store.rows[slots[i]]))] for i in chosen.tolist() for _ in range(2)]
        crops = self.store.take(places)
        maps = as_maps(crops.maps)
        structure = self.model.crops(Pick.single(crops.subject), crops.scalars, crops.modifier, crops.corner)
        if pixels:
            drawn = self.model.decoder(structure)
            self._weigh(crops.subject, 10 * (drawn.detach() - maps).abs().mean((1, 2, 3)))
            return map_loss(drawn, maps), float((drawn.detach() - maps).square().mean())
        with torch.no_grad():
            wanted = self.encoder(maps)
        far = ((structure - wanted) ** 2).mean((1, 2, 3))
        self._weigh(crops.subject, far.detach())
        return far.mean(), float(far.mean().detach())

    def _weigh(self, slots: torch.Tensor, errors: torch.Tensor) -> None:
        """Running errors decide how often a subject is drawn."""
        for slot, value in zip(slots.tolist(), errors.tolist(), strict=True):
            self.worth.losses[slot] += 0.1 * (value - self.worth.losses[slot])

    def _twins(self, generator: torch.Generator) -> tuple[torch.Tensor, float]:
        """Two subjects in one picture: dissolved, parted, or one made of the other."""
        chosen = [self.store.twins[choose_index(generator, len(self.store.twins))] for _ in range(self.batch // 2)]
        one, two = self.store.take(chosen), self.store.take([(n, row + 1) for n, row in chosen])
        count = len(chosen)
        relation = F.one_hot(torch.randint(len(RELATIONS), (count,), generator=generator), len(RELATIONS)).float().to(self.device)
        weight = torch.rand(count, generator=generator).to(self.device)
        weight = torch.where(relation[:, 0] > 0, weight, torch.full_like(weight, 0.5))
        order = (torch.randint(2, (count,), generator=generator) * 2.0 - 1).to(self.device)
        pick = Pick(one.subject, two.subject, weight, order, relation)
        x, y = crop_places(one.corner, 1)
        turn = split_pairs(one.scalars)
        shown = mask(weight, 1 - weight, order, relation, x, y, torch.atan2(turn.sin[:, 0], turn.cos[:, 0]).view(-1, 1, 1))[:, None]
        maps = blend_maps(as_maps(one.maps), as_maps(two.maps), shown, order, relation[:, 3])
        structure = self.model.crops(pick, one.scalars, one.modifier, one.corner)
        return map_loss(self.model.decoder(structure), maps), 0.0


class LaterTraining(GeneratorTraining):
    """Adds subjects to a trained model: first their own numbers against held shared layers, then all, a share of the batches being of the old subjects."""

    OLD_SHARE = 0.3
    HELD = 0.15  # rate of what is trained already

    def __init__(self, crops: Path, old_crops: Path, autoencoder: Path, trained: Path, size: str, steps: int, batch: int, device: str, pixels_from: float, seed: int = 0) -> None:
        super().__init__(crops, autoencoder, size, steps, batch, device, pixels_from, seed)
        self.model.load_state_dict(torch.load(trained, map_location="cpu", weights_only=False)["model"])
        self.old = Store(old_crops, device)
        new = [subject for slot, subject in enumerate(self.model.subjects) if slot not in self.old.rows]
        known = [subject for slot, subject in enumerate(self.model.subjects) if slot in self.old.rows]
        groups, tops = [], []
        for subjects, share in ((new, 1.0), (known, self.HELD)):
            groups += [[s.textures for s in subjects], [p for s in subjects for p in (s.mix, s.second, s.own, s.name)], [s.numbers for s in subjects]]
            tops += [1.2e-2 * share, 2.5e-3 * share, 3e-4 * share]
        self.shared = len(groups)
        self.tops = (*tops, 1.2e-3 * 2 * self.HELD, 3e-4 * 2 * self.HELD)
        self.optimizer = torch.optim.Adam([{"params": g} for g in (*groups, [*self.model.painting.parameters()], [*self.model.decoder.parameters()])], lr=1e-3, betas=(0.9, 0.98))

    def do(self, step: int) -> dict[str, float]:
        free = step >= self.pixels_from
        for group in self.optimizer.param_groups[self.shared:]:
            for parameter in group["params"]:
                parameter.requires_grad_(free)
        generator = torch.Generator().manual_seed((self.seed + 11) * 1_000_003 + step)
        if not free or float(torch.rand(1, generator=generator)) >= self.OLD_SHARE:
            return super().do(step)
        newer, self.store = self.store, self.old
        try:
            return {f"old {name}": value for name, value in super().do(step).items()}
        finally:
            self.store = newer


def train_generator(crops: Path, autoencoder: Path, out: Path, size: str, steps: int, batch: int, device: str, pixels_from: float = 0.3) -> None:
    training = GeneratorTraining(crops, autoencoder, size, steps, batch, device, pixels_from)
    if not out.exists():
        training.project()
    run(out, steps, {"model": training.model, "optimizer": training.optimizer, "worth": training.worth}, training.do, "generator")


def train_later(crops: Path, old_crops: Path, autoencoder: Path, trained: Path, out: Path, size: str, steps: int, batch: int, device: str, pixels_from: float = 0.3) -> None:
    """Further subjects (those in `crops` that `old_crops` lacks) on top of a trained generator."""
    training = LaterTraining(crops, old_crops, autoencoder, trained, size, steps, batch, device, pixels_from)
    if not out.exists():
        training.project()
    run(out, steps, {"model": training.model, "optimizer": training.optimizer, "worth": training.worth}, training.do, "later")
