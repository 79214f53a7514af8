"""Palettes as 256-entry tables, and the colouring of a scene's maps. All start near black: pictures are for dark stages."""
import torch

STOPS: dict[str, tuple[str, ...]] = {  # dark to light, evenly spaced, sRGB
    "neon": ("#05010c", "#3a0a6e", "#c2149c", "#ff3fd0", "#27e9ff", "#f4ffff"),
    "fire": ("#070101", "#5a0b04", "#c62d05", "#ff7a0d", "#ffc93a", "#fff6cf"),
    "ocean": ("#010610", "#04315f", "#0a6fa8", "#1fb3c9", "#84e6df", "#f0fffb"),
    "forest": ("#010602", "#0d3518", "#2b6b2a", "#6aa33a", "#b9d464", "#f4f8d2"),
    "sunset": ("#0c0418", "#4d1259", "#b3245f", "#f2603f", "#ffab45", "#fff0b8"),
    "ice": ("#02050c", "#16355f", "#4a87bd", "#94c9ea", "#d6f0fb", "#ffffff"),
    "gold": ("#070401", "#3b2206", "#8a5a10", "#cf9a27", "#f4d36c", "#fff8dc"),
    "candy": ("#10061a", "#5d2a78", "#d9579f", "#ff9cc8", "#a4f0e4", "#fffbe8"),
    "mono": ("#020202", "#262626", "#5c5c5c", "#9b9b9b", "#d6d6d6", "#ffffff"),
    "acid": ("#020600", "#1b3a02", "#4e9a06", "#a6e80a", "#eaff3d", "#ffffd8"),
    "violet": ("#05010a", "#2c0d54", "#5f22a8", "#9557e8", "#cda6fb", "#f8efff"),
    "ruby": ("#080102", "#48040f", "#980d24", "#df2b46", "#ff8896", "#ffeef0"),
    "cyberpunk": ("#03030f", "#0b2a5b", "#0fa3b1", "#ff2a6d", "#ff9a3c", "#fdf500"),
    "vaporwave": ("#0c0420", "#4b1d8f", "#b14ae0", "#ff71ce", "#5ce1f5", "#f4fbd0"),
    "rainbow": ("#0a0426", "#1264e6", "#12c98a", "#ece23a", "#ff7a1f", "#ff2a5c"),
    "copper": ("#080402", "#43200f", "#8f4a24", "#cf7e4b", "#edb98c", "#fdf0e0"),
    "emerald": ("#010605", "#033b34", "#067a63", "#1bc093", "#84efc4", "#f0fff6"),
    "midnight": ("#010108", "#0a1240", "#27348b", "#5b6fd0", "#a9b8ef", "#f3f5ff"),
}
NAMES = tuple(STOPS)
STEPS = 256


def make_tables() -> torch.Tensor:
    """[palettes, 256, 3] in 0..1, blended in linear light."""
    tables = []
    for stops in STOPS.values():
        linear = torch.tensor([[int(stop[i:i + 2], 16) / 255 for i in (1, 3, 5)] for stop in stops]) ** 2.2
        place = torch.linspace(0, len(stops) - 1, STEPS)
        left = place.long().clamp(max=len(stops) - 2)
        t = (place - left)[:, None]
        t = 0.5 * t + 0.5 * t * t * (3 - 2 * t)
        tables.append((linear[left] * (1 - t) + linear[left + 1] * t) ** (1 / 2.2))
    return torch.stack(tables)


def colour(maps: torch.Tensor, tables: torch.Tensor) -> torch.Tensor:
    """Maps [B, 3, H, W] (tone, light, white) and one table [B, 256, 3] each -> pictures [B, 3, H, W] in 0..1."""
    batch, _, height, width = maps.shape
    index = (maps[:, 0].clamp(0, 1) * (STEPS - 1)).round().long().reshape(batch, -1, 1).expand(-1, -1, 3)
    tone = tables.gather(1, index).reshape(batch, height, width, 3).permute(0, 3, 1, 2)
    picture = tone * maps[:, 1:2] + maps[:, 2:3]
    return torch.where(picture > 0.8, 0.8 + 0.2 * torch.tanh((picture - 0.8) / 0.22), picture).clamp(0, 1)
