"""`fluogan estimate`: what the frames tell of their camera, the PSF and the molecules."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.cli import words
from fluogan_app.cli.arguments import add_declared, add_stack_selection, frame_range, given
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, open_recording, overruled
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.methods.registry import DEFAULT_METHOD, METHODS
from fluogan_app.core.units import measured_text

if TYPE_CHECKING:
    from fluogan_app.core.estimate.recording import Findings
    from fluogan_app.core.estimate.result import Estimate, Finding


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, --figure, --json, and a flag for every declared parameter of the recording."""
    parser.description = (
        f"{parser.description} Each comes with its uncertainty (one standard deviation) or with the reason why these "
        "frames do not tell it. What the file or a flag states is used for the others."
    )
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument("--figure", metavar="EVIDENCE.png", help="The evidence as diagrams, PNG at 300 dpi.")
    sparsity = "Estimate FluoGAN's λ1 too, by the discrepancy principle: some short reconstructions, about ten seconds."
    parser.add_argument("--sparsity", action="store_true", help=sparsity)
    parser.add_argument("--overwrite", action="store_true", help="Replace a figure that exists.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Estimate, draw, tell. Raises FluoganError where the input is bad."""
    from fluogan_app.core.estimate.recording import estimate_recording
    from fluogan_app.core.project.evidence import export_evidence

    figure = _figure(arguments)
    stack = open_recording(arguments.file, arguments)
    try:
        known = overruled(stack.acquisition, given(arguments, Acquisition))
        frames = frame_range(arguments.frames, stack.shape[0])
        roi = arguments.roi.checked(stack.shape[1:]) if arguments.roi is not None else None
        found = estimate_recording(stack, known, roi, frames)
        if arguments.sparsity:
            found = replace(found, findings=(*found.findings, _sparsity(stack, known, found, roi, frames)))
    finally:
        stack.close()
    if figure is not None:
        export_evidence(figure, found.estimates, f"{stack.path.name} · {found.used}")
    _tell(found, stack, known, figure, arguments.json, report)
    return Exit.DONE


def _sparsity(
    stack: Stack, known: Acquisition, found: Findings, roi: Roi | None, frames: FrameRange | None
) -> Finding:
    """λ1 with the recording as it is stated, else estimated. Raises ParameterError without a pixel size."""
    from fluogan_app.core.project.estimating import estimate_weight

    method = METHODS[DEFAULT_METHOD]
    weight = estimate_weight(stack, known, method, method.params_type(), roi, frames, found.estimates)
    assert weight is not None, "nobody cancelled it"
    return weight


def _figure(arguments: argparse.Namespace) -> Path | None:
    if arguments.figure is None:
        return None
    path = Path(arguments.figure)
    check_ending(path, (".png",), "the figure")
    check_targets([path], arguments.overwrite)
    return path


def _tell(
    found: Findings, stack: Stack, known: Acquisition, figure: Path | None, as_json: bool, report: Report
) -> None:
    flags = _flags(found, known)
    if as_json:
        report.json(_object(found, stack, flags, figure))
        return
    report.warnings(stack.warnings)
    report.text(f"{stack.path.name}: {found.used}")
    report.text(*words.table((finding.label, _value(finding)) for finding in found.estimates))
    for finding in found.estimates:
        report.text(f"{finding.label}: {finding.how}")
        report.warnings(f"{finding.label}: {sentence}" for sentence in finding.warnings)
    for missing in found.missing:
        report.text(f"{missing.label} is not known: {missing.reason}")
    if figure is not None:
        report.text(*words.written({"evidence": figure}))
    if flags:
        report.text(f"Reconstruct with {' '.join(flags)}")


def _value(estimate: Estimate) -> str:
    limit = " (upper limit)" if estimate.upper_limit else ""
    return f"{measured_text(estimate.value, estimate.uncertainty)} {estimate.unit}{limit}".rstrip()


def _flags(found: Findings, known: Acquisition) -> list[str]:
    """What --estimate would take, as flags."""
    from fluogan_app.core.estimate.recording import RECORDING, with_estimates

    try:
        taken = with_estimates(known, found.estimates)
    except ParameterError:
        return []
    names = [name for name in RECORDING if getattr(taken, name) != getattr(known, name)]
    return [f"--{name.replace('_', '-')} {getattr(taken, name):.4g}" for name in names]


def _object(found: Findings, stack: Stack, flags: list[str], figure: Path | None) -> dict[str, Any]:
    names = ("name", "label", "value", "uncertainty", "unit", "upper_limit", "how", "warnings")
    return {
        "file": str(stack.path),
        "used": found.used,
        "estimates": [{name: getattr(estimate, name) for name in names} for estimate in found.estimates],
        "missing": [vars(missing) for missing in found.missing],
        "flags": flags,
        "figure": str(figure) if figure is not None else None,
        "warnings": list(stack.warnings),
    }
