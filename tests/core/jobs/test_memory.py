"""A job that cannot fit is refused with advice, before the system kills it."""

from __future__ import annotations

import psutil
import pytest

from fluogan_app.core.errors import OutOfMemoryError
from fluogan_app.core.jobs import memory


def test_the_machine_is_not_taken_for_larger_than_it_is():
    assert 0 < memory.machine_memory_bytes() <= psutil.virtual_memory().total


def test_a_container_that_is_given_less_counts(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_CONTAINER_LIMITS", (tmp_path / "none", limit))
    limit.write_text("1000000\n")
    assert memory.machine_memory_bytes() == 1_000_000
    limit.write_text("max\n")
    assert memory.machine_memory_bytes() > 1_000_000


def test_what_fits_passes_and_what_does_not_is_refused_with_both_numbers(monkeypatch):
    monkeypatch.setattr(memory, "machine_memory_bytes", lambda: 8_000_000_000)
    memory.check_fits(8_000_000_000)
    with pytest.raises(OutOfMemoryError, match="12 GB.*8 GB") as caught:
        memory.check_fits(12_000_000_000)
    assert "smaller region" in caught.value.hint


def test_a_machine_that_does_not_tell_is_trusted(monkeypatch):
    monkeypatch.setattr(memory, "machine_memory_bytes", lambda: None)
    memory.check_fits(10**18)


def test_what_is_free_is_less_than_there_is_and_more_than_nothing():
    free, whole = memory.free_memory_bytes(), memory.machine_memory_bytes()
    assert free is None or 0 < free <= whole


def test_a_container_leaves_what_it_does_not_hold_and_its_read_files(monkeypatch, tmp_path):
    paths = [tmp_path / name for name in ("memory.max", "memory.current", "memory.stat")]
    for path, text in zip(paths, ("1000\n", "700\n", "anon 500\ninactive_file 150\nactive_file 30\n"), strict=True):
        path.write_text(text)
    monkeypatch.setattr(memory, "_CONTAINERS", (tuple(paths),))
    monkeypatch.setattr(memory, "_available_bytes", lambda: 900)
    assert memory.free_memory_bytes() == 480
    paths[0].write_text("max\n")
    assert memory.free_memory_bytes() == 900


def test_what_this_process_holds_grows_with_what_it_takes():
    before = memory.process_memory_bytes()
    if before is None:
        return
    held = bytearray(b"\x01" * 50_000_000)
    assert 30_000_000 < memory.process_memory_bytes() - before < 80_000_000
    del held
