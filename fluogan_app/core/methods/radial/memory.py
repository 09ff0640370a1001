"""How many frames SRRF and eSRRF take in at one time, and what memory that needs. Loads no torch."""

from __future__ import annotations

#: A run takes at most so many steps, and at least so many frames in each.
MOST_STEPS, LEAST_FRAMES = 200, 4
#: Frames are mapped together as long as they have no more pixels.
PIXELS_AT_ONCE = 65_536


def frames_per_step(frames: int) -> int:
    """How many frames one step takes in."""
    return max(LEAST_FRAMES, -(-frames // MOST_STEPS))


def frames_together(frames: int, pixels: int) -> int:
    """How many of them are mapped together."""
    return min(max(1, PIXELS_AT_ONCE // pixels), frames_per_step(frames))


def radial_memory(shape_tyx: tuple[int, int, int], zoom: int, held: int) -> int:
    """A rough upper estimate in bytes: frames, maps of those that are mapped together, and `held` sums over time."""
    frames, height, width = shape_tyx
    together = frames_together(frames, height * width)
    maps = 4 * zoom**2 * (3 * together + 2) + 8 * zoom**2 * (held + 4)
    return 150_000_000 + height * width * (16 * frames + maps)
