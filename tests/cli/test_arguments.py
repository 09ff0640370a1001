"""Flags come from the declarations: each parameter has one, and its value reaches the parameter unharmed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fluogan_app.cli.arguments import checked_value, given
from fluogan_app.cli.main import COMMANDS, build_parser
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import ParameterError, UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import ParamSpec, specs, validated
from fluogan_app.core.simulate.recording_params import RecordingParams
from fluogan_app.core.simulate.registry import SCENARIOS, Scenario

#: The parameters of a method are asked for where that method is.
DECLARED_IN = (("fluogan", Acquisition), ("fluogan", RunSettings), *((m.name, m.params_type) for m in METHODS.values()))
RECONSTRUCT = [(method, declared_in, item) for method, declared_in in DECLARED_IN for item in specs(declared_in)]
SHARED = {item.name for item in specs(RecordingParams)}
#: Of every sample its own parameters, and of one of them those that all share.
SIMULATE = [
    (scenario, item)
    for scenario in SCENARIOS.values()
    for item in specs(scenario.params_type)
    if scenario.name == "lines" or item.name not in SHARED
]


def allowed_value(declared: ParamSpec) -> Any:
    """A value within the limits that is not the default."""
    if declared.choices:
        return next(choice for choice in declared.choices if choice != declared.default)
    if declared.kind == "bool":
        return not declared.default
    if declared.kind == "text":
        return "AB"
    start = declared.default if declared.default is not None else declared.minimum or 0
    span = 1 if declared.kind == "int" else 0.25
    inside = declared.maximum is None or start + span < declared.maximum
    if inside:
        return start + span
    allowed_below = declared.minimum is None or start - span > declared.minimum
    return start - span if allowed_below else 0.5 * (start + declared.maximum)


def as_written(declared: ParamSpec, value: Any) -> list[str]:
    if declared.kind == "bool":
        return [declared.flag if value else declared.flag.replace("--", "--no-", 1)]
    return [f"{declared.flag}={value}"]


@pytest.mark.parametrize(("method", "declared_in", "declared"), RECONSTRUCT, ids=lambda it: getattr(it, "name", ""))
def test_every_declared_parameter_of_a_reconstruction_has_a_flag(fluogan, method, declared_in, declared) -> None:
    check_flag(fluogan, ["reconstruct", "in.tif", "-o", "out.fluogan", "--method", method], declared_in, declared)


@pytest.mark.parametrize(("scenario", "declared"), SIMULATE, ids=lambda it: getattr(it, "name", ""))
def test_every_declared_parameter_of_a_simulation_has_a_flag(fluogan, scenario: Scenario, declared) -> None:
    check_flag(fluogan, ["simulate", scenario.name, "-o", "out.tif"], scenario.params_type, declared)


def check_flag(fluogan, line: list[str], declared_in: type, declared: ParamSpec) -> None:
    value = allowed_value(declared)
    argv = [*line, *as_written(declared, value)]
    values = given(build_parser(argv).parse_args(argv), declared_in)
    assert values == {declared.name: value}
    assert getattr(validated(declared_in, values), declared.name) == value
    help_text = " ".join(fluogan(*line, "--help").out.split())
    assert re.search(rf"{declared.flag}\b", help_text)
    if declared.unit:
        assert declared.unit in help_text


def test_what_is_not_given_is_left_to_the_defaults() -> None:
    argv = ["reconstruct", "in.tif", "-o", "out"]
    arguments = build_parser(argv).parse_args(argv)
    assert given(arguments, Acquisition) == {}
    assert given(arguments, RunSettings) == {}


def test_a_flag_is_not_guessed_from_its_beginning() -> None:
    argv = ["reconstruct", "in.tif", "-o", "out", "--zo", "3"]
    with pytest.raises(UsageError, match="--zo"):
        build_parser(argv).parse_args(argv)


def test_region_and_frames_are_read_in_the_order_of_the_contract() -> None:
    argv = ["reconstruct", "in.tif", "-o", "out", "--roi", "1,2,30,40", "--frames", "5:90"]
    arguments = build_parser(argv).parse_args(argv)
    assert arguments.roi == Roi(y0=1, x0=2, height=30, width=40)
    assert arguments.frames == (5, 90)


@pytest.mark.parametrize("text", ["nan", "inf", "x", "", "0", "1.5", "-3", "1e9"])
def test_a_total_of_steps_is_checked_by_the_methods_own_declaration(text: str) -> None:
    declared = METHODS["fluogan"].params_type
    assert checked_value(declared, "steps", "17") == 17
    with pytest.raises(ParameterError, match="Steps"):
        checked_value(declared, "steps", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(fluogan, name: str) -> None:
    said = fluogan(name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: fluogan {name}")
    assert said.err == ""


def test_the_help_of_a_text_names_no_limits_and_no_empty_default(fluogan) -> None:
    shown = " ".join(fluogan("simulate", "filaments", "--help").out.split())
    assert "filaments are drawn. Default: none." in shown
    assert "any value" not in shown and "Default: ." not in shown
