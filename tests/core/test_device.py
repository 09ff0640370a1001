"""Which device is chosen, and what is said about it."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
import torch

from fluogan_app.core import device
from fluogan_app.core.device import choose_device
from fluogan_app.core.errors import DeviceError


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A graphics card as torch would report it; its numbers are the processor's unless `change` alters them."""
    state = SimpleNamespace(built=True, there=True, change=lambda values: values, photons=True)
    honest = device._self_test_values
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: state.built)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: state.there)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: SimpleNamespace(total_memory=8 * 10**9))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"Imaginary Card {9 - int(device[-1])}")

    def values(name: str) -> dict:
        return state.change(honest("cpu")) if name.startswith("cuda") else honest(name)

    monkeypatch.setattr(device, "_self_test_values", values)
    monkeypatch.setattr(device, "_poisson_works", lambda name: state.photons)
    return state


def crash(values: dict) -> dict:
    raise RuntimeError("no kernel image is available\nfor execution on the device")


def shift(name: str, by: float):
    """Another value of the self-test, off by a part of its largest number."""
    return lambda values: {**values, name: values[name] + by * values[name].abs().max()}


TROUBLES = [
    (dict(built=False), "processor only"),
    (dict(there=False), "no CUDA graphics card"),
    (dict(change=crash), "RuntimeError: no kernel image is available"),
    (dict(change=shift("adjoint", 0.02)), "wrong numbers (adjoint)"),
    (dict(change=shift("penalty", float("nan"))), "wrong numbers (penalty)"),
    (dict(photons=False), "wrong numbers (random photons)"),
]


def test_the_processor_is_taken_when_asked_for_without_a_look_at_the_card(monkeypatch):
    monkeypatch.setattr(device, "_trouble_with_cuda", lambda *_: pytest.fail("looked for a card"))
    choice = choose_device("cpu")
    assert (choice.device, choice.title) == ("cpu", "Processor")
    assert "asked for" in choice.reason


@pytest.mark.parametrize(("wish", "word"), [("auto", "It is there"), ("cuda", "asked for")])
def test_a_card_that_passes_its_self_test_is_taken(card, wish, word):
    choice = choose_device(wish)
    assert (choice.device, choice.title) == ("cuda:0", "Imaginary Card 9")
    assert word in choice.reason and "passed its self-test" in choice.reason


def test_one_card_of_several_is_taken_by_its_number(card):
    choice = choose_device("cuda:1")
    assert (choice.device, choice.title) == ("cuda:1", "Imaginary Card 8")
    assert [found.device for found in device.cards()] == ["cuda:0", "cuda:1"]
    with pytest.raises(DeviceError, match="there are 2 cards"):
        choose_device("cuda:2")
    card.there = False
    assert device.cards() == ()


@pytest.mark.parametrize("wish", ["cuda:", "cuda:x", "cuda:1 ", "cuda:-1", "cuda:100"])
def test_a_run_is_declared_for_cards_that_have_a_number(wish):
    from fluogan_app.core.jobs.settings import RunSettings
    from fluogan_app.core.params import problem_with

    assert problem_with(RunSettings, "device", "cuda:3") is None
    assert repr(wish) in problem_with(RunSettings, "device", wish)


def test_a_card_may_differ_from_the_processor_by_rounding(card):
    card.change = lambda values: {name: value * (1 + 1e-4) for name, value in values.items()}
    assert choose_device("auto").device == "cuda:0"


@pytest.mark.parametrize(("trouble", "words"), TROUBLES)
def test_auto_falls_back_to_the_processor_and_says_why(card, trouble, words):
    vars(card).update(trouble)
    choice = choose_device("auto")
    assert (choice.device, choice.title) == ("cpu", "Processor")
    assert words in choice.reason
    assert choice.reason.endswith(".") and "\n" not in choice.reason


@pytest.mark.parametrize(("trouble", "words"), TROUBLES)
def test_who_wants_a_card_that_does_not_work_is_told_what_to_do(card, trouble, words):
    vars(card).update(trouble)
    with pytest.raises(DeviceError) as caught:
        choose_device("cuda")
    assert words in caught.value.message
    assert "auto or cpu" in caught.value.hint


def test_a_crash_without_words_still_gives_a_sentence(card):
    def silent(values: dict) -> dict:
        raise RuntimeError

    card.change = silent
    assert "self-test failed (RuntimeError" in choose_device("auto").reason


@pytest.mark.parametrize("wish", ["", "gpu", "cuda:7", "CPU"])
def test_a_device_that_there_is_not_is_refused_by_name(wish):
    with pytest.raises(DeviceError) as caught:
        choose_device(wish)
    assert f"“{wish}”" in caught.value.message
    assert "auto, cpu or cuda" in caught.value.hint


def test_the_self_test_computes_what_a_run_uses_and_photons_work_on_the_processor():
    values = device._self_test_values("cpu")
    assert set(values) == {"forward", "adjoint", "gradient", "penalty"}
    assert all(bool(value.isfinite().all()) and float(value.abs().max()) > 0 for value in values.values())
    assert device._poisson_works("cpu")


def test_the_photon_test_sees_a_generator_that_rounds(monkeypatch):
    monkeypatch.setattr(torch, "poisson", lambda mean, generator: mean)
    assert not device._poisson_works("cpu")


@pytest.mark.cuda
def test_a_real_card_passes():
    assert choose_device("cuda").device == "cuda:0"


@pytest.mark.parametrize(("stated", "then"), [(None, "1"), ("0", "0")])
def test_large_pages_are_asked_for_unless_the_user_decided(monkeypatch, stated, then) -> None:
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", stated or "")
    if stated is None:
        monkeypatch.delenv("THP_MEM_ALLOC_ENABLE")
    device.choose_device("cpu")
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == then
