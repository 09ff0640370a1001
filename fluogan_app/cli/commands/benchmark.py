"""`fluogan benchmark`: how fast the program is on this machine, and how much a plain form of the same steps takes."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from fluogan_app.cli import benchmark_table, words
from fluogan_app.cli.arguments import checked_value
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.methods_benchmark import add_method_flags, compare_methods, refuse_without_methods
from fluogan_app.cli.report import Report
from fluogan_app.core.benchmark.machine import describe_machine
from fluogan_app.core.benchmark.suite import Milestones, Row, Rows, Wanted, milestones
from fluogan_app.core.methods.fluogan.params import FluoganParams

SIZES, ZOOMS, BUDGET_S = (32, 64, 128, 256, 512, 1024, 2048), (4, 6), 2.0
QUICK_SIZES, QUICK_ZOOMS, QUICK_BUDGET_S = (32, 64), (4,), 0.5
SMALLEST, LARGEST = 16, 8192


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """Sizes, zooms, device, and how much of it."""
    parser.add_argument(
        "--sizes", metavar="N", nargs="+", type=_size,
        help=f"Sides of the square fields in camera pixels. Default: {' '.join(map(str, SIZES))}.",
    )  # fmt: skip
    zooms = f"Fine pixels per camera pixel along an axis. Default: {' '.join(map(str, ZOOMS))}."
    parser.add_argument("--zoom", metavar="L", nargs="+", help=zooms)
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto",
        help="Where to measure. auto: on the processor, and on a graphics card where one passes its self-test.",
    )  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true",
        help=f"Only the sizes {QUICK_SIZES[0]} and {QUICK_SIZES[1]} at zoom {QUICK_ZOOMS[0]}, without the named "
        "figures: about a minute.",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout, with units in its names.")
    add_method_flags(parser)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Measure and print row by row. Raises ParameterError, DeviceError, FluoganError."""
    if arguments.methods is not None:
        return compare_methods(arguments, report)
    refuse_without_methods(arguments)
    wanted, machine = _wanted(arguments), describe_machine()
    report.text(*benchmark_table.machine_lines(machine, wanted.devices), benchmark_table.header())
    rows = []
    for row in Rows(wanted):
        rows.append(row)
        report.text(benchmark_table.row_line(row))
        for remark in benchmark_table.remarks(row):
            report.note(remark)
    report.text(*benchmark_table.LEGEND)
    figures = [] if arguments.quick else [_milestones(device, wanted.budget_s, report) for device in wanted.devices]
    if arguments.json:
        report.json(_content(machine, rows, figures))
    return Exit.DONE


def _milestones(device: str, budget_s: float, report: Report) -> Milestones:
    found = milestones(device, budget_s)
    report.text(f"On {device}:", *words.table(benchmark_table.milestone_rows(found)))
    for sentence in benchmark_table.doubt(device, found.busy):
        report.note(sentence)
    return found


def _wanted(arguments: argparse.Namespace) -> Wanted:
    quick = arguments.quick
    zooms = [checked_value(FluoganParams, "zoom", text) for text in arguments.zoom or ()]
    return Wanted(
        sizes=tuple(arguments.sizes or (QUICK_SIZES if quick else SIZES)),
        zooms=tuple(zooms or (QUICK_ZOOMS if quick else ZOOMS)),
        devices=_devices(arguments.device),
        budget_s=QUICK_BUDGET_S if quick else BUDGET_S,
    )


def _devices(wish: str) -> tuple[str, ...]:
    """The devices to measure on, in torch's words. Raises DeviceError."""
    from fluogan_app.core.device import choose_device

    if wish == "cpu":
        return ("cpu",)
    chosen = choose_device(wish).device
    return (chosen,) if wish == "cuda" or chosen == "cpu" else ("cpu", chosen)


def _size(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if not SMALLEST <= number <= LARGEST:
        raise argparse.ArgumentTypeError(f"“{text}” is not a side in camera pixels from {SMALLEST} to {LARGEST}")
    return number


def _content(machine: dict[str, Any], rows: list[Row], figures: list[Milestones]) -> dict[str, Any]:
    return {
        "machine": machine,
        "steps": [_row_content(row) for row in rows],
        "figures": [
            {**asdict(found), "bare_rate_flop_per_s": found.bare_rate, "share_of_bare_rate": found.share_of_bare_rate}
            for found in figures
        ],
    }


def _row_content(row: Row) -> dict[str, Any]:
    case = row.case
    return {
        "shape_yx": list(case.shape_yx), "zoom": case.zoom, "delta": case.delta, "critic": case.critic or None,
        "device": case.device, "program": _step_content(row.program), "plain": _step_content(row.plain),
        "speed_ratio": row.speed_ratio, "memory_ratio": row.memory_ratio,
    }  # fmt: skip


def _step_content(measured: Any) -> dict[str, Any]:
    if isinstance(measured, str):
        return {"left_out": measured}
    return {"steps_per_second": measured.steps_per_second, **asdict(measured)}
