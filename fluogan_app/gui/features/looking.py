"""Looking: any picture in any viewer, two in one, a loupe, and all of it by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QAbstractButton, QApplication

from fluogan_app.gui.command import Command
from fluogan_app.gui.controllers.loupe import LoupeController
from fluogan_app.gui.controllers.picture_menus import PictureMenus
from fluogan_app.gui.controllers.stack_pictures import StackPictures
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.picture_kinds import PictureChoice
from fluogan_app.gui.views.comparison import MODES, PAIRS, Comparison
from fluogan_app.gui.views.display import brightened
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.image_pane import ImagePane

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_MENU = "Vie&wers"
_BRIGHTER = 1.25


class Looking(Feature):
    """Commands of the viewers. A project remembers what each viewer shows, how two are compared, and the loupe."""

    name: ClassVar[str] = "looking"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("compare_side", _MENU, "&Side by side", ("Shift+F2",), "Each image in a viewer of its own",
                group="compare", needs="project"),
        Command("compare_swipe", _MENU, "S&wipe", ("F2",), MODES["swipe"][1], group="compare", needs="project"),
        Command("compare_flicker", _MENU, "&Flicker", ("F3",), MODES["flicker"][1], group="compare", needs="project"),
        Command("compare_overlay", _MENU, "&Overlay", ("F4",), MODES["overlay"][1], group="compare", needs="project"),
        Command("other_picture", _MENU, "Show the o&ther image", ("Ctrl+J",),
                "While two images flicker: the one in the place of the other", needs="project"),
        Command("next_viewer", _MENU, "&Next viewer", ("Ctrl+Alt+Right",), "Give the keys to the next viewer",
                needs="project", starts_section=True),
        Command("previous_viewer", _MENU, "&Previous viewer", ("Ctrl+Alt+Left",),
                "Give the keys to the viewer before", needs="project"),
        Command("choose_picture", _MENU, "&Choose its picture…", ("Ctrl+Shift+P",),
                "What the viewer with the keys shows: any picture of any run, or of the stack", needs="project"),
        Command("add_viewer", _MENU, "&Add a viewer", ("Ctrl+Shift+N",), "One more viewer, up to four",
                needs="project"),
        Command("remove_viewer", _MENU, "&Remove the viewer", ("Ctrl+Shift+B",),
                "Take the viewer with the keys, or else the last one, out of sight", needs="project"),
        Command("align_viewers", _MENU, "A&lign the viewers", ("Ctrl+Alt+L",),
                "Undo what was moved with Shift held", needs="project"),
        Command("brighter", _MENU, "&Brighter", ("Ctrl+Alt+Up",), "Lower the value that is shown brightest",
                needs="project", starts_section=True),
        Command("darker", _MENU, "&Darker", ("Ctrl+Alt+Down",), "Raise the value that is shown brightest",
                needs="project"),
        Command("auto_contrast", _MENU, "A&utomatic contrast", ("Ctrl+Alt+A",),
                "Levels from the image's own values again", needs="project"),
        Command("same_scale", _MENU, "On&e scale for each unit", ("Ctrl+Alt+E",),
                "One colour scale for images of one unit", checkable=True, needs="project"),
        Command("loupe", _MENU, "&Magnifier", ("Ctrl+K",),
                "The place under the pointer in all images, enlarged, with their values", checkable=True,
                needs="project", starts_section=True),
        Command("next_run", _MENU, "Ne&xt run", ("Alt+PgDown",), "Look at the run after the shown one",
                needs="project", starts_section=True),
        Command("previous_run", _MENU, "Prev&ious run", ("Alt+PgUp",), "Look at the run before the shown one",
                needs="project"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        place = window.workspace
        self._panes, self._browser, self._pictures = place.panes, place.browser, window.results.pictures
        self.loupe = LoupeController(window.centralWidget(), self._panes, self._browser)
        self.menus = PictureMenus(window.context, self._panes, self._pictures)
        self._stack_pictures = StackPictures(window.context, self._browser, window.stacks, self._pictures)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What each command does."""
        self.window.menus["Viewers"].aboutToShow.connect(self._show_choices)
        modes = {f"compare_{mode}": lambda mode=mode: self._compare(mode) for mode in MODES}
        return {
            "compare_side": lambda: self._compare(""),
            **modes,
            "other_picture": self._panes.compared.flick,
            "next_viewer": lambda: self._turn_to(1),
            "previous_viewer": lambda: self._turn_to(-1),
            "choose_picture": lambda: self.menus.open(self._viewer()),
            "add_viewer": self._add_viewer,
            "remove_viewer": self._remove_viewer,
            "align_viewers": self._panes.align,
            "brighter": lambda: self._brighten(_BRIGHTER),
            "darker": lambda: self._brighten(1 / _BRIGHTER),
            "auto_contrast": lambda: self._change_display(levels=None),
            "same_scale": self._share_scale,
            "loupe": lambda: self.loupe.set_on(not self.loupe.on),
            "next_run": lambda: self._step_run(1),
            "previous_run": lambda: self._step_run(-1),
        }

    def gather(self) -> dict[str, Any]:
        """As plain values."""
        comparison = self._panes.comparison
        return {
            "pictures": {viewer: [one.kind, one.run] for viewer, one in self._pictures.choices.items()},
            "comparison": asdict(comparison) if comparison is not None else None,
            "shifts": {viewer: list(shift) for viewer, shift in self._panes.links.shifts.items()},
            "loupe": self.loupe.on,
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """What `gather` gave."""
        pictures = kept.get("pictures", {})
        choices = {viewer: _choice(values) for viewer, values in pictures.items()}
        self._pictures.set_choices(choices)
        self._panes.set_comparison(_comparison(kept.get("comparison")))
        self._panes.set_shifts({viewer: (float(x), float(y)) for viewer, (x, y) in kept.get("shifts", {}).items()})
        self.loupe.set_on(bool(kept.get("loupe", False)))

    def stop(self, seconds: float) -> bool:
        """End the reading of projections."""
        return self._stack_pictures.stop(seconds)

    # Inside

    def _show_choices(self) -> None:
        """Tick what is so, just before the menu is seen."""
        actions, comparison = self.window.actions_, self._panes.comparison
        actions[f"compare_{comparison.mode if comparison is not None else 'side'}"].setChecked(True)
        actions["same_scale"].setChecked(self.window.workspace.viewers.same_scale)
        actions["loupe"].setChecked(self.loupe.on)

    def _compare(self, mode: str) -> None:
        """A key that is pressed again goes back."""
        now = self._panes.comparison
        self._panes.compare("" if now is not None and now.mode == mode else mode)
        self.window.actions_["show_result"].trigger()
        (canvas := self._panes.canvases()[0]).setFocus()
        canvas.update()

    def _turn_to(self, step: int) -> None:
        """To the next viewer, round and round; on the stack there is one."""
        if self._on_stack():
            self._browser.pane.canvas.setFocus()
            return
        canvases = self.window.workspace.viewers.canvases() or self._panes.canvases()
        now = next((index for index, canvas in enumerate(canvases) if canvas.hasFocus()), -1 if step > 0 else 0)
        canvases[(now + step) % len(canvases)].setFocus()

    def _on_stack(self) -> bool:
        return self._browser.isVisible()

    def _viewer(self) -> str:
        """The viewer with the keys, or the first in sight."""
        focused = QApplication.focusWidget()
        names = self._panes.shown
        return next((name for name in names if self._panes.pane(name).isAncestorOf(focused)), names[0])

    def _pane(self) -> ImagePane:
        """Whose contrast the keys change: that of any viewer which has them, else of the first in sight."""
        focused = QApplication.focusWidget()
        if isinstance(focused, ImageCanvas) and isinstance(focused.parentWidget(), ImagePane):
            return focused.parentWidget()
        if self._on_stack():
            return self._browser.pane
        front = self.window.workspace.viewers
        if front is not self._panes and front.canvases():
            return front.canvases()[0].parentWidget()
        compared = self._panes.comparison
        return self._panes.pane(compared.first if compared is not None else self._viewer())

    def _add_viewer(self) -> None:
        hidden = [name for name in self._panes.panes if name not in self._panes.shown]
        if hidden:
            self._panes.show_buttons[hidden[0]].click()

    def _remove_viewer(self) -> None:
        shown, viewer = self._panes.shown, self._viewer()
        if len(shown) > 1:
            has_keys = self._panes.pane(viewer).isAncestorOf(QApplication.focusWidget())
            self._panes.show_buttons[viewer if has_keys else shown[-1]].click()

    def _share_scale(self) -> None:
        name = self.window.workspace.tool_name("same_scale")
        self.window.findChild(QAbstractButton, name).click()

    def _brighten(self, factor: float) -> None:
        self._change_display(levels=brightened(self._pane().levels, factor))

    def _change_display(self, **changes: Any) -> None:
        pane = self._pane()
        pane.choose_display(replace(pane.display, **changes))

    def _step_run(self, step: int) -> None:
        numbers = [run.number for run in self.session.runs]
        if not numbers:
            return
        shown = self.session.shown_run
        index = numbers.index(shown.number) + step if shown is not None else 0
        self.session.show_run(numbers[min(max(index, 0), len(numbers) - 1)])


def _choice(values: list) -> PictureChoice:
    kind, run = values
    return PictureChoice(str(kind), None if run is None else int(run))


def _comparison(values: Mapping[str, Any] | None) -> Comparison | None:
    if values is None or values.get("mode") not in MODES or values.get("colours") not in PAIRS:
        return None
    known = {field.name: values[field.name] for field in fields(Comparison) if field.name in values}
    return Comparison(**known | {"strengths": tuple(known.get("strengths", (1.0, 1.0)))})
