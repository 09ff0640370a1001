"""The benchmark prints its table row by row, and the same as JSON."""

from __future__ import annotations

import json

import pytest

from fluogan_app.cli.commands import benchmark
from fluogan_app.core.benchmark.measurement import Measured
from fluogan_app.core.benchmark.suite import Milestones, Rows

FOUND = Milestones("cpu", 100e9, 2.0, 160e9, 120e9, 0.1, 0.08, 3.0, 500, 0.7)


@pytest.fixture(autouse=True)
def known_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of the program take a hundredth of the plain ones."""
    answer = lambda case, budget: Measured(0.001 if case.what == "program" else 0.1, 1_000_000, 1.0)  # noqa: E731
    monkeypatch.setattr(benchmark, "Rows", lambda wanted: Rows(wanted, answer))
    monkeypatch.setattr(benchmark, "milestones", lambda device, budget_s: FOUND)


def test_the_table_has_units_ratios_and_the_machine(fluogan) -> None:
    said = fluogan("benchmark", "--sizes", 32, 64, "--zoom", 4, "--device", "cpu")
    assert said.code == 0
    assert "PyTorch" in said.out and "steps/s" in said.out
    rows = [line for line in said.out.splitlines() if "64 × 64   " in line]
    assert len(rows) == 3 and all("1e+03" not in row and "100 ×" in row for row in rows)
    assert "80 % of that rate" in said.out and "3 s for 500 steps" in said.out
    assert "36 pixels" in said.err and "free for 70 % of the time" in said.err


def test_json_is_one_object(fluogan) -> None:
    said = fluogan("benchmark", "--sizes", 32, "--zoom", 4, 6, "--device", "cpu", "--json")
    assert (said.code, said.err) == (0, "")
    content = json.loads(said.out)
    assert [step["zoom"] for step in content["steps"]] == [4, 4, 4, 6, 6, 6]
    first = content["steps"][0]
    assert first["speed_ratio"] == pytest.approx(100) and first["program"]["steps_per_second"] == pytest.approx(1000)
    assert "left_out" in content["steps"][2]["plain"]
    assert content["figures"][0]["share_of_bare_rate"] == pytest.approx(0.8)
    assert content["machine"]["torch"]


def test_quick_leaves_the_named_figures_out(fluogan) -> None:
    content = json.loads(fluogan("benchmark", "--quick", "--device", "cpu", "--json").out)
    assert {step["shape_yx"][0] for step in content["steps"]} == {32, 64} and content["figures"] == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--sizes", "0"), "from 16 to 8192"),
        (("--sizes", "big"), "“big”"),
        (("--zoom", "13"), "Zoom L"),
        (("--zoom", "two"), "Zoom L"),
        (("--device", "tpu"), "tpu"),
    ],
)
def test_wrong_flags_are_refused(fluogan, flags, words) -> None:
    fluogan("benchmark", *flags).refused(words)
