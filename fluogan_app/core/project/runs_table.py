"""All runs of a project side by side: what each was asked for where they differ, and what came of it."""

from __future__ import annotations

import csv
import io
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.params import spec, value_text
from fluogan_app.core.project.differences import Difference, differences, parameters_of
from fluogan_app.core.project.kept_quality import QUALITY, quality_folder
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.run import Run, read_json
from fluogan_app.core.project.run_notes import RunNotes, read_notes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Column:
    """One column: its name in code, its head, and the unit of its values. about: "run", "setting" or "measure"."""

    name: str
    label: str
    unit: str = ""
    about: str = "run"
    tip: str = ""

    @property
    def head(self) -> str:
        """The head with the unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Cell:
    """One value: as it is read, and by what it is sorted. key: a number, or text; "" and NaN stand last."""

    text: str
    key: float | str = ""


@dataclass(frozen=True)
class RunsTable:
    """columns: what is told. rows: the cells of each run by the column's name, by the run's number, in their order."""

    columns: tuple[Column, ...]
    rows: Mapping[int, Mapping[str, Cell]]
    notes: Mapping[int, RunNotes]

    def csv_text(self, numbers: Sequence[int] | None = None, columns: Sequence[str] | None = None) -> str:
        """Runs and columns, all unless named, as comma-separated values, numbers in full."""
        shown = [column for column in self.columns if columns is None or column.name in columns]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(column.head for column in shown), "Notes"])
        for number in self.rows if numbers is None else numbers:
            cells = self.rows[number]
            writer.writerow([*(_plain(cells.get(column.name)) for column in shown), self.notes[number].note])
        return out.getvalue()


_OF_RUN = (
    Column("number", "Run"), Column("title", "Name", tip="Double-click to change it"), Column("status", "Status"),
)  # fmt: skip
_OF_MACHINE = (
    Column("seconds", "Time", "s"), Column("device", "Device"), Column("started", "Started", "UTC"),
)  # fmt: skip
#: Names under which a run or its judgement tells them.
_MEASURES = (
    Column("photon_balance_percent", "Photon balance", "%", "measure", "Light of the model beyond what was recorded"),
    Column("discrepancy", "Discrepancy", "", "measure", "Mean squared residual in units of the noise: 1 is noise"),
    Column("decorrelation_nm", "Decorrelation", "nm", "measure", "Finest structure of the estimate alone"),
    Column("frc_nm", "Ring correlation", "nm", "measure", "Down to where odd and even frames agree (1/7)"),
    Column("rsp", "RSP", "", "measure", "Pearson correlation of the blurred estimate with the recorded mean"),
    Column("residual_spots", "Spots", "", "measure", "Spots of the residual that noise does not make"),
    Column("doubtful_halves_percent", "Doubtful", "%", "measure", "Light in pixels that vary over random halves"),
)


def runs_table(runs: Sequence[Run], newer: Mapping[int, RunNotes] | None = None) -> RunsTable:
    """The table of some runs. Reads their notes and judgements; the columns of settings are those that differ.

    newer: notes that may not have reached the disk yet, by the run's number.
    """
    known = newer or {}
    notes = {run.number: known[run.number] if run.number in known else read_notes(run.folder) for run in runs}
    measures = {run.number: measures_of(run) for run in runs}
    settings, values = _settings(runs)
    told = [column for column in _MEASURES if any(column.name in found for found in measures.values())]
    rows = {
        run.number: {
            **_run_cells(run, notes[run.number]),
            **values[run.number],
            **{column.name: _measure(measures[run.number], column.name) for column in told},
        }
        for run in runs
    }
    return RunsTable((*_OF_RUN, *settings, *told, *_OF_MACHINE), rows, notes)


def measures_of(run: Run) -> dict[str, float | None]:
    """What a run told at its end, and what its judgement found; None for a resolution that it looked for in vain."""
    found: dict[str, float | None] = dict(run.record.measures)
    path = quality_folder(run) / QUALITY
    if path.is_file():
        try:
            kept = read_json(path).get("measures", {})
            found |= {name: value for name, value in kept.items() if isinstance(value, int | float)}
            found |= {name: None for name, value in kept.items() if value is None and name.endswith("_nm")}
        except (ProjectError, AttributeError) as error:
            log.warning("%s", error)
    return found


def _run_cells(run: Run, notes: RunNotes) -> dict[str, Cell]:
    record = run.record
    started = record.started.replace("T", " ").removesuffix("+00:00")
    cut = record.status is not RunStatus.FINISHED and record.status is not RunStatus.RUNNING
    status = f"{record.status.value} at {record.steps} of {record.total_steps}" if cut else record.status.value
    return {
        "number": Cell(str(run.number), float(run.number)),
        "title": Cell(notes.title, notes.title.casefold()),
        "status": Cell(status, record.status.value),
        "started": Cell(started[:16], started),
        "seconds": Cell(f"{record.seconds:.3g}" if record.seconds else "", record.seconds or math.nan),
        "device": Cell(record.device_title or record.device, record.device),
    }


def _settings(runs: Sequence[Run]) -> tuple[list[Column], dict[int, dict[str, Cell]]]:
    """Columns of what differs from the first run in any, and their values."""
    changes = {run.number: {f"{one.section}.{one.name}": one for one in _changes(runs, run)} for run in runs}
    kinds = {name: one for found in changes.values() for name, one in found.items()}
    columns = [Column(name, one.label, one.unit, "setting") for name, one in kinds.items()]
    values = {
        run.number: {name: _value_of(run, changes[run.number].get(name), one) for name, one in kinds.items()}
        for run in runs
    }
    return columns, values


def _changes(runs: Sequence[Run], run: Run) -> tuple[Difference, ...]:
    """In what a run differs from the first one; in the parameters of its method, from the first one of that method."""
    found = differences(runs[0].record, run.record)
    if run.record.method == runs[0].record.method:
        return found
    own = next(one for one in runs if one.record.method == run.record.method)
    return (*found, *(one for one in differences(own.record, run.record) if one.section == "params"))


def _value_of(run: Run, changed: Difference | None, kind: Difference) -> Cell:
    """What a run was asked for; nothing where its method has no such parameter."""
    if changed is not None:
        return _setting(changed.after, changed.after_text, changed.unit)
    if kind.section != "params":
        return _setting(kind.before, kind.before_text, kind.unit)
    values = parameters_of(run.record)
    if kind.name not in type(values).model_fields:
        return Cell("", math.nan)
    declared, value = spec(type(values), kind.name), getattr(values, kind.name)
    return _setting(value, value_text(declared, value), declared.unit)


def _setting(value: object, text: str, unit: str) -> Cell:
    plain = text.removesuffix(unit).rstrip() if unit else text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(plain, float(value) if is_number else plain.casefold())


def _measure(found: Mapping[str, float | None], name: str) -> Cell:
    """Empty where it was not measured; "none" where it was, and there is none to tell."""
    value = found.get(name, math.nan)
    if value is None:
        return Cell("none", math.nan)
    if not math.isfinite(value):
        return Cell("", math.nan)
    return Cell(f"{value:.4g}".replace("-", "−"), float(value))


def _plain(cell: Cell | None) -> str:
    """Numbers to their last digit; text that a spreadsheet would take for a formula is kept from being one."""
    if cell is None:
        return ""
    if isinstance(cell.key, float):
        return cell.text if math.isnan(cell.key) else repr(cell.key).removesuffix(".0")
    return f"'{cell.text}" if cell.text[:1] in "=+-@" and cell.text else cell.text
