"""What a scene gives: three maps that any palette can colour.

(tone, light, white), each [B, H, W]: picture = palette(tone) * light + white, tone 0..1, light 0..1.6, white 0..1.
Tone 0 is near black in every palette, 1 nearly white.
"""
import torch

Maps = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def over(below: Maps, above: Maps, cover: torch.Tensor) -> Maps:
    """Lays one set of maps over another where `cover` is 1."""
    return tuple(b + (a - b) * cover for b, a in zip(below, above, strict=True))  # type: ignore[return-value]
