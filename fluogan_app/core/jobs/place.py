"""Where a run would be computed, why there, and whether it fits: looked up before it is started."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.device import Card, DeviceChoice, cards, choose_device
from fluogan_app.core.errors import DataError, DeviceError
from fluogan_app.core.jobs.memory import card_memory_bytes, free_memory_bytes
from fluogan_app.core.jobs.needs import Asked, Way, fits, ways_to_fit
from fluogan_app.core.methods.region_size import check_region
from fluogan_app.core.units import bytes_text


@dataclass(frozen=True)
class Place:
    """The device that a run would take, or why it cannot have the one that it wants.

    free_bytes: None where the system does not tell. ways: changes that make it fit, none where it does. too_small: why
    nothing can be reconstructed from so small a region; "" where something can.
    """

    choice: DeviceChoice | None
    trouble: str
    cards: tuple[Card, ...]
    needed_bytes: int
    free_bytes: int | None
    ways: tuple[Way, ...] = ()
    too_small: str = ""

    @property
    def fits(self) -> bool:
        """Whether it is expected to fit in memory."""
        return fits(self.needed_bytes, self.free_bytes)

    @property
    def words(self) -> str:
        """Device and memory in one line: "Processor · needs about 310 MB, 3.2 GB free"."""
        if self.choice is None:
            return self.trouble
        free = "" if self.free_bytes is None else f", {bytes_text(self.free_bytes)} free"
        return f"{self.choice.title} · needs about {bytes_text(self.needed_bytes)}{free}"

    @property
    def shortage(self) -> str:
        """That it is not expected to fit, with what to do; "" where it is."""
        if self.choice is None or self.fits:
            return ""
        what = "One of these makes it fit:" if self.ways else "Choose a smaller region, or another device."
        return f"Too large: the run needs about {bytes_text(self.needed_bytes)} of memory. {what}"


def look_up(asked: Asked) -> Place:
    """Choose the device as the run would, and ask it for its memory. Loads torch: not for the window's thread."""
    needed, present = asked.needed_bytes, cards()
    too_small = _too_small(asked)
    try:
        choice = choose_device(asked.settings.device)
    except DeviceError as error:
        return Place(None, error.one_line, present, needed, None, too_small=too_small)
    free = _free_bytes(choice.device)
    ways = () if fits(needed, free) else ways_to_fit(asked, free)
    return Place(choice, "", present, needed, free, ways, too_small)


def _too_small(asked: Asked) -> str:
    try:
        check_region(asked.roi.height, asked.roi.width, asked.acquisition)
    except DataError as error:
        return error.one_line
    return ""


def _free_bytes(device: str) -> int | None:
    if device == "cpu":
        return free_memory_bytes()
    known = card_memory_bytes(device)
    return None if known is None else known[0]
