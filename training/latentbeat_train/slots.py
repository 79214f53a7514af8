"""The subjects in the order of the model's slots, with the scene file each lives in. Slots never change their meaning."""

SPACE = ("tunnel", "wormhole", "neon_grid", "light_corridor", "starfield", "spiral_galaxy", "nebula", "eclipse", "planet", "rain_skyline",
    "retro_sun", "lightning")
MATTER = ("liquid_metal", "ink", "smoke", "fire", "sea", "aurora", "mandala", "stained_glass", "kaleidoscope", "flower", "feathers", "op_art")
PLACES = ("circuit", "desert", "forest", "waterfall", "clouds", "fireworks", "moons", "city_flight", "underwater", "mountains", "black_hole",
    "laser_show")
TEXTURES = ("bubbles", "jellyfish", "fractal", "coral", "cells", "eye", "paint", "halftone", "ribbons", "silk", "honeycomb", "marble")
SLOTS = SPACE + MATTER + PLACES + TEXTURES

WHEELS = {"spiral_galaxy": 2, "mandala": 8, "kaleidoscope": 6, "flower": 8, "black_hole": 2, "eclipse": 6, "eye": 8, "feathers": 6, "fireworks": 8,
    "laser_show": 4, "jellyfish": 8, "honeycomb": 6}
FOLDS = tuple(WHEELS.get(name, 2) for name in SLOTS)  # repeats around of the wheel chart: an orbit turns it by one
