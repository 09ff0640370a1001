"""The queue of runs: in the tree, at the Run button and in a menu."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from fluogan_app.core.jobs.time_left import TimeRange
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.queue import QueuedRun
from fluogan_app.gui.command import Command
from fluogan_app.gui.controllers.queue import QueueController
from fluogan_app.gui.dialogs.name_dialog import NameDialog
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.run_state import only_for_reading
from fluogan_app.gui.views.project_tree import QueueRow
from fluogan_app.gui.views.run_panel import left_words

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow


class Queueing(Feature):
    """Shows what waits and hands on what the user does with it."""

    name = "queue"
    commands = (
        Command("queue_add", "&Queue", "&Add to queue", ("Ctrl+Shift+Return",),
                "Run with the values as they stand now, after the runs before it", needs="may_queue"),
        Command("queue_go", "&Queue", "&Run the queue", ("Ctrl+F5",),
                "Run what waits, one after another", needs="queue_waits"),
        Command("queue_hold", "&Queue", "&Stop after this run", ("Shift+F6",),
                "Begin no other run by itself; the one that goes on is left alone", needs="queue_goes"),
        Command("queue_earlier", "&Queue", "Move &earlier", ("Ctrl+Shift+Up",),
                "Run the chosen one of those that wait one place earlier (Alt+Up in the tree)",
                needs="queue", starts_section=True),
        Command("queue_later", "&Queue", "Move &later", ("Ctrl+Shift+Down",),
                "Run the chosen one of those that wait one place later (Alt+Down in the tree)", needs="queue"),
        Command("queue_rename", "&Queue", "Re&name…", ("Ctrl+F2",),
                "Call the chosen one of those that wait otherwise (F2 in the tree)", needs="queue"),
        Command("queue_remove", "&Queue", "Re&move", ("Ctrl+Shift+Delete",),
                "Take the chosen one of those that wait out of the queue (Delete in the tree)", needs="queue"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.queue = QueueController(window.context, window.runs)
        tree = window.workspace.tree
        window.workspace.run_panel.queue_go_requested.connect(self.queue.go)
        tree.move_wanted.connect(self._move)
        tree.remove_wanted.connect(self.queue.remove)
        tree.rename_wanted.connect(self._ask_name)
        self.queue.changed.connect(self._show)
        window.runs.progressed.connect(lambda _: self._show_time())
        self.session.job_changed.connect(self._show_time)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {
            "queue_add": self.queue.add,
            "queue_go": self.queue.go,
            "queue_hold": self.queue.hold,
            "queue_earlier": lambda: self._move_by(-1),
            "queue_later": lambda: self._move_by(1),
            "queue_rename": lambda: self._ask_name(self._chosen),
            "queue_remove": lambda: self.queue.remove(self._chosen),
        }

    def needs_met(self) -> set[str]:
        """See Feature.needs_met."""
        waits, going = bool(self.queue.queue), self.queue.going
        may_queue = self.session.stack is not None and not only_for_reading(self.session)
        so = {"may_queue": may_queue, "queue": waits, "queue_waits": waits and not going, "queue_goes": waits and going}
        return {name for name, met in so.items() if met}

    @property
    def _chosen(self) -> str:
        """The key of the chosen run that waits, else of the first one."""
        chosen = self.window.workspace.tree.selected_waiting
        return chosen or (self.queue.queue[0].key if self.queue.queue else "")

    def _move_by(self, places: int) -> None:
        keys, chosen = [entry.key for entry in self.queue.queue], self._chosen
        if chosen in keys:
            self._move(chosen, max(keys.index(chosen) + places, 0))

    def _move(self, key: str, position: int) -> None:
        self.queue.move(key, position)
        self.window.workspace.tree.select_waiting(key)

    def _ask_name(self, key: str) -> None:
        entry = next((entry for entry in self.queue.queue if entry.key == key), None)
        if entry is not None:
            chosen = partial(self.queue.rename, key)
            NameDialog("Rename a run that waits", "&Name", entry.name, chosen, self.window).open()

    # What is shown

    def _show(self) -> None:
        self.window.workspace.tree.set_queue([self._row(entry) for entry in self.queue.queue])
        self._show_time()
        met = self.needs_met()
        for command in self.commands[1:]:
            self.window.actions_[command.name].setEnabled(command.needs in met)

    def _row(self, entry: QueuedRun) -> QueueRow:
        refused = self.queue.refused.get(entry.key, "")
        steps, zoom = entry.params.get("steps"), entry.params.get("zoom")
        facts = [method_title(entry.method)]
        facts += [f"{steps} steps"] if steps else []
        facts += [f"zoom {zoom}"] if zoom else []
        facts += [str(entry.roi)] if entry.roi is not None else []
        return QueueRow(entry.key, entry.name, "refused" if refused else "queued", refused or ", ".join(facts))

    def _show_time(self) -> None:
        waits = bool(self.queue.queue) and not self.queue.going and not self.session.busy
        self.window.runs.note(queue=self._words(), can_go=waits)

    def _words(self) -> str:
        count = len(self.queue.queue)
        if not count:
            return ""
        if all(entry.key in self.queue.refused for entry in self.queue.queue):
            return "1 run could not start" if count == 1 else f"{count} runs could not start"
        waits = "1 run waits" if count == 1 else f"{count} runs wait"
        held = " and begin when you say so" if not self.queue.going and self.session.busy else ""
        held = held.replace("begin", "begins") if count == 1 else held
        left = self._left()
        about = "" if left is None or math.isinf(left.high_s) else "about "
        time = f" · {about}{left_words(left.low_s, left.high_s)} for all" if left is not None else ""
        return f"{waits}{held}{time}"

    def _left(self) -> TimeRange | None:
        """What the run that goes on and all that wait still take; None where one of them is not known."""
        pace = Pace(self.context.settings)
        times = [self.window.runs.time_left] if self.session.busy else []
        times += [pace.expected(entry, entry.params, entry.shape_tyx[1:]) for entry in self.queue.queue]
        if any(time is None for time in times):
            return None
        return sum(times[1:], start=times[0])
