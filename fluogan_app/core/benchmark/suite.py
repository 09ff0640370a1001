"""All that a benchmark measures, one row after the other, and what it leaves out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fluogan_app.core.benchmark.cases import SMALLEST_PUBLISHED, Case, Critic, What
from fluogan_app.core.benchmark.measurement import Measured, apart, measure
from fluogan_app.core.benchmark.runs import seconds_of_fit, seconds_to_preview
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.memory import machine_memory_bytes

#: A step that would take longer than this, or more than this part of the memory there is, is left out.
LONGEST_STEP_S = 20.0
MOST_MEMORY = 0.6
#: The field of the papers' phantom, and that of a first look.
PHANTOM_YX, PHANTOM_ZOOM, PREVIEW_YX = (50, 266), 6, (64, 64)

Measure = Callable[[Case, float], Measured]


@dataclass(frozen=True)
class Wanted:
    """What to measure: sides of the square fields in camera pixels, zooms, devices, seconds spent on each step."""

    sizes: tuple[int, ...]
    zooms: tuple[int, ...]
    devices: tuple[str, ...]
    budget_s: float


@dataclass(frozen=True)
class Row:
    """One step on one field: by the program and plainly; of what was left out, the reason.

    critic: "" for δ = 0, "patch" for the default one, "paper-2023" for the published one.
    """

    case: Case
    program: Measured | str
    plain: Measured | str

    @property
    def speed_ratio(self) -> float | None:
        """How many times as many steps a second the program takes; None where one was left out."""
        if isinstance(self.program, str) or isinstance(self.plain, str):
            return None
        return self.plain.seconds / self.program.seconds

    @property
    def memory_ratio(self) -> float | None:
        """How many times as much memory the plain steps take."""
        if isinstance(self.program, str) or isinstance(self.plain, str):
            return None
        if not self.program.peak_bytes or not self.plain.peak_bytes:
            return None
        return self.plain.peak_bytes / self.program.peak_bytes


class Rows:
    """The table: sizes in the order given for each device, zoom and critic. `measure_case` is called in order."""

    def __init__(self, wanted: Wanted, measure_case: Measure | None = None) -> None:
        self._wanted = wanted
        self._measure = measure_case or (lambda case, budget: apart(measure, case, budget))
        self._last: dict[tuple, tuple[Case, Measured]] = {}
        self._plain: dict[Case, Measured | str] = {}

    def __iter__(self) -> Iterator[Row]:
        for device in self._wanted.devices:
            for zoom in self._wanted.zooms:
                for size in self._wanted.sizes:
                    for critic in ("", "patch", "paper-2023"):
                        yield self._row((size, size), zoom, critic, device)

    def _row(self, shape_yx: tuple[int, int], zoom: int, critic: Critic, device: str) -> Row:
        case = Case("program", shape_yx, zoom, critic, device)
        plain = Case("plain", shape_yx, zoom, "paper-2023" if critic else "", device)
        if plain not in self._plain:
            self._plain[plain] = self._try(plain)
        return Row(case, self._try(case), self._plain[plain])

    def _try(self, case: Case) -> Measured | str:
        """The measurement, or the reason why there is none."""
        reason = self._reason_against(case)
        if reason:
            return reason
        try:
            measured = self._measure(case, self._wanted.budget_s)
        except FluoganError as error:
            return error.one_line
        self._last[_kind(case)] = case, measured
        return measured

    def _reason_against(self, case: Case) -> str:
        if case.critic == "paper-2023" and min(case.shape_yx) < SMALLEST_PUBLISHED:
            return f"the published critic's layers need fields of {SMALLEST_PUBLISHED} pixels and more"
        if _kind(case) not in self._last:
            return ""
        before, measured = self._last[_kind(case)]
        grown = case.pixels / before.pixels
        if measured.seconds * grown > LONGEST_STEP_S:
            return f"a step would take about {measured.seconds * grown:.0f} s"
        memory = machine_memory_bytes()
        if case.device == "cpu" and memory and (measured.peak_bytes or 0) * grown > MOST_MEMORY * memory:
            return f"it would take about {(measured.peak_bytes or 0) * grown / 1e9:.0f} GB of memory"
        return ""


def _kind(case: Case) -> tuple[What, int, Critic, str]:
    return case.what, case.zoom, case.critic, case.device


@dataclass(frozen=True)
class Milestones:
    """Named figures on one device: seconds, and rates of the published critic's convolutions in FLOP per second.

    bare_rate: of the convolutions alone. published_step_s: a whole δ = 1 step with that critic. published_flop: what
    the plain form of this step computes; own_flop: what the program computes instead. patch_step_s: a δ = 1 step with
    the default critic. All on the phantom's field; preview_s on 64 × 64; fit_s, fit_steps: a whole δ = 0 run. busy: the
    least processor's time per time by the clock of these steps (see Pace).
    """

    device: str
    bare_rate: float
    published_step_s: float
    published_flop: float
    own_flop: float
    patch_step_s: float
    preview_s: float
    fit_s: float
    fit_steps: int
    busy: float

    @property
    def share_of_bare_rate(self) -> float:
        """The plain step's operations per second of the program's step, in parts of the bare convolutions' rate."""
        return self.published_flop / self.published_step_s / self.bare_rate


def milestones(device: str, budget_s: float) -> Milestones:
    """Measure the named figures, each in a process of its own. Raises FluoganError."""

    def measured(what: What, critic: Critic) -> Measured:
        return apart(measure, Case(what, PHANTOM_YX, PHANTOM_ZOOM, critic, device), budget_s)

    bare, plain = measured("convolutions", "paper-2023"), measured("plain", "paper-2023")
    published, patch = measured("program", "paper-2023"), measured("program", "patch")
    fit_s, fit_steps = apart(seconds_of_fit, PHANTOM_YX, device)
    return Milestones(
        device=device,
        bare_rate=(bare.flop or 0.0) / bare.seconds,
        published_step_s=published.seconds,
        published_flop=plain.flop or 0.0,
        own_flop=published.flop or 0.0,
        patch_step_s=patch.seconds,
        preview_s=apart(seconds_to_preview, PREVIEW_YX, device),
        fit_s=fit_s,
        fit_steps=fit_steps,
        busy=min(part.busy for part in (bare, plain, published, patch)),
    )
