"""`fluogan benchmark --methods`: every method on line stacks with known truth, in one table that is kept."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from fluogan_app.cli.arguments import checked_value
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.core.benchmark.comparison import TABLE, Comparison, Row, Summary, read_comparison
from fluogan_app.core.benchmark.machine import describe_machine
from fluogan_app.core.benchmark.rivals import Asked, Scored, cases_left, measured, pattern_of, strip_of_truth
from fluogan_app.core.errors import ReadError, UsageError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS, method_named
from fluogan_app.core.project.model import now_text
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.units import bytes_text, seconds_text

LIGHTS = ("bright", "dim", "blinking")
_IMAGES = "images"


def add_method_flags(parser: argparse.ArgumentParser) -> None:
    """What is measured of the methods, and where it is kept."""
    group = parser.add_argument_group("Methods beside each other")
    group.add_argument(
        "--methods", metavar="all|NAME,…",
        help="Instead of speed: reconstruct simulated lines that come ever closer with each of these methods, and "
        f"compare with the truth. Known are {', '.join(METHODS)}.",
    )  # fmt: skip
    group.add_argument("--lights", metavar="NAME", nargs="+", choices=LIGHTS, default=LIGHTS,
                       help=f"Light levels. Default: {' '.join(LIGHTS)}.")  # fmt: skip
    group.add_argument("--seeds", metavar="N", nargs="+", help="Seeds of the simulator: a stack each. Default: 1 2 3.")
    group.add_argument("--rows", metavar="N", help="Camera rows of the stacks. Default: 50.")
    group.add_argument("--frames", metavar="N", help="Frames of the stacks. Default: 500.")
    group.add_argument(
        "-o", "--output", metavar="FOLDER",
        help=f"Keep {TABLE}, figures and images here. What the folder has of the same stacks is not measured again.",
    )  # fmt: skip


def compare_methods(arguments: argparse.Namespace, report: Report) -> Exit:
    """Measure row by row, print, keep. Raises UsageError, ReadError, ProjectError."""
    asked = _asked(arguments)
    folder = Path(arguments.output) if arguments.output else None
    table = _known(asked, folder)
    for light, method, seed in cases_left(asked, table.rows):
        found = measured(asked, light, method, seed)
        table = replace(table.with_rows([found.row]), made=now_text())
        report.note(_progress(found.row))
        if folder is not None:
            _keep(folder, table, found, light, method, first=seed == asked.seeds[0])
    table = _in_order(table, asked)
    for light in asked.lights:
        report.text(f"{light.capitalize()}:", *_lines(table.summary(light)))
    if folder is not None:
        table.save(folder)
        _draw(asked, folder, table)
        report.text(f"Kept in {folder}.")
    if arguments.json:
        report.json(asdict(table))
    return Exit.DONE


def refuse_without_methods(arguments: argparse.Namespace) -> None:
    """Flags that mean nothing where only the speed is measured. Raises UsageError."""
    given = [f"--{name}" for name in ("seeds", "rows", "frames", "output") if getattr(arguments, name) is not None]
    if given:
        raise UsageError(f"{', '.join(given)} is of use with --methods only.", "Add --methods all, or leave it away.")


def _asked(arguments: argparse.Namespace) -> Asked:
    """What to measure. Raises UsageError, ParameterError."""
    usual = Asked(_methods(arguments.methods), tuple(arguments.lights))
    seeds = [checked_value(RunSettings, "seed", text) for text in arguments.seeds or ()]
    numbers = {
        name: checked_value(LinesParams, name, getattr(arguments, name))
        for name in ("rows", "frames") if getattr(arguments, name) is not None
    }  # fmt: skip
    return replace(usual, seeds=tuple(seeds) or usual.seeds, **numbers)


def _methods(text: str) -> tuple[str, ...]:
    names = tuple(METHODS) if text == "all" else tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not all(names):
        raise UsageError(f"“{text}” names no methods.", f"Name them with commas between: {', '.join(METHODS)}.")
    for name in names:
        method_named(name)
    return names


def _known(asked: Asked, folder: Path | None) -> Comparison:
    """What the folder has of the same stacks; without it an empty table."""
    empty = Comparison(now_text(), describe_machine(), asked.stack())
    if folder is None:
        return empty
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / TABLE).exists():
        return empty
    found = read_comparison(folder)
    if found.stack != asked.stack():
        raise UsageError(f"{folder} holds a comparison on other stacks.", "Name another folder (-o), or empty it.")
    return found


def _in_order(table: Comparison, asked: Asked) -> Comparison:
    """Rows by light, by method as the registry has them, by seed."""
    order = list(METHODS)
    lights = [*asked.lights, *(light for light in table.lights if light not in asked.lights)]
    known = [row for row in table.rows if row.method in order]
    rows = sorted(known, key=lambda row: (lights.index(row.light), order.index(row.method), row.seed))
    return replace(table, rows=tuple(rows))


def _keep(folder: Path, table: Comparison, found: Scored, light: str, method: str, first: bool) -> None:
    table.save(folder)
    if found.strip is not None and first:
        strip = found.strip.astype(np.float32)
        path = folder / _IMAGES / f"{light}-{method}.npy"
        path.parent.mkdir(exist_ok=True)

        def write(temporary: Path) -> None:
            with open(temporary, "wb") as file:
                np.save(file, strip, allow_pickle=False)

        write_atomic(path, write)


def _draw(asked: Asked, folder: Path, table: Comparison) -> None:
    from fluogan_app.core.project.methods_figure import save_strips

    fine_nm = asked.stack()["pixel_size_nm"] / asked.zoom
    for light in asked.lights:
        strips = {"Truth": strip_of_truth(asked, light)}
        for summary in table.summary(light):
            path = folder / _IMAGES / f"{light}-{summary.method}.npy"
            if path.exists() and summary.runs:
                strips[summary.title] = np.load(path, allow_pickle=False)
        marks = [(one.centre_nm, f"{one.spacing_nm:.0f} nm") for one in pattern_of(asked).sets]
        words = (
            f"Simulated lines, {light}; distances of the middle pairs above; "
            "each strip from its own darkest to its own brightest.",
        )
        save_strips(folder / f"figure-{light}.png", strips, fine_nm, words, marks)


def _lines(rows: Sequence[Summary]) -> list[str]:
    """The table of one light level."""
    head = ("method", "finest", "worst", "spacing error", "NRMSE, fitted", "NRMSE", "processor", "memory")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]


def _cells(row: Summary) -> tuple[str, ...]:
    if not row.runs:
        return (row.title, "failed: " + row.failed, "", "", "", "", "", "")
    return (
        row.title, _nm(row.finest_nm), _nm(row.finest_worst_nm),
        "–" if row.spacing_error_nm is None else f"{row.spacing_error_nm:.1f} nm", _ratio(row.nrmse),
        _ratio(row.nrmse_photons), f"{row.seconds:.1f} s",
        "–" if row.memory_bytes is None else bytes_text(row.memory_bytes),
    )  # fmt: skip


def _nm(value: float | None) -> str:
    return "none" if value is None else f"{value:.0f} nm"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _progress(row: Row) -> str:
    if row.failed:
        return f"{row.title}, {row.light}, seed {row.seed}: {row.failed}"
    found = f"finest {_nm(row.finest_nm)}, NRMSE, fitted {_ratio(row.nrmse)}"
    return f"{row.title}, {row.light}, seed {row.seed}: {found}, {seconds_text(row.seconds)}"
