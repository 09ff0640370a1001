"""Differences between settings: what is one, what is none, and that taking them back leaves none."""

from __future__ import annotations

from typing import Any

import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.differences import as_stated, differences, taken_back
from fluogan_app.core.project.model import InputLink, ProjectDocument, RunRecord

SHAPE = (12, 30, 40)
LINK = InputLink(path="cells.tif", shape_tyx=SHAPE, dtype="uint16")
RECORDING = Acquisition().with_values(Origin.FILE, pixel_size_nm=80.0, numerical_aperture=1.4, emission_nm=608.0)
DRIFT = Drift(tuple(0.1 * frame for frame in range(12)), (0.0,) * 12, "as given")


def document(**fields: Any) -> ProjectDocument:
    return ProjectDocument(**{"link": LINK, "acquisition": RECORDING, **fields})


def record(**fields: Any) -> RunRecord:
    """A run on the whole stack with the defaults, as it is written: everything is stated."""
    plain = {
        "number": 2, "name": "Run 2", "link": LINK, "method": "fluogan", "params": FluoganParams().model_dump(),
        "settings": RunSettings(), "acquisition": RECORDING.complete(), "roi": Roi.whole(SHAPE[1:]),
        "frames": FrameRange.whole(SHAPE[0]), "total_steps": 700,
    }  # fmt: skip
    return RunRecord(**{**plain, **fields})


def test_a_run_of_what_is_set_differs_in_nothing() -> None:
    """Although it states all that the document leaves open: the width, region, frames, and every parameter."""
    assert differences(document(), record()) == () == differences(record(), document())
    tiled = record(settings=RunSettings(tile=128))
    assert differences(document(), tiled) == ()
    found = Drift(DRIFT.y_pixels, DRIFT.x_pixels, "as given", None, ((3, 4),))
    seen = record(drift=found, roi=Roi(0, 0, 28, 40))
    assert differences(document(drift=DRIFT), seen) == ()


@pytest.mark.parametrize(
    "changed, name, text",
    [
        ({"params": {"fluogan": {"zoom": 8}}}, "zoom", "Zoom L 6 → 8 fine pixels per pixel"),
        ({"params": {"fluogan": {"detail": 0.5}}}, "detail", "Finest detail from the data → 0.5 PSF widths"),
        ({"settings": RunSettings(seed=5)}, "seed", "Seed 0 → 5"),
        ({"roi": Roi(1, 2, 10, 20)}, "roi", "Region whole frame → 10 × 20 pixels at row 1, column 2"),
        ({"frames": FrameRange(2, 9)}, "frames", "Frames all → 2 to 8"),
        ({"acquisition": RECORDING.with_values(Origin.USER, gain=2.0)}, "gain", "Camera gain 1 → 2 counts/photon"),
        (
            {"acquisition": RECORDING.with_values(Origin.USER, fwhm_nm=300.0)},
            "fwhm_nm",
            "PSF width FWHM from NA and wavelength → 300 nm",
        ),
        (
            {"acquisition": RECORDING.with_values(Origin.USER, gain=1.00000001)},
            "gain",
            "Camera gain 1 → 1.00000001 counts/photon",
        ),
    ],
)
def test_each_value_that_was_changed_is_told_with_its_unit(changed: dict[str, Any], name: str, text: str) -> None:
    """One difference for one change: a width that follows from NA and wavelength is none of its own."""
    found = differences(record(), document(**changed))
    assert [(each.name, each.text) for each in found] == [(name, text)]


def test_where_a_value_comes_from_is_no_difference() -> None:
    typed = RECORDING.with_values(Origin.USER, pixel_size_nm=80.0)
    assert differences(document(), document(acquisition=typed)) == ()


def test_drift_and_method_are_told() -> None:
    (drift,) = differences(document(roi=Roi(0, 0, 5, 5)), document(roi=Roi(0, 0, 5, 5), drift=DRIFT))
    assert drift.text == "Drift correction none → over 1.1 pixels"
    other = differences(record(), record(method="other", params={"strength": 3}))
    assert [(each.name, each.after_text) for each in other] == [("method", "other")]


def test_what_an_older_project_holds_and_is_not_known_any_more_is_no_difference() -> None:
    old = document(params={"fluogan": {"zoom": 6, "lambda1": -3.0, "forgotten": 1}})
    assert differences(record(), old) == ()


def test_taking_all_back_leaves_no_difference_and_taking_one_leaves_the_others() -> None:
    changed = document(
        params={"fluogan": {"zoom": 8, "lambda1": 2.0}},
        settings=RunSettings(seed=4, repeats=8),
        roi=Roi(1, 1, 8, 8),
        frames=FrameRange(0, 4),
        acquisition=RECORDING.with_values(Origin.USER, gain=2.0, fwhm_nm=300.0, numerical_aperture=1.2),
    )
    run = record()
    found = differences(run, changed)
    assert len(found) == 9
    back = changed.replace(**taken_back(changed, run, found))
    assert differences(run, back) == ()
    assert back.roi is None and back.frames is None and back.acquisition.fwhm_nm is None
    assert back.acquisition.origin("numerical_aperture") is Origin.FILE
    for one in found:
        left = differences(run, changed.replace(**taken_back(changed, run, (one,))))
        assert [each.name for each in left] == [each.name for each in found if each != one]


def test_a_width_that_somebody_stated_stays_stated() -> None:
    """Also where it is the one that would be assumed; without NA nothing else could give it."""
    bare = Acquisition().with_values(Origin.FILE, pixel_size_nm=80.0)
    assert as_stated(bare.complete()).fwhm_nm is None
    typed = bare.with_values(Origin.USER, fwhm_nm=220.0)
    assert as_stated(typed.complete()).fwhm_nm == 220.0
