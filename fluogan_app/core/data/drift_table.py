"""A drift as a table that other programs read and write: one row for each frame, positions in camera pixels."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np

from fluogan_app.core.data.drift import DECIMALS, FURTHEST, Drift
from fluogan_app.core.errors import ReadError
from fluogan_app.core.files import write_text_atomic

#: What a column may be called, in small letters, and what it is.
NAMES = {
    "frame": "frame", "t": "frame", "y_pixels": "y", "y": "y", "dy": "y", "x_pixels": "x", "x": "x", "dx": "x",
}  # fmt: skip
#: Columns that repeat what others say.
REPEATED = ("y_nm", "x_nm")
#: Longer tables are none of a stack that can be opened.
MOST_BYTES = 100_000_000


def write_drift_table(path: Path, drift: Drift, pixel_size_nm: float | None = None) -> None:
    """Write frame (from 0), y_pixels, x_pixels, and y_nm, x_nm where the pixel size is known. Raises ProjectError."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    nm = () if pixel_size_nm is None else REPEATED
    table.writerow(("frame", "y_pixels", "x_pixels", *nm))
    for frame, (y, x) in enumerate(zip(drift.y_pixels, drift.x_pixels)):
        lengths = [f"{value * pixel_size_nm:.2f}" for value in (y, x)] if pixel_size_nm is not None else []
        table.writerow((frame, f"{y:.{DECIMALS}f}", f"{x:.{DECIMALS}f}", *lengths))
    write_text_atomic(path, text.getvalue())


def read_drift_table(path: Path) -> Drift:
    """A path from a table with the columns frame, y and x, in any order; frames counted from 0 or from 1.

    Positions are camera pixels, positive where the sample went to higher rows and columns. A table in nm, or one whose
    columns do not say which is which, is refused. Raises ReadError.
    """
    lines = _lines(path)
    columns = _columns(path, lines[0] if lines else "")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        try:
            rows.append([float(field) for field in next(csv.reader([line]))])
        except ValueError as error:
            raise _no_table(path, f"line {number} holds what is no number") from error
        if len(rows[-1]) != len(lines[0].split(",")) or not all(map(math.isfinite, rows[-1])):
            raise _no_table(path, f"line {number} does not hold a number in each column")
    if not rows:
        raise _no_table(path, "it has no rows")
    values = np.array(rows)
    frames = values[:, columns["frame"]]
    if frames[0] not in (0.0, 1.0) or not np.array_equal(frames, frames[0] + np.arange(len(frames))):
        raise _no_table(path, "its frames do not count 0, 1, 2 … or 1, 2, 3 … without a gap")
    positions = values[:, [columns["y"], columns["x"]]]
    if np.abs(positions).max() > FURTHEST / 2:
        raise _no_table(path, f"it tells of a movement by {np.abs(positions).max():.3g} pixels")
    return Drift.of(positions, f"from the table {path.name}")


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _no_table(path, "it is too large for one")
        return [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise _no_table(path, "it is no text") from error
    except OSError as error:
        raise ReadError(f"{path} could not be read: {error.strerror}.", "Check the name of the drift table.") from error


def _columns(path: Path, heading: str) -> dict[str, int]:
    """Which column is which, by their names."""
    names = [name.strip().strip("\"").lower() for name in heading.split(",")]
    known = [(NAMES[name], place) for place, name in enumerate(names) if name in NAMES]
    unknown = [name for name in names if name not in NAMES and name not in REPEATED]
    if unknown or sorted(what for what, _ in known) != ["frame", "x", "y"]:
        raise _no_table(path, f"its columns are called {', '.join(names)[:80]}")
    return dict(known)


def _no_table(path: Path, what: str) -> ReadError:
    return ReadError(
        f"{path.name} is no drift table: {what}.",
        "The first line reads frame,y_pixels,x_pixels; then comes one line for each frame, in camera pixels.",
    )
