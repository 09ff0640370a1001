"""Another method: what changes with the choice, what each keeps, and the words for what it is and claims."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import spec, specs
from fluogan_app.core.project.another_method import with_method
from fluogan_app.core.project.differences import differences, parameters_of
from fluogan_app.core.project.method_words import claims_words, method_lines, method_title
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.queue import QueuedRun


def test_each_method_keeps_its_values_and_the_grid_goes_with_the_choice() -> None:
    one = ProjectDocument(params={"fluogan": {"zoom": 4, "lambda1": 3.0}})
    other = one.replace(**with_method(one, "mean"))
    assert other.method == "mean" and parameters_of(other).zoom == 4
    again = other.replace(params={**other.params, "mean": {"zoom": 5}})
    back = again.replace(**with_method(again, "fluogan"))
    assert parameters_of(back).lambda1 == 3.0 and parameters_of(back).zoom == 5
    assert [found.text for found in differences(one, other)] == ["Method FluoGAN → Mean"]
    assert with_method(one, "fluogan") == {}
    with pytest.raises(UsageError, match="no method"):
        with_method(one, "guesswork")


def test_a_grid_that_is_not_allowed_does_not_go_with_the_choice() -> None:
    damaged = ProjectDocument(params={"fluogan": {"zoom": 400}})
    assert with_method(damaged, "mean")["params"]["mean"]["zoom"] == 6


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_method_can_be_shown_by_its_declarations(method) -> None:
    """Fields are known by their name, beside those of the recording and the run; help are sentences."""
    others = {one.name for declared in (Acquisition, RunSettings) for one in specs(declared)}
    declared = method.params_type
    assert not others & {one.name for one in specs(declared)}
    for one in specs(declared):
        assert one.label and one.help.rstrip().endswith((".", ")", "?")), one.name
    assert method.summary.endswith(".") and method.citation and method.presets[0].values == {}
    assert spec(declared, "zoom").label
    summary, claims, citation = method_lines(method, declared())
    assert claims.endswith(".") and citation == method.citation and summary == method.summary


def test_what_an_image_may_be_taken_for_is_said() -> None:
    assert "light" in claims_words(LIGHT) and "background" in claims_words(LIGHT)
    cumulant = Claims("Cumulant", "photons²", "photons squared", signed=True)
    said = claims_words(cumulant)
    assert "no amounts of light" in said and "photons squared" in said and "below zero" in said
    assert "background" not in claims_words(replace(LIGHT, background=False))


def test_a_method_that_is_not_known_is_called_by_its_name() -> None:
    assert method_title("mean") == "Mean" and method_title("of tomorrow") == "of tomorrow"


def test_a_run_that_waits_is_called_by_its_method_unless_it_is_the_usual_one() -> None:
    waits = {"name": "", "settings": RunSettings(), "acquisition": Acquisition(), "shape_tyx": (9, 8, 7)}
    rival = QueuedRun(method="mean", params={"zoom": 4}, **waits)
    assert rival.in_short == "Mean, zoom 4"
    assert QueuedRun(method="fluogan", params={"zoom": 6, "steps": 700}, **waits).in_short == "Zoom 6, 700 steps"
