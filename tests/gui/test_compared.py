"""What can stand side by side, and what does unless the user chooses: from records alone, without a window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.project.model import RunRecord, RunStatus
from fluogan_app.core.project.queue import QueuedRun
from fluogan_app.core.project.run import Run
from fluogan_app.gui.compared import entries_of, ordered, usual
from fluogan_app.gui.compared_pictures import in_small
from fluogan_app.gui.views.pane_grid import MOST
from fluogan_app.gui.views.pane_image import PaneImage

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0)
REGION = Roi(0, 0, 20, 30)


def run(number: int, method: str, status: RunStatus = RunStatus.FINISHED, **fields) -> Run:
    record = RunRecord(
        number=number, name=f"{number:04d}-{method}", method=method, settings=RunSettings(), acquisition=CAMERA,
        frames=FrameRange(0, 9), status=status,
        **{"params": {}, "roi": REGION, "total_steps": 5, **fields},
    )  # fmt: skip
    return Run(Path("runs") / record.name, record)


def waiting(method: str) -> QueuedRun:
    return QueuedRun(
        key="w", name="Waits", method=method, params={}, settings=RunSettings(), acquisition=CAMERA,
        shape_tyx=(9, 20, 30),
    )  # fmt: skip


RUNS = (
    run(1, "wiener"), run(2, "fluogan"), run(3, "wiener"), run(4, "fluogan", RunStatus.FAILED, error="Too dark."),
    run(5, "mean", RunStatus.RUNNING),
)  # fmt: skip


def entries(runs=RUNS, queue=(), refused=None, with_truth: bool = True):
    return entries_of(runs, queue, refused or {}, 5, with_truth)


def test_runs_stand_by_method_behind_mean_and_truth_with_a_word_where_there_is_no_image() -> None:
    found = entries(queue=(waiting("mean"),))
    keys = [one.key for one in found]
    assert keys == ["mean", "truth", "run:2", "run:4", "run:5", "run:1", "run:3", "queue:w"]
    words = {one.key: one.words for one in found if one.words}
    assert words == {"run:4": "It failed: Too dark.", "run:5": "It is running.", "queue:w": "It waits in the queue."}
    refused = entries(queue=(waiting("mean"),), refused={"w": "Another image is open."})
    assert refused[-1].words == "Another image is open." and refused[-1].refused
    cut = run(6, "pnp_col0rme", RunStatus.CANCELLED, steps=2, notes=("Stopped before intensities were estimated.",))
    (*_, stopped) = entries((cut,))
    assert stopped.title == "PnP-COL0RME, cancelled" and stopped.in_list == "PnP-COL0RME, cancelled · run 6"
    assert "cancelled at step 2 of 5" in stopped.state and "Stopped before intensities" in stopped.state
    assert not stopped.words, "what there is of its image is shown"
    assert entries(()) == (), "without a run there is no field to show mean and truth of"


def test_unless_chosen_the_newest_finished_run_of_each_method_is_shown() -> None:
    assert usual(entries()) == ("mean", "truth", "run:2", "run:3")
    assert usual(entries((*RUNS, run(6, "mean")))) == ("truth", "run:2", "run:6", "run:3"), "the mean is a method there"


def test_of_methods_that_were_asked_for_the_newest_counts_however_far_it_is() -> None:
    found = entries(queue=(waiting("wiener"),))
    assert usual(found, ("fluogan", "wiener")) == ("mean", "truth", "run:4", "queue:w")


def test_another_field_is_left_out_and_each_imported_image_stands_for_itself() -> None:
    elsewhere = run(6, "mean", roi=Roi(5, 0, 10, 10))
    others = [run(number, "imported", total_steps=0, params={"title": f"Other {number}"}) for number in (7, 8)]
    found = entries((*RUNS, elsewhere, *others), with_truth=False)
    assert usual(found) == ("run:2", "run:3", "run:7", "run:8")
    assert [one.in_list for one in found][-2:] == ["Other 7 · run 7", "Other 8 · run 8"]


def test_no_more_than_fit_are_shown_and_the_users_order_stays() -> None:
    many = entries([run(number, f"method {number}") for number in range(12)], with_truth=False)
    assert len(usual(many)) == MOST
    found = ordered(entries(), ("run:3", "gone", "mean"))
    assert [one.key for one in found] == ["run:3", "mean", "truth", "run:2", "run:4", "run:5", "run:1"]
    assert entries([run(1, "of another version")])[2].title == "of another version"


def test_a_large_image_is_shown_in_small_and_says_so() -> None:
    image = np.random.default_rng(3).gamma(1.0, 1.0, (24, 36)).astype(np.float32)
    whole = PaneImage(image, 20.0, "photons", detail="run 1", origin_nm=(5.0, 7.0))
    assert in_small(whole, most=24 * 36) is whole
    small = in_small(whole, most=200)
    assert small.array.shape == (8, 12) and small.pixel_size_nm == 60.0 and small.origin_nm == (5.0, 7.0)
    assert small.array[0, 0] == pytest.approx(image[:3, :3].mean(), rel=1e-6)
    assert small.detail == "run 1, means of 3 × 3 pixels"
