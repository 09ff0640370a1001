"""One thing that the window can be told to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing to do: its name in code, its words in the menu, its keys, and what it says when pointed at.

    `group` makes commands exclude each other. `needs` is what must be so: "" always, "project", "stack" or "run" there,
    "idle" or "job" going on, a project that "may_run", the shown run "finished" or "unfinished". `before`: the command
    of the menu that it stands before; at its end where that is "".
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    group: str = ""
    checkable: bool = False
    needs: str = ""
    starts_section: bool = False
    before: str = ""
