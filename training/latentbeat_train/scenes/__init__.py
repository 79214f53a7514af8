"""All subjects, by name, in the order of the model's slots (new ones go to the end)."""
from collections.abc import Callable

from ..canvas import Canvas
from .first import SCENES as FIRST
from .maps import Maps
from .matter import SCENES as MATTER
from .waters import SCENES as WATERS

SCENES: dict[str, Callable[[Canvas], Maps]] = {**FIRST, **MATTER, **WATERS}
