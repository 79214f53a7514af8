"""All subjects that have a scene, by name, in the order of the model's slots."""
import importlib
import pkgutil
from collections.abc import Callable

from ..canvas import Canvas
from ..slots import SLOTS
from .maps import Maps


def _find() -> dict[str, Callable[[Canvas], Maps]]:
    """Every module of this folder that has SCENES."""
    found: dict[str, Callable[[Canvas], Maps]] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{module.name}"), "SCENES", {})
    return {name: found[name] for name in SLOTS if name in found}


SCENES = _find()
