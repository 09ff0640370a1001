"""The methods beside each other on stacks with known truth: the table that the help shows, kept as JSON.

Reading it needs neither torch nor scipy.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from fluogan_app.core.errors import ReadError
from fluogan_app.core.files import write_json_atomic

TABLE, FORMAT = "comparison.json", 1


@dataclass(frozen=True)
class Row:
    """One method on one stack.

    finest_nm: the finest distance at which, and at every coarser one, two lines are split in place in at least 90 % of
    the rows; None where none is. shares: of the rows in which a distance is split in place, by the distance in nm.
    spacing_error_nm: median over the sets from 150 nm on. nrmse: after the scale and the level that fit best, so that
    methods that claim no light are not punished for it; nrmse_photons: after matching the sums, of methods that claim
    photons. parameters: those that differ from the defaults. failed: why there is no image, "" where there is one.
    seconds: by the clock, from the frames in memory to the result; processor_seconds: of all threads. memory_bytes:
    at most, beyond what was held before; None where the system does not tell.
    """

    method: str
    title: str
    light: str
    seed: int
    finest_nm: float | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    spacing_error_nm: float | None = None
    nrmse: float | None = None
    nrmse_photons: float | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0
    memory_bytes: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""


@dataclass(frozen=True)
class Summary:
    """A method at one light level: medians over the seeds, and the worst finest distance.

    finest_nm: the median, of an even number of runs the coarser one; None where it splits nothing, as for
    finest_worst_nm. runs: those with an image. seconds: the processor's, which other programs lengthen less than the
    clock's.
    """

    method: str
    title: str
    light: str
    runs: int
    finest_nm: float | None
    finest_worst_nm: float | None
    spacing_error_nm: float | None
    nrmse: float | None
    nrmse_photons: float | None
    seconds: float
    memory_bytes: int | None
    failed: str


@dataclass(frozen=True)
class Comparison:
    """All rows, and what they were measured with. stack: what was simulated; machine: see describe_machine."""

    made: str
    machine: Mapping[str, Any]
    stack: Mapping[str, Any]
    rows: tuple[Row, ...] = ()

    @property
    def lights(self) -> tuple[str, ...]:
        """Light levels in the order of the rows."""
        return tuple(dict.fromkeys(row.light for row in self.rows))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the simulator."""
        return tuple(sorted({row.seed for row in self.rows}))

    def summary(self, light: str) -> tuple[Summary, ...]:
        """The methods at one light level, in the order of the rows."""
        named = dict.fromkeys(row.method for row in self.rows if row.light == light)
        return tuple(_summary([row for row in self.rows if (row.method, row.light) == (name, light)]) for name in named)

    def with_rows(self, rows: Iterable[Row]) -> Comparison:
        """The same with these rows instead of those of the same method, light and seed."""
        known = {(row.light, row.method, row.seed): row for row in self.rows}
        known |= {(row.light, row.method, row.seed): row for row in rows}
        return Comparison(self.made, self.machine, self.stack, tuple(known.values()))

    def save(self, folder: Path) -> None:
        """Write the table into a folder. Raises ProjectError."""
        write_json_atomic(folder / TABLE, {"format": FORMAT, **asdict(self)})


def comparison_folder() -> Path:
    """Where the table that came with the program is."""
    return Path(str(resources.files("resources").joinpath("comparison")))


def read_comparison(folder: Path) -> Comparison:
    """The table in a folder. Raises ReadError where there is none that can be read."""
    path = folder / TABLE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise ValueError(f"format {content.get('format')}")
        rows = tuple(Row(**row) for row in content.pop("rows"))
        return Comparison(**content, rows=rows)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        hint = "“fluogan benchmark --methods all -o FOLDER” measures one."
        raise ReadError(f"The comparison of methods {path} cannot be read.", hint) from error


def _summary(rows: list[Row]) -> Summary:
    done = [row for row in rows if not row.failed]
    finest = sorted(float("inf") if row.finest_nm is None else row.finest_nm for row in done)
    return Summary(
        method=rows[0].method,
        title=rows[0].title,
        light=rows[0].light,
        runs=len(done),
        finest_nm=_finite(finest[len(finest) // 2]) if finest else None,
        finest_worst_nm=_finite(finest[-1]) if finest else None,
        spacing_error_nm=_median(row.spacing_error_nm for row in done),
        nrmse=_median(row.nrmse for row in done),
        nrmse_photons=_median(row.nrmse_photons for row in done),
        seconds=_median(row.processor_seconds for row in done) or 0.0,
        memory_bytes=_most(row.memory_bytes for row in done),
        failed=next((row.failed for row in rows if row.failed), ""),
    )


def _finite(value: float) -> float | None:
    return None if value == float("inf") else value


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
