"""What a run needs of memory beside what is free, and which changes would make it fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.planning import SIDES, make_plan
from fluogan_app.core.params import Params

#: Of the free memory so much is taken at most: other programs, and this window, go on needing some.
SHARE = 0.9
#: The smallest region that is proposed, in camera pixels along a side.
LEAST_SIDE = 32


@dataclass(frozen=True)
class Asked:
    """A run as far as its memory depends on it."""

    method: Method
    params: Params
    acquisition: Acquisition
    frame_count: int
    roi: Roi
    settings: RunSettings

    @property
    def needed_bytes(self) -> int:
        """A rough upper estimate of what it takes."""
        plan = make_plan(
            self.method, self.params, self.acquisition, self.frame_count, self.roi, self.settings.tile
        )
        return plan.memory_bytes


@dataclass(frozen=True)
class Way:
    """A change that makes a run fit: in words, with what it then needs, and the values to set.

    settings, params: by name. roi: another region.
    """

    words: str
    needed_bytes: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    roi: Roi | None = None


def fits(needed_bytes: int, free_bytes: int | None) -> bool:
    """Whether there is enough; so it is taken to be where the system does not tell."""
    return free_bytes is None or needed_bytes <= SHARE * free_bytes


def ways_to_fit(asked: Asked, free_bytes: int) -> tuple[Way, ...]:
    """The least change of each kind that makes a run fit: smaller tiles, a smaller zoom, the middle of the region."""
    enough = partial(fits, free_bytes=free_bytes)
    kinds = (_tiles(asked), _zooms(asked), _regions(asked))
    found = (next((way for way in ways if enough(way.needed_bytes)), None) for ways in kinds)
    return tuple(way for way in found if way is not None)


def _tiles(asked: Asked) -> Iterator[Way]:
    if getattr(asked.params, "boundary", "") == "periodic":
        return  # always one piece
    now = asked.settings.tile or max(asked.roi.height, asked.roi.width)
    for side in SIDES:
        if side < now:
            settings = asked.settings.model_copy(update={"tile": side})
            yield Way(f"Tiles of {side} pixels", _with(asked, settings=settings), settings={"tile": side})


def _zooms(asked: Asked) -> Iterator[Way]:
    for zoom in range(getattr(asked.params, "zoom", 1) - 1, 0, -1):
        params = asked.params.model_copy(update={"zoom": zoom})
        yield Way(f"Zoom {zoom}", _with(asked, params=params), params={"zoom": zoom})


def _regions(asked: Asked) -> Iterator[Way]:
    roi = asked.roi
    for tenths in range(9, 0, -1):
        height, width = (max(LEAST_SIDE, side * tenths // 10) for side in (roi.height, roi.width))
        if height >= roi.height and width >= roi.width:
            return
        height, width = min(height, roi.height), min(width, roi.width)
        middle = Roi(roi.y0 + (roi.height - height) // 2, roi.x0 + (roi.width - width) // 2, height, width)
        yield Way(f"Middle {height} × {width} pixels", _with(asked, roi=middle), roi=middle)


def _with(asked: Asked, **changes: Any) -> int:
    return Asked(**{**vars(asked), **changes}).needed_bytes
