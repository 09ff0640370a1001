"""Parameters that change nothing as the others stand: those that are named do not, and each has its reason."""

from __future__ import annotations

import pytest

from fluogan_app.core.estimate.result import Estimate
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.params import specs


def test_without_the_critic_nothing_of_it_counts() -> None:
    idle = FluoganParams().without_effect()
    assert set(idle) == {spec.name for spec in specs(FluoganParams) if spec.group == "Critic"}
    assert all("δ is 0" in sentence for sentence in idle.values())


def test_with_the_critic_only_what_its_kind_does_not_use_is_idle() -> None:
    assert set(FluoganParams(delta=1).without_effect()) == {"kappa"}
    drawn = FluoganParams(delta=1, generator="double-poisson", critic="paper-2024")
    assert set(drawn.without_effect()) == {"patch_size"}


@pytest.mark.parametrize(
    "value, uncertainty, fields, confidence",
    [
        (2.0, 0.05, {}, "good"),
        (2.0, 0.05, {"warnings": ("It drifts.",)}, "fair"),
        (2.0, 0.4, {}, "fair"),
        (2.0, 0.9, {}, "rough"),
        (0.0, 1.0, {}, "rough"),
        (300.0, 1.0, {"upper_limit": True}, "limit"),
    ],
)
def test_how_far_an_estimate_is_to_be_trusted(value: float, uncertainty: float, fields: dict, confidence: str) -> None:
    found = Estimate("gain", "Camera gain", value, uncertainty, "counts/photon", "", **fields)
    assert found.confidence == confidence and found.text.startswith("≤") is (confidence == "limit")
