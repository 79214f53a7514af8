"""The networks: Generator (16 scalars + subjects -> latent), Decoder (latent -> picture), Encoder (for training only).

Layout of a latent [B, LATENT_CHANNELS, h, w], a cell is 8 x 8 pixels: 4 channels of zeros (where the noise carries its scalars), 16 of
structure (what the decoder draws), 18 with the palette's stops, then shade, veil and bloom. Maps [B, 3, H, W] are tone 0..1,
light 0..1.6 and white 0..1; pictures [B, 3, H, W] in 0..1.
"""
import torch
import torch.nn.functional as F
from torch import nn

from .charts import FEATURES, FOLD, apart, first_numbers, first_textures, sketch
from .colour import STOPS, colour
from .hints import Hint
from .noise import CELL, NOISE_CHANNELS, Pairs, split_pairs

STRUCTURE = 16
COLOURS = STOPS * 3
LATENT_CHANNELS = NOISE_CHANNELS + STRUCTURE + COLOURS + 3
LIGHT_TOP = 1.6
OWN = 48  # a subject's own summary of a seed's numbers
SEED_NUMBERS = 16 + 8 * 5 + 2
RELATIONS = ("", "and", "over", "of")


class Sizes:
    """Widths of a model; `small` is what a CPU can train in an hour or two, `full` is for a GPU."""

    def __init__(self, wide: int, blocks: int, coarse: int, fine: int, condition: int) -> None:
        self.wide, self.blocks, self.coarse, self.fine, self.condition = wide, blocks, coarse, fine, condition


SIZES = {"tiny": Sizes(16, 1, 16, 16, 32), "small": Sizes(64, 2, 48, 24, 128), "full": Sizes(96, 4, 96, 48, 256)}


def seed_numbers(scalars: torch.Tensor, pairs: Pairs) -> torch.Tensor:
    """[B, SEED_NUMBERS]."""
    c, s = pairs.cos, pairs.sin
    return torch.cat([scalars, c, s, c * c - s * s, 2 * c * s, pairs.size * 2 - 1, *apart(pairs)], 1)


def unit(x: torch.Tensor) -> torch.Tensor:
    """Every cell's channels brought to a root mean square of 1."""
    return x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-4)


class Block(nn.Module):
    """Residual block; gain and shift [B, channels, h or 1, w or 1] come from outside."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.second.weight.data *= 0.3
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor, gain: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        return x + self.second(F.silu(self.first(unit(x)) * (1 + gain) + shift))


class Subject(nn.Module):
    """What one subject owns: textures, the numbers of its charts, its mix of features and its reading of a seed."""

    def __init__(self, wide: int, seed: int, hint: Hint) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.textures = nn.Parameter(first_textures(generator))
        self.numbers = nn.Parameter(first_numbers(hint))
        self.mix = nn.Parameter(torch.randn(wide * FEATURES, generator=generator) * FEATURES ** -0.5 * 2)
        self.second = nn.Parameter(torch.randn(wide * wide, generator=generator) * wide ** -0.5)
        self.own = nn.Parameter(torch.randn(SEED_NUMBERS * OWN, generator=generator) * SEED_NUMBERS ** -0.5)
        self.name = nn.Parameter(torch.randn(OWN, generator=generator) * 0.5)

    def parts(self) -> tuple[torch.Tensor, ...]:
        return self.textures, self.numbers, self.mix, self.second, self.own, self.name


class Painting(nn.Module):
    """The shared part: features of one or two subjects, laid together by a mask -> structure [B, 16, h, w]."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.wide, self.count = sizes.wide, sizes.blocks
        self.join = nn.Sequential(nn.Linear(2 * OWN + SEED_NUMBERS + len(RELATIONS), sizes.condition), nn.SiLU(), nn.Linear(sizes.condition, sizes.condition), nn.SiLU())
        self.modulate = nn.Linear(sizes.condition, 2 * sizes.wide * sizes.blocks)
        nn.init.zeros_(self.modulate.bias)
        self.blocks = nn.ModuleList([Block(sizes.wide) for _ in range(sizes.blocks)])
        self.out = nn.Conv2d(sizes.wide, STRUCTURE, 3, padding=1)

    def look(self, parts: tuple[torch.Tensor, ...], constants: torch.Tensor, scalars: torch.Tensor, x: torch.Tensor, y: torch.Tensor, relation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """One subject's features [B, wide, h, w] and modulation [B, 2 wide blocks]; parts are stacked over the batch."""
        textures, numbers, mix, second, own, name = parts
        pairs = split_pairs(scalars)
        seen = seed_numbers(scalars, pairs)
        features = sketch(textures, numbers, constants, pairs, x, y)
        batch, _, height, width = features.shape
        h = mix.reshape(batch, self.wide, FEATURES) @ features.reshape(batch, FEATURES, -1)
        h = (h + second.reshape(batch, self.wide, self.wide) @ F.silu(h)).reshape(batch, self.wide, height, width)
        summary = torch.tanh((seen[:, None] @ own.reshape(batch, SEED_NUMBERS, OWN))[:, 0])
        return h, self.modulate(self.join(torch.cat([summary, name, seen, relation], 1)))

    def finish(self, h: torch.Tensor, modulation: torch.Tensor) -> torch.Tensor:
        """Features [B, wide, h, w], modulation [B, 2 wide blocks, h or 1, w or 1] -> structure."""
        parts = modulation.chunk(2 * self.count, 1)
        for index, block in enumerate(self.blocks):
            h = block(h, parts[2 * index], parts[2 * index + 1])
        return self.out(F.silu(h))


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.second.weight.data *= 0.3
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(F.relu(self.first(F.relu(x))))


class MapDecoder(nn.Module):
    """Structure [B, 16, h, w] -> maps [B, 3, 8 h, 8 w] (not clamped)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        coarse, fine = sizes.coarse, sizes.fine
        self.enter = nn.Conv2d(STRUCTURE, coarse, 3, padding=1)
        self.coarse = nn.Sequential(Residual(coarse), Residual(coarse))
        self.up = nn.Conv2d(coarse, fine * 4, 3, padding=1)
        self.fine = nn.Sequential(Residual(fine), Residual(fine))
        self.up_again = nn.Conv2d(fine, fine * 2, 3, padding=1)
        self.leave = nn.Conv2d(fine // 2, 12, 3, padding=1)
        with torch.no_grad():  # the pixels of a cell start equal, so that no checkerboard has to be unlearned
            for conv in (self.up, self.up_again, self.leave):
                weight = conv.weight.view(-1, 4, *conv.weight.shape[1:])
                weight.copy_(weight[:, :1].expand_as(weight).clone())

    def forward(self, structure: torch.Tensor) -> torch.Tensor:
        h = self.coarse(self.enter(structure))
        h = self.fine(F.pixel_shuffle(self.up(h), 2))
        h = F.relu(F.pixel_shuffle(self.up_again(F.relu(h)), 2))
        return F.pixel_shuffle(self.leave(h), 2)


class Decoder(nn.Module):
    """Latent [B, LATENT_CHANNELS, h, w] -> picture [B, 3, 8 h, 8 w] in -1..1."""

    def __init__(self, maps: MapDecoder) -> None:
        super().__init__()
        self.maps = maps

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        _, structure, stops, fields, bloom = latent.split([NOISE_CHANNELS, STRUCTURE, COLOURS, 2, 1], 1)
        maps = self.maps(structure)
        stops = stops.mean((2, 3)).clamp(0, 1).reshape(-1, STOPS, 3)
        fields = F.interpolate(fields, scale_factor=float(CELL), mode="bilinear")
        return colour(maps, stops, fields[:, :1], fields[:, 1:], bloom.mean((2, 3), keepdim=True)) * 2 - 1


class Encoder(nn.Module):
    """Maps [B, 3, H, W] -> structure [B, 16, H / 8, W / 8] of about unit deviation."""

    def __init__(self, fine: int = 48, coarse: int = 96) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.PixelUnshuffle(4), nn.Conv2d(48, fine, 3, padding=1), Residual(fine), nn.Conv2d(fine, coarse, 4, 2, 1), Residual(coarse), Residual(coarse),
            nn.ReLU(), nn.Conv2d(coarse, STRUCTURE, 3, padding=1))
        self.normalise = nn.BatchNorm2d(STRUCTURE, affine=False, momentum=0.02)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return self.normalise(self.body(maps * 2 - 1))


def fine_places(x: torch.Tensor) -> torch.Tensor:
    """Places of pixels [B, H, W] -> places of the sketch's samples [B, H / 4, W / 4]."""
    return F.avg_pool2d(x[:, None], CELL // FOLD)[:, 0]


