"""Landscapes: desert, mountains, clouds, forest. Each glides sideways past baked panoramas: one orbit moves every layer by one tile."""
from collections.abc import Callable

import torch

from ..canvas import TAU, Canvas, polar, smooth
from .bake import panorama
from .maps import Maps, over
from .textures import ramp, texture


def _sun(c: Canvas, sx: torch.Tensor, sy: torch.Tensor, radius: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(disk, halo, distance) of a body in the sky."""
    r = torch.sqrt((c.x - sx) ** 2 + (c.y - sy) ** 2 + 1e-5)
    return ramp(radius - r, 0.016), torch.exp(-(r - radius).clamp(min=0) * 2.4), r


def desert(c: Canvas) -> Maps:
    """Dunes under a huge low sun, sand streaming over the crests."""
    ox, oy = c.sway(1, 0.15)
    glide = c.angle(0) / (TAU / 2)  # one tile of 2 texture units an orbit
    disk, halo, r = _sun(c, 0.35 + ox, 0.30 + oy, 0.30 + 0.14 * c.size(2))
    dusk = torch.exp(-(c.y + 0.15).clamp(min=0) * 1.7)
    veil = texture(c, "bands", c.x * 0.28 + 0.12 * c.cos(0), c.y * 0.7 + 0.4) * torch.exp(-((c.y - 0.28) / 0.40) ** 2)
    stars = texture(c, "stars", c.x * 0.8 + 0.7, c.y * 0.8) * smooth(0.35, 1.0, c.y) * (1 - halo)
    maps: Maps = (0.03 + 0.26 * dusk + 0.32 * halo + 0.16 * veil, 0.03 + 0.32 * dusk + 0.46 * halo + 0.20 * veil, 0.8 * stars)
    maps = over(maps, (0.80 + 0.25 * (c.y - 0.3 - oy), 1.1 + 0.0 * r, 0.12 + 0.0 * r), disk * (1 - 0.45 * veil))
    warm = 0.55 + 0.75 * halo
    for zoom, lift, fog, phase in ((2.0, 0.34, 0.55, 0.9), (1.0, 0.0, 0.0, 0.0)):
        x, y = (c.x - 0.3 * ox) * zoom, (c.y - lift) * zoom + lift * 0.4 - 0.06 * c.size(3)
        cover, shade, crest = panorama(c, "dunes", x + 2 * glide + phase, y).unbind(1)
        drift = texture(c, "streaks", y * 0.8 + 0.3, x * 0.4 + 2 * glide + phase) * 0.12
        lit = shade * warm * (1 - 0.35 * fog) + drift * shade
        tone = 0.04 + 0.80 * lit + 0.35 * crest * halo + 0.20 * fog * dusk
        light = 0.02 + 1.15 * lit * (1 - 0.3 * fog) + 0.6 * crest * halo + 0.25 * fog * dusk
        maps = over(maps, (tone, light, 0.10 * crest * halo), cover)
    return maps


def mountains(c: Canvas) -> Maps:
    """Three ranges of snowy peaks in mist below a moon; near ranges pass faster."""
    ox, oy = c.sway(1, 0.16)
    glide = c.angle(0) / (TAU / 2)
    disk, halo, r = _sun(c, -0.30 + ox, 0.55 + 0.6 * oy, 0.17 + 0.09 * c.size(2))
    low = torch.exp(-(c.y + 0.25).clamp(min=0) * 1.9)
    cloud = texture(c, "gas", c.x * 0.30 + 0.10 * c.cos(0) + 0.4, c.y * 0.50 + 0.06 * c.sin(0) + 0.2) ** 1.4
    stars = texture(c, "stars", c.x * 0.85, c.y * 0.85 + 0.5) * (1 - halo) * (1 - 0.8 * cloud)
    maps: Maps = (0.03 + 0.22 * low + 0.26 * halo + 0.24 * cloud, 0.03 + 0.26 * low + 0.36 * halo + 0.28 * cloud, stars)
    maps = over(maps, (0.88 - 0.10 * cloud, 1.1 - 0.2 * cloud, 0.15 + 0.0 * r), disk)
    for zoom, lift, fog, phase in ((2.0, 0.30, 0.62, 1.3), (1.0, 0.10, 0.28, 0.4), (1.0, -0.42, 0.0, 2.6)):
        y = (c.y - lift) * zoom - 0.10 + 0.12 * c.size(3) * (zoom - 1.5)
        cover, shade, crest = panorama(c, "peaks", c.x * zoom + 2 * glide * (1 if fog else 2) + phase, y).unbind(1)
        lit = shade * (0.65 + 0.75 * halo) * (1 - 0.6 * fog) * smooth(-1.0, -0.35, y)
        mist = torch.exp(-((c.y - lift + 0.62) / 0.26).clamp(min=-0.5)) * (0.20 + 0.35 * fog)
        tone = 0.04 + 0.85 * lit + 0.16 * fog + 0.30 * mist + 0.18 * crest * halo
        light = 0.02 + 1.25 * lit + 0.16 * fog + 0.30 * mist + 0.30 * crest * halo
        maps = over(maps, (tone, light, 0.10 * lit ** 2), cover)
    return maps


def clouds(c: Canvas) -> Maps:
    """Among banks of cloud before the sun, their tops lit; each bank passes by whole tiles an orbit."""
    ox, oy = c.sway(1, 0.15)
    glide = c.angle(0) / (TAU / 2)
    sx, sy = 0.10 + ox, 0.30 + 0.5 * oy
    disk, halo, r = _sun(c, sx, sy, 0.14 + 0.08 * c.size(2))
    _, a = polar(c.x - sx, c.y - sy)
    rays = texture(c, "dust", a * (4 / TAU) + 0.10 * c.cos(0), 0.10 * c.sin(0) + 0.0 * a) ** 2 * torch.exp(-r * 1.2)
    high = texture(c, "gas", c.x * 0.28 + glide, c.y * 0.55 + 0.4) ** 1.4
    low = torch.exp(-(c.y + 0.2).clamp(min=0) * 1.6)
    sky = 0.26 * low + 0.42 * halo + 0.42 * high * (0.35 + 0.8 * halo) + 0.30 * rays
    maps: Maps = (0.03 + 0.85 * sky, 0.02 + 1.1 * sky, 0.0 * r)
    maps = over(maps, (0.95 + 0.0 * r, 1.2 + 0.0 * r, 0.3 + 0.0 * r), disk * (1 - 0.5 * high))
    for zoom, lift, fog, speed, phase in ((1.15, 0.16, 0.55, 1, 0.0), (0.80, -0.20, 0.28, 1, 1.1), (0.55, -0.66, 0.0, 2, 0.5)):
        x, y = c.x * 0.5 * zoom + glide * speed + phase, (c.y - lift) * zoom
        heap = c.cloud(0, x, 0.0 * x + 0.3 + phase)
        puff = texture(c, "gas", x * 2, y * 0.95 + phase)
        depth = (0.20 * heap + 0.62 * (puff - 0.35) - y) / zoom + 0.06 * (c.size(3) - 0.5)  # below the bank's lit top
        shadow = texture(c, "gas", x * 2 - 0.05, y * 0.95 + phase + 0.07)
        relief = (0.5 + 1.9 * (puff - shadow)).clamp(0, 1.2)
        top = torch.exp(-depth.clamp(min=0) / (0.16 + 0.10 / zoom))
        sun = 0.30 + 0.80 * halo
        lit = (0.26 + 0.72 * top) * (0.30 + 0.85 * relief) * sun * (1 - 0.30 * fog)
        silver = torch.exp(-depth.abs() / 0.05) * halo
        glow = lit + 0.24 * fog * low
        maps = over(maps, (0.03 + 0.92 * glow + 0.25 * silver, 0.02 + 1.25 * glow + 0.40 * silver, 0.16 * silver * halo), ramp(depth, 0.055))
    return maps


def forest(c: Canvas) -> Maps:
    """Old trees in mist with the moon behind; shafts of light, fireflies; the walk passes one tile an orbit."""
    ox, oy = c.sway(1, 0.16)
    glide = c.angle(0) / (TAU / 2)
    sx, sy = 0.10 + ox, 0.42 + 0.6 * oy
    r, a = polar(c.x - sx, c.y - sy)
    halo = torch.exp(-r * (1.05 - 0.35 * c.size(2)))
    fog = texture(c, "gas", c.x * 0.34 + 0.14 * c.cos(0), c.y * 0.44 + 0.10 * c.sin(0) + 0.3)
    moon = torch.exp(-(r / 0.17) ** 3)
    ground = torch.exp(-(c.y + 0.95).clamp(min=0) * 2.2)
    maps: Maps = (0.04 + 0.58 * halo + 0.20 * fog * halo + 0.5 * moon, 0.02 + 0.75 * halo * (0.6 + 0.6 * fog) + 0.7 * moon, 0.15 * moon)
    for name, zoom, mist, speed, phase in (("trunks far", 2.0, 0.55, 1, 0.3), ("trunks far", 1.0, 0.28, 1, 0.0), ("trunks near", 1.0, 0.0, 2, 1.2)):
        x = c.x * zoom + 2 * glide * speed + phase
        cover, shade, edge = panorama(c, name, x, (c.y * zoom).clamp(-0.99, 0.99) if zoom == 1.0 else c.y).unbind(1)
        back = halo * mist * (0.5 + 0.5 * fog)
        tone = 0.02 + 0.34 * shade * (0.22 + halo) + 0.60 * edge * (0.15 + halo) + 0.66 * back
        light = 0.01 + 0.55 * shade * (0.22 + halo) + 0.95 * edge * (0.15 + halo) + 0.85 * back
        maps = over(maps, (tone, light, 0.0 * r), cover)
        if mist > 0.2:
            maps = (maps[0] + 0.10 * mist * fog * (halo + ground), maps[1] + 0.12 * mist * fog * (halo + ground), maps[2])
    shafts = texture(c, "dust", a * (6 / TAU) + 0.12 * c.cos(0), 0.12 * c.sin(0) + 0.0 * a) ** 2.2 * torch.exp(-r * 1.1) * (0.5 + 0.6 * c.size(3))
    ground_fog = ground * (0.15 + 0.5 * fog)
    flies = texture(c, "stars", c.x * 0.62 + 0.10 * c.cos(0), c.y * 0.62 + 0.10 * c.sin(0) + 0.2) * smooth(0.7, -0.6, c.y)
    pulse = 0.55 + 0.45 * torch.cos(c.angle(0) + 5 * c.x + 3 * c.y)
    return (maps[0] + 0.30 * shafts + 0.22 * ground_fog + 0.6 * flies * pulse, maps[1] + 0.38 * shafts + 0.22 * ground_fog + 0.9 * flies * pulse,
        maps[2] + 0.20 * flies * pulse)


SCENES: dict[str, Callable[[Canvas], Maps]] = {"desert": desert, "mountains": mountains, "clouds": clouds, "forest": forest}
