"""What is asked for of a file that holds several images."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """A selection that leaves open what nobody asked for, None: what the named file of a series holds, else the first.

    Fields as those of `Selection`.
    """

    scene: int | None = None
    channel: int | None = None
    plane: int | None = None
    time_axis: str = ""
    alone: bool = False
