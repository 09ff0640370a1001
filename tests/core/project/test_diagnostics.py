"""The archive for somebody who helps holds what is needed, and nothing that is nobody's business."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from fluogan_app.core import folders
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.diagnostics import MOST_BYTES, write_diagnostics
from fluogan_app.core.project.store import Project


@pytest.fixture
def logs(fluogan_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "homes" / "ada")
    folder = folders.log_folder()
    folder.mkdir(parents=True)
    (folder / "window-1.log").write_text(f"opened {tmp_path}/homes/ada/cells.tif\n", encoding="utf-8")
    (folder / "crash-1.txt").write_text("Segmentation fault", encoding="utf-8")
    return folder


def _read(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_it_tells_of_the_machine_and_of_what_happened(logs: Path, tmp_path: Path) -> None:
    held = _read(write_diagnostics(tmp_path / "d.zip", remarks="screen: 1280 × 720"))
    assert "program: FluoGAN" in held["about.txt"] and "torch: " in held["about.txt"]
    assert "screen: 1280 × 720" in held["about.txt"] and "device_reason: " in held["about.txt"]
    assert held["logs/crash-1.txt"] == "Segmentation fault"


def test_the_user_s_name_is_left_out(logs: Path, tmp_path: Path) -> None:
    held = _read(write_diagnostics(tmp_path / "d.zip", remarks=f"open: {tmp_path}/homes/ada/x"))
    assert held["logs/window-1.log"] == "opened ~/cells.tif\n"
    assert not any("ada" in text for text in held.values())


def test_of_a_project_its_texts_go_in_and_no_image(logs: Path, tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.fluogan")
    run = project.folder / "runs" / "0001-fluogan"
    run.mkdir(parents=True)
    (run / "run.log").write_text("started", encoding="utf-8")
    (run / "x.ome.tif").write_bytes(b"II*\0")
    names = set(_read(write_diagnostics(tmp_path / "d.zip", project.folder)))
    assert {"project/project.json", "project/runs/0001-fluogan/run.log"} <= names
    assert not any(name.endswith(".tif") for name in names)


def test_of_a_long_log_the_end_is_taken(logs: Path, tmp_path: Path) -> None:
    (logs / "window-1.log").write_text("first\n" + "x" * MOST_BYTES + "\nlast", encoding="utf-8")
    text = _read(write_diagnostics(tmp_path / "d.zip"))["logs/window-1.log"]
    assert text.endswith("last") and "first" not in text and len(text) == MOST_BYTES


def test_a_place_that_cannot_be_written_is_told(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ProjectError):
        write_diagnostics(tmp_path / "file" / "d.zip")
