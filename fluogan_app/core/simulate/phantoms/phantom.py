"""A sample with known light, before any optics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern


@dataclass(frozen=True)
class Phantom:
    """A sample in its field.

    shape_yx: the field in camera pixels. paint: makes the light (zoom·Y, zoom·X) of the fine pixels, on any scale; it
    is called once it is known that the result fits into memory. positions: where things lie, as arrays in nm from the
    field's upper left corner, [y, x]. pattern: the line sets, where there are any.
    """

    shape_yx: tuple[int, int]
    paint: Callable[[], np.ndarray]
    positions: Mapping[str, np.ndarray] = field(default_factory=dict)
    pattern: LinePattern | None = None
