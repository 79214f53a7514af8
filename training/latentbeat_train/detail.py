"""The detail stage: the decoder learns fine detail on what the generator really draws.

The generator is a regression, so its structure is a blurred mean, and a decoder trained by L1 passes the blur on. Here the generator is held, and the decoder
is trained by what does not reward a mean: the contrast of fine bands, window by window (critic.band_loss), and a small patch critic that knows the subject. Whatever is coarser
than 8 pixels is held by L1, and the change from one step of a walk to the next by L1 too, so that detail moves with the picture and does not boil.
"""
import copy
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from .camera import USUAL_BLOOM
from .colour import colour, stop_tables
from .critic import Critic, band_loss, critic_loss, feature_loss, grid_loss
from .data import as_maps
from .detail_data import Details, draw_shards, load_details
from .judge import sharpness
from .model import Model
from .network import LIGHT_TOP, MapDecoder
from .train import choose_index, map_loss, rate, run

AVERAGE = 0.98  # share of the old weights in the running mean
SHARE = 0.65  # of the way from the old decoder to that mean (Wortsman et al. 2022): all of it is sharper, but frays straight lines and round rims


class Weights(NamedTuple):
    """Of the parts of the decoder's loss."""

    low: float = 4.0
    bands: float = 2.5
    pixels: float = 0.3
    maps: float = 0.15
    motion: float = 0.5
    features: float = 0.5
    critic: float = 0.15
    grid: float = 8.0


class DetailTraining:
    """One step: `batch` crops, in pairs a step of a walk apart, under a palette each."""

    def __init__(self, details: Details, decoder: MapDecoder, steps: int, batch: int, weights: Weights = Weights(), seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.details, self.steps, self.batch, self.weights, self.seed = details, steps, batch, weights, seed
        self.decoder, self.mean, self.critic = copy.deepcopy(decoder).train(), copy.deepcopy(decoder), Critic()
        self.optimizer = torch.optim.Adam(self.decoder.parameters(), lr=1e-3, betas=(0.5, 0.99))
        self.critics = torch.optim.Adam(self.critic.parameters(), lr=1e-3, betas=(0.5, 0.99))
        self.stops = stop_tables()
        slots = details.subject[::2]
        self.rows = [(slots == slot).nonzero()[:, 0] * 2 for slot in slots.unique()]

    def state(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        return {"decoder": self.decoder, "mean": self.mean, "critic": self.critic, "optimizer": self.optimizer, "critics": self.critics}

    def take(self, generator: torch.Generator) -> torch.Tensor:
        """Rows of a batch: pairs of subjects that differ as far as there are enough."""
        chosen = torch.randperm(len(self.rows), generator=generator)[:self.batch // 2].tolist()
        firsts = [int(self.rows[i][choose_index(generator, len(self.rows[i]))]) for i in chosen]
        return torch.tensor([row + k for row in firsts for k in (0, 1)])

    def paint(self, maps: torch.Tensor, stops: torch.Tensor) -> torch.Tensor:
        """Maps [B, 3, H, W] with light as a share of its top -> pictures."""
        lit = torch.cat([maps[:, :1], maps[:, 1:2] * LIGHT_TOP, maps[:, 2:]], 1)
        ones = torch.ones_like(maps[:, :1])
        return colour(lit, stops, ones, 0 * ones, torch.full((len(maps), 1, 1, 1), USUAL_BLOOM))

    def do(self, step: int) -> dict[str, float]:
        generator = torch.Generator().manual_seed((self.seed + 23) * 1_000_003 + step)
        rows = self.take(generator)
        stops = self.stops[torch.randint(len(self.stops), (len(rows) // 2,), generator=generator)].repeat_interleave(2, 0)
        slots, maps = self.details.subject[rows], as_maps(self.details.maps[rows])
        for optimizer, top in ((self.optimizer, 6e-4), (self.critics, 5e-4)):
            optimizer.param_groups[0]["lr"] = rate(step, self.steps, top)
        drawn_maps = self.decoder(self.details.structure[rows].float())
        wanted, drawn = self.paint(maps, stops), self.paint(drawn_maps, stops)
        judged = self._teach_critic(wanted, drawn.detach(), slots)
        parts = self._parts(drawn_maps, maps, drawn, wanted, slots)
        loss = sum(getattr(self.weights, name) * value for name, value in parts.items())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            for kept, new in zip(self.mean.parameters(), self.decoder.parameters(), strict=True):
                kept.lerp_(new, 1 - AVERAGE)
            sharp = sharpness(drawn) / sharpness(wanted)
        return {name: float(value.detach()) for name, value in parts.items()} | {"judged": judged, "sharp": sharp}

    def _teach_critic(self, wanted: torch.Tensor, drawn: torch.Tensor, slots: torch.Tensor) -> float:
        self.critic.requires_grad_(True)
        real, fake = self.critic(torch.cat([wanted, drawn]), slots.repeat(2))[0].chunk(2)
        loss = critic_loss(real, fake)
        self.critics.zero_grad(set_to_none=True)
        loss.backward()
        self.critics.step()
        self.critic.requires_grad_(False)
        return float(loss.detach())

    def _parts(self, drawn_maps: torch.Tensor, maps: torch.Tensor, drawn: torch.Tensor, wanted: torch.Tensor, slots: torch.Tensor) -> dict[str, torch.Tensor]:
        """The parts of the decoder's loss, named as in Weights."""
        energy, low = band_loss(drawn, wanted)
        moved, moved_wanted = drawn[1::2] - drawn[::2], wanted[1::2] - wanted[::2]
        with torch.no_grad():
            theirs = self.critic(wanted, slots)[1]
        logits, mine = self.critic(drawn, slots)
        return {"low": low, "bands": energy, "pixels": F.l1_loss(drawn, wanted), "maps": map_loss(drawn_maps, maps), "motion": F.l1_loss(moved, moved_wanted),
                "features": feature_loss(mine, theirs), "critic": -logits.mean(), "grid": grid_loss(drawn, wanted)}


def train_detail(model: Model, names: tuple[str, ...], folder: Path, out: Path, shards: int, shard: int, steps: int, batch: int) -> None:
    """Draws what is missing of `shards` files, then trains; `out` holds the decoder's running mean under "mean"."""
    draw_shards(model, folder, names, shards, shard)
    training = DetailTraining(load_details(folder), model.decoder, steps, batch)
    run(out, steps, training.state(), training.do, "detail")


def take_detail(decoder: MapDecoder, path: Path, share: float = SHARE) -> None:
    """Moves a decoder by `share` towards the one that `path` holds."""
    learnt = torch.load(path, map_location="cpu", weights_only=False)["mean"]
    with torch.no_grad():
        for name, value in decoder.state_dict().items():
            value.lerp_(learnt[name], share)
