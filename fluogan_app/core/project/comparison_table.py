"""The measures of compared images as a table: columns with unit and meaning, and quietly the best of each."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fluogan_app.core.project.comparisons import ComparedRun
from fluogan_app.core.project.runs_table import Cell, Column

#: Which values of a column are better than others; "" where none are.
Better = Literal["", "less", "more"]
#: Values within this share of the best are as good: no table is so exact.
_AS_GOOD = 0.01
#: What compares an image with the recorded mean.
_AGAINST_MEAN = ("rsp", "rse_percent")


@dataclass(frozen=True)
class MeasureColumn(Column):
    """A column of measures, and which of them are better."""

    better: Better = ""


@dataclass(frozen=True)
class ComparisonTable:
    """columns: what is told. rows: the cells of each image by the column's name, in their order.

    best: by a column's name the rows that are best in it, or as good as that; none where fewer than two have a value.
    """

    columns: tuple[MeasureColumn, ...]
    rows: tuple[Mapping[str, Cell], ...]
    best: Mapping[str, frozenset[int]]

    def csv_text(self) -> str:
        """As comma-separated values, numbers in full and units in the head."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.head for column in self.columns])
        for row in self.rows:
            writer.writerow([_plain(row[column.name]) for column in self.columns])
        return out.getvalue()


_OF_IMAGE = (
    MeasureColumn("title", "Image", tip="The method, the run's name, or the program it was imported from"),
    MeasureColumn("run", "Run"),
)  # fmt: skip
_MEASURES = (
    MeasureColumn("decorrelation_nm", "Decorrelation", "nm", "measure",
                  "Finest structure that stands above the noise of the image alone. Sharpened noise counts as "
                  "structure, so that none is called the best: a small number is not yet a true image."),
    MeasureColumn("frc_nm", "Ring correlation", "nm", "measure",
                  "Down to where images from odd and from even frames agree (1/7). What both invent alike agrees too, "
                  "so that none is called the best."),
    MeasureColumn("rsp", "RSP", "", "measure",
                  "Pearson correlation of the image, blurred again, with the recorded mean: 1 is perfect. The mean "
                  "itself has 1.", "more"),
    MeasureColumn("rse_percent", "RSE", "%", "measure",
                  "Rms difference of the image, blurred again and scaled, from the recorded mean, as a share of the "
                  "mean's range.", "less"),
    MeasureColumn("photon_balance_percent", "Photon balance", "%", "measure",
                  "Light of the model beyond what was recorded; only of methods whose values are light."),
    MeasureColumn("shift_nm", "Shift", "nm", "measure",
                  "How far the image, blurred again, lies beside the recorded mean; – where that could not be told."),
    MeasureColumn("finest_split_nm", "Finest lines", "nm", "measure",
                  "Finest simulated lines that stand apart and in place in 90 % of the rows.", "less"),
    MeasureColumn("spacing_error_nm", "Spacing error", "nm", "measure",
                  "Median error of the distance between simulated lines, 150 to 390 nm apart.", "less"),
    MeasureColumn("nrmse", "NRMSE", "", "measure",
                  "Distance from the simulated truth over its norm, with equal sums; only of methods whose "
                  "values are light.", "less"),
    MeasureColumn("nrmse_fitted", "NRMSE, fitted", "", "measure",
                  "The same with the scale and level that fit best, for images in any unit.", "less"),
    MeasureColumn("truth_pearson", "Correlation with truth", "", "measure",
                  "Pearson correlation with the simulated truth, in any unit.", "more"),
    MeasureColumn("seconds", "Time", "s", "measure",
                  "By the clock, from the reading of the frames on. Other work of the machine is in it.", "less"),
    MeasureColumn("processor_seconds", "Processor time", "s", "measure", "Of all processors together.", "less"),
    MeasureColumn("peak_memory_mb", "Memory", "MB", "measure",
                  "The most that the program held beyond what it held before the run, its frames included; on a "
                  "graphics card, the most there.", "less"),
)  # fmt: skip
_END = (
    MeasureColumn("steps", "Steps"),
    MeasureColumn("zoom", "Zoom", "fine pixels per pixel"),
    MeasureColumn("unit", "Values in", tip="What the values of the image are"),
    MeasureColumn("changed", "Parameters", tip="Those that are not the method's defaults"),
    MeasureColumn("remark", "Remark"),
)


def comparison_table(compared: Sequence[ComparedRun]) -> ComparisonTable:
    """The table of compared images; measures that none of them has are left out."""
    told = [column for column in _MEASURES if any(column.name in one.measures for one in compared)]
    rows = tuple({**_about(one), **{column.name: _cell(one, column) for column in told}} for one in compared)
    # What is blurred already comes near the recorded mean without any merit.
    plain = frozenset(index for index, one in enumerate(compared) if one.claims.blurred)
    best = {
        column.name: _best(rows, column, plain if column.name in _AGAINST_MEAN else frozenset())
        for column in told if column.better
    }  # fmt: skip
    return ComparisonTable((*_OF_IMAGE, *told, *_END), rows, best)


def main_numbers(one: ComparedRun) -> str:
    """The few numbers that stand beside a picture: "147 nm · RSP 0.981 · 3.2 s"; the reason where there is none."""
    if one.error and not one.measures.get("rsp"):
        return ""
    parts = []
    for name, words in (("finest_split_nm", "lines {} nm"), ("decorrelation_nm", "decorrelation {} nm"),
                        ("rsp", "RSP {}"), ("truth_pearson", "truth {}"), ("seconds", "{} s")):  # fmt: skip
        value = one.measures.get(name)
        if value is not None:
            parts.append(words.format(number_text(name, value)))
    return " · ".join(parts)


def number_text(name: str, value: float) -> str:
    """A measure to the digits that mean something."""
    if name in ("rsp", "nrmse", "nrmse_fitted", "truth_pearson"):
        text = f"{value:.3f}"
    elif name.endswith("_percent"):
        text = f"{round(value, 2) + 0.0:.2f}"
    elif name.endswith("_nm") or name.endswith("_mb"):
        text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
    else:
        text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}"
    return text.replace("-", "−")


def _about(one: ComparedRun) -> dict[str, Cell]:
    has_image = bool(one.zoom)
    standing = one.error or (one.status if one.status != "finished" else "")
    remark = " ".join(part for part in (standing, *one.notes) if part)
    return {
        "title": Cell(one.title, one.title.casefold()),
        "run": Cell("", math.nan) if one.number is None else Cell(str(one.number), float(one.number)),
        "steps": Cell(str(one.steps) if one.steps else "", float(one.steps) if one.steps else math.nan),
        "zoom": Cell(str(one.zoom) if has_image else "", float(one.zoom) if has_image else math.nan),
        "unit": Cell(one.claims.unit if has_image else "", one.claims.unit),
        "changed": Cell("; ".join(one.changed), "; ".join(one.changed)),
        "remark": Cell(remark, remark),
    }


def _cell(one: ComparedRun, column: MeasureColumn) -> Cell:
    """Empty where it was not measured; where there was nothing to find "none", of a place that cannot be told "–"."""
    if column.name not in one.measures:
        return Cell("", math.nan)
    value = one.measures[column.name]
    nothing = "–" if column.name == "shift_nm" else "none"
    return Cell(nothing, math.nan) if value is None else Cell(number_text(column.name, value), float(value))


def _best(rows: Sequence[Mapping[str, Cell]], column: MeasureColumn, without: frozenset[int]) -> frozenset[int]:
    values = {index: row[column.name].key for index, row in enumerate(rows) if index not in without}
    known = {index: float(value) for index, value in values.items() if not math.isnan(value)}
    if len(known) < 2:
        return frozenset()
    ranks = {index: -value if column.better == "more" else value for index, value in known.items()}
    first = min(ranks.values())
    return frozenset(index for index, rank in ranks.items() if rank <= first + _AS_GOOD * abs(first))


def _plain(cell: Cell) -> str:
    """Numbers to their last digit; text that a spreadsheet would take for a formula is kept from being one."""
    if isinstance(cell.key, float):
        return cell.text if math.isnan(cell.key) else repr(cell.key).removesuffix(".0")
    return f"'{cell.text}" if cell.text[:1] in tuple("=+-@") and cell.text else cell.text
