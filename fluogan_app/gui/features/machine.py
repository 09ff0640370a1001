"""What a run will be computed on and what it takes: before it starts, and while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.jobs.memory_use import MemoryUse
from fluogan_app.core.jobs.needs import Asked
from fluogan_app.core.jobs.place import Place, look_up
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.units import bytes_text
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: After the last change of a value so long, so that typing asks no device.
_CALM_MS = 300


class Machine(Feature):
    """Asks the devices on a thread, once the computing library is there, and shows at the Run button what they say."""

    name = "machine"
    commands = (
        Command("device", "R&un", "Where to comp&ute…", ("Ctrl+Alt+U",),
                "Choose the processor or one of the graphics cards", needs="stack"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._ready, self._request = False, 0
        self._place: Place | None = None
        self._timer = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._timer.timeout.connect(self._look)
        for signal in (self.session.stack_changed, self.session.job_changed):
            signal.connect(self._timer.start)
        self.session.document_changed.connect(lambda _: self._timer.start())
        window.runs.warmed_up.connect(self._warm)
        window.runs.seen.connect(self._note_use)
        panel = window.workspace.run_panel
        panel.device_menu_requested.connect(self.choose)
        panel.way_chosen.connect(self._take)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"device": self.choose}

    def choose(self) -> None:
        """Offer the devices that there are."""
        panel = self.window.workspace.run_panel
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(panel.mapToGlobal(panel.device_button.geometry().topLeft()))

    def menu(self) -> QMenu:
        """The devices by name; the one that is set is ticked."""
        menu, chosen = QMenu(self.window), self.session.document.settings.device
        menu.setObjectName("device_menu")
        entries = [("auto", "Graphics card if one works, else processor"), ("cpu", "Processor")]
        cards = self._place.cards if self._place is not None else ()
        entries += [(card.device, f"{card.title} ({card.device}), {bytes_text(card.memory_bytes)}") for card in cards]
        for device, words in entries:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(device == chosen)
            action.triggered.connect(lambda _=False, device=device: self.session.edit(RunSettings, "device", device))
        return menu

    def _warm(self) -> None:
        self._ready = True
        self._timer.start()

    def _look(self) -> None:
        asked = self._asked()
        if asked is None:
            self._place = None
            self.window.runs.note(device="", device_tip="", trouble="", ways=())
        elif self._ready and not self.session.busy:
            self._request += 1
            done = partial(self._show, self._request)
            self.context.workbench.do(partial(look_up, asked), done, lambda error: self.context.say(error.one_line))

    def _asked(self) -> Asked | None:
        session, document = self.session, self.session.document
        if session.stack is None:
            return None
        count, height, width = session.stack.shape
        frames, roi = document.frames or FrameRange.whole(count), document.roi or Roi.whole((height, width))
        return Asked(session.method, session.params, document.acquisition, len(frames), roi, document.settings)

    def _show(self, request: int, place: Place) -> None:
        if request != self._request or self.session.stack is None:
            return
        self._place = place
        reason = place.choice.reason if place.choice is not None else place.trouble
        ways = tuple(f"{way.words} (needs {bytes_text(way.needed_bytes)})" for way in place.ways)
        trouble = place.too_small or place.shortage
        self.window.runs.note(device=place.words, device_tip=reason, trouble=trouble, ways=ways, in_use="")

    def _take(self, index: int) -> None:
        """Set what makes the run fit."""
        session, way = self.session, self._place.ways[index]
        changes = {"settings": session.document.settings.replace(**way.settings)} if way.settings else {}
        if way.params:
            values = session.params.replace(**way.params).model_dump()
            changes["params"] = {**session.document.params, session.method.name: values}
        if way.roi is not None:
            changes["roi"] = way.roi
        session.change(**changes)
        self.context.say(f"{way.words}: the run then needs about {bytes_text(way.needed_bytes)}.")

    def _note_use(self, insight: object) -> None:
        if isinstance(insight, MemoryUse):
            of = f" of {bytes_text(insight.total_bytes)}" if insight.device != "cpu" else ""
            self.window.runs.note(in_use=f"{bytes_text(insight.used_bytes)}{of} of memory in use")
