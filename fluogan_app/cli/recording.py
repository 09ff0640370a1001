"""The stack that a command works on, and what is known of its recording: from the file, then from the flags."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fluogan_app.cli.arguments import flags_of, selecting_flag, selection
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ReadError, UsageError
from fluogan_app.core.samples import sample

SAMPLE_PREFIX = "sample:"
FILE_HELP = "A microscope's file, or sample:NAME for a stack that comes along."
_PAIR = ("numerical_aperture", "emission_nm")


def stack_path(text: str) -> str:
    """The path of a file, or of the sample stack in “sample:NAME”. Raises ReadError for an unknown or empty name."""
    if not text.strip():
        raise ReadError("The name of the file is empty.", "Name a microscope's file, a folder or a project.")
    if not text.startswith(SAMPLE_PREFIX):
        return text
    return str(sample(text.removeprefix(SAMPLE_PREFIX)).path)


def open_recording(text: str, arguments: Namespace) -> Stack:
    """The stack of a file or a sample, with what is known of its recording. Raises ReadError."""
    from fluogan_app.core.readers.open import open_stack

    stack = open_stack(stack_path(text), selection=selection(arguments))
    stack = replace(stack, warnings=(*stack.warnings, *_unchosen(stack, arguments)))
    if not text.startswith(SAMPLE_PREFIX):
        return stack
    preset = sample(text.removeprefix(SAMPLE_PREFIX)).acquisition
    return replace(stack, acquisition=_completed(stack.acquisition, preset))


def with_flags(stack: Stack, flags: Mapping[str, Any]) -> Acquisition:
    """What is known of the recording, overruled by what the user gave; complete. Raises UsageError, ParameterError."""
    return stack.recording.completed(overruled(stack.acquisition, flags))


def overruled(known: Acquisition, flags: Mapping[str, Any]) -> Acquisition:
    """What is known of the recording, overruled by what the user gave. Raises UsageError, ParameterError."""
    given_pair = [name for name in _PAIR if name in flags]
    _check_width_is_stated_once(known, flags, given_pair)
    # A pair that was given replaces a width that the file states.
    values = {**flags, "fwhm_nm": None} if given_pair else dict(flags)
    return known.with_values(Origin.USER, **_with_psf_file(values))


def _with_psf_file(values: dict[str, Any]) -> dict[str, Any]:
    """A PSF's file that was given is the PSF; its path holds wherever the project is opened. Raises UsageError."""
    if not values.get("psf_file"):
        return values
    if values.get("psf", "measured") != "measured":
        raise UsageError(
            f"--psf-file and --psf {values['psf']} were both given; the PSF would be stated twice.",
            "Give --psf-file alone for the PSF in that file.",
        )
    if values.get("fwhm_nm") is not None:
        raise UsageError(
            "--psf-file was given with another width of the PSF; the width would be stated twice.",
            "Give --psf-file alone; its width is taken from it.",
        )
    return {**values, "psf": "measured", "psf_file": os.path.abspath(values["psf_file"])}


def _unchosen(stack: Stack, arguments: Namespace) -> tuple[str, ...]:
    """Sentences on what a file holds beside the image that is taken without having been chosen."""
    sizes = stack.scene.sizes
    counts = {"scene": len(stack.description.scenes), "channel": sizes["C"], "plane": sizes["Z"]}
    return tuple(
        f"The file holds {count} {name}s; {_taken(stack, name)} is taken. Choose another with {selecting_flag(name)}."
        for name, count in counts.items()
        if count > 1 and getattr(arguments, name) is None
    )


def _taken(stack: Stack, name: str) -> str:
    number = getattr(stack.selection, name)
    return f"{name} {number}, that of {stack.path.name}," if number else "the first one"


def _check_width_is_stated_once(known: Acquisition, flags: Mapping[str, Any], given_pair: list[str]) -> None:
    if given_pair and "fwhm_nm" in flags:
        raise UsageError(
            f"--fwhm-nm and {flags_of(given_pair)} were both given; the width of the PSF would be stated twice.",
            "Give --fwhm-nm alone, or --numerical-aperture with --emission-nm.",
        )
    missing = [name for name in _PAIR if name not in flags and getattr(known, name) is None]
    if given_pair and missing:
        raise UsageError(
            f"{flags_of(given_pair)} was given without {flags_of(missing)}; the width of the PSF follows from both.",
            "Give both, or --fwhm-nm.",
        )


def _completed(known: Acquisition, preset: Acquisition) -> Acquisition:
    """What a file leaves open, filled with what is known of a sample."""
    for name, origin in preset.origins.items():
        if known.origin(name) in (Origin.MISSING, Origin.ASSUMED):
            known = known.with_values(origin, **{name: getattr(preset, name)})
    return known
