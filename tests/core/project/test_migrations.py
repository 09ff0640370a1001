"""Projects of older and newer versions."""

from __future__ import annotations

import json

import pytest

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project import migrations
from fluogan_app.core.project.model import SCHEMA_VERSION, ProjectDocument, RunRecord
from fluogan_app.core.project.store import Project


def rewrite(project: Project, **changes) -> str:
    path = project.folder / "project.json"
    text = json.dumps({**json.loads(path.read_text()), **changes})
    path.write_text(text)
    return text


def test_a_newer_project_is_refused_with_a_clear_word(project):
    text = rewrite(project, schema_version=SCHEMA_VERSION + 1, invention=1)
    with pytest.raises(ProjectError, match="newer FluoGAN") as caught:
        Project.open(project.folder)
    assert "update" in caught.value.hint
    assert (project.folder / "project.json").read_text() == text


def test_an_older_project_is_brought_up_to_date_on_a_copy(project, monkeypatch):
    def rename_sampling(content: dict) -> dict:
        content["roi"] = content.pop("crop")
        content.pop("colour")
        return content

    monkeypatch.setattr(migrations, "MIGRATIONS", {ProjectDocument: {SCHEMA_VERSION - 1: rename_sampling}})
    content = json.loads((project.folder / "project.json").read_text())
    content.pop("roi")
    crop = {"y0": 0, "x0": 1, "height": 2, "width": 3}
    old = json.dumps(content | {"schema_version": SCHEMA_VERSION - 1, "crop": crop, "colour": "red"})
    (project.folder / "project.json").write_text(old)
    opened = Project.open(project.folder)
    assert opened.document.roi.width == 3 and opened.document.schema_version == SCHEMA_VERSION
    assert (project.folder / "project.json").read_text() == old, "opening changes nothing"
    opened.save(opened.document)
    assert json.loads((project.folder / "project.json").read_text())["roi"] == crop
    assert (project.folder / f"project.v{SCHEMA_VERSION - 1}.json").read_text() == old


def test_a_migration_works_on_a_copy(monkeypatch):
    def spoil(content: dict) -> dict:
        content["inner"]["value"] = 2
        return content

    monkeypatch.setattr(migrations, "MIGRATIONS", {RunRecord: {SCHEMA_VERSION - 1: spoil}})
    old = {"schema_version": SCHEMA_VERSION - 1, "inner": {"value": 1}}
    assert migrations.migrated(RunRecord, old, "here")["inner"]["value"] == 2
    assert old["inner"]["value"] == 1


def test_a_version_that_never_was_is_refused(project):
    rewrite(project, schema_version=-3)
    with pytest.raises(ProjectError, match="unknown format"):
        Project.open(project.folder)
