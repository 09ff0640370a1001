"""Where the lines of a resolution target lie: sets of four parallel lines whose middle two come ever closer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LineSet:
    """Four lines along y: two in the middle, `spacing_nm` apart, and one further out on either side.

    Positions are centres along x in nm from the left edge of the field.
    """

    spacing_nm: float
    centre_nm: float
    outer_gap_nm: float

    @property
    def lines_nm(self) -> tuple[float, float, float, float]:
        """The four centres from left to right."""
        inner, outer = self.spacing_nm / 2, self.spacing_nm / 2 + self.outer_gap_nm
        centre = self.centre_nm
        return centre - outer, centre - inner, centre + inner, centre + outer


@dataclass(frozen=True)
class LinePattern:
    """All sets of a target, from the coarsest to the finest, and the width that every line has."""

    sets: tuple[LineSet, ...]
    line_width_nm: float

    @property
    def spacings_nm(self) -> tuple[float, ...]:
        """Distance of the middle lines in every set."""
        return tuple(line_set.spacing_nm for line_set in self.sets)

    @property
    def lines_nm(self) -> np.ndarray:
        """Centres of all lines (sets, 4)."""
        return np.array([line_set.lines_nm for line_set in self.sets], float).reshape(-1, 4)

    def positions(self) -> dict[str, np.ndarray]:
        """The pattern as plain arrays, as a truth file holds it."""
        return {
            "spacings_nm": np.array(self.spacings_nm, float),
            "centres_nm": np.array([line_set.centre_nm for line_set in self.sets], float),
            "lines_nm": self.lines_nm,
            "line_width_nm": np.array(self.line_width_nm, float),
            "outer_gap_nm": np.array([line_set.outer_gap_nm for line_set in self.sets], float),
        }

    @classmethod
    def from_positions(cls, positions: Mapping[str, np.ndarray]) -> LinePattern:
        """The pattern that `positions()` wrote. Raises KeyError where an array is missing."""
        columns = zip(positions["spacings_nm"], positions["centres_nm"], positions["outer_gap_nm"], strict=True)
        sets = tuple(LineSet(float(spacing), float(centre), float(gap)) for spacing, centre, gap in columns)
        return cls(sets, float(positions["line_width_nm"]))
