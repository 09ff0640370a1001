"""What methods are asked that are compared: alike but for the method; what is there already is found again."""

from __future__ import annotations

import pytest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.beside import remarks_on, why_not_beside
from fluogan_app.core.project.differences import parameters_of
from fluogan_app.core.project.method_requests import AS_SET, document_of, request_of, run_like, ways_of
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.workflow import start_run
from tests.core.project.conftest import ACQUISITION

REGION = Roi(1, 2, 8, 9)
DOCUMENT = ProjectDocument(
    acquisition=ACQUISITION, roi=REGION, method="fluogan", params={"fluogan": {"zoom": 2, "lambda1": 3.0, "delta": 0.0}}
)


def test_every_method_gets_the_same_field_and_grid_and_values_of_its_own() -> None:
    mean, fluogan = (request_of(DOCUMENT, name, "default") for name in ("mean", "fluogan"))
    assert mean.roi == fluogan.roi == REGION and mean.acquisition == fluogan.acquisition == ACQUISITION
    assert mean.params.zoom == fluogan.params.zoom == 2
    assert fluogan.params.lambda1 == type(fluogan.params)().lambda1
    assert request_of(DOCUMENT, "fluogan", AS_SET).params == parameters_of(DOCUMENT)
    paper = request_of(DOCUMENT, "fluogan", "paper-2023").params
    assert paper.zoom == 2 and paper != fluogan.params


def test_the_forms_values_are_offered_where_they_are_no_preset() -> None:
    assert AS_SET in ways_of(DOCUMENT, "fluogan") and AS_SET not in ways_of(DOCUMENT, "mean")
    plain = DOCUMENT.replace(params={"fluogan": {"zoom": 2}})
    assert list(ways_of(plain, "fluogan"))[0] == "default" and AS_SET not in ways_of(plain, "fluogan")
    with pytest.raises(UsageError, match="no method"):
        ways_of(DOCUMENT, "nothing")


def test_a_run_is_found_again_by_what_it_was_asked_and_by_nothing_less(project, stack) -> None:
    project.attach(stack)
    document = DOCUMENT.replace(link=project.document.link)
    request = request_of(document, "mean", "default")
    assert document_of(document, request).method == "mean"
    assert run_like(document, request, project.runs()) is None
    run, _ = start_run(project, stack, request)
    assert run_like(document, request, [run]).number == run.number
    for other in (document.replace(roi=None), document.replace(params={"fluogan": {"zoom": 3}}),
                  document.replace(acquisition=ACQUISITION.replace(gain=3.0))):  # fmt: skip
        assert run_like(other, request_of(other, "mean", "default"), [run]) is None
    assert run_like(document, request_of(document, "fluogan", "default"), [run]) is None


def test_what_shows_another_field_is_told_and_so_is_what_else_differs(project, stack) -> None:
    project.attach(stack)
    runs = []
    for document in (DOCUMENT, DOCUMENT.replace(roi=None), DOCUMENT.replace(acquisition=ACQUISITION.replace(gain=3.0))):
        runs.append(start_run(project, stack, request_of(document, "mean", "default"))[0])
    first, whole, brighter = runs
    assert why_not_beside(first.record, first.record) == "" == why_not_beside(first.record, brighter.record)
    assert "Run 2 shows" in why_not_beside(first.record, whole.record)
    (said,) = remarks_on([first, brighter])
    assert said.startswith("Run 3 differs from run 1: ") and "ain" in said
    assert remarks_on([first]) == () == remarks_on([])
