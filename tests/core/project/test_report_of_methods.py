"""What is written of runs of other methods: report, caption, sources, and what cannot be exported of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.export import caption_of, export_run
from fluogan_app.core.project.report import ReportContent, report_html
from fluogan_app.core.project.report_methods import papers_of
from fluogan_app.core.project.report_words import method_rows, methods_paragraph
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run

CUMULANT = Claims("Cumulant", "photons²", "photons squared", signed=True)


@pytest.fixture
def run(project, stack, request_for):
    start_run(project, stack, request_for(method="mean"))
    return Project.open(project.folder).run()


def test_the_method_is_named_with_what_its_image_is(run) -> None:
    said = methods_paragraph(run.record, 20.0)
    assert "with Mean, as computed by FluoGAN" in said and "Cachia" not in said and "critic" not in said
    assert "Its image is light: photons per frame per fine pixel" in said and "seed" not in said
    other = methods_paragraph(run.record.replace(claims=CUMULANT), 20.0)
    assert "no amounts of light; their unit: photons squared" in other
    rows = {row.label: row for row in method_rows(run.record)}
    assert rows["Method"].value == "Mean" and "Zoom L" in rows and "Sparsity λ1" not in rows


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_method_has_its_own_paragraph_and_sources(run, method) -> None:
    record = run.record.replace(method=method.name, params=method.params_type().model_dump(mode="json"))
    said, cited = methods_paragraph(record, 20.0), " ".join(papers_of(record))
    assert f"with {method.title}" in said and "  " not in said
    assert method.citation.startswith("No publication") or method.citation.split(",")[0].split(":")[0] in cited
    assert ("Cachia" in cited) == ("Cachia" in method.citation) and "open-source software" in cited


def test_the_page_names_no_background_where_none_was_told(run) -> None:
    page = report_html(ReportContent("cells", run, run.result(), run.curves()))
    assert "background b" not in page and "estimate x" not in page and "“Mean”" in page
    assert "open-source software" in page and "Inverse Problems" not in page


def test_an_imported_image_is_told_by_its_maker(run) -> None:
    record = run.record.replace(method="imported", params={"title": "ThunderSTORM", "zoom": 6}, claims=CUMULANT)
    said = methods_paragraph(record, 20.0)
    assert said.startswith("The image was made with ThunderSTORM. FluoGAN") and "placed it over 6 × 8" in said
    assert "photons by a gain" not in said and "no amounts of light" in said
    assert "ThunderSTORM" in papers_of(record)[0]


def test_a_background_that_was_not_told_is_not_exported(run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Mean tells none apart"):
        export_run(run, background=tmp_path / "b.tif")
    assert not (tmp_path / "b.tif").exists()
    changed = replace(run.result())
    caption = caption_of(run, changed)
    assert "Mean" in caption and "λ1" not in caption
