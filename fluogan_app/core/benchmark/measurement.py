"""One measurement, in a process of its own, so that memory is counted from nothing and a crash costs one line."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from fluogan_app.core.benchmark.cases import SIGMA_PIXELS, Case, make_case_problem
from fluogan_app.core.benchmark.pace import PeakMemory, paced
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import OutOfMemoryError


@dataclass(frozen=True)
class Measured:
    """Seconds of a step by the clock; the most memory that preparing and stepping took, in bytes; FLOP of a step.

    peak_bytes: None where the system does not tell. flop: of products and convolutions, where they were counted.
    busy: the processor's time per time by the clock (see Pace).
    """

    seconds: float
    peak_bytes: int | None
    busy: float
    flop: float | None = None

    @property
    def steps_per_second(self) -> float:
        """The rate."""
        return 1.0 / self.seconds


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a module's function in a fresh process and hand back what it returns.

    Raises what it raises, and OutOfMemoryError where the system ended the process.
    """
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as processes:
        try:
            return processes.submit(function, *arguments).result()
        except BrokenProcessPool as error:
            raise OutOfMemoryError(
                "The measuring process was ended by the system, most likely for want of memory.",
                "Measure smaller fields with --sizes.",
            ) from error


def measure(case: Case, budget_s: float) -> Measured:
    """Prepare the case and time its steps for about so many seconds. Raises FluoganError."""
    from fluogan_app.core.jobs.faults import in_words

    make_ready(case.pixels, case.device)
    try:
        return _measured(case, budget_s)
    except (MemoryError, RuntimeError) as error:  # torch tells of missing memory with a RuntimeError
        raise in_words(error) from error


def make_ready(pixels: int, device: str) -> None:
    """Load torch, set the threads as a run on so many camera pixels would, and wake the device."""
    import torch

    from fluogan_app.core.device import ask_for_large_pages, choose_threads

    ask_for_large_pages()
    torch.set_num_threads(choose_threads(pixels))
    torch.ones(1, device=device)


def _measured(case: Case, budget_s: float) -> Measured:
    problem = make_case_problem(case.shape_yx)
    gc.collect()
    with PeakMemory() as memory:
        step = step_of(case, problem)
        pace = paced(step, _waiting(case.device), budget_s)
    peak = memory.bytes if case.device == "cpu" else _card_peak(case.device)
    return Measured(pace.seconds, peak, pace.busy, _flop(step) if case.critic == "paper-2023" else None)


def step_of(case: Case, problem: Problem | None = None) -> Callable[[], Any]:
    """The step, prepared; each call takes the next."""
    return _MAKE_STEP[case.what](case, problem or make_case_problem(case.shape_yx))


def _program_step(case: Case, problem: Problem) -> Callable[[], Any]:
    from fluogan_app.core.methods.fluogan.method import FluoganMethod

    solver = FluoganMethod().prepare(problem, case.params(), case.device, 0)
    states = [solver.init()]

    def step() -> None:
        states[0], _ = solver.step(states[0])

    return step


def _plain_step(case: Case, problem: Problem) -> Callable[[], Any]:
    from fluogan_app.core.benchmark.plain import PlainFit

    return PlainFit(problem.photons, case.zoom, SIGMA_PIXELS, case.delta, case.device).step


def _convolutions_step(case: Case, problem: Problem) -> Callable[[], Any]:
    from fluogan_app.core.benchmark.plain import BareConvolutions

    return BareConvolutions(case.shape_yx, case.device).step


_MAKE_STEP = {"program": _program_step, "plain": _plain_step, "convolutions": _convolutions_step}


def _flop(step: Callable[[], Any]) -> float:
    """Operations of one step: a multiplication and an addition count two."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        step()
    return float(counter.get_total_flops())


def _waiting(device: str) -> Callable[[], None]:
    """What waits until the device has done all that it was told."""
    import torch

    return (lambda: None) if device == "cpu" else (lambda: torch.cuda.synchronize(device))


def _card_peak(device: str) -> int:
    import torch

    return int(torch.cuda.max_memory_allocated(device))
