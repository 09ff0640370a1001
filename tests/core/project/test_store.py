"""A project's folder: made, opened, saved, copied, and refused."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core import files
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import ProjectError, ReadError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.project import folder as folders
from fluogan_app.core.project import store
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project, is_project, project_folder

DOCUMENT = ProjectDocument(
    roi=Roi(1, 2, 5, 7),
    frames=FrameRange(3, 40),
    acquisition=Acquisition().with_values(Origin.FILE, pixel_size_nm=80.0).with_values(Origin.USER, fwhm_nm=700 / 3),
    method="fluogan",
    params={"fluogan": {"zoom": 4, "lambda1": 0.1 + 0.2}},
    settings=RunSettings(seed=12, device="cpu"),
    view={"linked": True, "levels": [0.1, 12.5], "title": "Zelle µ"},
)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_everything_that_was_saved_comes_back(tmp_path):
    Project.create(tmp_path / "p").save(DOCUMENT)
    opened = Project.open(tmp_path / "p.fluogan").document
    assert opened == DOCUMENT.replace(modified=opened.modified)
    assert opened.acquisition.origin("pixel_size_nm") is Origin.FILE


PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN |= st.text(st.characters(codec="utf-8"), max_size=8)
VIEWS = st.dictionaries(st.text("abµ", max_size=5), st.recursive(PLAIN, st.lists, max_leaves=5), max_size=4)
SIZES = st.floats(1.0, 1e5)


@given(view=VIEWS, size_nm=SIZES, gain=st.floats(1e-300, 1e5), corner=st.tuples(*[st.integers(0, 10**6)] * 4))
def test_any_number_comes_back_to_the_last_bit(tmp_path_factory, view, size_nm, gain, corner):
    project = Project.create(tmp_path_factory.mktemp("p") / "p")
    acquisition = Acquisition().with_values(Origin.ESTIMATED, pixel_size_nm=size_nm, gain=gain)
    document = ProjectDocument(view=view, acquisition=acquisition, roi=Roi(*corner))
    project.save(document)
    assert Project.open(project.folder).document == document.replace(modified=project.document.modified)


@pytest.mark.parametrize(
    "name", ["cell", "cell.fluogan", "cell 1 µ", "a.b", "cell.fluogan/", "deep/er/cell", "cell.fluogan/project.json"]
)
def test_a_name_gets_its_suffix_and_is_found_again_by_it(tmp_path, name):
    project = Project.create(f"{tmp_path}/{name}")
    assert project.folder.suffix == ".fluogan" and project.folder.is_absolute()
    assert Project.open(f"{tmp_path}/{name}").folder == project.folder
    assert Project.open(project.folder).folder == project.folder and is_project(project.folder)


def test_a_link_to_a_project_opens_the_project(tmp_path):
    project = Project.create(tmp_path / "there" / "p")
    (tmp_path / "here.fluogan").symlink_to(project.folder)
    opened = Project.open(tmp_path / "here.fluogan")
    opened.save(DOCUMENT)
    assert Project.open(project.folder).document.roi == DOCUMENT.roi and (tmp_path / "here.fluogan").is_symlink()


def test_the_root_of_a_drive_is_no_project():
    with pytest.raises(ProjectError, match="name"):
        project_folder(Path(os.path.abspath(os.sep)))


def test_an_existing_project_is_kept_unless_it_is_to_be_overwritten(tmp_path):
    Project.create(tmp_path / "p").save(DOCUMENT)
    with pytest.raises(ProjectError, match="exists already"):
        Project.create(tmp_path / "p")
    assert Project.open(tmp_path / "p").document.roi == DOCUMENT.roi
    assert Project.create(tmp_path / "p", overwrite=True).document.roi is None
    assert Project.open(tmp_path / "p").document.roi is None
    assert [path.name for path in tmp_path.iterdir()] == ["p.fluogan"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_project_is_never_overwritten(tmp_path, kind):
    thesis = tmp_path / "p.fluogan"
    if kind == "folder":
        thesis.mkdir()
        (thesis / "thesis.txt").write_text("years of work")
    else:
        thesis.write_text("years of work")
    before = thesis.stat().st_mtime_ns
    for overwrite in (False, True):
        with pytest.raises(ProjectError):
            Project.create(tmp_path / "p", overwrite=overwrite)
    assert thesis.stat().st_mtime_ns == before


def test_an_empty_folder_may_become_a_project(tmp_path):
    (tmp_path / "p.fluogan").mkdir()
    Project.create(tmp_path / "p")
    assert is_project(tmp_path / "p")


def test_a_project_whose_replacement_fails_stands_as_before(tmp_path, monkeypatch):
    Project.create(tmp_path / "p").save(DOCUMENT)
    before, real, calls = content(tmp_path), os.rename, []

    def failing(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EACCES, "Permission denied")
        real(source, target)

    monkeypatch.setattr(folders.os, "rename", failing)
    with pytest.raises(ProjectError, match="Permission denied"):
        Project.create(tmp_path / "p", overwrite=True)
    assert content(tmp_path) == before and len(calls) == 3


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_save_that_fails_loses_nothing(tmp_path, monkeypatch, code):
    project = Project.create(tmp_path / "p")
    project.save(DOCUMENT)
    before = content(project.folder)

    def failing(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "replace", failing)
    with pytest.raises(ProjectError) as caught:
        project.save(DOCUMENT.replace(roi=None))
    assert caught.value.hint and str(project.folder) in caught.value.message
    assert content(project.folder) == before and project.document.roi == DOCUMENT.roi


DAMAGES = {
    "not JSON": "{",
    "empty": "",
    "a list": "[]",
    "no version": '{"method": "fluogan"}',
    "wrong version": '{"schema_version": true}',
    "unknown key": '{"schema_version": 1, "colour": "red"}',
    "unknown key inside": '{"schema_version": 1, "roi": {"y0": 0, "x0": 0, "height": 1, "width": 1, "depth": 1}}',
    "wrong type": '{"schema_version": 1, "roi": "all"}',
    "out of range": '{"schema_version": 1, "acquisition": {"pixel_size_nm": -1}}',
    "not a number": '{"schema_version": 1, "acquisition": {"pixel_size_nm": NaN}}',
    "bytes": "\udcff",
}


@pytest.mark.parametrize("text", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_project_says_so_and_is_left_as_it_is(tmp_path, text):
    project = Project.create(tmp_path / "p")
    written = text.encode("utf-8", "surrogateescape")
    (project.folder / "project.json").write_bytes(written)
    with pytest.raises(ProjectError) as caught:
        Project.open(project.folder)
    assert "project.json" in caught.value.message and caught.value.hint
    assert (project.folder / "project.json").read_bytes() == written


@pytest.mark.parametrize("what", ["nothing", "folder", "file"])
def test_what_is_no_project_is_not_opened(tmp_path, what):
    path = tmp_path / "p.fluogan"
    if what == "folder":
        path.mkdir()
    elif what == "file":
        path.write_text("{}")
    with pytest.raises(ProjectError):
        Project.open(path)
    assert not is_project(path)


def test_attaching_keeps_what_is_needed_without_the_raw_stack(project, stack, frames, raw):
    project.attach(stack, hashed=True)
    raw.unlink()
    opened = Project.open(project.folder)
    mean, _ = opened.mean()
    assert np.allclose(mean, frames.mean(axis=0), rtol=1e-6)
    link = opened.document.link
    assert link.path == str(raw) and link.shape_tyx == (12, 9, 11) and len(link.sha256) == 64
    assert json.loads((project.folder / "input" / "link.json").read_text())["sha256"] == link.sha256
    with pytest.raises(ReadError, match="not there") as caught:
        opened.open_stack()
    assert "Locate" in caught.value.hint


def test_there_is_no_mean_before_a_stack_is_attached(project):
    assert project.mean() is None
    with pytest.raises(ReadError):
        project.open_stack()


def test_a_file_that_was_written_anew_gives_a_new_mean(project, stack, raw, frames):
    import tifffile

    from fluogan_app.core.readers.open import open_stack

    project.attach(stack, hashed=True)
    first = project.document.link.sha256
    stack.close()
    tifffile.imwrite(raw, frames[::-1] + 1, imagej=True, metadata={"axes": "TYX"})
    os.utime(raw, ns=(1, 1))
    again = open_stack(raw)
    project.attach(again, hashed=True)
    again.close()
    assert np.allclose(project.mean()[0], frames.mean(axis=0) + 1, rtol=1e-6)
    assert project.document.link.sha256 != first


def test_a_project_can_be_saved_while_a_long_stack_is_being_attached(project, frames):
    reading, go_on = threading.Event(), threading.Event()

    class Slow(ArraySource):
        def frame(self, index: int) -> np.ndarray:
            reading.set()
            assert go_on.wait(20)
            return super().frame(index)

    worker = threading.Thread(target=project.attach, args=(Stack(Path("slow.tif"), "array", Slow(frames)),))
    worker.start()
    assert reading.wait(20)
    project.save(project.document.replace(roi=DOCUMENT.roi))
    go_on.set()
    worker.join(20)
    opened = Project.open(project.folder).document
    assert opened.roi == DOCUMENT.roi and opened.link is not None


def test_a_long_stack_gives_its_mean_from_evenly_spaced_frames(project, stack, frames, monkeypatch):
    monkeypatch.setattr(store, "MEAN_BYTES", 4 * frames[0].nbytes)
    project.attach(stack)
    assert np.allclose(project.mean()[0], frames[[0, 4, 7, 11]].mean(axis=0), rtol=1e-6)


def test_project_and_raw_stack_moved_together_find_each_other(tmp_path, project, stack, raw, frames):
    project.attach(stack)
    moved = tmp_path / "other disk"
    moved.mkdir()
    for name in ("projects", "raw däta"):
        shutil.move(tmp_path / name, moved / name)
    found = Project.open(moved / "projects" / "cell 1").open_stack()
    assert np.array_equal(found.frame(3), frames[3]) and str(moved) in str(found.path)
    found.close()


def test_a_moved_stack_is_located_and_remembered(tmp_path, project, stack, raw, frames):
    project.attach(stack, hashed=True)
    new = raw.rename(tmp_path / "elsewhere.tif")
    located = Project.open(project.folder).locate(new)
    assert located.warnings == stack.warnings
    located.close()
    again = Project.open(project.folder).open_stack()
    assert np.array_equal(again.frame(0), frames[0])
    again.close()


def test_another_file_of_the_same_shape_is_located_with_a_warning(tmp_path, project, stack, frames):
    import tifffile

    project.attach(stack, hashed=True)
    tifffile.imwrite(tmp_path / "other.tif", frames + 1, imagej=True, metadata={"axes": "TYX"})
    located = project.locate(tmp_path / "other.tif")
    assert any("SHA-256" in warning or "size" in warning for warning in located.warnings)
    located.close()


def test_a_stack_of_another_shape_is_refused(tmp_path, project, stack, frames):
    import tifffile

    project.attach(stack)
    before = content(project.folder)
    tifffile.imwrite(tmp_path / "other.tif", frames[:5], imagej=True, metadata={"axes": "TYX"})
    with pytest.raises(ReadError, match="5 frames"):
        project.locate(tmp_path / "other.tif")
    assert content(project.folder) == before


def test_a_copy_holds_everything_and_leaves_the_original(tmp_path, project, stack):
    project.attach(stack)
    project.save(project.document.replace(roi=DOCUMENT.roi))
    (project.folder / "runs" / ".0001-half-0123456789ab").touch()
    before = content(project.folder)
    copy = project.save_as(tmp_path / "deep" / "copy")
    assert content(project.folder) == before
    assert copy.folder == tmp_path / "deep" / "copy.fluogan" and copy.document.roi == DOCUMENT.roi
    assert np.array_equal(copy.mean()[0], project.mean()[0])
    assert Project.open(copy.folder).document == copy.document
    found = copy.open_stack()
    assert (copy.folder / copy.document.link.relative_path).resolve() == found.path.resolve()
    found.close()
    assert not list(copy.folder.rglob(".*"))


def test_a_copy_never_goes_onto_or_into_the_project_itself(tmp_path, project):
    outer = Project.create(tmp_path / "outer")
    inner = Project.create(outer.folder / "inner")
    (tmp_path / "same.fluogan").symlink_to(project.folder)
    for source, target in ((project, project.folder), (project, tmp_path / "same"),
                           (project, project.folder / "runs" / "x"), (inner, outer.folder)):  # fmt: skip
        with pytest.raises(ProjectError, match="onto or into"):
            source.save_as(target, overwrite=True)
    assert is_project(project.folder) and is_project(inner.folder)


def test_a_copy_does_not_overwrite_unless_asked(tmp_path, project):
    other = Project.create(tmp_path / "other")
    other.save(DOCUMENT)
    with pytest.raises(ProjectError, match="exists already"):
        project.save_as(other.folder)
    assert Project.open(other.folder).document.roi == DOCUMENT.roi
    assert project.save_as(other.folder, overwrite=True).document.roi is None


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path, project, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folders.shutil, "copy2", full)
    with pytest.raises(ProjectError, match="No space left"):
        project.save_as(tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["projects"]


def test_a_project_that_was_moved_away_is_not_made_again_in_part(tmp_path, project, stack):
    moved = project.folder.rename(tmp_path / "moved.fluogan")
    for act, given in ((project.save, DOCUMENT), (project.save_as, tmp_path / "copy"), (project.attach, stack)):
        with pytest.raises(ProjectError, match="not there any more"):
            act(given)
    assert not project.folder.exists() and not (tmp_path / "copy.fluogan").exists() and is_project(moved)


def test_what_could_not_be_read_again_is_not_written(project):
    before = (project.folder / "project.json").read_bytes()
    with pytest.raises(ValueError, match="roi"):
        project.save(DOCUMENT.replace(roi=(1, 2, 3)))
    assert (project.folder / "project.json").read_bytes() == before


def test_a_project_without_runs_says_so(project):
    assert project.runs() == []
    with pytest.raises(ProjectError, match="no runs yet"):
        project.run()
