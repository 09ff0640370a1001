"""How often values occur, for a diagram: shares of named samples in common bins, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.critic_view import Scores, Spread
from fluogan_app.core.metrics.separation import Separation, paired_histogram, separation
from fluogan_app.core.metrics.standardised import normal_shares

RECORDED, SIMULATED = "Recorded", "Simulated"


@dataclass(frozen=True)
class Shares:
    """One sample: its name, the share of it in each bin, (B,) in percent, and its mean."""

    name: str
    percent: np.ndarray
    mean: float


@dataclass(frozen=True)
class SharesDiagram:
    """Samples in common bins. title; edges: (B + 1,); x_label with its unit. The first sample is drawn filled."""

    title: str
    x_label: str
    edges: np.ndarray
    samples: tuple[Shares, ...]


def score_diagram(scores: Scores) -> SharesDiagram:
    """The critic's scores of recorded and of simulated patches."""
    edges, *shares = paired_histogram(scores.recorded, scores.simulated)
    samples = zip((RECORDED, SIMULATED), shares, (scores.recorded, scores.simulated))
    return SharesDiagram(
        "Critic's score of patches", "score D (no unit)", edges,
        tuple(Shares(name, percent, float(values.mean())) for name, percent, values in samples),
    )  # fmt: skip


def residual_diagram(found: Spread) -> SharesDiagram:
    """The standardised residuals of the mean frame's pixels beside what noise alone would make."""
    middle = 0.5 * (found.edges[1:] + found.edges[:-1])
    samples = (("Pixels of the mean", found.shares), ("Noise alone", normal_shares(found.edges)))
    return SharesDiagram(
        "Residual of each pixel", "standard deviations of the mean", found.edges,
        tuple(Shares(name, percent, float(percent @ middle) / 100.0) for name, percent in samples),
    )  # fmt: skip


def separated(scores: Scores) -> Separation:
    """How well the scores tell recorded patches, the first, from simulated ones."""
    return separation(scores.recorded, scores.simulated)


def gap_words(found: Separation) -> str:
    """Means, their difference and the common part of the histograms, in short."""
    means = f"mean {RECORDED.lower()} {found.first_mean:.3g}, {SIMULATED.lower()} {found.second_mean:.3g}"
    return f"{means}, gap {found.gap:.2g}, overlap {found.overlap_percent:.0f} %".replace("-", "−")
