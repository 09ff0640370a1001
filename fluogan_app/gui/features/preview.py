"""A preview while the knobs are turned: a square of the stack is reconstructed after every change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.preview import DEFAULT_SIDE, SIDES, Previewer, PreviewPicture, PreviewWish
from fluogan_app.gui.asked import run_request
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.latest_work import LatestWork, Notepad, Wish
from fluogan_app.gui.run_state import reason_against
from fluogan_app.gui.views.controls import SHOW_SHEET, toggle_button
from fluogan_app.gui.views.preview_frame import PreviewFrame
from fluogan_app.gui.views.preview_panel import PreviewPanel
from fluogan_app.gui.wording import without_flags
from fluogan_app.gui.workspace import STACK

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: What the picture depends on.
_SHAPED_BY = frozenset(("roi", "frames", "drift", "acquisition", "method", "params"))
#: After a change so long is waited for the next one, as while a slider is moved.
_REST_MS = 120
_WIDTHS = (560, 316)
_SWITCH = "preview"


class PreviewFeature(Feature):
    """Joins the panel beside the stack, the frame on it, the session and the thread that computes."""

    name = "preview"
    commands = (
        Command("preview", "R&un", "Previe&w while setting parameters", ("F7",),
                "Reconstruct a small square of the stack after every change", checkable=True, needs="project",
                starts_section=True),
        Command("preview_place", "R&un", "Choose the preview's p&lace again", ("Shift+F7",),
                "Put the preview where the sample has most structure", needs="stack"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.panel = PreviewPanel()
        self.frame = PreviewFrame(window.workspace.browser.pane.canvas, self._moved)
        self.button = toggle_button(
            "Preview", "preview_toggle", "Reconstruct a small square after every change of the parameters (F7)",
            SHOW_SHEET,
        )  # fmt: skip
        self._on, self._side = window.settings.switch(_SWITCH, False), DEFAULT_SIDE
        self._place: Roi | None = None
        self._waits = False
        self._previewer = Previewer()
        self._work = LatestWork(window.workbench, self)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._lay_out(window)
        self._connect(window)
        self._show_switch()

    @property
    def is_on(self) -> bool:
        """Whether there is a preview."""
        return self._on

    @property
    def place(self) -> Roi | None:
        """Where its square lies; None before it has found one."""
        return self._place

    @property
    def settled(self) -> bool:
        """Whether nothing is being computed, nor about to be."""
        return not self._work.busy and not self._rest.isActive()

    @property
    def _in_sight(self) -> bool:
        """Whether it is looked at, or will be as soon as the window is."""
        return self.window.workspace.centre.currentIndex() == STACK

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"preview": self._press, "preview_place": self._find_place}

    def gather(self) -> dict[str, Any]:
        """See Feature.gather."""
        place = asdict(self._place) if self._place is not None else None
        return {"side": self._side, "place": place} if place or self._side != DEFAULT_SIDE else {}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        side, place = int(kept.get("side", DEFAULT_SIDE)), kept.get("place")
        self._side = min(max(side, min(SIDES)), max(SIDES))
        self.panel.set_side(self._side)
        stack = self.session.stack
        place = Roi(**{name: int(value) for name, value in place.items()}) if place else None
        if place is not None and stack is not None:
            place = place.checked(stack.shape[1:])
        self._go_to(place)

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self._rest.stop()
        self._work.stop()
        return True

    def _press(self) -> None:
        """The key and the button: beside another tab than the stack's they bring the preview to sight."""
        self.switch(not (self._on and self._in_sight))

    def switch(self, on: bool) -> None:
        """Show the preview, with the stack that it stands beside, or do without; it is remembered."""
        self._on = on
        if on:
            self.window.workspace.centre.setCurrentIndex(STACK)
        self.window.settings.set_switch(_SWITCH, on)
        self._show_switch()
        self._tick()
        if on:
            self._change()
        else:
            self._give_up()

    # What changes

    def _take_stack(self) -> None:
        self._give_up()
        self._go_to(None)
        self.panel.show_nothing()
        self.panel.set_stale("")

    def _take_document(self, changed: frozenset[str]) -> None:
        if changed & _SHAPED_BY:
            self._change()

    def _take_job(self) -> None:
        """A run has the machine to itself."""
        if self.session.busy:
            self._waits = not self.settled
            self._rest.stop()
            self._work.stop()
        elif self._waits:
            self._change()
        self._tell_waiting()

    def _change(self) -> None:
        """Something that the picture depends on is another: a new one is made when the hand rests."""
        if not self._on or self.session.stack is None:
            return
        # At once, and not when the rest is over: what goes on is of no use any more.
        self._work.stop()
        self.panel.show_former()
        if self.session.busy:
            self._waits = True
            self._tell_waiting()
        elif self._in_sight:
            self._rest.start()
        else:  # nobody would see it
            self._waits = True

    def _catch_up(self) -> None:
        """The stack has come to sight again."""
        if self._waits and self._in_sight and not self.session.busy:
            self._change()

    def _tell_waiting(self) -> None:
        if self._on and self._waits and self.session.busy:
            self.panel.set_stale("Waits until the run has ended.")

    def _begin(self) -> None:
        stack = self.session.stack
        if stack is None or not self._on or self.session.busy:
            return
        why_not = reason_against(self.session)
        if why_not:
            self.panel.set_stale(f"No preview: {why_not}", wrong=True)
            return
        self._waits = False
        wish = PreviewWish(stack, run_request(self.session), self._place, self._side)
        if self.panel.estimate.image is None:
            self.panel.show_nothing("Reading the frames…")
        self._work.ask(Wish(partial(_shown, self._previewer, wish), self._show, self._end, self._fail))

    def _show(self, picture: PreviewPicture) -> None:
        if self._place is None:
            self._go_to(picture.place, again=False)
        self.panel.show_picture(picture)

    def _end(self, picture: PreviewPicture | None) -> None:
        if picture is not None:
            self._show(picture)

    def _fail(self, error: FluoganError) -> None:
        words = without_flags(error.one_line)
        if self.panel.estimate.image is None:
            self.panel.show_nothing()
        self.panel.set_stale(f"No preview: {words}", wrong=True)

    # The square

    def _moved(self, place: Roi) -> None:
        """The user has put it elsewhere."""
        self._go_to(place)

    def _resized(self, side: int) -> None:
        """Another size, around the middle that it had."""
        self._side = side
        stack, place = self.session.stack, self._place
        self._go_to(None if stack is None or place is None else _around(place, side, stack.shape[1:]))

    def _find_place(self) -> None:
        self._go_to(None)
        if not self._on:
            self.switch(True)

    def _go_to(self, place: Roi | None, again: bool = True) -> None:
        self._place = place
        self._show_frame()
        if again:
            self._change()

    def _show_frame(self) -> None:
        stack, size_nm = self.session.stack, self.session.document.acquisition.pixel_size_nm
        shown = self._place if self._on and stack is not None else None
        self.frame.set_place(shown, size_nm or 1.0, stack.shape[1:] if stack is not None else (0, 0))

    # Inside

    def _give_up(self) -> None:
        """Nothing is wanted any more; frames of a stack that is left are not kept."""
        self.stop(0.0)
        self._waits = False
        self._previewer = Previewer()

    def _show_switch(self) -> None:
        self.button.setChecked(self._on)
        self.panel.setVisible(self._on)
        self._show_frame()

    def _tick(self) -> None:
        """In the menu."""
        self.window.actions_["preview"].setChecked(self._on)

    def _lay_out(self, window: MainWindow) -> None:
        window.workspace.stack_side.addWidget(self.panel)
        window.workspace.stack_side.setSizes(_WIDTHS)
        for index, width in enumerate(_WIDTHS):
            window.workspace.stack_side.setStretchFactor(index, width)
        window.workspace.centre.setCornerWidget(self.button)

    def _connect(self, window: MainWindow) -> None:
        session = self.session
        session.project_changed.connect(self._tick)
        session.stack_changed.connect(self._take_stack)
        session.document_changed.connect(self._take_document)
        session.document_changed.connect(lambda changed: self._show_frame() if "acquisition" in changed else None)
        session.problems_changed.connect(self._change)
        session.job_changed.connect(self._take_job)
        self._rest.timeout.connect(self._begin)
        self.button.clicked.connect(lambda _: self._press())
        self.window.workspace.centre.currentChanged.connect(lambda _: self._catch_up())
        self.panel.side_changed.connect(self._resized)
        self.panel.place_requested.connect(self._find_place)
        self.panel.close_requested.connect(lambda: self.switch(False))


def _shown(previewer: Previewer, wish: PreviewWish, notepad: Notepad) -> PreviewPicture | None:
    """On the thread."""
    return previewer.show(wish, notepad.tell, notepad.stopped)


def _around(place: Roi, side: int, shape_yx: tuple[int, int]) -> Roi:
    height, width = (min(side, most) for most in shape_yx)
    y0, x0 = place.y0 + (place.height - height) // 2, place.x0 + (place.width - width) // 2
    return Roi(min(max(y0, 0), shape_yx[0] - height), min(max(x0, 0), shape_yx[1] - width), height, width)
