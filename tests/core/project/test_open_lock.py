"""Two that open one project: the second is told who has it, and nobody is kept out by the dead."""

from __future__ import annotations

import errno
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project import open_lock
from fluogan_app.core.project.lock import OPEN_LOCK, OPEN_WORDS
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.open_lock import COMMAND, WINDOW, holder_of
from fluogan_app.core.project.store import Project

HOLDING = """
import sys
from fluogan_app.core.project.store import Project
project = Project.open(sys.argv[1])
print(project.hold(), flush=True)
sys.stdin.readline()
"""


def opened(folder: Path) -> Project:
    return Project.open(folder)


def words_of(folder: Path, host: str, age_s: float, process_id: int = 1) -> None:
    """What another holder left in a project's folder so long ago."""
    about = {"program": WINDOW, "host": host, "user": "mia", "process_id": process_id,
             "since": "2026-05-04T10:00:00+00:00"}  # fmt: skip
    (folder / OPEN_LOCK).touch()
    (folder / OPEN_WORDS).write_text(json.dumps(about))
    os.utime(folder / OPEN_WORDS, (time.time() - age_s,) * 2)


def test_the_second_is_told_who_has_it_and_can_only_read(project) -> None:
    assert project.hold(WINDOW)
    second = opened(project.folder)
    assert not second.hold() and second.holder.host == platform.node() and not second.holder.stale
    assert f"is open in a window on {platform.node()}" in second.read_only and "since" in second.read_only
    for act in (lambda: second.save(ProjectDocument()), second.check_writable):
        with pytest.raises(ProjectError, match="is open in a window") as caught:
            act()
        assert "Save as" in caught.value.hint
    copy = second.save_as(project.folder.with_name("copy"))
    copy.save(ProjectDocument())
    assert not (copy.folder / OPEN_WORDS).exists() and not (copy.folder / OPEN_LOCK).exists()


def test_who_comes_after_the_first_has_gone_may_write(project) -> None:
    assert project.hold()
    assert holder_of(project.folder) is not None
    project.let_go()
    assert holder_of(project.folder) is None and not (project.folder / OPEN_WORDS).exists()
    second = opened(project.folder)
    assert second.hold(COMMAND)
    second.save(ProjectDocument())
    second.let_go()


def test_the_same_project_opened_again_in_one_window_stays_held(project) -> None:
    assert project.hold()
    again = opened(project.folder)
    assert again.hold(like=project) and again.read_only == ""
    project.let_go()
    assert not opened(project.folder).hold()
    again.let_go()
    third = opened(project.folder)
    assert third.hold()
    third.let_go()


def test_a_process_that_was_killed_holds_nothing(project) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(project.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().strip() == "True"
    assert not project.hold() and project.holder.process_id == process.pid
    process.kill()
    process.communicate()
    assert (project.folder / OPEN_WORDS).exists()
    assert project.hold() and project.read_only == ""
    project.let_go()


def test_fresh_words_of_another_machine_count_where_its_lock_is_not_seen(project) -> None:
    words_of(project.folder, "microscope-pc", age_s=5)
    assert not project.hold(force=True) and project.holder.host == "microscope-pc"
    assert not project.holder.stale and "microscope-pc (mia)" in project.read_only


def test_old_words_of_another_machine_give_way_when_the_user_says_so(project) -> None:
    words_of(project.folder, "microscope-pc", age_s=10 * open_lock.OLD_S)
    assert not project.hold() and project.holder.stale
    assert project.hold(force=True) and project.read_only == "" and project.holder is None
    project.save(ProjectDocument())
    project.let_go()


@pytest.mark.parametrize("age_s", [5.0, 1e6])
def test_the_dead_of_this_machine_give_way_at_once(project, age_s) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    words_of(project.folder, platform.node(), age_s, process.pid)
    assert project.hold()
    project.let_go()


@pytest.mark.skipif(os.name == "nt", reason="locks reach everywhere there")
def test_on_a_drive_without_locks_the_living_of_this_machine_are_respected(project, monkeypatch) -> None:
    monkeypatch.setattr(open_lock, "taken_within", lambda handle, seconds: True)
    words_of(project.folder, platform.node(), 5, os.getppid())
    assert not project.hold()
    words_of(project.folder, platform.node(), 2 * open_lock.OLD_S, os.getppid())
    assert project.hold()
    project.let_go()


def test_words_are_renewed_while_a_project_is_held(project, monkeypatch) -> None:
    monkeypatch.setattr(open_lock, "RENEW_S", 0.01)
    assert project.hold()
    words = project.folder / OPEN_WORDS
    os.utime(words, (0, 0))
    last = time.monotonic() + 20
    while words.stat().st_mtime == 0:
        assert time.monotonic() < last
    project.let_go()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"program": 1}', '{"program": "a", "host": "b"}'])
def test_words_that_cannot_be_read_keep_nobody_out(project, text) -> None:
    (project.folder / OPEN_WORDS).write_text(text)
    assert project.hold()
    project.let_go()


def test_a_folder_that_cannot_be_written_is_for_reading(project, monkeypatch) -> None:
    real = os.open

    def refuse(path, *rest):
        if str(path).endswith(OPEN_LOCK):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, *rest)

    monkeypatch.setattr(open_lock.os, "open", refuse)
    assert not project.hold() and "Read-only file system" in project.read_only and project.holder is None


def test_a_project_that_is_open_is_not_overwritten(project) -> None:
    assert project.hold()
    with pytest.raises(ProjectError, match="it is open in a window"):
        Project.create(project.folder, overwrite=True)
    project.let_go()
    Project.create(project.folder, overwrite=True)
