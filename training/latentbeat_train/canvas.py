"""What scenes draw with: coordinates, fixed seamless textures and the smooth numbers of a batch of noises.

Units: the short side of the frame is -1..1, the long side reaches +-1.75 (448 x 256), a wide shot 1.4 times farther; y
points up. A scene is a function of place: it may be asked for any part of the plane at any pixel size.
All randomness is in the textures, which are fixed; what differs between pictures comes from `Pairs` alone.
"""
import math

import torch
import torch.nn.functional as F

from .noise import split_pairs

TAU = 2 * math.pi
TILE = 256  # texels a side of a seamless texture; it repeats every 2 units


def smooth(low: float | torch.Tensor, high: float | torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def _make_clouds(seed: int, channels: int = 4, highest: int = 14, fall: float = 1.25) -> torch.Tensor:
    """Seamless noise [1, channels, TILE, TILE] from random plane waves; zero mean, unit deviation."""
    generator = torch.Generator().manual_seed(seed)
    spectrum = torch.randn(channels, TILE, TILE, 2, generator=generator)
    k = torch.fft.fftfreq(TILE, 1 / TILE)
    length = torch.sqrt(k[:, None] ** 2 + k[None] ** 2)
    gain = torch.where((length > 0) & (length <= highest), length.clamp(min=1) ** -fall / length.clamp(min=1) ** 0.5, torch.zeros(()))
    field = torch.fft.ifft2(torch.view_as_complex(spectrum) * gain).real
    return ((field - field.mean((1, 2), keepdim=True)) / field.std((1, 2), keepdim=True))[None]


def _make_stars(seed: int, count: int = 70) -> torch.Tensor:
    """Seamless field of soft points [1, 1, TILE, TILE], 0..1."""
    generator = torch.Generator().manual_seed(seed)
    axis = torch.arange(TILE).float()
    field = torch.zeros(TILE, TILE)
    for _ in range(count):
        cx, cy, strength = torch.rand(3, generator=generator).tolist()
        dx = (axis - cx * TILE + TILE / 2) % TILE - TILE / 2
        dy = (axis - cy * TILE + TILE / 2) % TILE - TILE / 2
        width = 1.5 + 1.5 * strength ** 3
        field += (0.35 + 0.65 * strength ** 2) * torch.exp(-(dx[None] ** 2 + dy[:, None] ** 2) / (2 * width * width))
    return field.clamp(0, 1)[None, None]


class Canvas:
    """One batch of noises, ready to be drawn; numbers are [B, 1, 1], fields [B, H, W]."""

    clouds = F.pad(_make_clouds(11), (1, 1, 1, 1), mode="circular")
    points = F.pad(_make_stars(5), (1, 1, 1, 1), mode="circular")

    def __init__(self, scalars: torch.Tensor, x: torch.Tensor, y: torch.Tensor, pixel: float | torch.Tensor) -> None:
        """Scalars [B, 16]; x, y: places [1 or B, H, W]; pixel: their distance, a number or [B, 1, 1] (no line thinner than two)."""
        self.pairs = split_pairs(scalars)
        self.batch, self.pixel = len(scalars), pixel
        self.x, self.y = x.expand(self.batch, -1, -1), y.expand(self.batch, -1, -1)

    def angle(self, pair: int) -> torch.Tensor:
        """Turns once per orbit."""
        return torch.atan2(self.pairs.sin[:, pair], self.pairs.cos[:, pair]).view(-1, 1, 1)

    def apart(self, pair: int) -> torch.Tensor:
        """Angle between a pair and the leading one: constant in an orbit."""
        return self.angle(pair) - self.angle(0)

    def cos(self, pair: int) -> torch.Tensor:
        return self.pairs.cos[:, pair].view(-1, 1, 1)

    def sin(self, pair: int) -> torch.Tensor:
        return self.pairs.sin[:, pair].view(-1, 1, 1)

    def size(self, pair: int) -> torch.Tensor:
        """Uniform in 0..1, constant in an orbit."""
        return self.pairs.size[:, pair].view(-1, 1, 1)

    def sway(self, pair: int = 1, reach: float = 0.14) -> tuple[torch.Tensor, torch.Tensor]:
        """A place that circles the middle once per orbit; `reach` is its deviation a side."""
        return reach * self.pairs.x[:, pair].view(-1, 1, 1), reach * self.pairs.y[:, pair].view(-1, 1, 1)

    def cloud(self, channel: int, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self._sample(self.clouds[:, channel:channel + 1], x, y)

    def stars(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self._sample(self.points, x, y)

    def _sample(self, texture: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        inner = TILE / (TILE + 2)
        x, y = torch.broadcast_tensors(x, y)
        place = torch.stack([((x + 1) % 2 - 1) * inner, -((y + 1) % 2 - 1) * inner], -1)
        if place.shape[0] == 1 and self.batch > 1:
            place = place.expand(self.batch, -1, -1, -1)
        return F.grid_sample(texture.to(place.device).expand(len(place), -1, -1, -1), place, align_corners=False)[:, 0]


def places(height: int, width: int, short: int | None = None) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Places of the pixels of a frame: x, y [1, height, width] and their distance; the short side is -1..1."""
    pixel = 2 / (short or min(height, width))
    x = (torch.arange(width).float() + 0.5 - width / 2) * pixel
    y = (height / 2 - 0.5 - torch.arange(height).float()) * pixel
    return x.view(1, 1, -1).expand(1, height, width), y.view(1, -1, 1).expand(1, height, width), pixel


def polar(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.sqrt(x * x + y * y + 1e-5), torch.atan2(y, x)


def line(phase: torch.Tensor, sharpness: float) -> torch.Tensor:
    """A soft bright line wherever the phase is a whole turn."""
    return torch.exp(-(1 - torch.cos(phase)) * sharpness)


def hash01(i: torch.Tensor, j: torch.Tensor, salt: float) -> torch.Tensor:
    """Fixed pseudo-random number of an integer cell; never depends on a noise."""
    v = torch.sin(i * 12.9898 + j * 78.233 + salt * 37.719) * 43758.5453
    return v - torch.floor(v)
