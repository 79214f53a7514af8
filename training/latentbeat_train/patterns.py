"""Fixed seamless pictures that scenes move about: drawn once, with care, so that a scene only has to look them up.

A `Tile` repeats in both directions; places in it are given in whole tiles (u to the right, v up), so a scene scrolls by
adding a phase in turns. Every pattern is made on the CPU from a fixed seed and is the same everywhere.
"""
import math
from functools import lru_cache

import torch
import torch.nn.functional as F

TAU = 2 * math.pi


class Tile:
    """A seamless picture [C, H, W], row 0 at the top; sampled bilinearly."""

    def __init__(self, fields: torch.Tensor) -> None:
        self.height, self.width = fields.shape[-2:]
        self._padded = F.pad(fields.reshape(1, -1, self.height, self.width).float(), (1, 1, 1, 1), mode="circular")
        self._devices: dict[torch.device, torch.Tensor] = {}

    def at(self, u: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Channels [B, H, W] at places u, v [B, H, W], in tiles."""
        u, v = torch.broadcast_tensors(u, v)
        if u.device not in self._devices:
            self._devices[u.device] = self._padded.to(u.device)
        across, down = 2 * self.width / (self.width + 2), 2 * self.height / (self.height + 2)
        place = torch.stack([(u - torch.floor(u) - 0.5) * across, (torch.floor(v) - v + 0.5) * down], -1)
        texture = self._devices[u.device].expand(len(u), -1, -1, -1)
        return F.grid_sample(texture, place, align_corners=False).unbind(1)


def grid(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Places of the texels in tiles: u, v [height, width]."""
    u = (torch.arange(width).float() + 0.5) / width
    v = 1 - (torch.arange(height).float() + 0.5) / height
    return u.expand(height, -1), v[:, None].expand(-1, width)


def _frequencies(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Waves a texel, so that noise is isotropic in tiles of any shape."""
    return torch.fft.fftfreq(height)[:, None].expand(-1, width), torch.fft.fftfreq(width).expand(height, -1)


def noise(seed: int, height: int, width: int, low: float, high: float, fall: float = 1.7, stretch: float = 1.0) -> torch.Tensor:
    """Seamless noise [height, width] of `low` to `high` waves a 256 texels, zero mean, unit deviation; stretch > 1 draws it out upward."""
    spectrum = torch.randn(height, width, 2, generator=torch.Generator().manual_seed(seed))
    fy, fx = _frequencies(height, width)
    k = 256 * torch.sqrt(fx * fx + (fy * stretch) ** 2)
    gain = torch.where((k >= low) & (k <= high), k.clamp(min=0.5) ** -fall, torch.zeros(())) * (1 - (k / high) ** 4).clamp(min=0)
    field = torch.fft.ifft2(torch.view_as_complex(spectrum) * gain).real
    return (field - field.mean()) / field.std()


def blur(field: torch.Tensor, texels: float) -> torch.Tensor:
    """Seamless Gaussian blur of [..., H, W]."""
    fy, fx = _frequencies(*field.shape[-2:])
    return torch.fft.ifft2(torch.fft.fft2(field) * torch.exp(-2 * (math.pi * texels) ** 2 * (fx * fx + fy * fy))).real


def slopes(field: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rise a texel to the right and upward."""
    return (field.roll(-1, -1) - field.roll(1, -1)) / 2, (field.roll(1, -2) - field.roll(-1, -2)) / 2


def move(fields: torch.Tensor, right: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """Fields [C, H, W] looked up `right` and `up` texels away."""
    height, width = fields.shape[-2:]
    u, v = grid(height, width)
    return torch.stack(Tile(fields).at((u + right / width)[None], (v + up / height)[None]))[:, 0]


def stir(seed: int, height: int, width: int, strength: float, steps: int = 24, low: float = 1.0, high: float = 5.0, fall: float = 1.7,
         stretch: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the matter at each texel came from, in texels, after stirring it with whirls: what curls ink and smoke."""
    stream = noise(seed, height, width, low, high, fall, stretch)
    dx, dy = slopes(stream)
    flow = torch.stack([dy, -dx])
    flow = flow / flow.square().sum(0).mean().sqrt() * (strength / steps)
    right, up = torch.zeros(height, width), torch.zeros(height, width)
    for _ in range(steps):
        here = move(flow, right, up)
        right, up = right - here[0], up - here[1]
    return right, up


def smear(field: torch.Tensor, flow: torch.Tensor, length: int, waves: float = 1.0) -> torch.Tensor:
    """Line integral convolution of a field along a flow [2, H, W] (unit length): mean, and the two halves of a travelling wave.

    mean + cos(phase) * first + sin(phase) * second runs along the flow as the phase grows.
    """
    total = torch.zeros(3, *field.shape)
    weight = 0.0
    for side in (-1, 1):
        right, up = torch.zeros_like(field), torch.zeros_like(field)
        for i in range(length):
            if side == 1 and i == 0:
                here = move(flow, right, up)
                right, up = right + here[0], up + here[1]
                continue
            window = 0.5 + 0.5 * math.cos(math.pi * i / length)
            angle = side * i * TAU * waves / (2 * length)
            value = move(field[None], right, up)[0] * window
            total += torch.stack([value, value * math.cos(angle), value * math.sin(angle)])
            weight += window
            here = move(flow, right, up) * side
            right, up = right + here[0], up + here[1]
    return total / weight


def cells(seed: int, count: int, height: int, width: int, spread: float = 0.8) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Seamless Voronoi cells, `count` a side of the shorter edge: distance to the edge and to the seed (in cells), a number 0..1 a cell, place in it."""
    generator = torch.Generator().manual_seed(seed)
    rows, columns = count * height // min(height, width), count * width // min(height, width)
    jitter = (torch.rand(rows, columns, 3, generator=generator) - 0.5) * torch.tensor([spread, spread, 1.0])
    u, v = grid(height, width)
    gx, gy = u * columns, v * rows
    ix, iy = gx.floor(), gy.floor()
    found = []
    for dy in (-2, -1, 0, 1, 2):
        for dx in (-2, -1, 0, 1, 2):
            jx, jy = ix + dx, iy + dy
            own = jitter[(jy % rows).long(), (jx % columns).long()]
            found.append(torch.stack([gx - jx - 0.5 - own[..., 0], gy - jy - 0.5 - own[..., 1], own[..., 2] + 0.5]))
    every = torch.stack(found)  # [25, 3, H, W]
    distance = every[:, :2].square().sum(1)
    nearest = distance.argmin(0)
    pick = every.gather(0, nearest[None, None].expand(1, 3, -1, -1))[0]
    apart = every[:, :2] - pick[None, :2]
    length = apart.square().sum(1).sqrt()
    edge = (((every[:, :2] + pick[None, :2]) / 2 * apart).sum(1) / length.clamp(min=1e-4)).abs()
    edge = torch.where(length > 1e-3, edge, torch.full_like(edge, 9.0)).amin(0)
    return edge, pick[:2].square().sum(0).sqrt(), pick[2], pick[0], pick[1]


@lru_cache
def starry() -> Tile:
    """Soft points of two units' night sky on one channel, small ones many, a few large with a halo."""
    side, count = 384, 110
    generator = torch.Generator().manual_seed(71)
    u, v = grid(side, side)
    sky = torch.zeros(side, side)
    for cu, cv, strength in torch.rand(count, 3, generator=generator).tolist():
        dx, dy = (u - cu + 0.5) % 1 - 0.5, (v - cv + 0.5) % 1 - 0.5
        square = (dx * dx + dy * dy) * side * side
        sky += (0.25 + 0.75 * strength ** 3) * torch.exp(-square / (2 * (1.2 + 1.0 * strength ** 4) ** 2)) + 0.16 * strength ** 6 * torch.exp(-square.sqrt() / 5)
    return Tile(sky.clamp(0, 1))
