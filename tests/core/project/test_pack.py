"""A project packed and unpacked elsewhere; archives that mean harm."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import zipfile
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core import files
from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.project import pack as packing
from fluogan_app.core.project import unpack
from fluogan_app.core.project.pack import pack_project, psf_place
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.trash import discard
from fluogan_app.core.project.unpack import look_into, unpack_project
from fluogan_app.core.project.workflow import resume_run, start_run
from fluogan_app.core.readers.open import open_stack


@pytest.fixture
def done(project, stack, walk, request_for) -> Project:
    """A project with one finished run."""
    start_run(project, stack, request_for(steps=5))
    return Project.open(project.folder)


def content(folder: Path) -> dict[str, bytes]:
    own = packing.OWN_FILES
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in own]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def made(tmp_path: Path, entries: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    """An archive as anybody could make one."""
    path = tmp_path / "made.fluogan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_what_was_packed_comes_back_byte_for_byte(done, tmp_path) -> None:
    seen: list[tuple[int, int]] = []
    archive = pack_project(done, tmp_path / "p.fluogan.zip", raw=False, on_bytes=lambda *told: seen.append(told))
    assert look_into(archive).name == done.folder.name and not look_into(archive).has_raw
    folder = unpack_project(archive, tmp_path / "elsewhere")
    assert content(folder) == content(done.folder)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen) and seen[-1][0] == seen[-1][1]
    assert Project.open(folder).run().result().steps == 5


def test_with_its_raw_stack_a_run_goes_on_where_the_file_never_was(done, raw, frames, tmp_path, walk) -> None:
    archive = pack_project(done, tmp_path / "p.zip", raw=True)
    assert look_into(archive).has_raw
    folder = unpack_project(archive, tmp_path / "elsewhere")
    shutil.rmtree(raw.parent)
    shutil.rmtree(done.folder)
    project = Project.open(folder)
    stack = project.open_stack()
    assert np.array_equal(stack.frame(3), frames[3]) and project.trouble_with_stack() == ()
    stack.close()
    run, ended = resume_run(project, total_steps=9)
    assert (run.number, ended.steps) == (2, 9)


def test_a_packed_project_is_packed_again_with_one_raw_stack(done, raw, tmp_path) -> None:
    folder = unpack_project(pack_project(done, tmp_path / "p.zip", raw=True), tmp_path / "elsewhere")
    shutil.rmtree(raw.parent)
    again = pack_project(Project.open(folder), tmp_path / "again.zip", raw=True)
    assert look_into(again).files == look_into(tmp_path / "p.zip").files


def test_without_the_raw_stack_none_goes_along_nor_what_was_deleted(done, raw, tmp_path, stack, request_for) -> None:
    start_run(done, stack, request_for(steps=5))
    folder = unpack_project(pack_project(done, tmp_path / "p.zip", raw=True), tmp_path / "elsewhere")
    unpacked = Project.open(folder)
    discard(unpacked, 1)
    with zipfile.ZipFile(pack_project(unpacked, tmp_path / "again.zip", raw=False)) as file:
        names = [name.split("/", 1)[1] for name in file.namelist()]
    assert not [name for name in names if name.startswith(("input/raw", "trash"))]
    assert "input/link.json" in names and [name for name in names if name.startswith("runs/0002")]
    again = Project.open(unpack_project(tmp_path / "again.zip", tmp_path / "there"))
    assert [run.number for run in again.runs()] == [2]


def test_all_files_of_a_series_go_along(project, tmp_path) -> None:
    series = tmp_path / "series"
    series.mkdir()
    pixels = np.random.default_rng(0).poisson(20, (6, 8, 9)).astype(np.uint16)
    for number, frame in enumerate(pixels):
        tifffile.imwrite(series / f"cell_{number:03d}.tif", frame)
    stack = open_stack(series / "cell_000.tif")
    assert len(stack.files) == 6
    project.attach(stack, hashed=True)
    stack.close()
    folder = unpack_project(pack_project(project, tmp_path / "p.zip", raw=True), tmp_path / "there")
    shutil.rmtree(series)
    found = Project.open(folder).open_stack()
    assert [np.array_equal(found.frame(index), frame) for index, frame in enumerate(pixels)] == [True] * 6
    assert Project.open(folder).trouble_with_stack() == ()
    found.close()


def test_a_measured_psf_goes_along(project, stack, walk, request_for, tmp_path) -> None:
    y, x = np.mgrid[-7:8, -7:8]
    bead = tmp_path / "beads" / "bead.npy"
    bead.parent.mkdir()
    np.save(bead, (1000 * np.exp(-(y**2 + x**2) / 6.0) + 5).astype(np.float32))
    camera = request_for().acquisition.with_values(
        Origin.USER, psf="measured", psf_file=str(bead), psf_pixel_size_nm=50.0, fwhm_nm=None
    )
    start_run(project, stack, request_for(steps=5, acquisition=camera))
    archive = pack_project(Project.open(project.folder), tmp_path / "p.zip", raw=True)
    folder = unpack_project(archive, tmp_path / "there")
    shutil.rmtree(bead.parent)
    unpacked = Project.open(folder)
    there = folder / psf_place(str(bead))
    assert there.is_file() and unpacked.document.acquisition.psf_file == str(there)
    assert unpacked.run().record.acquisition.psf_file == str(there)
    assert resume_run(unpacked, total_steps=9)[1].steps == 9
    again = pack_project(unpacked, tmp_path / "again.zip", raw=True)
    with zipfile.ZipFile(again) as file:
        names = [name for name in file.namelist() if "/input/" in name]
    bead_there = psf_place(str(bead)).removeprefix("input/")
    wanted = ["link.json", "mean.ome.tif", bead_there, "raw/my stack.tif"]
    assert sorted(name.split("/input/")[1] for name in names) == wanted


def test_beads_of_one_name_stay_apart(project, stack, walk, request_for, tmp_path) -> None:
    y, x = np.mgrid[-7:8, -7:8]
    camera, beads = request_for().acquisition, [tmp_path / day / "bead.npy" for day in ("monday", "tuesday", "gone")]
    for width, bead in zip((5.0, 6.0, 7.0), beads, strict=True):
        bead.parent.mkdir()
        np.save(bead, (1000 * np.exp(-(y**2 + x**2) / width) + 5).astype(np.float32))
        measured = {"psf": "measured", "psf_file": str(bead), "psf_pixel_size_nm": 50.0, "fwhm_nm": None}
        start_run(project, stack, request_for(steps=3, acquisition=camera.with_values(Origin.USER, **measured)))
    beads[2].unlink()
    first = unpack_project(pack_project(Project.open(project.folder), tmp_path / "p.zip", raw=False), tmp_path / "1")
    again = unpack_project(pack_project(Project.open(first), tmp_path / "q.zip", raw=False), tmp_path / "2")
    for folder in (first, again):
        found = [Path(run.record.acquisition.psf_file) for run in Project.open(folder).runs()]
        assert found[2] == beads[2], "a run must not be given the bead of another one"
        for path, bead in zip(found[:2], beads[:2], strict=True):
            assert folder in path.parents and path.read_bytes() == bead.read_bytes()


def test_without_the_raw_stack_at_hand_it_is_said_before_anything_is_written(done, raw, tmp_path) -> None:
    raw.unlink()
    with pytest.raises(ProjectError, match="cannot be packed") as caught:
        pack_project(done, tmp_path / "p.zip", raw=True)
    assert "without it" in caught.value.hint and not (tmp_path / "p.zip").exists()


def test_a_packing_that_is_cancelled_leaves_what_was_there(done, tmp_path) -> None:
    target = tmp_path / "p.zip"
    target.write_bytes(b"before")
    assert pack_project(done, target, raw=True, cancelled=lambda: True) is None
    assert target.read_bytes() == b"before" and {path.name for path in tmp_path.glob("*.zip")} == {"p.zip"}
    assert not [path for path in tmp_path.iterdir() if files.is_temporary(path)]


def test_an_unpacking_that_is_cancelled_leaves_nothing(done, tmp_path) -> None:
    archive = pack_project(done, tmp_path / "p.zip", raw=False)
    there = tmp_path / "there"
    assert unpack_project(archive, there, cancelled=lambda: True) is None
    assert list(there.iterdir()) == []


def test_a_full_disk_is_seen_before_and_told_with_both_numbers(done, tmp_path, monkeypatch) -> None:
    archive = pack_project(done, tmp_path / "p.zip", raw=False)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(packing.shutil, "disk_usage", lambda _: usage(10, 9, 1))
    for act in (lambda: pack_project(done, tmp_path / "q.zip", raw=False), lambda: unpack_project(archive, tmp_path)):
        with pytest.raises(ProjectError, match="not enough room") as caught:
            act()
        assert "1 B" in caught.value.message or "1 bytes" in caught.value.message
    assert not (tmp_path / "q.zip").exists()


def test_a_disk_that_fills_up_leaves_no_half_archive(done, tmp_path, monkeypatch) -> None:
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packing, "copy_counted", full)
    with pytest.raises(ProjectError, match="No space left"):
        pack_project(done, tmp_path / "p.zip", raw=False)
    assert not list(tmp_path.glob("*.zip")) and not list(tmp_path.glob(".*"))


def test_a_project_that_is_there_already_is_not_unpacked_over(done, tmp_path) -> None:
    archive = pack_project(done, tmp_path / "p.zip", raw=False)
    before = content(done.folder)
    with pytest.raises(ProjectError, match="exists already"):
        unpack_project(archive, done.folder.parent)
    assert content(done.folder) == before


def test_the_name_says_what_it_is(done, tmp_path) -> None:
    with pytest.raises(UsageError, match=r"\.fluogan\.zip"):
        pack_project(done, tmp_path / "p.tar", raw=False)


@pytest.mark.parametrize("name", ["../evil", "p.fluogan/../../evil", "/evil", "p.fluogan//evil", "p.fluogan/a\\..\\b"])
def test_nothing_is_written_outside_of_the_project(tmp_path, name) -> None:
    archive = made(tmp_path, {"p.fluogan/project.json": b"{}", name: b"evil"})
    with pytest.raises(ProjectError, match="not unpacked"):
        unpack_project(archive, tmp_path / "there")
    assert not (tmp_path / "there").exists() and not list(tmp_path.rglob("*evil*"))


def test_a_link_in_an_archive_is_refused(tmp_path) -> None:
    link = zipfile.ZipInfo("p.fluogan/input")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = made(tmp_path, {"p.fluogan/project.json": b"{}", link: os.fsencode(tmp_path)})
    with pytest.raises(ProjectError, match="no plain file"):
        unpack_project(archive, tmp_path / "there")


def test_an_archive_that_swells_without_end_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(unpack, "MODEST_BYTES", 100_000)
    archive = made(tmp_path, {"p.fluogan/project.json": b"{}", "p.fluogan/zeros": bytes(3_000_000)})
    with pytest.raises(ProjectError, match="would become 3000002"):
        unpack_project(archive, tmp_path / "there")
    monkeypatch.setattr(unpack, "MOST_SWELLING", 10_000)
    assert look_into(archive).total_bytes == 3_000_002


def test_too_many_files_and_twins_are_refused(tmp_path, monkeypatch) -> None:
    archive = made(tmp_path, {"p.fluogan/project.json": b"{}", "p.fluogan/a": b"", "p.fluogan/A": b""})
    with pytest.raises(ProjectError, match="two files of one name"):
        look_into(archive)
    monkeypatch.setattr(unpack, "MOST_FILES", 2)
    with pytest.raises(ProjectError, match="3 files"):
        look_into(archive)


@pytest.mark.parametrize(
    "entries",
    [{"notes.txt": b""}, {"p.fluogan/x": b""}, {"a.fluogan/project.json": b"", "b.fluogan/project.json": b""}],
)
def test_another_archive_is_no_packed_project(tmp_path, entries) -> None:
    with pytest.raises(ProjectError, match="no packed project"):
        look_into(made(tmp_path, entries))


def test_a_project_that_cannot_be_opened_is_not_put_in_place(tmp_path) -> None:
    archive = made(tmp_path, {"p.fluogan/project.json": b"{"})
    with pytest.raises(ProjectError, match="no project that can be opened"):
        unpack_project(archive, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.999])
def test_a_damaged_archive_is_told_and_leaves_nothing(done, tmp_path, at) -> None:
    archive = pack_project(done, tmp_path / "p.zip", raw=True)
    data = bytearray(archive.read_bytes())
    place = int(at * (len(data) - 1))
    data[place : place + 30] = bytes(len(data[place : place + 30]))
    archive.write_bytes(data)
    with pytest.raises(ProjectError):
        unpack_project(archive, tmp_path / "there")
    assert not (tmp_path / "there").exists() or list((tmp_path / "there").iterdir()) == []
    archive.write_bytes(b"no archive")
    with pytest.raises(ProjectError, match="no packed project"):
        look_into(archive)
