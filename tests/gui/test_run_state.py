"""What the run panel is told to say, without a window."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fluogan_app.core.data.result import Curves
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.events import Progress
from fluogan_app.gui.run_state import JobState, panel_state


def _session(side: int = 64, zoom: int = 6) -> SimpleNamespace:
    record = SimpleNamespace(
        roi=Roi(0, 0, side, side), params={"zoom": zoom}, device="cpu", device_title="Processor", device_reason="",
        settings=SimpleNamespace(device="cpu"),
    )  # fmt: skip
    run, project = SimpleNamespace(number=1, record=record), SimpleNamespace(read_only="")
    params = SimpleNamespace(steps=100)
    return SimpleNamespace(project=project, stack=object(), shown_run=run, running_number=1, problems={}, params=params)


def _message(session: SimpleNamespace, phase: str, message: str = "", cancelling: bool = False) -> str:
    progress = Progress(5, 3600, phase, False, 2.0, 9.0, None, Curves(), message)
    return panel_state(session, JobState(running=True, cancelling=cancelling, progress=progress)).message


@pytest.mark.parametrize(
    "phase, words",
    [
        (
            "Tile 1 of 36, mean fit",
            "0 of 36 tiles are done. Where no tile has been yet, the images are empty, not dark.",
        ),
        ("Tile 36 of 36, mean fit", ""),
        ("Mean fit", ""),
    ],
)
def test_it_says_which_part_of_a_field_in_tiles_is_still_empty(phase: str, words: str) -> None:
    assert _message(_session(), phase) == words


def test_what_went_wrong_comes_first() -> None:
    assert _message(_session(), "Tile 1 of 36, mean fit", "The disk is full.") == "The disk is full."


def test_it_says_what_the_end_of_a_large_run_waits_for() -> None:
    assert "put together and saved" in _message(_session(2048), "Tile 2 of 36", cancelling=True)
    assert _message(_session(), "Mean fit", cancelling=True) == ""


def test_a_project_that_is_open_for_reading_is_not_run_in() -> None:
    session = _session()
    assert panel_state(session, JobState()).can_run
    session.project.read_only = "cells is open in a window."
    state = panel_state(session, JobState())
    assert not state.can_run and state.message.startswith("cells is open in a window.") and "Save as" in state.message
