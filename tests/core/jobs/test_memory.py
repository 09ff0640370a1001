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
