"""What is asked of a reconstruction, from the flags: of one file, or of each of many."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from fluogan_app.cli.arguments import add_declared, add_stack_selection, frame_range, given
from fluogan_app.cli.parser import Parser
from fluogan_app.cli.recording import with_flags
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.shifted import seen_in_all
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import DEFAULT_METHOD, METHODS, method_to_run
from fluogan_app.core.params import Params, validated
from fluogan_app.core.project.preset_folder import PresetFolder, find_preset
from fluogan_app.core.project.presets import Preset, recording_of
from fluogan_app.core.project.workflow import RunRequest


@dataclass(frozen=True)
class AskedOfAll:
    """What does not depend on the file: method, parameters, settings, and the preset with what it could not set."""

    method: str
    params: Params
    settings: RunSettings
    preset: Preset
    left_out: tuple[str, ...]

    def known(self, stack: Stack) -> Stack:
        """The stack with what the preset knows of its recording."""
        return replace(stack, acquisition=recording_of(self.preset, stack.acquisition))

    def request(self, arguments: argparse.Namespace, stack: Stack) -> RunRequest:
        """What is asked of one stack. Raises UsageError, ParameterError, DataError."""
        return RunRequest(
            method=self.method,
            params=self.params,
            settings=self.settings,
            acquisition=_recording(arguments, stack),
            roi=arguments.roi.checked(stack.shape[1:]) if arguments.roi is not None else None,
            frames=frame_range(arguments.frames, stack.shape[0]),
            drift=stack.drift,
        )


def add_estimate_flag(parser: argparse.ArgumentParser) -> None:
    """--estimate."""
    estimating = (
        "Estimate from the frames what neither the file nor a flag states of camera and PSF, where they tell it; "
        "“fluogan estimate” shows the evidence."
    )
    parser.add_argument("--estimate", action="store_true", help=estimating)


def add_method_name(parser: argparse.ArgumentParser) -> None:
    """--method."""
    methods = "|".join(METHODS)
    parser.add_argument("--method", metavar=methods, default=DEFAULT_METHOD, help=f"Default: {DEFAULT_METHOD}.")


def add_method_flags(parser: argparse.ArgumentParser, method: str) -> None:
    """--method, --preset, the part of the stack, and a flag for every declared parameter."""
    add_method_name(parser)
    parser.add_argument("--preset", metavar="|".join([*(each.name for each in METHODS[method].presets), "FILE.json"]),
                        default=METHODS[method].presets[0].name, help=_preset_help(method))  # fmt: skip
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)
    add_declared(parser, METHODS[method].title, METHODS[method].params_type)
    add_declared(parser, "Run", RunSettings)


def asked_of_all(arguments: argparse.Namespace) -> AskedOfAll:
    """What the flags ask of whatever file. Raises UsageError, ParameterError, ReadError."""
    method = method_to_run(arguments.method)
    preset, unknown = find_preset(method, arguments.preset, PresetFolder())
    held = preset.values
    params = validated(method.params_type, {**held.get("method", {}), **given(arguments, method.params_type)})
    settings = validated(RunSettings, {**held.get("run", {}), **given(arguments, RunSettings)})
    left_out = tuple(f"Preset {preset.name}: {sentence}" for sentence in unknown)
    return AskedOfAll(arguments.method, params, settings, preset, left_out)


def method_in(argv: list[str]) -> str:
    """The method whose flags are to be offered; an unknown one is refused when the flags are read."""
    finder = Parser(add_help=False)
    finder.add_argument("--method", default=DEFAULT_METHOD)
    try:
        named = finder.parse_known_args(argv)[0].method
    except UsageError:
        return DEFAULT_METHOD
    return named if named in METHODS else DEFAULT_METHOD


def _preset_help(method: str) -> str:
    """What each preset sets, and that flags come before it."""
    first, *others = METHODS[method].presets
    told = " ".join(f"{preset.name}: {preset.help}" for preset in others)
    return (
        f"Named set of parameters, which the flags below override: {told} One's own, as the window saves them, by "
        f"their name or file; of such a file camera and optics count too. Default: {first.name}."
    )


def _recording(arguments: argparse.Namespace, stack: Stack) -> Acquisition:
    """What is known of the recording: from the file, from flags, and with --estimate from the frames."""
    known = with_flags(stack, given(arguments, Acquisition))
    if not arguments.estimate:
        return known
    from fluogan_app.core.estimate.recording import estimate_recording, with_estimates

    frames = frame_range(arguments.frames, stack.shape[0])
    roi = arguments.roi if stack.drift is None else (arguments.roi or seen_in_all(stack)).common(seen_in_all(stack))
    return with_estimates(known, estimate_recording(stack, known, roi, frames).estimates)
