"""Where a run would go, and what is said of it before it starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.result import Curves
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.device import Card, DeviceChoice
from fluogan_app.core.errors import DeviceError
from fluogan_app.core.jobs import memory_use as use
from fluogan_app.core.jobs import place
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.jobs.memory_use import MemoryUse, MemoryWatcher
from fluogan_app.core.jobs.needs import Asked
from fluogan_app.core.jobs.place import look_up
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import State
from fluogan_app.core.methods.registry import METHODS

METHOD = METHODS["fluogan"]


@pytest.fixture
def asked() -> Asked:
    acquisition = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=300.0)
    return Asked(METHOD, METHOD.params_type(), acquisition, 200, Roi(0, 0, 400, 300), RunSettings(device="cpu"))


def test_on_the_processor_the_need_stands_beside_what_is_free(asked, monkeypatch):
    monkeypatch.setattr(place, "free_memory_bytes", lambda: 10 * asked.needed_bytes)
    found = look_up(asked)
    assert found.fits and found.ways == () and found.shortage == "" and found.choice.device == "cpu"
    assert found.words.startswith("Processor · needs about ") and found.words.endswith(" free")


def test_what_does_not_fit_comes_with_ways_out(asked, monkeypatch):
    monkeypatch.setattr(place, "free_memory_bytes", lambda: asked.needed_bytes // 2)
    found = look_up(asked)
    assert not found.fits and found.ways and found.shortage.startswith("Too large: ")
    monkeypatch.setattr(place, "free_memory_bytes", lambda: 1000)
    assert look_up(asked).ways == () and "smaller region" in look_up(asked).shortage


@pytest.mark.parametrize("side, small", [(1, True), (2, True), (3, True), (4, False)])
def test_a_region_smaller_than_the_blur_is_told_before_the_run(asked, side, small):
    found = look_up(replace(asked, roi=Roi(5, 5, side, 40)))
    assert ("smaller than the blur (FWHM 300 nm, 3.0 pixels)" in found.too_small) is small
    assert ("at least 9 pixels" in found.too_small) is small
    unknown = replace(asked, roi=Roi(5, 5, side, 40), acquisition=Acquisition())
    assert bool(look_up(unknown).too_small) is small


def test_a_system_that_does_not_tell_is_not_quoted(asked, monkeypatch):
    monkeypatch.setattr(place, "free_memory_bytes", lambda: None)
    found = look_up(asked)
    assert found.fits and "free" not in found.words


def test_a_card_is_asked_for_its_own_memory(asked, monkeypatch):
    monkeypatch.setattr(place, "cards", lambda: (Card("cuda:1", "Imaginary Card 9", 8 * 10**9),))
    monkeypatch.setattr(place, "choose_device", lambda wish: DeviceChoice("cuda:1", "Imaginary Card 9", "It is there."))
    known = {"cuda:1": (7 * 10**9, 8 * 10**9)}
    monkeypatch.setattr(place, "card_memory_bytes", known.get)
    found = look_up(asked)
    assert found.free_bytes == 7 * 10**9 and "Imaginary Card 9" in found.words and "7 GB free" in found.words


def test_a_device_that_does_not_work_is_a_sentence(asked, monkeypatch):
    def refuse(wish: str) -> None:
        raise DeviceError("The graphics card cannot be used: it is gone.", "Choose the device auto or cpu.")

    monkeypatch.setattr(place, "choose_device", refuse)
    found = look_up(asked)
    assert found.choice is None and "it is gone" in found.words and "auto or cpu" in found.words


class Ear(Silent):
    def __init__(self) -> None:
        self.heard: list[object] = []

    def insight(self, insight: object) -> None:
        self.heard.append(insight)


def test_while_a_run_goes_on_its_memory_is_told(monkeypatch):
    ear = Ear()
    MemoryWatcher("cpu", ear).look(None, State(0), Curves())
    assert all(isinstance(told, MemoryUse) and 0 < told.used_bytes < told.total_bytes for told in ear.heard)
    monkeypatch.setattr(use, "card_memory_bytes", lambda device: (3, 10))
    MemoryWatcher("cuda:0", ear).look(None, State(0), Curves())
    assert ear.heard[-1] == MemoryUse("cuda:0", 7, 10)
    monkeypatch.setattr(use, "card_memory_bytes", lambda device: None)
    MemoryWatcher("cuda:0", ear).look(None, State(0), Curves())
    assert ear.heard[-1] == MemoryUse("cuda:0", 7, 10)
