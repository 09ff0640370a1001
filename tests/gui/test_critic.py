"""The adversarial view at the window: live, in the game, and of runs that are read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.project.critic_file import read_critic_view
from tests.gui.conftest import User
from tests.gui.readable import cut_off, nameless, too_large


def _set(user: User, **values) -> None:
    """A small region and a small critic."""
    user.session.change(roi=Roi(20, 20, 18, 20))
    small = {"batch_size": 4, "patch_size": 8, "critic_channels": 2, "zoom": 2}
    params = {**user.session.params.model_dump(), **small, **values}
    user.session.change(params={"fluogan": params})


def test_a_run_against_the_critic(open_window: Callable, tmp_path: Path) -> None:
    user = open_window()
    user.opens_sample()
    panel, session = user.window.workspace.bottom.findChild(object, "critic_page"), user.session
    user.presses("show_critic")
    assert panel.empty.isVisible() and not user.window.actions_["critic_pair"].isEnabled()

    # Live: the view comes by itself, and the newest step with it.
    _set(user, delta=1, steps=100_000, warmup_steps=20)
    user.click("run")
    user.sees(lambda: panel.view is not None and panel.view.scores is not None)
    first = panel.view.step
    user.sees(lambda: panel.view.step > first)
    assert panel.map.isVisible() and "AUC" in panel.words.text()
    user.click("cancel")
    user.sees_end()

    # What is kept is what is shown, and the left one is the recorded frame itself.
    run = session.shown_run
    user.sees(lambda: panel.view.step == read_critic_view(run).step)
    user.presses("critic_pair")
    number = int(panel.panes["left"].detail.text().removeprefix("frame ")) - 1
    frame = session.stack.frame(number)[20:38, 20:40]
    np.testing.assert_allclose(panel.panes["left"].image, frame, rtol=1e-3, atol=0.1)
    assert panel.panes["left"].title.text() == "Recorded" and panel.panes["right"].title.text() == "Simulated"

    _is_readable(user)
    _plays(user, panel)
    _is_readable(user)
    _reads_again(user, panel, tmp_path / "kept.fluogan")


def _is_readable(user: User) -> None:
    """On a small screen nothing of curves and critic is cut off, and every control has a name."""
    user.window.resize(1280, 720)
    for command, page in (("show_curves", "curve_plots"), ("show_critic", "critic_page")):
        user.presses(command)
        QApplication.processEvents()
        assert nameless(user.find(page)) == [] and cut_off(user.window) == []
    assert too_large(user.window, QSize(1280, 720)) == []


def _plays(user: User, panel) -> None:
    """The game, by keys: every answer is counted, and then it is told which one was recorded."""
    user.presses("critic_blind")
    assert panel.blind_button.isChecked() and "?" in panel.words.text()
    right = 0
    for count in range(1, 5):
        assert "Recorded" not in {pane.title.text() for pane in panel.panes.values()}
        user.presses("critic_left" if count % 2 else "critic_right")
        chosen = "left" if count % 2 else "right"
        told = panel.panes[chosen].title.text()
        right += told == "Recorded"
        assert panel.words.text().startswith("Right" if told == "Recorded" else "Wrong")
        assert f"{right} of {count} right" in panel.words.text()
        assert not user.window.actions_["critic_left"].isEnabled()
        user.presses("critic_pair")
    user.click("critic_blind")
    assert not panel.answers["left"].isVisible() and panel.panes["left"].title.text() == "Recorded"


def _reads_again(user: User, panel, path: Path) -> None:
    """A run without a critic says so; the first run's view comes from its folder again."""
    view = panel.view
    _set(user, delta=0, steps=30)
    user.click("run")
    user.sees_end()
    user.sees(lambda: panel.view is not None and not panel.view.has_critic)
    assert "No critic takes part" in panel.words.text() and not panel.map.isVisible()
    user.session.show_run(1)
    user.sees(lambda: panel.view is not None and panel.view.step == view.step)
    assert np.array_equal(panel.view.scores.recorded, view.scores.recorded)
    user.presses("critic_help")
    dialog = user.dialog("critic_help_dialog")
    assert "0.5 where the critic cannot tell them apart" in dialog.label.text().replace("\n", " ")
    dialog.close()


def test_a_run_without_a_kept_view_says_so(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    _set(user, steps=20)
    user.click("run")
    user.sees_end()
    run = user.session.shown_run
    (run.folder / "critic" / "view.json").unlink()
    user.presses("show_critic")
    user.session.show_run(None)
    user.session.show_run(1)
    panel = user.find("critic_page")
    user.sees(lambda: "no frames were kept" in panel.empty.text() and panel.empty.isVisible())
