"""The maps of a judgement as pictures that any viewer can show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.kept_quality import ODD, VARIANCE, quality_folder
from fluogan_app.core.project.quality_map import QualityMap
from fluogan_app.core.project.run import Run
from fluogan_app.gui.picture_kinds import PictureKind
from fluogan_app.gui.run_pictures import origin_nm
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.pane_image import PaneImage
from fluogan_app.gui.views.quality_picture import ALL_PERCENT, REACH_SD, TWO_SIDED, UNITS

if TYPE_CHECKING:
    from fluogan_app.core.project.quality import Judgement

Judged = Callable[[Run, str], "Judgement"]

_PLAIN, _SD = DisplaySettings("viridis"), DisplaySettings(TWO_SIDED, levels=REACH_SD)
#: Names of the maps with their titles and colours, and the file in the run's folder without which there is none.
_KINDS = (
    ("error_map", "Error map", _PLAIN, ""),
    ("residual", "Residual of the mean", _SD, ""),
    ("variance", "Residual of the variance", _SD, VARIANCE),
    ("local_resolution", "Local resolution", _PLAIN, ODD),
    *(
        (f"{what}_{kind}", f"{title} ({kind})", colours, f"repeats-{kind}-deviation.ome.tif")
        for kind in ("halves", "seeds")
        for what, title, colours in (
            ("deviation", "Spread", _PLAIN),
            ("variation", "Variation", DisplaySettings("viridis", levels=ALL_PERCENT)),
            ("trusted", "Masked estimate", DisplaySettings()),
        )
    ),
)  # fmt: skip


def quality_kinds(judged: Judged) -> tuple[PictureKind, ...]:
    """All of them. `judged` gives a run's judgement that holds the map of a name, on a thread; raises FluoganError."""
    return tuple(
        PictureKind(name, title, partial(_load, judged, name), partial(_available, name, file), colours)
        for name, title, colours, file in _KINDS
    )


def _load(judged: Judged, name: str, run: Run) -> PaneImage:
    """On a thread. Raises FluoganError."""
    one = map_named(judged(run, name), name)
    if one is None:
        raise ProjectError(f"Run {run.number} has no such map.", "The Quality page says what it takes.")
    origin = tuple(first + own for first, own in zip(origin_nm(run.record), one.origin_nm))
    unit = UNITS.get(one.unit, one.unit)
    return PaneImage(one.image, one.pixel_size_nm, unit, detail=f"run {run.number}", origin_nm=origin)


def map_named(found: Judgement, name: str) -> QualityMap | None:
    """One map of a judgement."""
    return next((one for one in found.maps if one.name == name), None)


def _available(name: str, file: str, run: Run) -> bool:
    """On a thread."""
    if not run.has_ended:
        return False
    if name.endswith("_halves") and run.has_deviation:
        return True
    return not file or (quality_folder(run) / file).is_file()
