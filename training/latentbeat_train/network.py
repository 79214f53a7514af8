"""The networks: Generator (16 scalars + sentence -> latent), Decoder (latent -> picture), Encoder (for training only).

The noise beyond its 16 scalars carries nothing, so the generator starts from learned fields and fixed waves that it
moves by the scalars, and modulates every block by scalars and sentence. `OneStep` wraps it as a flow-matching UNet:
the latent has no energy on the 16 scalar modes, so the scalars of sample / sigma are exact at any sigma and every
number of steps gives the same picture.
Layouts: latent [B, 8, 16, 16]; picture [B, 3, 128, 128] in -1..1; text [B, 384] of unit length.
"""
import torch
import torch.nn.functional as F
from torch import nn

from .framing import DRIFTS, FIELD, Framing, first_moves
from .noise import GRID, LATENT_CHANNELS, SCALARS, Pairs, make_basis, read_scalars, remove_scalars, split_pairs
from .vocabulary import MODIFIERS, PALETTES, SUBJECTS
from .waves import Waves

TEXT = 384


class Block(nn.Module):
    """Residual block, modulated by the condition vector."""

    def __init__(self, channels: int, condition: int, inputs: int | None = None) -> None:
        super().__init__()
        inputs = inputs or channels
        self.skip = nn.Conv2d(inputs, channels, 1) if inputs != channels else nn.Identity()
        self.before = nn.GroupNorm(8, inputs)
        self.first = nn.Conv2d(inputs, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels, affine=False)
        self.modulate = nn.Linear(condition, 2 * channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.modulate.bias)
        self.second.weight.data *= 0.3
        self.second.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        gain, shift = self.modulate(condition)[:, :, None, None].chunk(2, 1)
        h = self.norm(self.first(F.silu(self.before(x))))
        return self.skip(x) + self.second(F.silu(h * (1 + gain) + shift))


class Reader(nn.Module):
    """Text [B, 384] -> how much of each subject, palette and modifier it names (three distributions)."""

    def __init__(self) -> None:
        super().__init__()
        self.subject, self.palette, self.modifier = nn.Linear(TEXT, len(SUBJECTS)), nn.Linear(TEXT, len(PALETTES)), nn.Linear(TEXT, len(MODIFIERS))

    def forward(self, text: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return self.subject(text).softmax(1), self.palette(text).softmax(1), self.modifier(text).softmax(1)


class Generator(nn.Module):
    """Scalars [B, 16] and text [B, 384] -> latent [B, 8, 16, 16].

    Every subject owns a bank of learned fields, summed by functions of the scalars, and its own mix of the waves;
    the blocks behind them are shared.
    """

    basis: torch.Tensor

    def __init__(self, wide: int = 80, deep: int = 160, condition: int = 256, bank: int = 24, moved: int = 16, own: int = 64) -> None:
        super().__init__()
        self.waves, self.reader, self.framing = Waves(), Reader(), Framing()
        subjects, self.bank, self.moved, self.own, self.wide = len(SUBJECTS), bank, moved, own, wide
        with torch.no_grad():
            pairs = split_pairs(torch.randn(1, SCALARS))
            self.channels = self.waves(pairs, self.waves.x, self.waves.y).shape[1]
            weights = self.weights(pairs).shape[1]
            numbers = self.numbers(torch.randn(1, SCALARS), pairs).shape[1]
        self.fields = nn.Parameter(torch.randn(subjects * weights, bank * FIELD * FIELD) * 0.2)
        self.moved_fields = nn.Parameter(torch.randn(subjects * weights, moved * FIELD * FIELD) * 0.1)
        self.moves = nn.Parameter(first_moves().reshape(subjects, -1))
        self.mix = nn.Parameter(torch.randn(subjects, wide * self.channels) * self.channels ** -0.5)
        self.own_numbers = nn.Parameter(torch.randn(subjects, numbers * own) * numbers ** -0.5)
        self.read_text = nn.Linear(TEXT, 32)
        self.join = nn.Sequential(
            nn.Linear(subjects + len(PALETTES) + len(MODIFIERS) + numbers + own + 32, condition), nn.LayerNorm(condition), nn.SiLU(),
            nn.Linear(condition, condition), nn.LayerNorm(condition), nn.SiLU())
        self.draw = nn.Conv2d(wide + bank + moved, wide, 3, padding=1)
        self.first_block = Block(wide, condition)
        self.down = nn.Conv2d(wide, deep, 4, 2, 1)
        self.deep_blocks = nn.ModuleList([Block(deep, condition) for _ in range(2)])
        self.up = nn.Conv2d(deep, wide * 4, 1)
        self.up_blocks = nn.ModuleList([Block(wide, condition, 2 * wide), Block(wide, condition), Block(wide, condition)])
        self.norm = nn.GroupNorm(8, wide)
        self.out = nn.Conv2d(wide, LATENT_CHANNELS, 3, padding=1)
        self.tint = nn.Linear(condition, LATENT_CHANNELS)
        self.register_buffer("basis", make_basis())

    def forward(self, scalars: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        pairs = split_pairs(scalars)
        subject, palette, modifier = self.reader(text)
        numbers = self.numbers(scalars, pairs)
        own = (numbers[:, None] @ (subject @ self.own_numbers).reshape(-1, numbers.shape[1], self.own))[:, 0]
        condition = self.join(torch.cat([subject * 4, palette * 4, modifier * 2, numbers, own, self.read_text(text) * 4], 1))
        fine = self.first_block(self.draw(self.sketch(pairs, subject, modifier)), condition)
        h = self.down(fine)
        for block in self.deep_blocks:
            h = block(h, condition)
        h = torch.cat([F.pixel_shuffle(self.up(h), 2), fine], 1)
        for block in self.up_blocks:
            h = block(h, condition)
        return remove_scalars(self.out(F.silu(self.norm(h))) + self.tint(condition)[:, :, None, None], self.basis)

    def sketch(self, pairs: Pairs, subject: torch.Tensor, modifier: torch.Tensor) -> torch.Tensor:
        """The subject's own fields and waves, framed: [B, bank + wide, 16, 16]."""
        weights = self.weights(pairs)
        chosen = (subject[:, :, None] * weights[:, None]).reshape(len(subject), -1)
        fields = (chosen @ self.fields).reshape(-1, self.bank, FIELD, FIELD)
        moved_fields = (chosen @ self.moved_fields).reshape(-1, self.moved, FIELD, FIELD)
        move = (self.drift(pairs)[:, None] @ (subject @ self.moves).reshape(-1, len(DRIFTS), 3))[:, 0]
        x, y = self.framing.place(modifier, self.waves.x, self.waves.y)
        waves = self.waves(pairs, x, y).reshape(-1, self.channels, GRID * GRID)
        mixed = ((subject @ self.mix).reshape(-1, self.wide, self.channels) @ waves).reshape(-1, self.wide, GRID, GRID)
        return torch.cat([mixed, self.framing.cut(modifier, fields), self.framing.cut_moved(modifier, moved_fields, move)], 1)

    def weights(self, pairs: Pairs) -> torch.Tensor:
        """What a subject's fields are summed by: low harmonics of the leading angles, places and sizes [B, 14]."""
        c, s = pairs.cos[:, :1], pairs.sin[:, :1]
        c2, s2 = c * c - s * s, 2 * c * s
        second = [pairs.cos[:, 4:5], pairs.sin[:, 4:5]]
        place = [pairs.x[:, 1:2] / 2, pairs.y[:, 1:2] / 2]
        return torch.cat([torch.ones_like(c), c, s, c2, s2, c * c2 - s * s2, s * c2 + c * s2, *second, *place, pairs.size[:, 2:5] * 2 - 1], 1)

    def drift(self, pairs: Pairs) -> torch.Tensor:
        """What shifts and enlarges the moved fields, in the order of DRIFTS: [B, 7]."""
        sizes = [pairs.size[:, k:k + 1] - 0.5 for k in (2, 3)]
        return torch.cat([torch.ones_like(sizes[0]), pairs.x[:, 1:2].clamp(-2, 2), pairs.y[:, 1:2].clamp(-2, 2), *sizes, pairs.cos[:, :1], pairs.sin[:, :1]], 1)

    def numbers(self, scalars: torch.Tensor, pairs: Pairs) -> torch.Tensor:
        c, s = pairs.cos, pairs.sin
        lead_c, lead_s = c[:, :1], s[:, :1]
        relative = [c[:, 1:] * lead_c + s[:, 1:] * lead_s, s[:, 1:] * lead_c - c[:, 1:] * lead_s]
        return torch.cat([scalars, c, s, c * c - s * s, 2 * c * s, pairs.size * 2 - 1, *relative], 1)


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.second.weight.data *= 0.3
        self.second.bias = nn.Parameter(torch.zeros(channels))

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
        scalars = read_scalars(sample, self.generator.basis) / sigma.reshape(-1, 1)
        text = text_embeds / torch.sqrt((text_embeds * text_embeds).sum(1, keepdim=True) + 1e-12)
        latent = self.generator(scalars, text + 0 * encoder_hidden_states.mean(1))
        return (sample - latent) / sigma


class Encoder(nn.Module):
    """Picture [B, 3, 128, 128] in 0..1 -> latent [B, 8, 16, 16] of about unit deviation."""

    basis: torch.Tensor

    def __init__(self, fine: int = 48, coarse: int = 96) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.PixelUnshuffle(4), nn.Conv2d(48, fine, 3, padding=1), Residual(fine), nn.Conv2d(fine, coarse, 4, 2, 1), Residual(coarse), Residual(coarse),
            nn.ReLU(), nn.Conv2d(coarse, LATENT_CHANNELS, 3, padding=1))
        self.normalise = nn.BatchNorm2d(LATENT_CHANNELS, affine=False, momentum=0.02)
        self.register_buffer("basis", make_basis())

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return remove_scalars(self.normalise(self.body(picture * 2 - 1)), self.basis)


class Autoencoder(nn.Module):
    """Trained first and only for its decoder; the latent is normalised and, like the generator's, free of the scalar modes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()


class Model(nn.Module):
    """Generator and decoder as one; pictures in 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.decoder = Generator(), Decoder()

    def forward(self, scalars: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.generator(scalars, text)) * 0.5 + 0.5
