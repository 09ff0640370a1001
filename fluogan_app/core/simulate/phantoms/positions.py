"""Positions of molecules from a text table, as localisation programs write it."""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from fluogan_app.core.errors import ReadError

MOST_POSITIONS = 5_000_000
_NAMES = {
    "x": ("xnano", "x_nm", "x [nm]", "x(nm)", "x (nm)", "x[nm]"),
    "y": ("ynano", "y_nm", "y [nm]", "y(nm)", "y (nm)", "y[nm]"),
    "light": ("intensity", "intensity [photon]", "intensity [photons]", "photons"),
}
_HINT = "The first line must name the columns, x and y in nm: for example “x [nm],y [nm]” or “xnano,ynano”."


@dataclass(frozen=True)
class Molecules:
    """places_yx_nm: (n, 2). light: (n,) relative brightness, 1 for all where the file states none."""

    places_yx_nm: np.ndarray
    light: np.ndarray


def read_positions(path: Path) -> Molecules:
    """The positions in a table with a header, separated by commas, semicolons or tabs. Raises ReadError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            separator = max(",;\t", key=header.count)
            columns = _columns(path, next(csv.reader([header], delimiter=separator), []))
            table = _numbers(file, separator, list(columns.values()))
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} could not be read as a table of positions: {error}.", _HINT) from error
    return _checked(path, columns, table)


def _numbers(file: TextIO, separator: str, columns: list[int]) -> np.ndarray:
    with warnings.catch_warnings():
        # An empty table is told as an error, with the file's name.
        warnings.simplefilter("ignore", UserWarning)
        return np.loadtxt(file, delimiter=separator, usecols=columns, ndmin=2, max_rows=MOST_POSITIONS + 1)


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    """Where x, y and, if it is there, the brightness stand."""
    named = [name.strip().strip('"').lower() for name in header]
    found = {what: named.index(name) for what, names in _NAMES.items() for name in reversed(names) if name in named}
    for what in ("x", "y"):
        if what not in found:
            raise ReadError(f"{path} has no column of {what} positions in nm.", _HINT)
    return found


def _checked(path: Path, columns: dict[str, int], table: np.ndarray) -> Molecules:
    if len(table) == 0:
        raise ReadError(f"{path} holds no positions.", _HINT)
    if len(table) > MOST_POSITIONS:
        raise ReadError(f"{path} holds more than {MOST_POSITIONS:,} positions.".replace(",", " "), "Give fewer.")
    place = {what: table[:, index] for index, what in enumerate(columns)}
    light = place.get("light", np.ones(len(table)))
    if not np.all(np.isfinite(table)) or light.min() < 0 or light.max() == 0:
        raise ReadError(f"{path} holds positions that are no numbers, or intensities below 0 or all 0.", _HINT)
    return Molecules(np.stack([place["y"], place["x"]], axis=1), light)
