"""A comparison in words and as an object: the table of all images, and what is to be known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fluogan_app.core.project.comparison_table import comparison_table
from fluogan_app.core.project.comparisons import ComparedRun, KeptComparison

#: The first columns name the image. Some have no room on a terminal; the table as a file has all.
_NAMES = 2
_NOT_SHOWN = ("steps", "zoom", "unit", "changed", "remark", "processor_seconds", "rse_photons")


def comparison_object(kept: KeptComparison, project: Path, targets: Mapping[str, Path]) -> dict[str, Any]:
    """The JSON object: the record as it is kept, with where it is and what was written."""
    return {
        "project": str(project), "comparison": str(kept.folder), **kept.record.content(),
        "written_files": {name: str(path) for name, path in targets.items()},
    }  # fmt: skip


def comparison_lines(kept: KeptComparison, width: int) -> list[str]:
    """The table, a star at the best of each column, then what could not be done and what was noted.

    width: letters on a line; columns that do not fit follow below.
    """
    runs = kept.record.runs
    lines = _table(runs, width)
    if any("*" in line for line in lines):
        lines.append("* best in its column, or within 1 % of it. "
                     "No column alone says which image is true. Of RSP and RSE, images that are blurred are left out.")
    lines += [f"{one.title}: {one.error or _standing(one)}" for one in runs if one.error or one.status != "finished"]
    lines += [f"Compared with the truth in {kept.record.truth}."] if kept.record.truth else []
    return [*lines, *(f"Note: {remark}" for remark in kept.record.remarks), *_notes(runs)]


def _standing(one: ComparedRun) -> str:
    return f"{one.status} at step {one.steps}; its image is how far it had come."


def _table(runs: Sequence[ComparedRun], width: int) -> list[str]:
    table = comparison_table(runs)
    shown = [column for column in table.columns if column.name not in _NOT_SHOWN]
    rows = [[column.head for column in shown]]
    for index, cells in enumerate(table.rows):
        best = {name for name, places in table.best.items() if index in places}
        rows.append([cells[one.name].text + (" *" if one.name in best else "") for one in shown])
    widths = [max(len(row[place]) for row in rows) for place in range(len(shown))]
    # Numbers stand under each other, words begin at one edge.
    texts = [
        [row[place].ljust(wide) if place < _NAMES else row[place].rjust(wide) for place, wide in enumerate(widths)]
        for row in rows
    ]
    lines: list[str] = []
    for places in _blocks(widths, width):
        lines += ["  ".join(row[place] for place in places).rstrip() for row in texts]
    return lines


def _blocks(widths: Sequence[int], width: int) -> list[list[int]]:
    """Which columns stand on one line, each time behind those that name the image."""
    names, blocks = list(range(_NAMES)), []
    for place in range(_NAMES, len(widths)):
        last = blocks[-1] if blocks else None
        if last is None or sum(widths[one] + 2 for one in (*last, place)) - 2 > max(width, 60):
            blocks.append([*names, place])
        else:
            last.append(place)
    return blocks


def _notes(runs: Sequence[ComparedRun]) -> list[str]:
    """What was noted of the images, each sentence once, with those that it is of."""
    of: dict[str, list[str]] = {}
    for one in runs:
        for note in one.notes:
            of.setdefault(note, []).append(one.title)
    return [f"Note ({', '.join(dict.fromkeys(titles))}): {note}" for note, titles in of.items()]
