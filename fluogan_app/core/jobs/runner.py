"""The only loop: steps a solver, and sees to pause, cancel, progress, previews, checkpoints, and failures."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from fluogan_app.core.data.result import Curves
from fluogan_app.core.errors import FluoganError, ProjectError, SolverError
from fluogan_app.core.jobs.checkpoint import Checkpoint, CheckpointFolder
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Outcome, Progress, Silent, Sink
from fluogan_app.core.jobs.faults import in_words
from fluogan_app.core.jobs.recorder import Recorder
from fluogan_app.core.jobs.rest import RestRule
from fluogan_app.core.jobs.watchers import Watch, Watcher
from fluogan_app.core.methods.base import Phase, Solver, State


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cadence:
    """How often a job reports, shows, keeps its state in memory, and saves it, in seconds."""

    progress: float = 0.1
    preview: float = 0.2
    keep: float = 1.0
    first_checkpoint: float = 1.0
    checkpoint: float = 20.0


#: A large state or image takes long to copy: keeping and showing it may each cost one part of the time in so many.
_COPY_SHARE = 20.0


class Job:
    """One run of one solver. `run` blocks until the run ended and never raises for what a user can meet."""

    def __init__(
        self,
        solver: Solver,
        control: Control,
        sink: Sink | None = None,
        checkpoints: CheckpointFolder | None = None,
        cadence: Cadence = Cadence(),
        clock: Callable[[], float] = time.monotonic,
        watchers: tuple[Watcher, ...] = (),
        rest: RestRule | None = None,
    ) -> None:
        """`rest`: ends the run where nothing changes any more; None for all its steps."""
        self._solver, self._control, self._sink = solver, control, sink or Silent()
        self._checkpoints, self._cadence, self._clock = checkpoints, cadence, clock
        self._good: State | None = None
        self._good_curves = Curves()
        self._warnings: list[str] = []
        self._trouble = ""
        self._watch = Watch(watchers, clock)
        self._rest_rule, self._reason = rest, ""

    def run(self, start: Checkpoint | None = None) -> Ended:
        """Run from the beginning, or on from a checkpoint, to the end."""
        self._began = self._clock()
        metrics = (*self._solver.metrics, *self._watch.metrics)
        self._recorder = Recorder(metrics, start.curves if start else None)
        self._good_curves = self._recorder.curves()
        try:
            return self._ended(self._loop(start.state if start else None))
        except Exception as error:  # noqa: BLE001 - the last good state must survive whatever a solver raises
            if not isinstance(error, FluoganError):
                log.exception("the solver failed")
            return self._failed(in_words(error))
        finally:
            self._watch.close()

    def _loop(self, kept: State | None) -> Outcome:
        state = self._solver.restore(kept) if kept is not None else self._solver.init()
        self._keep(state)
        self._phase, self._pace = self._solver.phase(state), _Pace(self._clock(), state.step)
        self._recorder.mark(state.step, self._phase.name)
        self._first_step = state.step
        due = _Due(self._cadence, self._clock())
        self._show_watchers(state, force=True)
        while state.step < self._solver.total_steps:
            if self._control.paused:
                self._rest(state)
            if self._control.cancelled:
                self._keep(state, save=True)
                return Outcome.CANCELLED
            state, values = self._solver.step(state)
            self._recorder.add(state.step, values)
            self._follow_phase(state)
            self._report(state, due)
            if self._is_at_rest(state):
                break
        # Before the last state is kept: what is seen of it belongs to its curves.
        self._show_watchers(state, force=True)
        self._keep(state, save=True)
        return Outcome.FINISHED

    def _is_at_rest(self, state: State) -> bool:
        """Whether nothing changes any more. Tiles and repeats go through all steps: each is compared to others."""
        rule, phase = self._rest_rule, self._phase
        if rule is None or not rule.is_due(state.step):
            return False
        if phase.round_steps or phase.end_step < self._solver.total_steps:
            return False
        self._flush(state)
        curves = self._recorder.curves()
        self._reason = rule.why(curves, curves.marks[-1].step if curves.marks else 0)
        return bool(self._reason)

    def _follow_phase(self, state: State) -> None:
        """Note where one phase ends and the next begins, to the step."""
        known = self._phase
        if state.step >= self._solver.total_steps:
            return
        if state.step < known.end_step and not (known.round_steps and state.step % known.round_steps == 0):
            return
        phase = self._solver.phase(state)
        if phase != known:
            self._phase, self._pace = phase, _Pace(self._clock(), state.step)
            self._recorder.mark(state.step, phase.name)

    def _show_watchers(self, state: State, force: bool = False) -> None:
        self._recorder.note(state.step, self._watch.look(self._solver, state, self._recorder.curves, force))

    def _report(self, state: State, due: _Due) -> None:
        now = self._clock()
        if due("progress", now):
            self._flush(state)
            self._sink.progress(self._progress(state, now, paused=False))
        if due("preview", now):
            began = self._clock()
            self._sink.preview(self._solver.image(state))
            due.put_off("preview", began, self._clock())
        if due("checkpoint", now):
            self._keep(state, save=True)
        elif due("keep", now):
            began = self._clock()
            self._keep(state)
            due.put_off("keep", began, self._clock())
        self._show_watchers(state)

    def _rest(self, state: State) -> None:
        """Wait while paused, with the state saved first: a pause may outlast the machine."""
        self._keep(state, save=True)
        paused_at = self._clock()
        self._sink.progress(self._progress(state, paused_at, paused=True))
        self._sink.preview(self._solver.image(state))
        self._show_watchers(state, force=True)
        self._control.wait_while_paused()
        self._pace = _Pace(self._clock(), state.step)
        self._began += self._clock() - paused_at

    def _flush(self, state: State) -> None:
        wrong = self._recorder.flush()
        if wrong is not None:
            raise _diverged(state.step, wrong)

    def _keep(self, state: State, save: bool = False) -> None:
        self._flush(state)
        copy = state.copy()
        _check_numbers(copy)
        self._good, self._good_curves = copy, self._recorder.curves()
        if not save or self._checkpoints is None:
            return
        try:
            self._checkpoints.save(Checkpoint(self._good, self._good_curves, self._solver.image(state)))
            self._trouble = ""
        except ProjectError as error:
            # A full disk must not end a run whose state is still in memory; the user is told as long as it lasts.
            self._trouble = error.message
            if error.message not in self._warnings:
                self._warnings.append(error.message)

    def _progress(self, state: State, now: float, paused: bool) -> Progress:
        phase = self._solver.phase(state)
        if phase != self._phase:
            self._phase, self._pace = phase, _Pace(now, state.step)
        rate = self._pace.rate(now, state.step)
        return Progress(
            step=state.step,
            total_steps=self._solver.total_steps,
            phase=phase.name,
            paused=paused,
            seconds=now - self._began,
            steps_per_second=rate,
            seconds_left=self._seconds_left(state, phase, rate, now),
            curves=self._recorder.curves(),
            message=self._trouble,
            phase_end=0 if phase.round_steps else phase.end_step,
            round_steps=phase.round_steps or 0,
        )

    def _seconds_left(self, state: State, phase: Phase, rate: float | None, now: float) -> float | None:
        """None while a phase is still to come whose speed is not known: it may be many times slower."""
        total, done = self._solver.total_steps, state.step - self._first_step
        if phase.round_steps and done >= phase.round_steps:
            return (total - state.step) * (now - self._began) / done
        return (total - state.step) / rate if rate and phase.end_step >= total else None

    def _ended(self, outcome: Outcome, error: FluoganError | None = None) -> Ended:
        good = self._good
        result = None
        if good is not None and (good.step > 0 or outcome is Outcome.FINISHED):
            result = self._solver.result(self._solver.restore(good))
            if self._reason:
                result = replace(result, notes=(self._reason, *result.notes))
        steps = good.step if good is not None else 0
        seconds = self._clock() - self._began
        return Ended(outcome, steps, seconds, self._good_curves, result, error, tuple(self._warnings))

    def _failed(self, error: FluoganError) -> Ended:
        try:
            return self._ended(Outcome.FAILED, error)
        except Exception:  # noqa: BLE001 - a device that is out of memory may fail again on the way out
            steps = self._good.step if self._good is not None else 0
            seconds = self._clock() - self._began
            return Ended(Outcome.FAILED, steps, seconds, self._good_curves, None, error, tuple(self._warnings))


def _check_numbers(state: State) -> None:
    """Raises SolverError for NaN in a state: the metrics of a step may be from before its update."""
    import torch

    for name, tensor in state.tensors.items():
        if tensor.is_floating_point() and bool(torch.isnan(tensor).any()):
            raise _diverged(state.step, name)


def _diverged(step: int, name: str) -> SolverError:
    return SolverError(
        f"The computation diverged before step {step}: {name} is not a finite number.",
        "Reduce the adversarial weight or check gain, offset and pixel size; the last good state is kept.",
    )


class _Pace:
    """Steps per second over the last ten seconds of a phase."""

    WINDOW_S = 10.0

    def __init__(self, now: float, step: int) -> None:
        self._marks: deque[tuple[float, int]] = deque([(now, step)])

    def rate(self, now: float, step: int) -> float | None:
        self._marks.append((now, step))
        while len(self._marks) > 2 and now - self._marks[0][0] > self.WINDOW_S:
            self._marks.popleft()
        seconds, steps = now - self._marks[0][0], step - self._marks[0][1]
        return steps / seconds if seconds > 0 and steps > 0 else None


class _Due:
    """Which of the things that happen now and then are to happen now."""

    def __init__(self, cadence: Cadence, now: float) -> None:
        self._every = {"progress": cadence.progress, "preview": cadence.preview, "keep": cadence.keep,
                       "checkpoint": cadence.checkpoint}  # fmt: skip
        self._next = {"progress": now, "preview": now, "keep": now + cadence.keep,
                      "checkpoint": now + cadence.first_checkpoint}  # fmt: skip

    def __call__(self, what: str, now: float) -> bool:
        due = now >= self._next[what]
        if due:
            self._next[what] = now + self._every[what]
        return due

    def put_off(self, what: str, began: float, ended: float) -> None:
        """Where it took long, wait so much longer that it keeps to its share of the time."""
        self._next[what] = max(self._next[what], ended + _COPY_SHARE * (ended - began))
