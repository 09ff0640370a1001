"""What stands at the Run button of device and memory, and what can be done about it there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.device import Card
from fluogan_app.core.jobs import place
from fluogan_app.core.jobs.needs import Asked
from tests.gui.readable import cut_off, nameless


@pytest.fixture
def user(open_window: Callable):
    someone = open_window()
    someone.opens_sample()
    return someone


def _device(user) -> str:
    return user.window.workspace.run_panel.device.text()


def test_device_need_and_what_is_free_stand_there_before_the_run(user) -> None:
    user.sees(lambda: "needs about" in _device(user))
    before = _device(user)
    assert before.startswith("Processor · ") and user.window.workspace.run_panel.device.toolTip()
    user.types("param_zoom", "3")
    user.sees(lambda: _device(user) not in ("", before))
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees(lambda: "in use" in _device(user))
    user.click("cancel")
    user.sees_end()
    user.sees(lambda: "needs about" in _device(user))


def test_what_does_not_fit_is_mended_with_one_click(user, monkeypatch: pytest.MonkeyPatch) -> None:
    user.sees(lambda: "needs about" in _device(user))
    method, (count, height, width) = user.session.method, user.session.stack.shape
    document, whole = user.session.document, Roi.whole((height, width))
    at_zoom_8 = Asked(method, method.params_type(zoom=8), document.acquisition, count, whole, document.settings)
    monkeypatch.setattr(place, "free_memory_bytes", lambda: int(0.9 * at_zoom_8.needed_bytes))
    user.types("param_zoom", "8")
    user.sees(lambda: user.find("run_message").text().startswith("Too large"))
    ways = user.window.workspace.run_panel.state.ways
    zoom = next(index for index, words in enumerate(ways) if words.startswith("Zoom"))
    user.window.resize(1280, 720)
    panel = user.find("run_panel")
    assert nameless(panel) == [] and cut_off(panel) == []
    user.click(f"run_way_{zoom}")
    assert user.session.params.zoom < 8
    user.sees(lambda: not user.window.workspace.run_panel.message.text())
    assert user.window.workspace.run_panel.state.ways == ()


def test_each_card_is_offered_by_its_name(user, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "cards", lambda: (Card("cuda:1", "Imaginary Card 9", 8 * 10**9),))
    user.types("param_zoom", "3")
    machine = next(feature for feature in user.window.features if feature.name == "machine")
    user.sees(lambda: len(machine.menu().actions()) == 3)
    action = machine.menu().actions()[2]
    assert action.text() == "Imaginary Card 9 (cuda:1), 8 GB"
    action.trigger()
    assert user.session.document.settings.device == "cuda:1"
    user.sees(lambda: "cannot be used" in _device(user))
    machine.menu().actions()[1].trigger()
    assert user.session.document.settings.device == "cpu"
    user.sees(lambda: _device(user).startswith("Processor"))
