"""What a feature of the window is: commands, what they do, what of it a project remembers, and how it stops.

A feature is one capability with its views, in one place of the window. The window's own parts know nothing of it; it
reaches them through the window that it is made for. registry.py names all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject

from fluogan_app.gui.command import Command

if TYPE_CHECKING:
    from fluogan_app.gui.controllers.context import Context
    from fluogan_app.gui.main_window import MainWindow
    from fluogan_app.gui.session import Session


class Feature(QObject):
    """Base of all features. Made once per window, after the window's own controllers.

    `name` is the key under which a project's view remembers what `gather` gives.
    """

    name: ClassVar[str] = ""
    commands: ClassVar[tuple[Command, ...]] = ()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window

    @property
    def context(self) -> Context:
        """Session, settings, background threads and the ways to speak to the user."""
        return self.window.context

    @property
    def session(self) -> Session:
        """What the window shows, and the values as they stand."""
        return self.window.session

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What each command does, by its name."""
        return {}

    def needs_met(self) -> set[str]:
        """Needs of commands that only this feature knows, as far as they are met now."""
        return set()

    def gather(self) -> dict[str, Any]:
        """What a project is to remember of how things look, as plain values for JSON; nothing if empty."""
        return {}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Set the views to what `gather` gave, as far as it fits; an empty mapping sets them to their beginning."""

    def going_on(self) -> str:
        """What would end with the project, and what of it is kept, in sentences; "" where nothing goes on."""
        return ""

    def stop(self, seconds: float) -> bool:
        """End what goes on in the background within a bounded time; whether it ended."""
        return True
