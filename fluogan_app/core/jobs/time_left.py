"""How long a run still takes, as a range, or nothing where it cannot be told: a wrong time is worse than none.

A run has phases of different speed. The one that goes on is measured; those to come are known from an earlier run of
the same kind, whose pace is scaled to this one's size.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from fluogan_app.core.jobs.events import Progress

#: What is measured holds about so far, on a machine that also does other things; what an earlier run took, so far.
MEASURED, REMEMBERED = 0.1, 0.35
#: The pace is that of so many seconds: shorter ones take every other program's work for the run's own.
WINDOW_S = 60.0
#: A phase is measured once it has gone on for so long and so many steps: its first steps load and warm up.
LEAST_S, LEAST_STEPS = 1.0, 5


@dataclass(frozen=True)
class PhasePace:
    """How one phase of a run went: its steps, and seconds per step."""

    steps: int
    seconds_per_step: float


@dataclass(frozen=True)
class TimeRange:
    """Between so many seconds and so many."""

    low_s: float
    high_s: float

    def __add__(self, other: TimeRange) -> TimeRange:
        return TimeRange(self.low_s + other.low_s, self.high_s + other.high_s)

    @classmethod
    def about(cls, seconds: float, share: float) -> TimeRange:
        """So many seconds, give or take a share of them."""
        return cls(seconds * (1.0 - share), seconds * (1.0 + share))


#: The phases of an earlier run by name, in the order in which they came.
Phases = Mapping[str, PhasePace]


class TimeLeft:
    """Hears the reports of one run. `known`: how the phases of an earlier run of its kind went, scaled to this one."""

    def __init__(self, known: Phases | None = None) -> None:
        self._known = dict(known or {})
        self._marks: deque[tuple[float, int]] = deque()
        self._paces: dict[str, PhasePace] = {}
        self._recent_s: float | None = None
        self._newest: Progress | None = None

    def note(self, progress: Progress) -> None:
        """A report came. Time spent paused does not count in its seconds."""
        if self._newest is None or progress.phase != self._newest.phase:
            self._marks, self._recent_s = deque(), None
            self._began = progress.seconds, progress.step
        self._newest = progress
        self._paces |= {progress.phase: pace} if (pace := _pace(self._began, progress)) else {}
        self._marks.append((progress.seconds, progress.step))
        while progress.seconds - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()
        recent = _pace(self._marks[0], progress)
        self._recent_s = recent.seconds_per_step if recent else None

    @property
    def phases(self) -> dict[str, PhasePace]:
        """How the phases went that were long enough to tell, for runs to come."""
        return dict(self._paces)

    def left(self) -> TimeRange | None:
        """What is left, None where it cannot be told."""
        now = self._newest
        if now is None or now.total_steps <= now.step:
            return None
        if now.phase_end == 0:
            # In tiles or repeats every round takes as long as the first, which has passed where a time is told.
            return None if now.seconds_left is None else TimeRange.about(now.seconds_left, MEASURED)
        rest = self._rest_of_phase(now)
        if now.phase_end >= now.total_steps or rest is None:
            return rest
        ahead = self._ahead(now)
        return None if ahead is None else rest + ahead

    def at_least_s(self) -> float | None:
        """Seconds that are left in any case, where no more can be told: before the pace of what comes is known.

        The rest of a phase, at the pace that was measured; in tiles and repeats the rounds to come, each of which takes
        no less than the first one has taken so far. None without even that.
        """
        now = self._newest
        if now is None or now.total_steps <= now.step or self.left() is not None:
            return None
        if now.round_steps and now.step < now.round_steps and now.seconds >= LEAST_S:
            return (1.0 - MEASURED) * (now.total_steps / now.round_steps - 1.0) * now.seconds
        rest = self._rest_of_phase(now) if now.phase_end else None
        return rest.low_s if rest is not None and rest.low_s > 0 else None

    def _rest_of_phase(self, now: Progress) -> TimeRange | None:
        steps = max(min(now.phase_end, now.total_steps) - now.step, 0)
        if self._recent_s is not None:
            return TimeRange.about(steps * self._recent_s, MEASURED)
        pace = self._known.get(now.phase)
        return None if pace is None else TimeRange.about(steps * pace.seconds_per_step * self._slower, REMEMBERED)

    def _ahead(self, now: Progress) -> TimeRange | None:
        """The phases to come, as they went before."""
        names = list(self._known)
        if now.phase not in names:
            return None
        later = [self._known[name] for name in names[names.index(now.phase) + 1 :]]
        seconds = _seconds(later, now.total_steps - now.phase_end)
        return None if seconds is None else TimeRange.about(seconds * self._slower, REMEMBERED)

    @property
    def _slower(self) -> float:
        """How much slower than the earlier run this one is so far."""
        shared = [(pace, self._known[name]) for name, pace in self._paces.items() if name in self._known]
        before = sum(pace.steps * known.seconds_per_step for pace, known in shared)
        now = sum(pace.steps * pace.seconds_per_step for pace, _ in shared)
        return min(max(now / before, 0.5), 2.0) if before > 0 else 1.0


def whole_run(known: Phases, total_steps: int) -> TimeRange | None:
    """How long a run of so many steps takes, by the phases of an earlier one."""
    seconds = _seconds(list(known.values()), total_steps)
    return None if seconds is None else TimeRange.about(seconds, REMEMBERED)


def scaled(known: Phases, factor: float) -> dict[str, PhasePace]:
    """Phases of a run whose steps take so many times as long."""
    return {name: PhasePace(pace.steps, pace.seconds_per_step * factor) for name, pace in known.items()}


def _pace(since: tuple[float, int], now: Progress) -> PhasePace | None:
    """The pace since a mark of seconds and step; None where that was too short."""
    seconds, steps = now.seconds - since[0], now.step - since[1]
    return PhasePace(steps, seconds / steps) if steps >= LEAST_STEPS and seconds >= LEAST_S else None


def _seconds(phases: list[PhasePace], steps: int) -> float | None:
    """Time of so many steps: the phases before the last as long as they were, the last one for the rest."""
    if not phases:
        return None
    seconds = 0.0
    for pace in phases[:-1]:
        taken = min(pace.steps, steps)
        seconds, steps = seconds + taken * pace.seconds_per_step, steps - taken
    return seconds + steps * phases[-1].seconds_per_step
