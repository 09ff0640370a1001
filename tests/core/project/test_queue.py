"""Runs that wait: snapshots that come back as they were added, in their order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import DataError, ProjectError
from fluogan_app.core.project.queue import (
    QUEUE, QueuedRun, free_name, moved, read_queue, renamed, without, write_queue,
)  # fmt: skip
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run


@pytest.fixture
def entries(stack, walk, request_for) -> tuple[QueuedRun, ...]:
    return tuple(QueuedRun.of(f"run {steps}", request_for(steps=steps), stack) for steps in (5, 6, 7))


def _names(queue) -> list[str]:
    return [entry.name for entry in queue]


def test_what_was_added_comes_back_to_the_last_bit(project, stack, walk, request_for, entries):
    write_queue(project, entries)
    back = read_queue(Project.open(project.folder))
    assert back == entries
    assert back[1].request(stack) == request_for(steps=6)


def test_a_drift_region_and_range_come_back(project, stack, walk, request_for):
    path = np.linspace(0.0, 1.5, 12)
    drift = Drift(tuple(path.tolist()), tuple((-path).tolist()), "by hand", 0.1, ((1, 2),))
    asked = replace(request_for(roi=Roi(2, 3, 5, 6), frames=FrameRange(1, 9)), drift=drift)
    write_queue(project, (QueuedRun.of("moved", asked, stack),))
    assert read_queue(project)[0].request(stack) == asked


def test_a_waiting_run_gives_the_same_image_as_one_started_at_once(tmp_path, project, stack, walk, request_for):
    at_once, ended = start_run(Project.create(tmp_path / "at once"), stack, request_for(steps=9))
    write_queue(project, (QueuedRun.of("later", request_for(steps=9), stack),))
    _, later = start_run(project, stack, read_queue(project)[0].request(stack))
    np.testing.assert_array_equal(later.result.estimate, ended.result.estimate)


def test_no_waiting_run_leaves_no_file(project, entries):
    write_queue(project, entries)
    write_queue(project, ())
    write_queue(project, ())
    assert not (project.folder / QUEUE).exists() and read_queue(project) == ()


def test_who_may_only_read_a_project_leaves_what_waits_in_it_alone(project, entries):
    write_queue(project, entries)
    other = Project.open(project.folder)
    other.read_only = "It is open in a window."
    for queue in (entries[:1], ()):
        with pytest.raises(ProjectError, match="open in a window"):
            write_queue(other, queue)
    assert read_queue(project) == entries


def test_another_image_is_refused_by_name(stack, entries):
    other = replace(stack, selection=Selection(channel=1))
    with pytest.raises(DataError, match="run 5"):
        entries[0].request(other)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"name": "x"}', '[{"name": "x", "unknown": 1}]', "null"])
def test_a_damaged_list_is_put_aside_and_named_once(project, text):
    (project.folder / QUEUE).write_text(text)
    with pytest.raises(ProjectError, match="damaged") as caught:
        read_queue(project)
    (aside,) = project.folder.glob("queue-damaged-*.json")
    assert aside.name in caught.value.hint and aside.read_text() == text
    assert read_queue(project) == ()


def test_moving_renaming_and_removing(entries):
    first, second, third = (entry.key for entry in entries)
    assert _names(moved(entries, third, 0)) == ["run 7", "run 5", "run 6"]
    assert _names(moved(entries, first, 99)) == ["run 6", "run 7", "run 5"]
    assert moved(entries, "nobody", 0) == entries
    assert _names(renamed(entries, second, "  long   one ")) == ["run 5", "long one", "run 7"]
    assert renamed(entries, second, "  ") == entries
    assert _names(without(entries, second)) == ["run 5", "run 7"]


def test_names_are_told_apart(entries):
    assert free_name(entries, "run 9") == "run 9"
    assert free_name((*entries, entries[0].replace(name="run 5 (2)")), "run 5") == "run 5 (3)"


def test_a_disk_that_refuses_leaves_the_list_that_stood(project, entries, monkeypatch):
    from fluogan_app.core import files

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write_queue(project, entries[:1])
    monkeypatch.setattr(files, "flush_to_disk", full)
    with pytest.raises(ProjectError, match="No space left"):
        write_queue(project, entries)
    assert read_queue(project) == entries[:1]
