"""The subjects in the order of the model's slots, with the scene file each lives in. Slots never change their meaning."""

SPACE = ("tunnel", "wormhole", "neon_grid", "light_corridor", "starfield", "spiral_galaxy", "nebula", "eclipse", "planet", "rain_skyline",
    "retro_sun", "lightning")
MATTER = ("liquid_metal", "ink", "smoke", "fire", "sea", "aurora", "mandala", "stained_glass", "kaleidoscope", "flower", "feathers", "op_art")
PLACES = ("circuit", "desert", "forest", "waterfall", "clouds", "fireworks", "moons", "city_flight", "underwater", "mountains", "black_hole",
    "laser_show")
TEXTURES = ("bubbles", "jellyfish", "fractal", "coral", "cells", "eye", "paint", "halftone", "ribbons", "silk", "honeycomb", "marble")
SLOTS = SPACE + MATTER + PLACES + TEXTURES
HEADLINE = SPACE + MATTER
WEAK = ("ribbons", "fireworks")  # what charts cannot move yet: trained, and not offered
OFFERED = tuple(name for name in SLOTS if name not in WEAK)
