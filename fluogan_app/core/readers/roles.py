"""Which axis of a file is time: as the file says, as the user says, or by a guess that is put into words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.errors import ReadError

#: Letters for pages in a row that the file gives no meaning to.
UNNAMED = "IQ"
#: The wish that no axis be time: each plane is then an image of its own.
NO_TIME = "NONE"


@dataclass(frozen=True)
class Roles:
    """Positions of the leading axes that are time and channel (None: one only); all others together are planes.

    guessed: whether time was taken by a guess, since the file names none.
    """

    time: int | None
    channel: int | None
    warnings: tuple[str, ...] = ()
    guessed: bool = False


def assign_roles(axes: str, counts: tuple[int, ...], stated: bool, wish: str = "") -> Roles:
    """The roles of the leading axes (those before Y and X).

    `stated` says that the file defines its axes itself (as OME does), so that Z is really depth; elsewhere Z, I and Q
    without a T are taken as time. `wish` is the letter that the user takes as time, or NO_TIME. Raises ReadError where
    there is no such axis.
    """
    if wish:
        return _wished(axes, counts, wish.upper())
    time = _position(axes, counts, "T")
    if time is not None:
        return Roles(time, _position(axes, counts, "C"))
    time, warnings = _guess(axes, counts, stated)
    return Roles(time, _position(axes, counts, "C"), warnings, guessed=time is not None)


def arrange(planes: np.ndarray, roles: Roles) -> np.ndarray:
    """Plane addresses of shape (leading axes…, 2) as (T, C, Z, 2)."""
    leading = planes.ndim - 1
    named = [axis for axis in (roles.time, roles.channel) if axis is not None]
    rest = [axis for axis in range(leading) if axis not in named]
    ordered = planes.transpose(*named, *rest, leading)
    times = planes.shape[roles.time] if roles.time is not None else 1
    channels = planes.shape[roles.channel] if roles.channel is not None else 1
    return ordered.reshape(times, channels, -1, planes.shape[-1])


def _wished(axes: str, counts: tuple[int, ...], wish: str) -> Roles:
    if wish == NO_TIME:
        return Roles(None, _position(axes, counts, "C"))
    if len(wish) != 1 or wish not in axes:
        known = ", ".join(axes) or "none but Y and X"
        message = f"The file has no axis {wish} that could be time; its axes are {known}."
        raise ReadError(message, "Choose one of these.")
    channel = _position(axes, counts, "C")
    return Roles(axes.index(wish), None if wish == "C" else channel)


def _position(axes: str, counts: tuple[int, ...], letter: str) -> int | None:
    position = axes.find(letter)
    return position if position >= 0 and counts[position] > 1 else None


def _guess(axes: str, counts: tuple[int, ...], stated: bool) -> tuple[int | None, tuple[str, ...]]:
    long_axes = [axis for axis, letter in enumerate(axes) if letter != "C" and counts[axis] > 1]
    if not long_axes:
        return None, ()
    time = max(long_axes, key=lambda axis: counts[axis])
    letter, count = axes[time], counts[time]
    if stated:
        what = "planes in depth" if letter == "Z" else f"images along axis {letter}"
        sentence = f"The file holds one time point of {count} {what}"
        return None, (f"{sentence}; take axis {letter} as time if they are frames.",)
    if letter in UNNAMED:
        return time, (f"The file does not name its axes: its {count} pages (axis {letter}) are taken as time.",)
    return time, (f"Axis {letter} is taken as time ({count} frames), since the file names no time axis.",)
