"""Living things: bubbles, coral, cells, eye."""
from collections.abc import Callable
from functools import lru_cache

import torch

from .. import patterns
from ..canvas import TAU, Canvas, polar, smooth
from ..patterns import Tile
from .maps import Maps, over

RADII = (0.37, 0.31, 0.27, 0.24, 0.21, 0.19, 0.17, 0.16, 0.14, 0.12, 0.10, 0.08)


@lru_cache
def _spheres() -> Tile:
    """Spheres that do not touch, two units a tile: normal right and up, cover, glow around, a number each."""
    side = 512
    generator = torch.Generator().manual_seed(131)
    u, v = patterns.grid(side, side)
    placed: list[tuple[float, float, float]] = []
    fields = torch.zeros(5, side, side)
    for index, radius in enumerate(RADII):
        best, room = (0.0, 0.0), -9.0
        for px, py in (torch.rand(160, 2, generator=generator) * 2).tolist():
            gaps = [(((px - qx + 1) % 2 - 1) ** 2 + ((py - qy + 1) % 2 - 1) ** 2) ** 0.5 - q for qx, qy, q in placed]
            if min(gaps, default=9.0) > room:
                best, room = (px, py), min(gaps, default=9.0)
        placed.append((*best, radius))
        dx, dy = ((u * 2 - best[0] + 1) % 2 - 1) / radius, ((v * 2 - best[1] + 1) % 2 - 1) / radius
        away = torch.sqrt(dx * dx + dy * dy + 1e-6)
        cover = smooth(1.02, 0.97, away)
        own = torch.stack([dx, dy, torch.ones_like(dx), torch.zeros_like(dx), torch.full_like(dx, (index * 0.618) % 1)])
        fields = fields * (1 - cover) + own * cover
        fields[3] = torch.maximum(fields[3], torch.exp(-(away - 1).clamp(min=0) * radius * 14) * (1 - cover))
    return Tile(fields)


def bubbles(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.16)
    rise = c.angle(0) / TAU
    zoom = 1.08 - 0.34 * c.size(2)
    fx, fy, far, far_glow, _ = _spheres().at((c.x - 0.4 * ox) * 0.72 + 0.23, (c.y - 0.4 * oy) * 0.72 - rise + 0.4)
    nx, ny, cover, glow, number = _spheres().at((c.x - ox) * zoom / 2 + 0.5, (c.y - oy) * zoom / 2 - rise)
    beam = torch.exp(-((c.x - 0.35 * c.y + 0.25 * c.cos(4)) / 0.75) ** 2) * smooth(-1.5, 1.3, c.y)
    far_rim = smooth(0.55, 1.0, torch.sqrt(fx * fx + fy * fy + 1e-6)) * far
    tone, light = 0.03 + 0.15 * beam + 0.10 * far_rim * (0.3 + beam) + 0.04 * far_glow, 0.28 + 0.45 * beam + 0.20 * far_rim
    z = torch.sqrt((1 - nx * nx - ny * ny).clamp(min=0.0))
    rim = (1 - z) ** 2
    film = 0.5 + 0.5 * torch.cos(5.5 * z + 2.2 * ny + TAU * number + c.angle(4) + 2 * c.cos(0))
    spot = torch.exp(-((nx + 0.42) ** 2 + (ny - 0.46) ** 2) * 22)
    lens = torch.exp(-((torch.sqrt(nx * nx + ny * ny + 1e-6) - 0.72) / 0.16) ** 2) * smooth(0.1, 0.9, 0.6 * nx - 0.75 * ny)
    inside: Maps = (0.04 + 0.34 * film * (0.22 + 0.78 * rim) + 0.62 * rim + 0.50 * lens + 0.35 * spot,
                    0.22 + 0.50 * film * (0.3 + rim) + 0.95 * rim + 0.75 * lens + 0.5 * spot, 0.85 * spot + 0.30 * lens * rim + 0.10 * lens)
    maps: Maps = (tone + 0.16 * glow * (0.4 + beam), light + 0.30 * glow, torch.zeros_like(tone))
    return over(maps, inside, cover)


@lru_cache
def _brain() -> Tile:
    """Winding ridges two units a tile, grown by sharpening one width of noise again and again: height, slopes, polyps, hollow."""
    side = 384
    field = patterns.noise(141, side, side, 4, 12, 0.5)
    for _ in range(14):
        band = patterns.blur(field, 7.0) - patterns.blur(field, 14.0)
        field = torch.tanh(1.6 * band / band.std())
    dots = patterns.noise(142, side, side, 10, 24, 0.3)
    for _ in range(8):
        band = patterns.blur(dots, 2.8) - patterns.blur(dots, 5.6)
        dots = torch.tanh(1.5 * band / band.std() - 0.35)
    height = patterns.blur(field, 3.0)
    bumpy = height + 0.20 * patterns.blur(dots, 1.0) * smooth(-0.1, 0.6, height)
    sx, sy = patterns.slopes(bumpy)
    scale = (sx.square() + sy.square()).mean().sqrt()
    return Tile(torch.stack([height, sx / scale, sy / scale, patterns.blur(dots.clamp(min=0), 1.0), patterns.noise(143, side, side, 1, 3, 1.0)]))


def coral(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.2)
    zoom = 0.98 - 0.32 * c.size(2)
    x, y = (c.x - ox) * zoom, (c.y - oy) * zoom
    height, sx, sy, dots, hue = _brain().at(x / 2 + 0.5, y / 2 + 0.5)
    nz = torch.rsqrt(1 + 0.5 * (sx * sx + sy * sy))
    lx, ly = 0.65 * torch.cos(c.angle(4)), 0.65 * torch.sin(c.angle(4))
    lit = ((-0.7 * (sx * lx + sy * ly)) * nz + 0.62 * nz).clamp(0, 1.2)
    ridge = smooth(-0.35, 0.75, height)
    pulse = smooth(-0.1, 1.0, torch.cos(3.2 * (c.x * 0.6 + c.y * 0.8) - c.angle(0) + 1.2 * hue))
    hollow = smooth(0.1, -0.8, height)
    lamp = torch.exp(-((c.x - 0.5 * c.cos(0)) ** 2 + (c.y - 0.5 * c.sin(0)) ** 2) * (0.5 + 0.4 * c.size(3)))
    ember = hollow * pulse
    tip = ridge * dots * (0.35 + 0.65 * pulse)
    tone = 0.03 + 0.56 * ridge * lit * (0.55 + 0.45 * lamp) + 0.10 * ridge * hue.clamp(-1, 1) + 0.60 * ember + 0.38 * tip
    light = 0.12 + 1.05 * ridge * lit * (0.50 + 0.65 * lamp) + 0.80 * ember + 0.55 * tip
    return tone, light, 0.16 * tip * lit + 0.10 * ember ** 2


@lru_cache
def _tissue() -> Tile:
    """Living cells two units a tile: distance to the wall, to the nucleus, number, grain, place up and right."""
    edge, _, number, px, py = patterns.cells(151, 4, 512, 512, 0.62)
    wobble = 0.05 * patterns.noise(152, 512, 512, 2, 8, 1.2)
    side = TAU * number
    nx, ny = px - 0.10 * torch.cos(side), py - 0.10 * torch.sin(side)
    nucleus = torch.sqrt(nx * nx + ny * ny + 1e-5) + 0.5 * wobble
    grain = patterns.noise(153, 512, 512, 10, 26, 0.4)
    return Tile(torch.stack([edge + 0.35 * wobble, nucleus, number, smooth(1.0, 2.0, grain), ny - 0.6 * nx]))


def cells(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.18)
    zoom = 0.98 - 0.32 * c.size(2)
    breath = 0.03 * torch.sin(3.1 * c.y + c.angle(4))
    edge, away, number, grain, tilt = _tissue().at((c.x - ox + breath) * zoom / 2 - c.angle(0) / TAU, (c.y - oy) * zoom / 2 + 0.5)
    inside = smooth(0.05, 0.12, edge)
    wall = torch.exp(-((edge - 0.115) / 0.035) ** 2)
    inner = torch.exp(-((edge - 0.20) / 0.07) ** 2)
    core = smooth(0.20, 0.16, away)
    ring = torch.exp(-((away - 0.185) / 0.028) ** 2)
    seed = smooth(0.085, 0.05, away)
    pulse = 0.5 + 0.5 * torch.cos(c.angle(0) + TAU * 3 * number)
    halo = torch.exp(-((away - 0.15).clamp(min=0) / 0.16) ** 1.3)
    lamp = 0.30 + 0.80 * torch.exp(-0.55 * (c.x ** 2 + c.y ** 2))
    depth = smooth(0.0, 0.5, edge)
    tone = 0.02 + inside * (0.10 + 0.16 * number + 0.10 * inner + 0.16 * halo * pulse + 0.16 * grain * depth * (1 - core) + 0.14 * (0.4 - tilt).clamp(0, 1) * (1 - depth))
    tone = tone + 0.42 * wall + core * (0.06 + 0.20 * pulse) + 0.22 * ring + 0.28 * seed
    light = (0.20 + inside * (0.25 + 0.30 * inner + 0.45 * halo * pulse + 0.3 * grain) + 0.60 * wall + core * (0.15 + 0.30 * pulse) + 0.35 * ring + 0.5 * seed) * lamp
    return tone, light, (0.16 * seed * pulse + 0.06 * ring * pulse + 0.10 * wall * (0.3 - tilt).clamp(min=0)) * lamp


@lru_cache
def _fibres() -> Tile:
    """Iris: angle across, from the pupil outward up; bright fibres, dark crypts, soft mottling."""
    fibres = patterns.noise(161, 192, 1024, 6, 44, 0.7, stretch=5)
    right, up = patterns.stir(162, 192, 1024, 7, low=3, high=10, fall=1.0)
    fibres = patterns.move(fibres[None], right, up)[0]
    crypts = smooth(0.7, 1.7, patterns.noise(163, 192, 1024, 3, 12, 0.8, stretch=1.6))
    return Tile(torch.stack([fibres / fibres.std(), crypts, patterns.noise(164, 192, 1024, 1, 6, 1.0)]))


def eye(c: Canvas) -> Maps:
    ox, oy = c.sway(reach=0.12)
    x, y = c.x - ox, c.y - oy
    r, a = polar(x, y)
    pupil, limb = 0.20 + 0.10 * c.size(2) + 0.055 * c.cos(0), 0.66 + 0.08 * c.size(3)
    t = (r - pupil) / (limb - pupil)
    fibre, crypt, mottle = _fibres().at(a / TAU, 0.45 * t - c.angle(0) / TAU)
    iris = smooth(0.0, 0.05, t) * smooth(1.03, 0.95, t)
    collar = torch.exp(-((t - 0.28 - 0.05 * mottle) / 0.10) ** 2)
    wave = 0.5 + 0.5 * torch.cos(TAU * t - c.angle(0) + 0.5 * mottle)
    shade = (0.42 + 0.17 * fibre - 0.22 * crypt + 0.10 * mottle).clamp(0.02, 1.1)
    across = 1 - 0.55 * smooth(0.55, 1.0, t) - 0.40 * smooth(0.12, 0.0, t)
    lamp = 0.55 + 0.45 * torch.cos(a + TAU / 4 + 0.4 * torch.cos(c.angle(4)))  # light falls through, brightest opposite the window
    tone = 0.02 + iris * across * (0.66 * shade * (0.5 + 0.5 * lamp) + 0.26 * collar + 0.22 * wave * shade)
    light = 0.10 + iris * across * (0.40 + 0.60 * shade + 0.45 * wave * shade + 0.35 * lamp * shade)
    white = smooth(0.98, 1.12, t)
    veins = torch.exp(-(_fibres().at(a / TAU + 0.1, 0.25 * r)[2] / 0.16) ** 2) * smooth(1.1, 1.8, t)
    ball = torch.exp(-0.55 * (c.x ** 2 + 1.6 * c.y ** 2)) * white
    tone = tone + ball * (0.42 - 0.14 * veins)
    light = light + ball * (0.60 - 0.12 * veins)
    wet = torch.exp(-(((x + 0.23) / 0.115) ** 4 + ((y - 0.27) / 0.135) ** 4)) * smooth(0.012, 0.02, (x + 0.23).abs()) * smooth(0.012, 0.02, (y - 0.27).abs())
    small = torch.exp(-(((x - 0.25) ** 2 + (y + 0.27) ** 2) / 0.004))
    upper = 0.74 * (1 - (c.x / 1.75) ** 2) + 0.35 * oy - c.y
    lower = c.y + 0.66 * (1 - (c.x / 1.75) ** 2) - 0.1 * oy
    lid = torch.minimum(upper, lower)
    shadow = smooth(-0.02, 0.40, upper)
    skin = torch.exp(-((upper + 0.16) / 0.06) ** 2) * 0.10 + 0.06 * torch.exp(-((lower + 0.12) / 0.08) ** 2)
    rim = torch.exp(-((lid + 0.02) / 0.03) ** 2)
    open_eye: Maps = (tone * (0.35 + 0.65 * shadow) + 0.3 * wet, light * (0.25 + 0.75 * shadow) + 0.4 * wet, 0.75 * wet + 0.4 * small)
    closed: Maps = (0.03 + skin + 0.12 * rim, 0.35 + skin, torch.zeros_like(tone))
    return over(closed, open_eye, smooth(-0.012, 0.012, lid))


SCENES: dict[str, Callable[[Canvas], Maps]] = {"bubbles": bubbles, "coral": coral, "cells": cells, "eye": eye}
