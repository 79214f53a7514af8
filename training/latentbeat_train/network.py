"""The two networks: Generator (16 scalars + sentence -> latent) and Decoder (latent -> picture).

The noise beyond its 16 scalars carries nothing, so the generator draws on a fixed grid of waves that it shifts by
the scalars' angles, and modulates every block by scalars and sentence. `OneStep` wraps it as a flow-matching UNet:
the latent has no energy on the 16 scalar modes, so the scalars of sample / sigma are exact at any sigma and every
number of steps gives the same picture.
Layouts: latent [B, 8, 16, 16]; picture [B, 3, 128, 128] in -1..1; text [B, 384] of unit length.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from .noise import GRID, LATENT_CHANNELS, NOISE_CHANNELS, SCALARS, Pairs, make_basis, split_pairs

TEXT = 384
FOLD = 2  # the waves are drawn on a grid this many times finer than the latent, folded into channels


def _turn(a: tuple[torch.Tensor, torch.Tensor], b: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Product of two unit complex numbers given as (cos, sin)."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


class Waves(nn.Module):
    """Fixed plane, ring, star and spiral waves, shifted by the angles of pairs 0 and 4: [B, channels, 16, 16]."""

    def __init__(self) -> None:
        super().__init__()
        side = GRID * FOLD
        axis = (torch.arange(side).float() + 0.5) / side * 2 - 1
        fold = nn.PixelUnshuffle(FOLD)
        self.register_buffer("x", fold(axis.view(1, 1, 1, -1).expand(1, 1, side, side)))  # [1, 4, 16, 16]
        self.register_buffer("y", fold(-axis.view(1, 1, -1, 1).expand(1, 1, side, side)))

    def forward(self, pairs: Pairs) -> torch.Tensor:
        def pick(t: torch.Tensor, k: int) -> torch.Tensor:
            return t[:, k].view(-1, 1, 1, 1)

        turn = (pick(pairs.cos, 0), -pick(pairs.sin, 0))
        second = (pick(pairs.cos, 4), -pick(pairs.sin, 4))
        back = (turn[0], -turn[1])
        x = self.x - 0.14 * pick(pairs.x, 1)
        y = self.y - 0.14 * pick(pairs.y, 1)
        r = torch.sqrt(x * x + y * y + 1e-3)
        depth = torch.log(r + 0.06)
        star = [(x / r, y / r)]
        for _ in range(7):
            star.append(_turn(star[-1], star[0]))  # star[n - 1] = n-fold

        def wave(angle: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return torch.cos(angle), torch.sin(angle)

        ground = 1 / (0.12 + torch.relu(-self.y - 0.05))
        found = [
            *[_turn(wave(k * depth), turn) for k in (3.0, 6.0, 9.0)],
            *[_turn(wave(k * r), turn) for k in (4.0, 8.0, 14.0, 19.0)],
            *[star[n - 1] for n in (1, 2, 3, 4, 6, 8)],
            _turn(_turn(star[1], wave(3.0 * depth)), turn),
            _turn(_turn(star[1], wave(3.0 * depth)), _turn(turn, turn)),
            _turn(star[0], turn),
            *[_turn(wave(k * math.pi * self.x), turn) for k in (1.0, 2.0, 4.0)],
            *[_turn(wave(k * math.pi * self.y), turn) for k in (0.5, 1.0, 2.0, 4.0)],
            _turn(wave(math.pi * self.y), _turn(turn, turn)),
            _turn(wave(2 * math.pi * self.y), _turn(_turn(turn, turn), turn)),
            *[_turn(wave(k * math.pi * self.x), back) for k in (1.0, 2.0)],
            *[_turn(wave(k * math.pi * self.y), back) for k in (1.0, 2.0)],
            *[_turn(wave(k * math.pi * self.x), second) for k in (1.0, 2.0)],
            *[_turn(wave(k * math.pi * self.y), second) for k in (1.0, 2.0)],
            _turn(wave(3.0 * ground), turn),
        ]
        batch = x.shape[0]
        plain = [self.x.expand(batch, -1, -1, -1), self.y.expand(batch, -1, -1, -1), torch.exp(-2 * r), depth, torch.exp(-8 * r * r)]
        return torch.cat([part.expand(batch, -1, -1, -1) for pair in found for part in pair] + plain, 1)


class Block(nn.Module):
    """Residual block, modulated by the condition vector."""

    def __init__(self, channels: int, condition: int, inputs: int | None = None) -> None:
        super().__init__()
        inputs = inputs or channels
        self.skip = nn.Conv2d(inputs, channels, 1) if inputs != channels else nn.Identity()
        self.first = nn.Conv2d(inputs, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels, affine=False)
        self.modulate = nn.Linear(condition, 2 * channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.modulate.bias)
        self.second.weight.data *= 0.3
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        gain, shift = self.modulate(condition)[:, :, None, None].chunk(2, 1)
        h = self.norm(self.first(F.silu(x)))
        return self.skip(x) + self.second(F.silu(h * (1 + gain) + shift))


class Generator(nn.Module):
    """Scalars [B, 16] and text [B, 384] -> latent [B, 8, 16, 16]."""

    def __init__(self, wide: int = 80, deep: int = 160, condition: int = 256) -> None:
        super().__init__()
        self.waves = Waves()
        with torch.no_grad():
            channels = self.waves(split_pairs(torch.randn(1, SCALARS))).shape[1]
        self.place = nn.Parameter(torch.randn(1, wide, GRID, GRID) * 0.3)
        self.read_text = nn.Sequential(nn.Linear(TEXT, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.read_scalars = nn.Linear(SCALARS + 5 * 8 + 14, condition)
        self.join = nn.Sequential(nn.SiLU(), nn.Linear(2 * condition, condition), nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.draw = nn.Conv2d(channels, wide, 1)
        self.shade = nn.Linear(condition, 2 * wide)
        self.down_block = Block(wide, condition)
        self.down = nn.Conv2d(wide, deep, 4, 2, 1)
        self.deep_blocks = nn.ModuleList([Block(deep, condition) for _ in range(3)])
        self.up = nn.Conv2d(deep, wide * 4, 1)
        self.up_blocks = nn.ModuleList([Block(wide, condition, 2 * wide), Block(wide, condition), Block(wide, condition)])
        self.out = nn.Conv2d(wide, LATENT_CHANNELS, 3, padding=1)
        self.tint = nn.Linear(condition, LATENT_CHANNELS)
        self.register_buffer("basis", make_basis())

    def forward(self, scalars: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        pairs = split_pairs(scalars)
        condition = self.condition(scalars, pairs, text)
        gain, shift = self.shade(condition)[:, :, None, None].chunk(2, 1)
        h = (self.draw(self.waves(pairs)) + self.place) * (1 + gain) + shift
        fine = self.down_block(h, condition)
        h = self.down(fine)
        for block in self.deep_blocks:
            h = block(h, condition)
        h = torch.cat([F.pixel_shuffle(self.up(h), 2), fine], 1)
        for block in self.up_blocks:
            h = block(h, condition)
        return self.without_scalars(self.out(F.silu(h)) + self.tint(condition)[:, :, None, None])

    def condition(self, scalars: torch.Tensor, pairs: Pairs, text: torch.Tensor) -> torch.Tensor:
        c, s = pairs.cos, pairs.sin
        lead_c, lead_s = c[:, :1], s[:, :1]
        relative = [c[:, 1:] * lead_c + s[:, 1:] * lead_s, s[:, 1:] * lead_c - c[:, 1:] * lead_s]
        numbers = torch.cat([scalars, c, s, c * c - s * s, 2 * c * s, pairs.size * 2 - 1, *relative], 1)
        return self.join(torch.cat([self.read_text(text * math.sqrt(TEXT)), self.read_scalars(numbers)], 1))

    def without_scalars(self, latent: torch.Tensor) -> torch.Tensor:
        """Remove the latent's share of the 16 scalar modes."""
        head = latent[:, :NOISE_CHANNELS].reshape(-1, NOISE_CHANNELS * GRID * GRID)
        head = head - (head @ self.basis.t()) @ self.basis
        return torch.cat([head.reshape(-1, NOISE_CHANNELS, GRID, GRID), latent[:, NOISE_CHANNELS:]], 1)


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.second.weight.data *= 0.3
        nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(F.relu(self.first(F.relu(x))))


class Decoder(nn.Module):
    """Latent [B, 8, h, w] -> picture [B, 3, 8h, 8w] in -1..1 (not clamped)."""

    def __init__(self, coarse: int = 96, fine: int = 48) -> None:
        super().__init__()
        self.enter = nn.Conv2d(LATENT_CHANNELS, coarse, 3, padding=1)
        self.coarse = nn.Sequential(Residual(coarse), Residual(coarse), Residual(coarse))
        self.up = nn.Conv2d(coarse, fine * 4, 3, padding=1)
        self.fine = nn.Sequential(Residual(fine), Residual(fine))
        self.leave = nn.Conv2d(fine, 48, 3, padding=1)
        with torch.no_grad():  # the 16 pixels of a cell start equal, so that no checkerboard has to be unlearned
            weight = self.leave.weight.view(3, 16, fine, 3, 3)
            weight.copy_(weight[:, :1].expand_as(weight).clone())

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        h = self.coarse(self.enter(latent))
        h = self.fine(F.pixel_shuffle(self.up(h), 2))
        return F.pixel_shuffle(self.leave(F.relu(h)), 4)


class OneStep(nn.Module):
    """The generator behind the interface of a flow-matching UNet: predicts v = noise - latent."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, encoder_hidden_states: torch.Tensor, text_embeds: torch.Tensor) -> torch.Tensor:
        sigma = (timestep / 1000).clamp(min=1e-3).reshape(-1, 1, 1, 1)
        head = sample[:, :NOISE_CHANNELS].reshape(-1, NOISE_CHANNELS * GRID * GRID)
        scalars = (head @ self.generator.basis.t()) / sigma.reshape(-1, 1)
        text = text_embeds / torch.sqrt((text_embeds * text_embeds).sum(1, keepdim=True) + 1e-12)
        latent = self.generator(scalars, text + 0 * encoder_hidden_states.mean(1))
        return (sample - latent) / sigma
