"""Curves as a table: one row per step, the header names each metric with its unit."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_atomic


def write_curves_csv(path: Path, curves: Curves) -> None:
    """Write curves so that they come back number by number; a metric not computed at a step stays empty.

    Raises ProjectError.
    """

    def write(temporary: Path) -> None:
        with open(temporary, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["step", *(_heading(metric) for metric in curves.metrics)])
            columns = [[_cell(value) for value in curves.columns[metric.name].tolist()] for metric in curves.metrics]
            rows.writerows(zip(curves.steps.tolist(), *columns, strict=True))

    write_atomic(path, write)


def curves_text(curves: Curves) -> str:
    """The same with tabulators between the cells, to be pasted into a table."""
    columns = [[_cell(value) for value in curves.columns[metric.name].tolist()] for metric in curves.metrics]
    rows = [["step", *(_heading(metric) for metric in curves.metrics)], *zip(map(str, curves.steps.tolist()), *columns)]
    return "".join("\t".join(row) + "\n" for row in rows)


def read_curves_csv(path: Path, metrics: Sequence[Metric]) -> Curves:
    """Curves that were written with these metrics. Raises ProjectError for a damaged table."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            heading, *rows = csv.reader(file)
        if heading != ["step", *(_heading(metric) for metric in metrics)]:
            raise ValueError("the headings are not those of the metrics")
        table = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows], np.float64)
        table = table.reshape(len(rows), len(heading))
    except (OSError, ValueError) as error:
        raise ProjectError(f"The curves {path} cannot be read.", "The images of the run are not concerned.") from error
    columns = {metric.name: table[:, index] for index, metric in enumerate(metrics, start=1)}
    return Curves(tuple(metrics), table[:, 0].astype(np.int64), columns)


def _heading(metric: Metric) -> str:
    return f"{metric.name} [{metric.unit}]" if metric.unit else metric.name


def _cell(value: float) -> str:
    return "" if np.isnan(value) else repr(value)
