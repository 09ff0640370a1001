"""How many threads compute: few for small frames, never more than there are cores for."""

from __future__ import annotations

import pytest
from fluogan_app.core import device


@pytest.mark.parametrize(
    ("pixels", "cores", "threads"),
    [(67 * 74, 16, 1), (256 * 256, 16, 1), (512 * 512, 4, 3), (512 * 512, 64, device.MOST_THREADS), (512 * 512, 1, 1)],
)
def test_threads_follow_the_region_and_the_cores(monkeypatch, pixels: int, cores: int, threads: int) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(device, "_cores", lambda: cores)
    assert device.choose_threads(pixels) == threads


@pytest.mark.parametrize(("stated", "threads"), [("3", 3), ("0", 1), ("many", 1)])
def test_who_states_a_number_gets_it(monkeypatch, stated: str, threads: int) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", stated)
    assert device.choose_threads(100) == threads
