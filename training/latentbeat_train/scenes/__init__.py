"""All subjects, by name, in the order of the model's slots (new ones go to the end)."""
from collections.abc import Callable

from ..canvas import Canvas
from .city import SCENES as CITY
from .first import SCENES as FIRST
from .landscape import SCENES as LANDSCAPE
from .maps import Maps
from .night import SCENES as NIGHT
from .places import SCENES as PLACES
from .sky import SCENES as SKY
from .wonders import SCENES as WONDERS
from .space import SCENES as SPACE

SCENES: dict[str, Callable[[Canvas], Maps]] = {**FIRST, **SPACE, **SKY, **NIGHT, **CITY, **WONDERS, **LANDSCAPE, **PLACES}
