"""A drive that is pulled out during a run: told at once, and the image is lost at no step of what follows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.project.store import Project


def test_the_image_of_a_run_whose_drive_is_gone_is_kept(open_window: Callable, tmp_path: Path) -> None:
    user = open_window()
    user.opens_sample()
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "drive.fluogan")
    user.sees(lambda: not user.session.untitled and not user.window.workbench.busy)
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(1)
    shutil.rmtree(tmp_path / "drive.fluogan")
    notices = user.window.notices
    user.sees(lambda: "nothing of this run can be kept" in notices.text("trouble"))
    user.window.close()
    question = user.dialog("running_question")
    assert "cannot be kept" in question.informativeText()
    user.click("answer_stop", inside=question)
    # The window would have closed now, with the image.
    question = user.dialog("going_on_question")
    assert "only in this window" in question.informativeText()
    user.click("answer_cancel", inside=question)
    user.sees(lambda: "could not be put on the disk" in notices.text("unwritten"))
    user.click("notice_unwritten_write")
    assert "not there any more" in user.reads_error()[0]
    user.click("notice_unwritten_save")
    user.names_file("choose_new_project", tmp_path / "elsewhere.fluogan")
    elsewhere = tmp_path / "elsewhere.fluogan"
    user.sees(lambda: any(run.folder.is_relative_to(elsewhere) for run in user.session.runs))
    user.sees_end()
    kept = Project.open(tmp_path / "elsewhere.fluogan").run(1)
    assert kept.result().estimate.shape == (14 * 6, 18 * 6) and np.ptp(kept.result().estimate) > 0
    assert notices.text("unwritten") == "" and notices.text("trouble") == ""
    user.window.close()
    user.sees(lambda: not user.window.isVisible())
