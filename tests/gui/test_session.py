"""The session: frozen snapshots, their changes, and what counts as unsaved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.gui.session import Session


@pytest.fixture
def stack() -> Stack:
    frames = np.random.default_rng(1).poisson(20, (6, 9, 7)).astype(np.uint16)
    stated = Acquisition().with_values(Origin.FILE, pixel_size_nm=80.0)
    return Stack(Path("cells.tif"), "test", ArraySource(frames), acquisition=stated)


@pytest.fixture
def session(qapp, tmp_path: Path, stack: Stack) -> Session:
    project = Project.create(tmp_path / "p.fluogan", ProjectDocument(acquisition=stack.acquisition))
    session = Session()
    session.show_project(project, stack, untitled=False)
    return session


def test_a_change_is_told_once_and_only_if_it_is_one(session: Session) -> None:
    told: list[frozenset[str]] = []
    session.document_changed.connect(told.append)
    session.change(roi=Roi(1, 1, 3, 3), frames=None)
    session.change(roi=Roi(1, 1, 3, 3))
    assert told == [frozenset({"roi"})]


def test_snapshots_that_were_taken_stay_as_they_were(session: Session) -> None:
    before = session.document
    session.edit(FluoganParams, "zoom", 3)
    session.change(frames=FrameRange(0, 3))
    assert before.params == {} and before.frames is None
    assert session.params.zoom == 3 and session.document.frames == FrameRange(0, 3)


def test_what_the_user_types_is_marked_as_the_users(session: Session) -> None:
    session.edit(Acquisition, "pixel_size_nm", 65.0)
    assert session.document.acquisition.origin("pixel_size_nm") is Origin.USER
    session.edit(Acquisition, "pixel_size_nm", 80.0)
    session.reset(Acquisition, ("pixel_size_nm",))
    assert session.document.acquisition.origin("pixel_size_nm") is Origin.FILE
    assert session.document.acquisition.pixel_size_nm == 80.0


def test_what_came_with_a_sample_is_gone_back_to_in_a_saved_project_too(stack: Stack, tmp_path: Path, qapp) -> None:
    """The file does not state it, the sample's description did when the project was made."""
    known = stack.acquisition.with_values(Origin.FILE, numerical_aperture=1.4).with_values(Origin.USER, gain=2.0)
    project = Project.create(tmp_path / "sample.fluogan", ProjectDocument(acquisition=known))
    session = Session()
    session.show_project(project, stack, untitled=False)
    assert session.stated.numerical_aperture == 1.4 and session.stated.pixel_size_nm == 80.0
    session.reset(Acquisition, ("numerical_aperture", "gain"))
    assert session.document.acquisition.origin("numerical_aperture") is Origin.FILE
    assert session.document.acquisition.gain == 1.0


def test_a_wrong_value_changes_nothing_and_is_named(session: Session) -> None:
    before = session.document
    session.edit(FluoganParams, "zoom", 99)
    assert session.document is before
    assert "99" in session.problems["zoom"] and "12" in session.problems["zoom"]
    session.edit(FluoganParams, "zoom", 4)
    assert not session.problems


def test_a_missing_pixel_size_is_a_problem_until_it_is_given(session: Session) -> None:
    session.edit(Acquisition, "pixel_size_nm", None)
    assert "missing" in session.problems["pixel_size_nm"]
    session.edit(Acquisition, "pixel_size_nm", 100.0)
    assert not session.problems


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.edit(Acquisition, "gain", 2.0),
        lambda session: session.edit(FluoganParams, "zoom", 3),
        lambda session: session.edit(RunSettings, "seed", 3),
        lambda session: session.change(roi=Roi(0, 0, 3, 3)),
        lambda session: session.change(frames=FrameRange(0, 2)),
    ],
)
def test_whatever_the_user_makes_counts_as_unsaved(session: Session, change) -> None:
    told: list[bool] = []
    session.unsaved_changed.connect(told.append)
    assert not session.unsaved
    change(session)
    assert session.unsaved and told == [True]
    session.project.save(session.document)
    session.note_saved(session.project.document)
    assert not session.unsaved and told == [True, False]


def test_where_the_view_looks_is_not_worth_a_question(session: Session) -> None:
    session.change(view={"shown_run": 3})
    assert not session.unsaved


def test_what_changed_after_saving_began_stays_unsaved(session: Session) -> None:
    session.edit(FluoganParams, "zoom", 3)
    saving = session.document
    session.edit(FluoganParams, "zoom", 4)
    session.project.save(saving)
    session.note_saved(session.project.document)
    assert session.params.zoom == 4 and session.unsaved


def test_an_untitled_project_that_was_only_looked_at_asks_nothing(qapp, tmp_path: Path, stack: Stack) -> None:
    project = Project.create(tmp_path / "p.fluogan", ProjectDocument(acquisition=stack.acquisition))
    session = Session()
    session.show_project(project, stack, untitled=True)
    assert not session.unsaved
    session.change(roi=Roi(0, 0, 3, 3))
    assert session.unsaved
    session.project.save(session.document)
    session.note_saved(session.project.document)
    assert session.unsaved, "kept for a crash is not saved by the user"


def test_parameters_of_an_older_project_that_no_longer_fit_fall_to_their_defaults(session: Session) -> None:
    session.change(params={"fluogan": {"zoom": 3, "lambda1": -1.0, "forgotten": 7}})
    assert session.params.zoom == 3
    assert session.params.lambda1 == FluoganParams().lambda1


def test_a_stack_that_is_left_is_handed_over_for_closing(session: Session, stack: Stack) -> None:
    left: list[Stack] = []
    session.stack_left.connect(left.append)
    session.show_nothing()
    assert left == [stack] and session.stack is None


def test_pixels_that_are_not_square_are_said_to_be_why(session: Session, stack: Stack) -> None:
    sizes = {"T": 6, "C": 1, "Z": 1, "Y": 9, "X": 7}
    scene = SceneDescription("cells", sizes, "TYX", "uint16", Recording(pixel_size_y_nm=200.0, pixel_size_x_nm=100.0))
    session.set_stack(replace(stack, scene=scene))
    session.edit(Acquisition, "pixel_size_nm", None)
    sentence = session.problems["pixel_size_nm"]
    assert "100 nm wide and 200 nm high" in sentence and "--" not in sentence
    session.edit(Acquisition, "pixel_size_nm", 100.0)
    assert not session.problems
