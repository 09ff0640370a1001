"""Flags made from the declared parameters, and the few flags that name parts of a stack.

A declared parameter's flag keeps what the user wrote until the declaration itself checks it, so that the command
line and the window refuse a value with the same sentence.
"""

from __future__ import annotations

import argparse
import re
from argparse import SUPPRESS
from collections.abc import Container, Iterable
from typing import Any

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.params import Params, ParamSpec, problem_with, spec, specs

#: The flags that choose one image of a file, in the order of a Selection.
SELECTED = ("scene", "channel", "plane")
_SELECTED_FLAGS = {"scene": ("--scene",), "channel": ("--channel",), "plane": ("--z", "--plane")}

_METAVARS = {"int": "N", "float": "F", "text": "TEXT"}


def add_declared(
    parser: argparse.ArgumentParser, title: str, declared: type[Params], only: Container[str] | None = None
) -> None:
    """One flag for every declared parameter, or for those in `only`; the help has unit, limits and default."""
    group = parser.add_argument_group(title)
    for declaration in specs(declared):
        if only is None or declaration.name in only:
            _add_flag(group, declaration)


def given(arguments: argparse.Namespace, declared: type[Params]) -> dict[str, Any]:
    """The parameters that the user gave, by name, as plain values that are not checked yet."""
    flags = vars(arguments)
    return {item.name: _plain(item, flags[item.name]) for item in specs(declared) if item.name in flags}


def checked_value(declared: type[Params], name: str, text: str) -> Any:
    """One declared parameter's value from what the user wrote. Raises ParameterError."""
    value = _plain(spec(declared, name), text)
    problem = problem_with(declared, name, value)
    if problem is not None:
        raise ParameterError({name: problem})
    return type(spec(declared, name).default)(value)


def add_stack_selection(parser: argparse.ArgumentParser) -> None:
    """Flags that say which image of a file is meant, and which part of it."""
    group = parser.add_argument_group("Part of the stack")
    group.add_argument(
        "--frames", metavar="A:B", type=_frames,
        help="Frames A to B − 1, counted from 0; A or B may be left out. Default: all frames.",
    )  # fmt: skip
    group.add_argument(
        "--roi", metavar="Y0,X0,HEIGHT,WIDTH", type=_roi,
        help="Region in camera pixels: first row, first column, height, width. Default: the full frame.",
    )  # fmt: skip
    for name in SELECTED:
        default = "that of the named file where it is one of a series or set, else the first."
        what = f"The {name} of the file to take, counted from 0. Default: {default}"
        group.add_argument(*_SELECTED_FLAGS[name], dest=name, metavar="N", type=_index, help=what)
    group.add_argument(
        "--time-axis", metavar="AXIS", default="",
        help="Letter of the file's axis to take as time, for example Z, or “none” where no axis is time. "
        "Default: the axis that the file names, or a guess that is said.",
    )  # fmt: skip
    group.add_argument(
        "--alone", action="store_true",
        help="This file alone, where it is one of a numbered series or of a set of files.",
    )  # fmt: skip


def selection(arguments: argparse.Namespace) -> Wanted:
    """Which image of the file is meant."""
    indices = (getattr(arguments, name) for name in SELECTED)
    return Wanted(*indices, time_axis=arguments.time_axis.upper(), alone=arguments.alone)


def frame_range(bounds: tuple[int | None, int | None] | None, frame_count: int) -> FrameRange | None:
    """The frames that are meant in a stack of that many, or None for all. Raises DataError."""
    if bounds is None:
        return None
    start, stop = bounds
    return FrameRange(start or 0, frame_count if stop is None else stop).checked(frame_count)


def run_number(text: str) -> int:
    """The number of a run, from 1."""
    return _whole(text, 1, "a run's number, from 1")


def origins(text: str) -> dict[str, str]:
    """Where values come from, by their names, from "pixel_size_nm=file,fwhm_nm=assumed"; not checked yet."""
    pairs = [pair.partition("=") for pair in text.split(",")]
    return {name.strip().replace("-", "_"): origin.strip() for name, _, origin in pairs}


def selecting_flag(name: str) -> str:
    """The flag that chooses a scene, a channel or a plane."""
    return _SELECTED_FLAGS[name][0]


def flags_of(names: Iterable[str]) -> str:
    """The flags of some parameters, as a person would list them: "--gain, --offset"."""
    return ", ".join("--" + name.replace("_", "-") for name in names)


def _add_flag(group: argparse._ArgumentGroup, declared: ParamSpec) -> None:
    settings: dict[str, Any] = {"dest": declared.name, "default": SUPPRESS, "help": _help(declared)}
    if declared.kind == "bool":
        group.add_argument(declared.flag, action=argparse.BooleanOptionalAction, **settings)
    else:
        group.add_argument(declared.flag, metavar=_metavar(declared), **settings)


def _metavar(declared: ParamSpec) -> str:
    if declared.choices:
        return "|".join(str(choice) for choice in declared.choices)
    return _METAVARS[declared.kind]


def _help(declared: ParamSpec) -> str:
    preset = declared.none_text or "none" if declared.default in (None, "") else _preset(declared)
    allowed = "" if declared.choices or declared.kind in ("bool", "text") else f"Allowed: {declared.limits_text}. "
    text = f"{declared.label}. {declared.help} {allowed}Default: {preset}."
    # argparse takes % for its own; and a large number must not be torn apart at the end of a line.
    return re.sub(r"(?<=\d) (?=\d)", "\u00a0", text.replace("%", "%%"))


def _preset(declared: ParamSpec) -> str:
    if declared.kind == "bool":
        return "on" if declared.default else "off"
    value = f"{declared.default:g}" if declared.kind == "float" else declared.default
    return f"{value} {declared.unit}".strip()


def _plain(declared: ParamSpec, written: Any) -> Any:
    """The number or choice that a text stands for; the text itself where it stands for none."""
    if not isinstance(written, str) or declared.kind == "text":
        return written
    if declared.choices:
        return next((choice for choice in declared.choices if str(choice) == written), written)
    for convert in (int, float):
        try:
            return convert(written)
        except ValueError:
            continue
    return written


def _frames(text: str) -> tuple[int | None, int | None]:
    match = re.fullmatch(r"(\d*):(\d*)", text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}” is no frame range; write the first frame and the end, as in 0:100")
    start, stop = (int(bound) if bound else None for bound in match.groups())
    return start, stop


def _roi(text: str) -> Roi:
    parts = text.split(",")
    try:
        y0, x0, height, width = (int(part) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no region; write four whole numbers: first row, first column, height, width, as in 0,0,64,64"
        ) from None
    return Roi(y0, x0, height, width)


def _index(text: str) -> int:
    return _whole(text, 0, "a whole number from 0")


def _whole(text: str, lowest: int, wanted: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = lowest - 1
    if number < lowest:
        raise argparse.ArgumentTypeError(f"“{text}” is not {wanted}")
    return number
