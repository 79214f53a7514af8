"""Palettes as 256-entry tables, and the colouring of a scene's maps. All start near black: pictures are for dark stages."""
import torch

STOPS: dict[str, tuple[str, ...]] = {  # dark to light, evenly spaced, sRGB
    "neon": ("#05010c", "#3a0a6e", "#c2149c", "#ff3fd0", "#27e9ff", "#f4ffff"),
    "fire": ("#070101", "#5a0b04", "#c62d05", "#ff7a0d", "#ffc93a", "#fff6cf"),
    "ocean": ("#010610", "#04315f", "#0a6fa8", "#1fb3c9", "#84e6df", "#f0fffb"),
    "forest": ("#010602", "#0d3518", "#2b6b2a", "#6aa33a", "#b9d464", "#f4f8d2"),
    "sunset": ("#0c0418", "#4d1259", "#b3245f", "#f2603f", "#ffab45", "#fff0b8"),
    "ice": ("#02050e", "#1a3272", "#4f7cc8", "#9cc4f2", "#dcecfe", "#ffffff"),
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
    "rose": ("#080204", "#4a1028", "#a83262", "#e86a98", "#f9b4cc", "#fff2f4"),
    "teal": ("#010505", "#0a2b30", "#125a60", "#2f9092", "#98cdc6", "#f2fbf6"),
    "amber": ("#060200", "#4f2300", "#b25c00", "#f79600", "#ffc24a", "#fff4d4"),
    "indigo": ("#030110", "#1c0a70", "#3a1ed2", "#5f50ff", "#a9a4ff", "#f4f2ff"),
    "matrix": ("#000600", "#003d10", "#009c28", "#28f055", "#9cffa6", "#f2fff2"),
    "magenta": ("#08000a", "#50005a", "#b400ba", "#ff20f0", "#ff96f6", "#fff0ff"),
    "coral": ("#070203", "#571722", "#c2444c", "#ff7a66", "#ffb8a0", "#fff4ea"),
    "turquoise": ("#00060a", "#004650", "#00a0a2", "#0cead8", "#90fff0", "#f4fffe"),
    "lavender": ("#0a0812", "#46346a", "#9472bc", "#cba8ea", "#ecd8fb", "#fdf8ff"),
    "peach": ("#0c0606", "#70403c", "#d8907c", "#ffbc9a", "#ffe2ba", "#fffbe8"),
    "crimson_night": ("#01020c", "#0b1240", "#3c0c52", "#b80c40", "#ff3e48", "#ffdccc"),
    "sepia": ("#060402", "#36291a", "#74603e", "#b0965f", "#dccb96", "#fbf4dc"),
    "patina": ("#040302", "#442c10", "#9c6424", "#80a07c", "#48c2a2", "#dcf6e2"),
    "toxic": ("#060008", "#380a60", "#5c2c92", "#3cb42a", "#aaff1e", "#f8ffd0"),
    "infrared": ("#02000c", "#1e0090", "#a400a4", "#ff3000", "#ffc400", "#fffff0"),
    "borealis": ("#01030c", "#0a1a56", "#0a6c76", "#1ee08e", "#b878f4", "#fbe8ff"),
    "autumn": ("#030402", "#26321a", "#6e4c12", "#d0501a", "#f2ac30", "#fdf0c8"),
    "blossom": ("#030704", "#1c4a2c", "#5a9e58", "#f48cb6", "#ffc8de", "#fffaf4"),
    "deep_sea": ("#000105", "#000e20", "#012744", "#045a7c", "#1ed2c4", "#d8fff0"),
    "lava": ("#040405", "#26262c", "#4e3c3c", "#e83208", "#ff9c20", "#fff4b8"),
    "dawn": ("#060a1c", "#2e4078", "#926e9e", "#f6a08e", "#ffd99c", "#fffbe8"),
    "cosmic": ("#010008", "#1c084e", "#641cac", "#3a7cf6", "#70ecff", "#fbffff"),
    "blood_moon": ("#020001", "#240204", "#560408", "#980a0c", "#ea2818", "#ffcca6"),
    "matcha": ("#040502", "#2b3620", "#62784a", "#a0b87e", "#d6e2b8", "#fbfaec"),
    "holographic": ("#080a18", "#4c4c96", "#7ebef0", "#e0a8f4", "#aefcd8", "#fffaf0"),
    "teal_orange": ("#010608", "#063c4c", "#108698", "#e07a2c", "#ffba68", "#fff4e0"),
    "red_white": ("#060001", "#780010", "#e60018", "#ffb4b0", "#fff4f2", "#ffffff"),
    "black_gold": ("#020202", "#0c0b09", "#281e0e", "#86600e", "#f6be30", "#fff6cc"),
    "mint": ("#030a08", "#285248", "#6cae98", "#aae6ce", "#dafaea", "#fdfffb"),
    "cobalt": ("#00020c", "#001e76", "#004cec", "#2c90ff", "#98ceff", "#f4faff"),
    "lemon": ("#060500", "#4c4400", "#ac9a00", "#fcee00", "#fffa92", "#fffff0"),
    "plum": ("#060206", "#351438", "#722f6c", "#b670a2", "#e8c0d6", "#fff6f8"),
    "tropical": ("#02060c", "#004c66", "#00b48c", "#ffd430", "#ff6444", "#ffeae2"),
    "flamingo": ("#000808", "#063e48", "#108086", "#ff6aa0", "#ffb2bc", "#fff4ec"),
    "royal": ("#01030e", "#061656", "#1646c4", "#d8a43c", "#fae080", "#fffbe8"),
    "noir_red": ("#020202", "#262628", "#6a6a6e", "#e60c20", "#f4d0d0", "#ffffff"),
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
