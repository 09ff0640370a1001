"""`fluogan pack` and `fluogan unpack`."""

from __future__ import annotations

from fluogan_app.core.project.store import Project


def test_a_project_goes_through_an_archive(fluogan, reconstruct, project_path, tmp_path) -> None:
    assert reconstruct().code == 0
    said = fluogan("pack", project_path, "--raw")
    archive = tmp_path / "spots.fluogan.zip"
    assert said.code == 0 and str(archive) in said.out and archive.is_file()
    fluogan("pack", project_path).refused("exists already", "--overwrite")
    said = fluogan("unpack", archive, "-o", tmp_path / "there")
    assert said.code == 0 and said.out.strip() == f"Project: {tmp_path / 'there' / 'spots.fluogan'}"
    assert Project.open(tmp_path / "there" / "spots").run().record.steps == 6
    fluogan("unpack", archive, "-o", tmp_path / "there").refused("exists already")
    fluogan("unpack", tmp_path / "none.zip").refused("not there")
