"""The method of the next run at the head of the form: chosen, undone, kept with the project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import Params
from fluogan_app.core.project.method_words import method_lines
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_network
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.method_chooser import MethodChoice, MethodChooser
from fluogan_app.gui.views.parameter_row import BUTTON_SIDE, ParameterRow

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: What methods call the file of a network of the user's own.
_NETWORK = "network"


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
        self._furnished: list[ParameterRow] = []
        self.chooser = MethodChooser()
        form.head.insertWidget(0, self.chooser)
        self.chooser.set_choices([_choice(method) for method in METHODS.values()])
        self.chooser.chosen.connect(self.choose)
        self.chooser.help_wanted.connect(form.help.setText)
        self.chooser.help_toggled.connect(form.toggle_help)
        for signal in (self.session.document_changed, self.session.project_changed):
            signal.connect(self._follow)
        form.sections_changed.connect(self._add_browse)
        self._follow()
        self._add_browse()

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

    def _add_browse(self) -> None:
        """A method that takes a network of the user's own: its file is chosen by a button as well as by its name."""
        rows = {key: row for key, row in self.window.workspace.form.rows.items() if key[1] == _NETWORK}
        furnished, self._furnished = self._furnished, list(rows.values())
        for (params_type, name), row in rows.items():
            if row not in furnished:
                button = IconButton("open", f"browse_{name}", "Choose the network's file", "Choose a network's file")
                button.setFixedSize(BUTTON_SIDE, BUTTON_SIDE)
                button.clicked.connect(partial(self._ask_network, params_type))
                row.add_tool(button)

    def _ask_network(self, params_type: type[Params], _checked: bool = False) -> None:
        settings = self.context.settings

        def chosen(path: Path) -> None:
            settings.set_folder("open", path.parent)
            self.session.edit(params_type, _NETWORK, str(path))

        choose_network(self.window, settings.folder("open"), chosen)

    def _follow(self, _changed: object = None) -> None:
        self.chooser.show_method(self.session.method.name)


def _choice(method: Method) -> MethodChoice:
    summary, claims, citation = map(escape, method_lines(method, method.params_type()))
    words = f"<b>{escape(method.title)}</b><br>{summary}<br>{claims}<br>{citation}"
    return MethodChoice(method.name, method.title, words)
