"""A file with a sample that moves, for whoever looks at its drift."""

from __future__ import annotations

from pathlib import Path

import tifffile

from tests.core.drifting import filaments, smooth_path

FRAMES, SIDE, PIXELS = 80, 48, 2.3
PATH = smooth_path(FRAMES, PIXELS)


def write_drifting(folder: Path) -> Path:
    """Filaments that move by 2.3 pixels of 100 nm."""
    path = folder / "drifting.tif"
    recorded = filaments(PATH, SIDE, signal_photons=200.0)
    stated = {"axes": "TYX", "unit": "um"}
    tifffile.imwrite(path, recorded.frames, imagej=True, resolution=(10.0, 10.0), metadata=stated)
    return path
