"""The expected time follows the runs that this computer has done."""

from __future__ import annotations

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.model import ProjectDocument, RunRecord
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.settings import Settings


def _record(steps: int, seconds: float, **values) -> RunRecord:
    params = FluoganParams(steps=steps, **values).model_dump()
    return RunRecord(
        number=1, name="0001-fluogan", method="fluogan", params=params, settings=RunSettings(),
        acquisition=Acquisition(), roi=Roi(0, 0, 50, 40), frames=FrameRange(0, 9), total_steps=steps, steps=steps,
        seconds=seconds,
    )  # fmt: skip


def test_nothing_is_expected_before_the_first_run() -> None:
    assert Pace(Settings()).estimate_text(ProjectDocument(), FluoganParams(), (50, 40)) == ""


def test_time_grows_with_steps_and_fine_pixels() -> None:
    settings = Settings()
    Pace(settings).learn(_record(100, 10.0, zoom=2))
    assert "10 s" in Pace(settings).estimate_text(ProjectDocument(), FluoganParams(steps=100, zoom=2), (50, 40))
    # Twice the steps on four times the fine pixels.
    assert "1 min 20 s" in Pace(settings).estimate_text(ProjectDocument(), FluoganParams(steps=200, zoom=4), (50, 40))
    half = ProjectDocument(roi=Roi(0, 0, 25, 40))
    assert "5 s" in Pace(settings).estimate_text(half, FluoganParams(steps=100, zoom=2), (50, 40))


def test_runs_without_the_critic_say_nothing_of_those_with_it() -> None:
    settings = Settings()
    Pace(settings).learn(_record(100, 10.0, delta=0))
    assert Pace(settings).estimate_text(ProjectDocument(), FluoganParams(delta=1), (50, 40)) == ""


def test_a_short_run_teaches_nothing() -> None:
    settings = Settings()
    Pace(settings).learn(_record(10, 10.0))
    assert Pace(settings).estimate_text(ProjectDocument(), FluoganParams(), (50, 40)) == ""


def test_a_run_in_tiles_took_its_time_for_the_whole_field() -> None:
    """Four tiles of 100 steps are 100 steps of the field, cancelled here half way."""
    settings = Settings()
    record = _record(100, 10.0, zoom=2).replace(total_steps=400, steps=200)
    Pace(settings).learn(record)
    assert "20 s" in Pace(settings).estimate_text(ProjectDocument(), FluoganParams(steps=100, zoom=2), (50, 40))


def test_repeats_take_as_long_again_each() -> None:
    settings = Settings()
    repeated = RunSettings(repeats=3)
    Pace(settings).learn(_record(100, 40.0, zoom=2).replace(settings=repeated, total_steps=400, steps=400))
    once, again = ProjectDocument(), ProjectDocument(settings=repeated)
    assert "10 s" in Pace(settings).estimate_text(once, FluoganParams(steps=100, zoom=2), (50, 40))
    assert "40 s" in Pace(settings).estimate_text(again, FluoganParams(steps=100, zoom=2), (50, 40))
