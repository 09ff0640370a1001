"""What differs from the shown or the last run: a line at the head of the form, dots at its fields, and back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.params import Params
from fluogan_app.core.project.differences import Difference, differences, taken_back
from fluogan_app.core.project.run import Run
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.views.difference_list import DifferenceButton

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_KINDS = ("shown", "last")


class Differences(Feature):
    """Keeps button, list and dots equal to the session. `kind` is the run that is compared with: shown or last."""

    name: ClassVar[str] = "differences"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("show_differences", "&Edit", "&Differences from the run…", ("Ctrl+Alt+D",),
                "What was changed since the shown or the last run", needs="run", starts_section=True),
        Command("take_back", "&Edit", "&Take all of them back", (),
                "Set everything as it was in that run", needs="run"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.kind = "shown"
        self.button = DifferenceButton()
        head = window.workspace.form.head_row
        head.insertWidget(head.count() - 1, self.button, 1)
        self.button.taken_back.connect(self._take_back)
        self.button.compared_with.connect(self._compare_with)
        session = self.session
        session.document_changed.connect(lambda _: self.refresh())
        for signal in (session.runs_changed, session.shown_run_changed, session.project_changed):
            signal.connect(self.refresh)
        self.refresh()

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """Open the list, and take all of it back."""
        return {"show_differences": self.button.click, "take_back": lambda: self._take_back(self.button.differences)}

    def gather(self) -> dict[str, Any]:
        """Which run is compared with."""
        return {"kind": self.kind} if self.kind != "shown" else {}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Compare with the run that was chosen."""
        kind = kept.get("kind")
        self.kind = kind if kind in _KINDS else "shown"
        self.refresh()

    @property
    def run(self) -> Run | None:
        """The run that is compared with: the shown one, where there is one."""
        runs, shown = self.session.runs, self.session.shown_run
        last = runs[-1] if runs else None
        return (shown or last) if self.kind == "shown" else last

    def refresh(self) -> None:
        """Show what differs now."""
        run, session = self.run, self.session
        found = differences(run.record, session.document) if run is not None and session.project else ()
        title = f"run {run.number}" if run is not None else ""
        self.button.show_differences(title, found, self._choices(), self.kind)
        self._mark(title, found)

    def _choices(self) -> dict[str, str]:
        runs, shown = self.session.runs, self.session.shown_run
        if shown is None or not runs or shown.number == runs[-1].number:
            return {}
        return {"shown": f"shown run {shown.number}", "last": f"last run {runs[-1].number}"}

    def _mark(self, title: str, found: tuple[Difference, ...]) -> None:
        words = {(each.section, each.name): f"{title.capitalize()}: {each.before_text}" for each in found}
        for (params_type, name), row in self.window.workspace.form.rows.items():
            row.set_mark(words.get((_section(params_type), name), ""))

    def _compare_with(self, kind: str) -> None:
        self.kind = kind
        self.refresh()

    def _take_back(self, chosen: tuple[Difference, ...]) -> None:
        run, session = self.run, self.session
        if run is None or not chosen:
            return
        words = chosen[0].label if len(chosen) == 1 else f"{len(chosen)} values"
        changed = {difference.name for difference in chosen}
        session.note_problems({name: kept for name, kept in session.problems.items() if name not in changed})
        with session.step(f"{words} as in run {run.number}"):
            session.change(**taken_back(session.document, run.record, chosen))
        self.context.say(f"{words}: as in run {run.number} again.")


def _section(params_type: type[Params]) -> str:
    return {Acquisition: "acquisition", RunSettings: "settings"}.get(params_type, "params")
