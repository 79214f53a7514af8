"""Fixed seamless textures for the scenes, made once on first use: what no closed formula draws well.

Every texture is [1, C, N + 2, N + 2] (one texel of wrap around it) and repeats every 2 units of its own x and y; y points up.
Nothing here knows of a noise or a seed of the walk. Numbers are 0..1 unless said otherwise.
"""
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F

from ..canvas import TAU, Canvas, smooth

N = 512


def noise(seed: int, low: float, high: float, slope: float, stretch: tuple[float, float] = (1, 1), shape: tuple[int, int] = (N, N)) -> torch.Tensor:
    """Band of seamless noise [shape], zero mean, unit deviation; `stretch` draws it out along x, y."""
    generator = torch.Generator().manual_seed(seed)
    down, across = (torch.fft.fftfreq(n, 1 / n) for n in shape)
    length = torch.sqrt((across[None] * stretch[0]) ** 2 + (down[:, None] * stretch[1]) ** 2)
    gain = torch.where((length >= low) & (length <= high), length.clamp(min=1) ** -slope, torch.zeros(()))
    field = torch.fft.ifft2(torch.fft.fft2(torch.randn(*shape, generator=generator)) * gain).real
    return (field - field.mean()) / field.std()


def ridges(seed: int, low: float = 2, octaves: int = 5, fall: float = 0.55, stretch: tuple[float, float] = (1, 1), shape: tuple[int, int] = (N, N)) -> torch.Tensor:
    """Bright creases between smooth valleys, summed over octaves, about 0..1."""
    total, weight, norm = torch.zeros(shape), torch.ones(shape), 0.0
    for i in range(octaves):
        crest = (1 - noise(seed + i, low * 2 ** i * 0.6, low * 2 ** i * 1.6, 0.5, stretch, shape).abs() * 0.9).clamp(min=0) ** 2
        total, norm = total + fall ** i * crest * weight, norm + fall ** i
        weight = (0.25 + 0.75 * crest).clamp(0, 1)
    return total / norm


def wrap(field: torch.Tensor) -> torch.Tensor:
    """[H, W] or [C, H, W] -> a texture."""
    return F.pad(field.view(1, -1, *field.shape[-2:]), (1, 1, 1, 1), mode="circular")


def look(texture: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Texture [1, C, h, w] at places [B, H, W] -> [B, C, H, W]."""
    wide, tall = ((side - 2) / side for side in (texture.shape[-1], texture.shape[-2]))
    x, y = torch.broadcast_tensors(x, y)
    place = torch.stack([((x + 1) % 2 - 1) * wide, -((y + 1) % 2 - 1) * tall], -1)
    return F.grid_sample(texture.expand(len(place), -1, -1, -1), place, align_corners=False)


def axes(shape: tuple[int, int] = (N, N)) -> tuple[torch.Tensor, torch.Tensor]:
    """x, y [shape] of the texels, -1..1, y up."""
    down, across = ((torch.arange(n) + 0.5) / n * 2 - 1 for n in shape)
    return across[None].expand(shape), -down[:, None].expand(shape)


def warp(field: torch.Tensor, right: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    x, y = axes(tuple(field.shape))
    return look(wrap(field), (x + right)[None], (y + up)[None])[0, 0]


def levels(field: torch.Tensor, dark: float, bright: float) -> torch.Tensor:
    """Stretches the values between two quantiles to 0..1."""
    flat = field.flatten()[::7].sort().values
    low, high = flat[int(dark * (len(flat) - 1))], flat[int(bright * (len(flat) - 1))]
    return ((field - low) / (high - low)).clamp(0, 1)


def make_gas() -> torch.Tensor:
    """Folded clouds of a nebula with bright fronts."""
    p, q = noise(21, 1, 9, 1.9), noise(22, 1, 9, 1.9)
    r = warp(noise(23, 1, 60, 1.75), 0.16 * p, 0.16 * q)
    s = warp(noise(24, 1, 60, 1.75), 0.16 * q, -0.16 * p)
    return levels(warp(noise(25, 1, 90, 1.7), 0.15 * r, 0.15 * s), 0.10, 0.995)


def make_filaments() -> torch.Tensor:
    """Long bright threads of gas."""
    p, q = noise(31, 1, 7, 2.0), noise(32, 1, 7, 2.0)
    return levels(warp(ridges(33, 1.6, 5, 0.6), 0.14 * p, 0.14 * q), 0.30, 0.997)


def make_dust() -> torch.Tensor:
    p, q = noise(41, 1, 8, 2.0), noise(42, 1, 8, 2.0)
    return levels(warp(noise(43, 1, 100, 1.45), 0.10 * p, 0.10 * q), 0.02, 0.98)


def make_stars(seed: int = 5, count: int = 190, spread: float = 1.15, tall: float = 1.0) -> torch.Tensor:
    """Round soft stars of many sizes, the few big ones with a glow; `tall` draws them out along y."""
    generator = torch.Generator().manual_seed(seed)
    axis = torch.arange(N).float()
    field = torch.zeros(N, N)
    for _ in range(count):
        cx, cy, rank = torch.rand(3, generator=generator).tolist()
        dx = (axis - cx * N + N / 2) % N - N / 2
        dy = ((axis - cy * N + N / 2) % N - N / 2) / tall
        square = dx[None] ** 2 + dy[:, None] ** 2
        width = spread * (1.5 + 2.0 * rank ** 8)
        field += (0.15 + 0.85 * rank ** 2.5) * torch.exp(-square / (2 * width * width))
        if rank > 0.90:
            field += 0.10 * torch.exp(-torch.sqrt(square + 1) / (3.0 * width))
    return (1.15 * field.clamp(0, 1) ** 1.3).clamp(0, 1)


def _draw_path(start: tuple[float, float], end: tuple[float, float], rough: float, halvings: int, generator: torch.Generator) -> torch.Tensor:
    """A jagged line [2 ** halvings + 1, 2] by midpoint displacement."""
    path = torch.tensor([start, end])
    for _ in range(halvings):
        step = path[1:] - path[:-1]
        shift = (torch.rand(len(step), 1, generator=generator) - 0.5) * 2 * rough
        middle = (path[1:] + path[:-1]) / 2 + shift * torch.stack([-step[:, 1], step[:, 0]], 1)
        path = torch.cat([torch.stack([path[:-1], middle], 1).reshape(-1, 2), path[-1:]])
    return path


def make_bolt(seed: int, foot: float = 0.0) -> torch.Tensor:
    """Distance [N, N] from a forked bolt, in units of the frame, at x, y of half the frame's size; thin forks count as farther."""
    generator = torch.Generator().manual_seed(seed)
    trunk = _draw_path((0.0, 1.5), (foot, -0.66), 0.20, 6, generator)
    lines = [(trunk, 1.0)]
    for i, at in enumerate((16, 24, 32, 40, 48)):
        side = 1 if (i + seed) % 2 else -1
        reach = 0.35 + 0.35 * torch.rand(1, generator=generator).item()
        from_x, from_y = trunk[at].tolist()
        lines.append((_draw_path((from_x, from_y), (from_x + side * reach, from_y - 0.55 * reach - 0.15), 0.22, 4, generator), 0.45))
    x, y = axes()
    x, y = 2 * x, 2 * y
    far = torch.full((N, N), 9.0)
    for path, weight in lines:
        for (ax, ay), (bx, by) in zip(path[:-1].tolist(), path[1:].tolist(), strict=True):
            dx, dy = bx - ax, by - ay
            along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0, 1)
            far = torch.minimum(far, torch.hypot(x - ax - along * dx, y - ay - along * dy) / weight)
    return far


def make_craters() -> torch.Tensor:
    """Slopes (right, up, about -1..1) and brightness (0..1) of cratered ground: [3, N, N]."""
    generator = torch.Generator().manual_seed(77)
    axis = torch.arange(N).float() / N * 2
    height = 0.030 * noise(71, 1, 40, 1.6)
    bright = 0.55 + 0.16 * noise(72, 1, 10, 1.6) + 0.07 * noise(73, 8, 80, 1.0)
    for i in range(170):
        cx, cy, rank = torch.rand(3, generator=generator).tolist()
        radius = 0.020 + 0.13 * rank ** 5 if i > 4 else 0.16
        dx, dy = (axis - 2 * cx + 1) % 2 - 1, (axis - 2 * cy + 1) % 2 - 1
        q = torch.hypot(dx[None], dy[:, None]) / radius
        bowl = torch.where(q < 1, q * q - 1, torch.zeros(())) + 0.55 * torch.exp(-((q - 1) / 0.22) ** 2)
        height += 0.42 * radius * bowl
        bright += 0.14 * torch.exp(-((q - 1) / 0.4) ** 2) - 0.10 * (q < 0.9)
    scale = N / 4
    right = (torch.roll(height, -1, 1) - torch.roll(height, 1, 1)) * scale
    up = (torch.roll(height, 1, 0) - torch.roll(height, -1, 0)) * scale
    return torch.stack([right, up, bright.clamp(0, 1)])


def make_caustics() -> torch.Tensor:
    """The net of light on the floor of a pool: bright where folds of a wavy lens meet."""
    p, q = noise(81, 3, 11, 1.2), noise(82, 3, 11, 1.2)
    net = warp(ridges(83, 4, 2, 0.6), 0.030 * p, 0.030 * q)
    return levels(net, 0.25, 0.998) ** 1.8


MAKERS: dict[str, Callable[[], torch.Tensor]] = {
    "gas": make_gas, "filaments": make_filaments, "dust": make_dust, "stars": make_stars,
    "craters": make_craters, "caustics": make_caustics,
    "streaks": lambda: make_stars(6, 90, 0.9, 7.0),
    "bolt 0": lambda: make_bolt(3, 0.10), "bolt 1": lambda: make_bolt(8, -0.2), "bolt 2": lambda: make_bolt(12, 0.25),
    "fine": lambda: levels(noise(51, 1, 120, 1.3), 0.02, 0.98),
    "bands": lambda: levels(warp(noise(61, 1, 90, 1.35, (9, 1)), 0.05 * noise(62, 2, 12, 1.5, (2, 1)), 0.022 * noise(63, 2, 30, 1.4, (1.6, 1))), 0.02, 0.98),
}


@cache
def _texture(name: str, device: torch.device) -> torch.Tensor:
    return wrap(MAKERS[name]()).to(device)


def texture(c: Canvas, name: str, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """A named texture at places [B, H, W] of its own plane (one tile = 2 units)."""
    return look(_texture(name, c.x.device), x, y)[:, 0].expand(c.batch, -1, -1)


def layers(c: Canvas, name: str, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Like `texture`, all channels: [B, C, H, W]."""
    return look(_texture(name, c.x.device), x, y)


def wheel(angle: torch.Tensor, count: int) -> torch.Tensor:
    """An angle as texture x, `count` tiles a turn."""
    return angle * (2 * count / TAU)


def ramp(distance: torch.Tensor, width: float | torch.Tensor) -> torch.Tensor:
    """0 outside, 1 inside an edge."""
    return smooth(-width, width, distance)
