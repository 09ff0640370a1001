"""Which methods are to be compared and with which values, from --methods, --zoom, --preset and --set."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fluogan_app.cli.arguments import given
from fluogan_app.cli.asking import AskedOfAll
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import DEFAULT_METHOD, METHODS, method_named
from fluogan_app.core.params import Params, specs, validated
from fluogan_app.core.project.preset_folder import PresetFolder, find_preset
from fluogan_app.core.project.presets import Preset
from fluogan_app.core.project.workflow import RunRequest

#: Stands for every method that there is.
ALL = "all"


@dataclass(frozen=True)
class AskedMethod:
    """One method with its values; remarks: what of its preset could not be set."""

    name: str
    params: Params
    remarks: tuple[str, ...] = ()


def asked_methods(arguments: argparse.Namespace) -> tuple[AskedMethod, ...]:
    """The methods in their order, each with its values. Raises UsageError, ParameterError, ReadError."""
    names = method_names(arguments.methods)
    presets = _pairs(arguments.preset, names, "--preset", "srrf=NAME")
    values = _values(arguments.set, names)
    return tuple(
        _asked(name, presets.get(name, ""), values.get(name, {}), arguments.zoom) for name in names
    )


def method_names(text: str) -> tuple[str, ...]:
    """The methods of a list, each once. Raises UsageError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if ALL in names:
        return tuple(METHODS)
    for name in names:
        if name not in METHODS:
            raise UsageError(f"There is no method “{name}”.", f"Known are {', '.join(METHODS)}, and all.")
    if not names:
        raise UsageError("--methods names no method.", f"Known are {', '.join(METHODS)}, and all.")
    return tuple(dict.fromkeys(names))


def requests(
    asked: Sequence[AskedMethod], arguments: argparse.Namespace, stack: Stack
) -> tuple[RunRequest, ...]:
    """What each method is asked of one stack: the same region, frames and recording. Raises FluoganError."""
    settings = validated(RunSettings, given(arguments, RunSettings))
    plain = Preset("", {})
    first = AskedOfAll(DEFAULT_METHOD, METHODS[DEFAULT_METHOD].params_type(), settings, plain, ())
    of_all = first.request(arguments, stack)
    return tuple(replace(of_all, method=one.name, params=one.params) for one in asked)


def _asked(name: str, preset_name: str, values: dict[str, Any], zoom: str | None) -> AskedMethod:
    method = method_named(name)
    preset, unknown = find_preset(method, preset_name or method.presets[0].name, PresetFolder())
    held = dict(preset.values.get("method", {}))
    grid = {} if zoom is None else given(argparse.Namespace(zoom=zoom), method.params_type)
    others = [group for group in preset.values if group != "method"]
    left = (f"Its groups {', '.join(others)} are left out: all methods share one recording.",) if others else ()
    remarks = tuple(f"Preset {preset.name} of {method.title}: {sentence}" for sentence in (*unknown, *left))
    return AskedMethod(name, validated(method.params_type, {**held, **grid, **values}), remarks)


def _pairs(written: Sequence[str], names: Sequence[str], flag: str, example: str) -> dict[str, str]:
    found = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not value:
            raise UsageError(f"{flag} {text} says nothing.", f"Write {flag} {example}.")
        _check_compared(name.strip(), names, flag)
        found[name.strip()] = value.strip()
    return found


def _values(written: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Values by method and parameter, as plain values that are not checked yet."""
    found: dict[str, dict[str, Any]] = {}
    for text in written:
        place, equals, value = text.partition("=")
        method, dot, name = place.strip().partition(".")
        if not equals or not dot:
            raise UsageError(f"--set {text} says nothing to set.", "Write --set fluogan.lambda1=0.5.")
        _check_compared(method, names, "--set")
        declared = method_named(method).params_type
        plain = name.strip().replace("-", "_")
        known = [one.name for one in specs(declared)]
        if plain not in known:
            raise UsageError(f"{method} has no parameter “{name}”.", f"It has: {', '.join(known)}.")
        found.setdefault(method, {}).update(given(argparse.Namespace(**{plain: value.strip()}), declared))
    return found


def _check_compared(name: str, names: Sequence[str], flag: str) -> None:
    if name not in names:
        raise UsageError(f"{flag} is for “{name}”, which is not compared.", f"Compared are {', '.join(names)}.")
