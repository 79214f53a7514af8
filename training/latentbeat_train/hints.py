"""Where each subject's charts start from, and their constants: how often a pattern repeats around, which way it flows.

A hint says how a subject moves, as its scene does; what it looks like is learned. Unnamed values are the usual ones.
Scrolls: tiles a unit across and up, and the direction of one tile an orbit (right, up). Rings: repeats around, direction outward (1) or inward
(-1), tiles per log radius, the radius added inside the log, centre. Wheel: repeats around. Ground: horizon, reciprocal offset, direction, tiles across and deep;
box = 1 measures depth from the axis of a square hall. Spin: how often the second angle turns rings and disc.
"""
from typing import Any, NamedTuple

from .slots import SLOTS


class Rings(NamedTuple):
    fold: float = 2
    out: float = 1
    per_log: float = 1.6
    inner: float = 0.05
    spin: float = 0


class Scroll(NamedTuple):
    across: float = 1
    up: float = 1
    move: tuple[float, float] = (0, 1)


class Ground(NamedTuple):
    horizon: float = -0.15
    offset: float = 0.10
    toward: float = 1
    across: float = 0.5
    deep: float = 0.8
    box: float = 0


class Hint(NamedTuple):
    first: Rings = Rings()
    second: Rings = Rings(4, 1, 2.4)
    scroll: Scroll = Scroll()
    other: Scroll = Scroll(1, 1, (1, 0))
    ground: Ground = Ground()
    wheel: float = 2
    sway: float = 0.14  # how far the main thing moves with a seed
    circle: float = 0  # how far the first plane circles in an orbit (the second goes the other way)
    zoom: float = 0  # log size of the first plane, per share of the seed's first size
    squash: float = 1  # of the rings, disc and wheel, upward
    lean: float = 0
    centre: float = 0  # of the rings, upward
    rise: float = 0  # how far the first plane rises with the seed's first size
    sideways: bool = False  # moves across only
    twist: tuple[float, float, float] = (0, 0, 0)  # of the first rings: turn across per log radius; the same per share of the seed's first and second size
    ring_zoom: float = 0  # log size of rings, disc and wheel, per share of the seed's first size
    hall: tuple[float, float] = (0, 0)  # log width of a square hall, and per share of the seed's first size
    waves: bool = False  # patterns on a plane that swell and fade with the phase
    roll: float = 0  # turn of the planes per share of the seed's second size


HINTS: dict[str, Hint] = {
    "tunnel": Hint(Rings(4, 1, 2.5, 0.002), Rings(2, 1, 5.0, 0.002), sway=0.16, twist=(0, 0.764, 0)),
    "wormhole": Hint(Rings(2, -1, 0.9, 0.002), Rings(2, -1, 0.9, 0.002), sway=0.15, zoom=0.35, twist=(1.15, 0.3, 0)),
    "neon_grid": Hint(ground=Ground(0, 0.002, -1, 0.85, 1.7), scroll=Scroll(1, 1, (0, 1))),
    "light_corridor": Hint(ground=Ground(0, 0.002, -1, 1, 1.7, 1), sway=0.13, hall=(0.16, 0.30)),
    "starfield": Hint(Rings(2, 1, 0.8, 0.002), Rings(4, 1, 1.3, 0.002), sway=0.18),
    "spiral_galaxy": Hint(Rings(2, 1, 0.9, 0.05), wheel=2, squash=1.75, lean=0.42, sway=0.13, zoom=0.4, ring_zoom=0.4),
    "nebula": Hint(sway=-0.14, circle=0.40),
    "eclipse": Hint(Rings(2, 1, 0.75, 0.002), Rings(3, 1, 0.35, 0.002), sway=0.12, zoom=0.35, ring_zoom=0.33),
    "planet": Hint(scroll=Scroll(0.5, 1, (-1, 0)), sway=0.14, zoom=0.25, squash=1.0),
    "rain_skyline": Hint(scroll=Scroll(0.8, 0.45, (0, -1)), sway=-0.2, zoom=0.3, sideways=True),
    "retro_sun": Hint(ground=Ground(-0.30, 0.002, -1, 0.62, 1.24), sway=0.20, rise=0.24, sideways=True),
    "lightning": Hint(scroll=Scroll(0.9, 0.25, (0, -1)), sway=0.34, circle=0.0, sideways=True),
    "liquid_metal": Hint(scroll=Scroll(0.5, 1, (0, 1)), other=Scroll(0.5, 1, (0, 1)), sway=0.16, zoom=0.35),
    "ink": Hint(Rings(1, 1, 1.27, 0.18), Rings(2, 1, 1.27, 0.18), sway=0.2, zoom=0.35),
    "smoke": Hint(scroll=Scroll(0.5, 1, (0, 1)), other=Scroll(0.5, 1, (0, 1)), sway=0.18, sideways=True),
    "fire": Hint(scroll=Scroll(0.5, 1, (0, 1)), other=Scroll(1, 1, (0, 2)), sway=0.18, zoom=0.4, sideways=True),
    "sea": Hint(ground=Ground(0.12, 0.16, -1, 0.44, 0.84), sway=0.27, rise=0.30, sideways=True),
    "aurora": Hint(scroll=Scroll(0.5, 0.5, (-1, 0)), other=Scroll(0.4, 0.5, (1, 0)), sway=0.14),
    "mandala": Hint(Rings(8, 1, 1.71, 0.03), Rings(8, 1, 1.71, 0.03), sway=0.07, wheel=8, twist=(0, 0, 1.54)),
    "stained_glass": Hint(sway=0.12, zoom=0.35),
    "kaleidoscope": Hint(Rings(6, 1, 1.91, 0.04, 1), Rings(6, 1, 1.91, 0.04, 1), sway=0.08, wheel=6),
    "flower": Hint(Rings(8, 1, 1.82, 0.05, 1), Rings(8, 1, 1.82, 0.05, 1), sway=0.14, wheel=8, twist=(0, 0, 1.36)),
    "feathers": Hint(Rings(10, 1, 2.0, 0.06), Rings(10, 1, 2.0, 0.06), sway=0.16, wheel=10, centre=-0.62, twist=(0, 0, 1.6)),
    "op_art": Hint(Rings(8, 1, 2.2, 0.06), Rings(8, 1, 2.2, 0.06), sway=0.18, wheel=8, twist=(0, 0, 0.955)),
    "black_hole": Hint(Rings(1, 1, 0.6, 0.05), wheel=2, squash=1.0, sway=0.13, zoom=0.3),
    "moons": Hint(sway=0.13, zoom=0.2, waves=True),
    "underwater": Hint(scroll=Scroll(0.75, 0.75, (0, 1)), sway=0.24, sideways=True, ground=Ground(-0.56, 0.16, 1, 0.42, 0.84)),
    "desert": Hint(scroll=Scroll(0.5, 0.5, (-1, 0)), other=Scroll(1, 0.5, (-1, 0)), sway=0.15, zoom=0.3),
    "mountains": Hint(scroll=Scroll(0.5, 0.5, (-2, 0)), other=Scroll(0.5, 0.5, (-1, 0)), sway=0.16, zoom=0.3),
    "clouds": Hint(Rings(4, 1, 1), scroll=Scroll(0.5, 0.5, (-2, 0)), other=Scroll(0.5, 0.5, (-1, 0)), sway=0.16, zoom=0.3),
    "forest": Hint(Rings(6, 1, 1), scroll=Scroll(0.5, 0.5, (-2, 0)), other=Scroll(0.5, 0.5, (-1, 0)), sway=0.16),
    "fractal": Hint(sway=0.16, zoom=0.42, roll=0.5, waves=True), "silk": Hint(sway=0.2, zoom=0.35, waves=True), "paint": Hint(sway=0.2, zoom=0.39, waves=True),
    "circuit": Hint(sway=0.13, zoom=-0.23, waves=True), "coral": Hint(sway=0.2, zoom=0.39, waves=True), "honeycomb": Hint(sway=0, zoom=0.34, waves=True),
    "ribbons": Hint(sway=0.2, waves=True), "eye": Hint(sway=0.12),
    "bubbles": Hint(scroll=Scroll(0.91, 0.91, (0, 1)), other=Scroll(1.44, 1.44, (0, 1)), sway=0.16, zoom=0.37),
    "jellyfish": Hint(other=Scroll(1, 1, (0, 1)), sway=0.2, zoom=0.4, waves=True),
    "cells": Hint(scroll=Scroll(0.82, 0.82, (1, 0)), other=Scroll(0.82, 0.82, (1, 0)), sway=0.18, zoom=0.39),
    "marble": Hint(scroll=Scroll(0.38, 0.76, (0, -1)), other=Scroll(0.38, 0.76, (0, -1)), sway=0.2, zoom=0.42),
    "halftone": Hint(sway=0.0, waves=True),
    "waterfall": Hint(scroll=Scroll(1.3, 0.3, (0, -1)), other=Scroll(1.9, 0.3, (0, -1)), sway=0.14, sideways=True),
    "fireworks": Hint(sway=0.14, waves=True),
    "city_flight": Hint(ground=Ground(0, 0.002, -1, 1, 0.6, 1), sway=0.12, hall=(0.1, 0.2)),
    "laser_show": Hint(Rings(10, 1, 1.0), wheel=14, centre=0.06, sway=0.11, waves=True),
}


def hint(name: str) -> Hint:
    return HINTS.get(name, Hint())


def constants(name: str) -> list[float]:
    """What a subject's charts are told and never learn: see charts.CONSTANTS."""
    h = hint(name)
    rings: list[Any] = [value for ring in (h.first, h.second) for value in (ring.fold, ring.out, ring.inner, ring.spin)]
    return [*rings, h.wheel, *h.scroll.move, *h.other.move, h.ground.offset, h.ground.toward, h.ground.box]


TABLE = tuple(constants(name) for name in SLOTS)
