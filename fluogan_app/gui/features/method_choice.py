"""The method of the next run at the head of the form: chosen, undone, kept with the project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, ClassVar

from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.method_words import method_lines
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.views.method_chooser import MethodChoice, MethodChooser

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow


class MethodChoosing(Feature):
    """Keeps the choice equal to the session."""

    name: ClassVar[str] = "method"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("choose_method", "&Edit", "&Choose the method…", ("Ctrl+Alt+M",),
                "By which method the next run reconstructs", needs="project", starts_section=True),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        form = window.workspace.form
        self.chooser = MethodChooser()
        form.head.insertWidget(0, self.chooser)
        self.chooser.set_choices([_choice(method) for method in METHODS.values()])
        self.chooser.chosen.connect(self.choose)
        self.chooser.help_wanted.connect(form.help.setText)
        self.chooser.help_toggled.connect(form.toggle_help)
        for signal in (self.session.document_changed, self.session.project_changed):
            signal.connect(self._follow)
        self._follow()

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """Open the list."""
        return {"choose_method": self.chooser.open}

    def choose(self, name: str) -> None:
        """The next run takes this method, with the values that it had last."""
        if name == self.session.method.name:
            return
        self.window.parameters.choose_method(name)
        self.window.workspace.form.reveal(self.session.method.params_type)
        self.context.say(f"Method: {self.session.method.title}. {self.session.method.summary}")

    def _follow(self, _changed: object = None) -> None:
        self.chooser.show_method(self.session.method.name)


def _choice(method: Method) -> MethodChoice:
    summary, claims, citation = map(escape, method_lines(method, method.params_type()))
    words = f"<b>{escape(method.title)}</b><br>{summary}<br>{claims}<br>{citation}"
    return MethodChoice(method.name, method.title, words)
