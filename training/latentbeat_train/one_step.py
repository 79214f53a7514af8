"""The trained model behind the interface of a flow-matching UNet, as it is exported.

v = noise - latent, so one step of FlowMatchEuler from sigma 1 lands on the latent, and since the latent is zero in the channels that carry
the noise's scalars, they can be read from sample / sigma at any sigma: every number of steps gives the same picture.
Weights of the subjects on offer are stacked [subjects, N] and kept as 16-bit floats; a picture fetches the rows of the two subjects that the sentence names
most. A third one's share is taken off both, so that the pair may change without a jump.
"""
import torch
import torch.nn.functional as F
from torch import nn

from .camera import MODIFIERS, blooms, frame, light_fields
from .charts import FOLD
from .colour import stop_tables, tint, tint_tables
from .compose import HIDDEN, mask
from .hints import TABLE
from .model import Model
from .network import CELL, LATENT_CHANNELS, NOISE_CHANNELS, STRUCTURE, Painting
from .noise import GRID, make_basis, read_scalars, split_pairs
from .reader import Reading, Reader
from .slots import SLOTS


def screen_places(like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Places of the sketch's samples [1, 2 h, 2 w] of a latent of h x w cells; traced, so that the exported graph takes any size."""
    line_x = torch.cumsum(torch.ones_like(like[:1, 0, :1, :].repeat_interleave(FOLD, 2)), 2) - 0.5  # [1, 1, 2 w]
    line_y = torch.cumsum(torch.ones_like(like[:1, 0, :, :1].repeat_interleave(FOLD, 1)), 1) - 0.5  # [1, 2 h, 1]
    unit = 2.0 / (GRID * FOLD)
    x = (line_x - (line_x[:, :, -1:] + 0.5) / 2) * unit
    y = ((line_y[:, -1:] + 0.5) / 2 - line_y) * unit
    return x + 0 * y, y + 0 * x


def sharpen(share: torch.Tensor, power: float = 2.0) -> torch.Tensor:
    """Makes the likely likelier: pictures in a blend of five half-meant palettes are grey."""
    share = share ** power
    return share / share.sum(1, keepdim=True)


class Shown(nn.Module):
    """What a reading of a sentence selects: the two subjects with their weights."""

    def forward(self, reading: Reading) -> tuple[torch.Tensor, ...]:
        """-> slots [B, 2] in rising order, weight of the first [B], order [B]."""
        share = reading.first + reading.second
        share = share / share.sum(1, keepdim=True)
        top, slots = torch.topk(share, 3, 1)
        rest = top[:, 2:]
        pair = top[:, :2] - rest
        pair = pair / (pair.sum(1, keepdim=True) + 1e-6)
        swap = (slots[:, 0] > slots[:, 1])[:, None]
        slots = torch.where(swap, slots[:, [1, 0]], slots[:, [0, 1]])
        pair = torch.where(swap, pair[:, [1, 0]], pair[:, [0, 1]])
        named = torch.gather(reading.first, 1, slots)
        return slots, pair[:, 0], torch.tanh(8 * (named[:, 0] - named[:, 1]))


class OneStep(nn.Module):
    """sample [B, LATENT_CHANNELS, h, w], timestep [B] = 1000 sigma, encoder_hidden_states [B, L, 384], text_embeds [B, 384] -> v."""

    def __init__(self, model: Model, reader: Reader, offered: tuple[str, ...] = SLOTS, exact: bool = False) -> None:
        """Only subjects of `offered` are ever chosen: the ones that were trained. Rows are rounded to 16 bits unless `exact`."""
        super().__init__()
        self.painting: Painting = model.painting
        self.reader, self.choose = reader, Shown()
        kept = [i for i, name in enumerate(SLOTS) if name in offered]
        with torch.no_grad():
            self.rows = nn.ParameterList([torch.stack(part) if exact else torch.stack(part).half() for part in zip(*[model.subjects[i].parts() for i in kept], strict=True)])
        self.register_buffer("kept", torch.tensor(kept))
        self.register_buffer("constants", torch.tensor([TABLE[i] for i in kept], dtype=torch.float32))
        self.register_buffer("basis", make_basis())
        self.register_buffer("stops", stop_tables())
        self.register_buffer("blooms", blooms())
        for name, table in zip(("grey", "share", "ramps"), tint_tables(), strict=True):
            self.register_buffer(name, table)

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, encoder_hidden_states: torch.Tensor, text_embeds: torch.Tensor) -> torch.Tensor:
        sigma = (timestep / 1000).clamp(min=1e-3).reshape(-1, 1, 1, 1)
        scalars = read_scalars(sample, self.basis) / sigma.reshape(-1, 1)
        text = text_embeds / torch.sqrt((text_embeds * text_embeds).sum(1, keepdim=True) + 1e-12)
        latent = self.draw(scalars, self.read(text + 0 * encoder_hidden_states.mean(1)), sample)
        return (sample - latent) / sigma

    def read(self, text: torch.Tensor) -> Reading:
        """What a sentence [B, 384] asks for, among the subjects on offer."""
        reading = self.reader(text)
        first, second = (reading.first[:, self.kept] + 1e-5) ** 2, reading.second[:, self.kept]
        palette, modifier = (sharpen(share) for share in (reading.palette, reading.modifier))
        return reading._replace(first=first / first.sum(1, keepdim=True), second=second, palette=palette, modifier=modifier)

    def draw(self, scalars: torch.Tensor, reading: Reading, like: torch.Tensor) -> torch.Tensor:
        """Latent [1, LATENT_CHANNELS, h, w] of one picture."""
        slots, weight, order = self.choose(reading)
        x, y = screen_places(like)
        u, v = frame(reading.modifier, x, y)
        pairs = split_pairs(scalars)
        turn = torch.atan2(pairs.sin[:, 0], pairs.cos[:, 0]).view(-1, 1, 1)
        coarse_x, coarse_y = (F.avg_pool2d(t[:, None], FOLD)[:, 0] for t in (x, y))
        shown = mask(weight, 1 - weight, order, reading.relation, coarse_x, coarse_y, turn)
        # A subject that the mask would hide everywhere is not drawn: most pictures show one.
        kept = torch.nonzero(torch.cat([weight, 1 - weight]) >= HIDDEN)[:, 0]  # [1 or 2]
        slots, shown = slots[0][kept], torch.cat([shown, 1 - shown])[kept][:, None]
        each = torch.zeros_like(kept)
        h, modulation = self.painting.look(tuple(rows[slots].float() for rows in self.rows), self.constants[slots], scalars[each], u[each], v[each], reading.relation[each])
        h, modulation = (h * shown).sum(0, keepdim=True), (modulation[:, :, None, None] * shown).sum(0, keepdim=True)
        structure = self.painting.finish(h, modulation)
        return self.dress(structure, reading, coarse_x, coarse_y, turn)

    def dress(self, structure: torch.Tensor, reading: Reading, x: torch.Tensor, y: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
        """Adds the channels that say how the decoder colours and lights the structure."""
        stops = (reading.palette @ self.stops.reshape(len(self.stops), -1)).reshape(-1, *self.stops.shape[1:])
        stops = tint(stops, reading.modifier, (self.grey, self.share, self.ramps)).reshape(len(stops), -1, 1, 1)
        shade, veil = light_fields(reading.modifier, x, y, turn)
        bloom = (reading.modifier @ self.blooms).view(-1, 1, 1, 1)
        flat = 0 * structure[:, :1]
        return torch.cat([flat.expand(-1, NOISE_CHANNELS, -1, -1), structure, flat + stops, shade[:, None] + flat, veil[:, None] + flat, flat + bloom], 1)


assert LATENT_CHANNELS == NOISE_CHANNELS + STRUCTURE + 18 + 3 and CELL == 8 and len(SLOTS) == len(TABLE) and MODIFIERS[0] == ""
