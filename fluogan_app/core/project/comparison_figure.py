"""Compared images in one figure: the same field in each, with scale bars, colour bars and units, and their numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.comparison_table import main_numbers
from fluogan_app.core.project.comparisons import ComparedRun, KeptComparison, Shown
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import save_picture
from fluogan_app.core.project.figure import COLOURMAP, Panel, draw_panels
from fluogan_app.core.project.figure_layout import laid_out
from fluogan_app.core.project.reference import Reference
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.vector_files import write_page
from fluogan_app.core.units import CAMERA_UNIT, FINE_UNIT, scale_group

FIGURE_ENDINGS = (".png", ".svg", ".pdf")
#: Longer titles would not fit above a column.
_LONGEST_TITLE, _LONGEST_OF_NARROW = 26, 20
#: Width and height of a page's text, and what stands above and below each image, in dots.
_WIDTH, _TALL, _WORDS, _MOST_COLUMNS = 2000, 2800, 270, 5
#: Wider than this, images stand below each other as long as there is room.
_FLAT = 2.5


@dataclass(frozen=True)
class Beside:
    """One image that is to be drawn: its values on any grid of the field, and its words.

    group: images of one group may share a scale of colours; "" for one that never does.
    """

    image: np.ndarray
    pixel_size_nm: float | None
    title: str
    unit: str
    numbers: tuple[str, ...] = ()
    group: str = ""


def pictures_of(project: Project, kept: KeptComparison, truth: Reference | None = None) -> list[Beside]:
    """The mean, the truth where it is known, and the images of a comparison in their order, or their error maps.

    Those without an image are left out, and so is the recorded mean where the mean is one of the methods.
    Raises ProjectError.
    """
    record, drawn = kept.record, []
    first = next((one for one in record.runs if one.zoom), None)
    if first is None:
        return []
    result = project.run(first.number).result()
    if record.shown == "errors" or not any(one.claims.blurred and one.claims.photons for one in record.runs):
        camera_nm = result.pixel_size_nm
        group = scale_group(CAMERA_UNIT, camera_nm) if record.shown == "images" else ""
        drawn.append(Beside(result.mean, camera_nm, "Recorded mean", CAMERA_UNIT, group=group))
    if truth is not None and record.shown == "images":
        image, fine_nm = truth.picture.image, truth.picture.pixel_size_nm
        drawn.append(Beside(image, fine_nm, "Truth, as simulated", FINE_UNIT, group=scale_group(FINE_UNIT, fine_nm)))
    for one in _told_apart([one for one in record.runs if one.zoom]):
        found = _error(kept, one, result.pixel_size_nm) if record.shown == "errors" else _image(project, one)
        if found is not None:
            drawn.append(found)
    return drawn


def comparison_panels(beside: Sequence[Beside], same_scale: bool, columns: int = 3) -> list[Panel]:
    """The panels of a figure; with `same_scale` images whose values mean the same share one range of colours."""
    ranges: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in beside:
        if one.group:
            ranges[one.group].append(display_range(one.image))
    titles = _fitting_titles([one.title for one in beside], _LONGEST_TITLE if columns <= 3 else _LONGEST_OF_NARROW)
    limits = {group: (min(low for low, _ in found), max(high for _, high in found)) for group, found in ranges.items()}
    return [
        Panel(one.image, one.pixel_size_nm, title, one.unit, limits.get(one.group) if same_scale else None,
              numbers=_lines(one.numbers, columns))
        for one, title in zip(beside, titles, strict=True)
    ]  # fmt: skip


def columns_for(count: int, shape_yx: tuple[int, int]) -> int:
    """In how many columns so many images fill a page: as few as it is high for, since then they are largest."""
    height, width = shape_yx
    least = 1 if count < 2 or width > _FLAT * height else 2
    allowed = range(least, max(least, min(count, _MOST_COLUMNS)) + 1)

    def tall(columns: int) -> float:
        return -(-count // columns) * (_WIDTH / columns * height / width + _WORDS)

    return next((columns for columns in allowed if tall(columns) <= _TALL), allowed[-1])


def export_comparison(
    path: Path, beside: Sequence[Beside], same_scale: bool = False, footer: Sequence[str] = (),
    colourmap: str = COLOURMAP,
) -> None:  # fmt: skip
    """Write the figure as PNG at 300 dpi, SVG or PDF, by the name. Raises UsageError, ProjectError."""
    if path.suffix.lower() not in FIGURE_ENDINGS:
        raise UsageError(f"{path.name} is no name for the figure.", f"Let it end in {' or '.join(FIGURE_ENDINGS)}.")
    if not beside:
        raise UsageError("There is no image to draw.", "Choose runs that came to an image.")
    columns = columns_for(len(beside), beside[0].image.shape)
    panels = comparison_panels(beside, same_scale, columns)
    if path.suffix.lower() == ".png":
        save_picture(path, draw_panels(panels, footer, colourmap, columns), " ".join(footer))
    else:
        write_page(path, laid_out(panels, footer, colourmap, columns))


def footer_of(kept: KeptComparison, name: str, same_scale: bool, shown: Shown) -> list[str]:
    """What stands below the figure: of what it is, how it is shown, and what is to be known of all images."""
    own = "Each image has its own scale of colours."
    shared = "Images of one unit, on pixels of one size, share a scale of colours; all others have their own."
    colours = shared if same_scale else own
    what = "How far each image, blurred again, is from the recorded mean. " if shown == "errors" else ""
    truth = f" Truth: {kept.record.truth}." if kept.record.truth else ""
    left = [f"{one.title}: {one.error}" for one in kept.record.runs if not one.zoom]
    return [f"{name}. {what}{colours}{truth}", *kept.record.remarks, *left]


def _told_apart(runs: Sequence[ComparedRun]) -> list[ComparedRun]:
    """Those of one title with the numbers of their runs."""
    titles = Counter(one.title for one in runs)
    return [
        one if titles[one.title] == 1 else one.replace(title=f"{_short(one.title, 12)} (run {one.number})")
        for one in runs
    ]


def _image(project: Project, one: ComparedRun) -> Beside:
    result = project.run(one.number).result()
    image, pixel_nm = _as_fine_as_a_page(result.estimate, result.fine_pixel_size_nm)
    group = scale_group(one.claims.unit, result.fine_pixel_size_nm)
    return Beside(image, pixel_nm, one.title, one.claims.unit, _numbers(one), group)


def _as_fine_as_a_page(image: np.ndarray, pixel_nm: float) -> tuple[np.ndarray, float]:
    """An image of a large field by means over its pixels, so that a dozen of them fit in memory."""
    if max(image.shape) <= _WIDTH:
        return image, pixel_nm
    height, width = (max(1, round(side * _WIDTH / max(image.shape))) for side in image.shape)
    small = Image.fromarray(image.astype(np.float32)).resize((width, height), Image.Resampling.BOX)
    return np.asarray(small), pixel_nm * image.shape[1] / width


def _error(kept: KeptComparison, one: ComparedRun, camera_nm: float) -> Beside | None:
    error = kept.error(one.number)
    if error is None:
        return None
    return Beside(error, camera_nm, one.title, CAMERA_UNIT, _numbers(one), group="errors")


def _numbers(one: ComparedRun) -> tuple[str, ...]:
    return tuple(part for part in main_numbers(one).split(" · ") if part)


def _lines(parts: Sequence[str], columns: int) -> tuple[str, ...]:
    """Numbers on as many lines as they need above an image of a column's width."""
    together = len(parts) if columns < 3 else 2
    return tuple(" · ".join(parts[index : index + together]) for index in range(0, len(parts), max(together, 1)))


def _fitting_titles(titles: Sequence[str], longest: int) -> list[str]:
    """Titles above a column: without what stands in brackets where that is too long, and no two become one."""
    plain = [title if len(title) <= longest else title.partition(" (")[0] for title in titles]
    count = Counter(plain)
    return [_short(short if count[short] == 1 else title, longest) for short, title in zip(plain, titles, strict=True)]


def _short(title: str, longest: int) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}…"
