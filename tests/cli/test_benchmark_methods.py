"""`fluogan benchmark --methods` measures what is missing, prints one table a light level, and keeps all of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fluogan_app.cli import methods_benchmark
from fluogan_app.core.benchmark.comparison import Row
from fluogan_app.core.benchmark.rivals import Scored


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """Answers at once; what was asked is noted. FluoGAN fails where the light is dim."""
    asked_for: list[tuple[str, str, int]] = []

    def answer(asked: object, light: str, method: str, seed: int) -> Scored:
        asked_for.append((light, method, seed))
        if (light, method) == ("dim", "fluogan"):
            return Scored(Row(method, "FluoGAN", light, seed, failed="Not enough memory."), None)
        row = Row(method, method.title(), light, seed, 150.0, {"150": 1.0}, 2.5, 0.3, None, 1.5, 1.4, 2_000_000)
        return Scored(row, np.random.default_rng(seed).random((72, 1596), np.float32))

    monkeypatch.setattr(methods_benchmark, "measured", answer)
    return asked_for


def test_a_table_for_each_light_with_units_and_failures(fluogan, measured) -> None:
    said = fluogan("benchmark", "--methods", "mean,fluogan", "--lights", "bright", "dim", "--seeds", 1, 2)
    assert said.code == 0 and len(measured) == 8
    assert "Bright:" in said.out and "Dim:" in said.out
    assert "150 nm" in said.out and "2.5 nm" in said.out and "1.4 s" in said.out and "2 MB" in said.out
    assert "failed: Not enough memory." in said.out


def test_what_is_kept_is_not_measured_again(fluogan, measured, tmp_path: Path) -> None:
    small = ("--rows", 16, "--frames", 20, "-o", tmp_path / "out")
    command = ("benchmark", "--methods", "mean", "--lights", "dim", *small)
    assert fluogan(*command, "--seeds", 1).code == 0
    said = fluogan(*command, "--seeds", 1, 2, "--json")
    assert said.code == 0 and measured == [("dim", "mean", 1), ("dim", "mean", 2)]
    assert [row["seed"] for row in json.loads(said.out)["rows"]] == [1, 2]
    with Image.open(tmp_path / "out" / "figure-dim.png") as figure:
        assert figure.width > 1596 and "each strip" in figure.info["Description"]


def test_other_stacks_do_not_mix(fluogan, measured, tmp_path: Path) -> None:
    command = ("benchmark", "--methods", "mean", "--lights", "dim", "--seeds", 1, "-o", tmp_path / "out")
    fluogan(*command, "--rows", 16, "--frames", 20)
    said = fluogan(*command, "--rows", 16, "--frames", 21)
    assert said.code == 2 and "other stacks" in said.err


@pytest.mark.parametrize("flags", [("--rows", 0), ("--frames", 0), ("--seeds=-1",), ("--rows", "many")])
def test_impossible_stacks_are_refused(fluogan, measured, flags: tuple[object, ...]) -> None:
    said = fluogan("benchmark", "--methods", "mean", *flags)
    assert said.code == 2 and measured == [] and "llowed" in said.err


def test_flags_of_the_methods_mean_nothing_without_them(fluogan) -> None:
    fluogan("benchmark", "--quick", "--rows", 16).refused("--rows", "with --methods only")


@pytest.mark.parametrize("methods", ["", "mean,", "median"])
def test_unknown_methods_are_refused(fluogan, measured, methods: str) -> None:
    said = fluogan("benchmark", f"--methods={methods}", "--rows", 16)
    assert said.code == 2 and measured == [] and "mean" in said.err
