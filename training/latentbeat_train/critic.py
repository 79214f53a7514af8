"""What the detail stage judges pictures by: a small patch critic that knows the subject, and the energy of fine bands.

Pictures are [B, 3, H, W] in 0..1, subjects slot numbers [B].
"""
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from .noise import CELL
from .slots import SLOTS

BANDS = 3  # octaves of fine detail, from pixels up
GAIN = 2.5  # of a layer: the spectral norm of 4 x 4 kernels shrinks what is not their strongest pattern
WINDOW = 16  # pixels over which a band's energy may be placed freely
LUMINANCE = (0.30, 0.59, 0.11)


def blur(pictures: torch.Tensor, channels: int = 3) -> torch.Tensor:
    """Binomial 5 x 5, edges repeated."""
    line = torch.tensor([1.0, 4, 6, 4, 1], device=pictures.device) / 16
    across, down = (line.view(1, 1, *shape).expand(channels, 1, -1, -1) for shape in ((1, 5), (5, 1)))
    padded = F.pad(pictures, (2, 2, 2, 2), mode="replicate")
    return F.conv2d(F.conv2d(padded, across, groups=channels), down, groups=channels)


def bands(pictures: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Laplacian pyramid: BANDS of detail, fine to coarse, and what is left at 1 / 2^BANDS of the size."""
    details = []
    for _ in range(BANDS):
        low = F.avg_pool2d(blur(pictures), 2)
        details.append(pictures - F.interpolate(low, scale_factor=2.0, mode="bilinear"))
        pictures = low
    return details, pictures


def band_loss(drawn: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How far the contrast of each fine band is from the wanted one, window by window (detail may lie elsewhere inside a window), and L1 of the rest."""
    mine, low = bands(drawn)
    theirs, low_wanted = bands(wanted)
    energy = torch.zeros((), device=drawn.device)
    for octave, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        window = WINDOW >> octave
        sizes = [torch.sqrt(F.avg_pool2d(t.square().mean(1, keepdim=True), window, window // 2) + 1e-5) for t in (a, b)]
        energy = energy + (sizes[0] - sizes[1]).abs().mean()
    return energy, (low - low_wanted).abs().mean()


def grid_loss(drawn: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How far fine detail repeats every 2, 4 or 8 pixels beyond the wanted pictures: the patterns that pixel shuffles lay where the latent tells nothing.

    Covariance at a shift of one period, window by window; what is as alike at half a period is an edge and no grid.
    """
    mine, theirs = (_repeats(pictures) for pictures in (drawn, wanted))
    return torch.stack([(torch.sqrt(F.relu(a - b) + 1e-6) - 1e-3).mean() for a, b in zip(mine, theirs, strict=True)]).sum()


def _repeats(pictures: torch.Tensor) -> list[torch.Tensor]:
    grey = pictures.mean(1, keepdim=True)
    fine = grey - blur(blur(grey, 1), 1)
    found = []
    for way in (2, 3):
        alike = {}
        for shift in (1, 2, CELL // 2, CELL):
            product = fine.narrow(way, shift, fine.shape[way] - CELL) * fine.narrow(way, 0, fine.shape[way] - CELL)
            alike[shift] = F.avg_pool2d(product, WINDOW, WINDOW // 2)
        found += [F.relu(alike[period] - F.relu(alike[period // 2])) for period in (2, CELL // 2, CELL)]
    return found


class Critic(nn.Module):
    """Patch logits [B, 1, H / 8, W / 8] and the features they came from; a patch spans 38 pixels."""

    def __init__(self, wide: int = 24) -> None:
        super().__init__()
        widths = (4, wide, 2 * wide, 3 * wide)
        self.body = nn.ModuleList([spectral_norm(nn.Conv2d(a, b, 4, 2, 1)) for a, b in zip(widths, widths[1:], strict=False)])
        self.last = spectral_norm(nn.Conv2d(3 * wide, 3 * wide, 3, 1, 1))
        self.out = nn.Conv2d(3 * wide, 1, 1)  # free of the norm: bounded logits told hardly anything apart
        self.subjects = nn.Embedding(len(SLOTS), 3 * wide)
        nn.init.zeros_(self.subjects.weight)

    def forward(self, pictures: torch.Tensor, subjects: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        weights = torch.tensor(LUMINANCE, device=pictures.device).view(1, 3, 1, 1)
        grey = (pictures * weights).sum(1, keepdim=True)
        h = torch.cat([pictures * 2 - 1, 4 * (grey - blur(grey, 1))], 1)
        features = []
        for conv in (*self.body, self.last):
            h = F.leaky_relu(GAIN * conv(h), 0.2)
            features.append(h)
        own = (h * self.subjects(subjects)[:, :, None, None]).sum(1, keepdim=True)
        return self.out(h) + own, features


def critic_loss(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Hinge (Lim and Ye 2017)."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def feature_loss(fake: list[torch.Tensor], real: list[torch.Tensor]) -> torch.Tensor:
    """L1 of the critic's features, layer by layer (Wang et al. 2018)."""
    return torch.stack([(a - b.detach()).abs().mean() for a, b in zip(fake, real, strict=True)]).mean()
