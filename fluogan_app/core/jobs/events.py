"""What a job tells while it runs. No torch here: the window imports this before torch is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fluogan_app.core.data.result import Curves, Result
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.methods.base import Preview


class Outcome(StrEnum):
    """How a job ended. Cancelling is an outcome, not an error."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """Where a job stands. `seconds_left` is None until the last phase's rate is known; `curves` are all so far.

    phase_end: the step at which the phase ends, 0 where phases come again and again. round_steps: after how many steps
    they come again, in tiles and repeats; else 0.
    """

    step: int
    total_steps: int
    phase: str
    paused: bool
    seconds: float
    steps_per_second: float | None
    seconds_left: float | None
    curves: Curves
    message: str = ""
    phase_end: int = 0
    round_steps: int = 0


@dataclass(frozen=True)
class Ended:
    """The one terminal event of a job. `result` is the last good state, None where there was none yet.

    unwritten: the end as it was, where it could not be put on disk; `error` says why.
    """

    outcome: Outcome
    steps: int
    seconds: float
    curves: Curves
    result: Result | None = None
    error: FluoganError | None = None
    warnings: tuple[str, ...] = ()
    unwritten: Ended | None = None


class Sink(Protocol):
    """Who listens to a job. Called on the job's thread; must return at once."""

    def progress(self, progress: Progress) -> None: ...

    def preview(self, preview: Preview) -> None: ...

    def insight(self, insight: object) -> None:
        """What a watcher saw: frozen, of a class of its own per watcher, with copies of what it shows."""


class Silent:
    """A listener that does not care."""

    def progress(self, progress: Progress) -> None:
        """Ignored."""

    def preview(self, preview: Preview) -> None:
        """Ignored."""

    def insight(self, insight: object) -> None:
        """Ignored."""
