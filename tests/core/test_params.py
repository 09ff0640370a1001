"""A parameter is declared once: limits, words and checks all follow from the declaration."""

from __future__ import annotations

import math
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import Params, param, problem_with, redeclared, spec, specs, validated
from fluogan_app.core.simulate.registry import SCENARIOS

SIMULATED = (scenario.params_type for scenario in SCENARIOS.values())
DECLARED = (Acquisition, RunSettings, *SIMULATED, *(method.params_type for method in METHODS.values()))


class Oven(Params):
    """One parameter of every kind."""

    minutes: int = param(30, label="Time", unit="min", ge=1, le=600, help="How long.")
    heat: float = param(180.0, label="Heat", unit="°C", gt=0, lt=300, help="How hot.")
    rack: Literal[1, 2, 3] = param(2, label="Rack", help="Where.")
    fan: bool = param(False, label="Fan", help="Whether it blows.")
    core: float | None = param(None, label="Core", unit="°C", ge=0, none_text="not measured", help="Inside.")
    recipe: str = param("", label="Recipe", help="Its name.")


def test_the_declaration_is_read_back_as_it_was_made() -> None:
    assert [item.name for item in specs(Oven)] == ["minutes", "heat", "rack", "fan", "core", "recipe"]
    assert [item.kind for item in specs(Oven)] == ["int", "float", "choice", "bool", "float", "text"]
    heat, core = spec(Oven, "heat"), spec(Oven, "core")
    assert (heat.minimum, heat.maximum, heat.minimum_open, heat.maximum_open) == (0, 300, True, True)
    assert (core.minimum, core.maximum, core.optional, core.none_text) == (0, None, True, "not measured")
    assert spec(Oven, "rack").choices == (1, 2, 3)
    with pytest.raises(KeyError):
        spec(Oven, "door")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("minutes", "from 1 to 600 min"),
        ("heat", "above 0 and below 300 °C"),
        ("rack", "1 or 2 or 3"),
        ("core", "from 0 °C"),
        ("recipe", "any value"),
    ],
)
def test_limits_are_said_in_words_with_the_unit(name: str, words: str) -> None:
    assert spec(Oven, name).limits_text == words


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("minutes", 0, "Time (minutes) is 0; allowed is a whole number from 1 to 600 min."),
        ("minutes", 1.5, "Time (minutes) is 1.5; allowed is a whole number from 1 to 600 min."),
        ("heat", 300, "Heat (heat) is 300; allowed is above 0 and below 300 °C."),
        ("heat", 1e9, "Heat (heat) is 1 000 000 000; allowed is above 0 and below 300 °C."),
        ("heat", math.nan, "Heat (heat) is nan; allowed is above 0 and below 300 °C."),
        ("heat", math.inf, "Heat (heat) is inf; allowed is above 0 and below 300 °C."),
        ("heat", "hot", "Heat (heat) is 'hot'; allowed is above 0 and below 300 °C."),
        ("rack", 4, "Rack (rack) is 4; allowed is 1 or 2 or 3."),
        ("core", -1, "Core (core) is -1; allowed is from 0 °C."),
    ],
)
def test_a_wrong_value_is_told_with_field_value_and_limits(name: str, value: object, sentence: str) -> None:
    assert problem_with(Oven, name, value) == sentence
    with pytest.raises(ParameterError) as refused:
        validated(Oven, {name: value})
    assert refused.value.problems == {name: sentence}


def test_a_derived_set_may_have_another_default_with_the_same_words_and_limits() -> None:
    class Kiln(Oven):
        """Hotter from the start."""

        heat: float = redeclared(Oven, "heat", 299.0)

    assert (Kiln().heat, Oven().heat) == (299.0, 180.0)
    assert [item.name for item in specs(Kiln)] == [item.name for item in specs(Oven)]
    for value in (300, math.nan, "hot"):
        assert problem_with(Kiln, "heat", value) == problem_with(Oven, "heat", value) is not None


def test_every_wrong_field_is_named_and_unknown_ones_too() -> None:
    with pytest.raises(ParameterError) as refused:
        validated(Oven, {"minutes": 0, "rack": 9, "door": "open"})
    assert set(refused.value.problems) == {"minutes", "rack", "door"}
    assert "known are minutes, heat" in refused.value.problems["door"]


def test_a_set_is_frozen_and_a_changed_copy_is_checked() -> None:
    oven = Oven()
    with pytest.raises(ValidationError):
        oven.heat = 200.0
    assert oven.replace(heat=200.0) == Oven(heat=200.0)
    assert oven == Oven()
    with pytest.raises(ParameterError, match="Time"):
        oven.replace(minutes=-1)


@given(heat=st.floats(allow_nan=True), minutes=st.integers())
def test_checking_a_field_and_checking_a_set_agree(heat: float, minutes: int) -> None:
    allowed = 0 < heat < 300 and 1 <= minutes <= 600
    assert allowed == (problem_with(Oven, "heat", heat) is None and problem_with(Oven, "minutes", minutes) is None)
    if allowed:
        assert validated(Oven, {"heat": heat, "minutes": minutes}) == Oven(heat=heat, minutes=minutes)
    else:
        with pytest.raises(ParameterError):
            validated(Oven, {"heat": heat, "minutes": minutes})


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.__name__)
def test_every_parameter_of_the_program_is_explained_and_its_preset_allowed(declared: type[Params]) -> None:
    values = declared().model_dump()
    for item in specs(declared):
        assert item.label[:1].isupper() and item.help.endswith("."), item.name
        assert problem_with(declared, item.name, values[item.name]) is None
        assert item.default is not None or (item.optional and item.none_text), item.name
        if item.kind in ("int", "float"):
            assert item.minimum is not None, item.name
        if item.name.endswith("_nm"):
            assert item.unit == "nm", item.name


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.__name__)
def test_a_set_comes_back_from_json_as_it_was(declared: type[Params]) -> None:
    assert declared.model_validate_json(declared().model_dump_json()) == declared()
