"""The benchmark's table and named figures in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluogan_app.core.benchmark.measurement import Measured
from fluogan_app.core.benchmark.suite import PHANTOM_YX, PHANTOM_ZOOM, PREVIEW_YX, Milestones, Row
from fluogan_app.core.units import bytes_text

#: A processor that was free for less than this part of the time gives no times to compare.
FREE = 0.9

CRITICS = {"": "0", "patch": "1", "paper-2023": "1, 2023"}
_COLUMNS = (
    ("pixels", 11), ("zoom", 4), ("δ", 7), ("device", 7), ("steps/s", 8), ("plain", 8), ("ratio", 8),
    ("memory", 8), ("plain", 8), ("ratio", 8),
)  # fmt: skip
LEGEND = (
    "steps/s: of this program, then of the same step written plainly; memory: most that preparing and stepping took,",
    "beyond the frames; ratios above 1 are in this program's favour. δ 0: mean fit; 1: against the default critic;",
    "1, 2023: against the published one. The plain step has the published critic in both.",
)


def machine_lines(machine: Mapping[str, Any], devices: tuple[str, ...]) -> list[str]:
    """What was measured on."""
    asked = machine["threads_asked_for"]
    threads = f"{asked} as OMP_NUM_THREADS says" if asked else "as a run takes (one up to 256 × 256 pixels)"
    memory = f", {bytes_text(machine['memory_bytes'])}" if machine["memory_bytes"] else ""
    return [
        f"{machine['processor']}, {machine['cores']} cores{memory}; threads: {threads}; devices: {', '.join(devices)}",
        f"FluoGAN {machine['fluogan']}, PyTorch {machine['torch']}, Python {machine['python']}, {machine['system']}",
    ]


def header() -> str:
    """The names of the columns."""
    return _line([name for name, _ in _COLUMNS])


def row_line(row: Row) -> str:
    """One step on one field, and after it why something was left out."""
    case = row.case
    cells = [f"{case.shape_yx[0]} × {case.shape_yx[1]}", str(case.zoom), CRITICS[case.critic], case.device]
    cells += [_rate(row.program), _rate(row.plain), _ratio(row.speed_ratio)]
    cells += [_memory(row.program), _memory(row.plain), _ratio(row.memory_ratio)]
    return _line(cells)


def remarks(row: Row) -> list[str]:
    """Why a step was left out, and whether its times can be trusted."""
    said = [
        f"{name} left out: {measured}."
        for name, measured in (("Step", row.program), ("Plain step", row.plain))
        if isinstance(measured, str)
    ]
    busy = [part.busy for part in (row.program, row.plain) if isinstance(part, Measured)]
    return said + doubt(row.case.device, min(busy, default=1.0))


def doubt(device: str, busy: float) -> list[str]:
    """What is to be said where other programs took the processor's time."""
    if device != "cpu" or busy >= FREE:
        return []
    return [f"The processor was free for {100 * busy:.0f} % of the time only: do not compare these times."]


def milestone_rows(found: Milestones) -> list[tuple[str, str]]:
    """The named figures of one device."""
    field = f"{PHANTOM_YX[0]} × {PHANTOM_YX[1]}"
    share, own = 100 * found.share_of_bare_rate, found.own_flop / found.published_step_s / found.bare_rate
    return [
        ("Convolutions of the published critic alone", f"{found.bare_rate / 1e9:.0f} GFLOP/s (batch 32, {field})"),
        (
            "δ = 1 step with the published critic",
            f"{found.published_step_s:.3g} s; {share:.0f} % of that rate on the {found.published_flop / 1e9:.0f} GFLOP "
            f"of the plain step, {100 * own:.0f} % on the {found.own_flop / 1e9:.0f} GFLOP really computed",
        ),
        ("δ = 1 step with the default critic", f"{found.patch_step_s:.3g} s ({field}, zoom {PHANTOM_ZOOM})"),
        ("First picture", f"{found.preview_s:.2g} s ({PREVIEW_YX[0]} × {PREVIEW_YX[1]} pixels, from frames in memory)"),
        (
            "Whole δ = 0 run",
            f"{found.fit_s:.2g} s for {found.fit_steps} steps ({field}, zoom {PHANTOM_ZOOM}, 500 frames)",
        ),
    ]


def _line(cells: list[str]) -> str:
    return "  " + "  ".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, _COLUMNS))


def _rate(measured: Measured | str) -> str:
    return "–" if isinstance(measured, str) else _three_digits(measured.steps_per_second)


def _memory(measured: Measured | str) -> str:
    known = not isinstance(measured, str) and measured.peak_bytes
    return bytes_text(measured.peak_bytes) if known else "–"


def _ratio(ratio: float | None) -> str:
    return "–" if ratio is None else f"{_three_digits(ratio)} ×"


def _three_digits(value: float) -> str:
    """Three digits that count, and no power of ten for what is large."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
