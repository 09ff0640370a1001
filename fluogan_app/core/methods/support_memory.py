"""How much memory methods of two stages take."""

from __future__ import annotations

#: Torch and what is loaded with it, numbers per fine pixel, and numbers per camera pixel and frame: measured.
_BASE_BYTES, _PER_FINE_PIXEL, _PER_FRAME_PIXEL = 150_000_000, 24, 5


def support_memory_bytes(shape_tyx: tuple[int, int, int], zoom: int) -> int:
    """A rough upper estimate for frames (T, Y, X)."""
    frames, height, width = shape_tyx
    return _BASE_BYTES + 4 * height * width * (_PER_FRAME_PIXEL * frames + _PER_FINE_PIXEL * zoom**2)
