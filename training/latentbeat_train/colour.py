"""From maps to colours, the same for renderer and decoder: six stops of a palette, spread over the tone in linear light.

picture = palette(tone) * light + white, softly limited above 0.8. Stops are kept as squares of sRGB values (gamma 2), so that a mix of
palettes is a mix of light. Modifiers tint the stops: towards grey, and towards a ramp of their own.
"""
import torch
import torch.nn.functional as F

from . import palettes
from .camera import MODIFIERS

STOPS = 6
TINTS: dict[str, tuple[float, float, tuple[str, str]]] = {  # share of grey, share of the ramp, ramp from dark to light
    "noir": (0.85, 0.0, ("#000000", "#ffffff")), "pastel": (0.15, 0.42, ("#3a3346", "#fff6fb")), "vintage": (0.45, 0.45, ("#120a04", "#f1dcae")),
    "stormy": (0.50, 0.15, ("#02060c", "#cfe0ee")), "foggy": (0.25, 0.15, ("#0c0e12", "#e8eef2")), "watercolour": (0.05, 0.30, ("#241f2e", "#fbf7ef")),
}


def stop_tables() -> torch.Tensor:
    """[palettes, 6, 3]: squared sRGB values."""
    rows = [[[int(stop[i:i + 2], 16) / 255 for i in (1, 3, 5)] for stop in stops] for stops in palettes.STOPS.values()]
    return torch.tensor(rows) ** 2


def tint_tables() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Per modifier: share of grey [M, 1, 1], share of ramp [M, 1, 1], ramp [M, 6, 3] (squared)."""
    grey, share, ramps = [], [], []
    for name in MODIFIERS:
        g, s, ends = TINTS.get(name, (0.0, 0.0, ("#000000", "#ffffff")))
        dark, light = (torch.tensor([int(end[i:i + 2], 16) / 255 for i in (1, 3, 5)]) for end in ends)
        t = torch.linspace(0, 1, STOPS)[:, None]
        grey.append(g)
        share.append(s)
        ramps.append((dark * (1 - t) + light * t) ** 2)
    return torch.tensor(grey).view(-1, 1, 1), torch.tensor(share).view(-1, 1, 1), torch.stack(ramps)


def tint(stops: torch.Tensor, weights: torch.Tensor, tables: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Stops [B, 6, 3] under a mix of modifiers [B, M]."""
    grey, share = ((weights @ table.reshape(len(table), 1)).reshape(-1, 1, 1) for table in tables[:2])
    luminance = (stops * torch.tensor([0.30, 0.59, 0.11], device=stops.device)).sum(2, keepdim=True)
    stops = stops + (luminance - stops) * grey
    ramp = (weights @ (tables[1] * tables[2]).reshape(len(tables[2]), -1)).reshape(-1, STOPS, 3)
    return stops * (1 - share) + ramp


def spread(tone: torch.Tensor) -> torch.Tensor:
    """Tone [B, 1, H, W] in 0..1 -> weight of each stop [B, 6, H, W], sums to 1."""
    place = tone * (STOPS - 1)
    steps = torch.arange(1, STOPS, device=tone.device, dtype=tone.dtype).view(1, -1, 1, 1)
    t = (place - steps + 1).clamp(0, 1)  # [B, 5, H, W]: how far past each stop
    t = 0.5 * t + 0.5 * t * t * (3 - 2 * t)
    return torch.cat([1 - t[:, :1], t[:, :-1] - t[:, 1:], t[:, -1:]], 1)


def colour(maps: torch.Tensor, stops: torch.Tensor, shade: torch.Tensor, veil: torch.Tensor, bloom: torch.Tensor) -> torch.Tensor:
    """Maps [B, 3, H, W] (tone, light, white), stops [B, 6, 3], shade and veil [B, 1, H, W], bloom [B, 1, 1, 1] -> [B, 3, H, W] in 0..1."""
    batch, _, height, width = maps.shape
    tone, light, white = maps[:, :1].clamp(0, 1), maps[:, 1:2].clamp(0, 1.6) * shade, maps[:, 2:3].clamp(0, 1) * shade
    glow = F.avg_pool2d(tone * light, 16)
    glow = F.interpolate(F.avg_pool2d(glow, 3, 1, 1, count_include_pad=False), scale_factor=16.0, mode="bilinear")
    tone = (tone * (1 + 0.08 * bloom) + 0.30 * bloom * glow).clamp(0, 1)
    light = light + 0.6 * bloom * glow
    mixed = stops.transpose(1, 2) @ spread(tone).reshape(batch, STOPS, -1)
    picture = torch.sqrt(mixed + 1e-6).reshape(batch, 3, height, width) * light + white
    middle = torch.sqrt(0.5 * (stops[:, 3] + stops[:, 2]) + 1e-6)[:, :, None, None]
    picture = picture + veil * (middle - picture)
    high = 0.8 + 0.2 * torch.tanh((picture - 0.8) / 0.22)
    return torch.where(picture > 0.8, high, picture).clamp(0, 1)
