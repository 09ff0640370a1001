"""The parameters of SPARCOM, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param

#: λ / λ_max of each penalty where none is given: what served simulated blinking lines best.
SPARSITY: Mapping[str, float] = {"l1": 0.01, "reweighted": 0.07, "tv": 0.001, "wavelet": 0.001}


class SparcomParams(GridParams):
    """Which correlations are explained, and what the image of sources is held to."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Reconstruction": "How fine the image is drawn, and for how long it is fitted.",
        "Correlations": "What is fitted: how pixels fluctuate together. Only what blinks is seen.",
        "Sparsity": "What keeps the image to few bright places.",
    }
    steps: int = param(
        150, label="Steps", ge=1, le=100_000, group="Reconstruction", logarithmic=True,
        help="Steps of the sparse fit, after one pass over the frames. More sharpen further and break lines into "
        "grains: on simulated blinking lines the error (NRMSE) was below 0.5 after 60 steps, with 180 nm apart told, "
        "and 0.7 after 150, with 120 nm.",
    )  # fmt: skip
    pairs: Literal["different", "all", "own"] = param(
        "different", label="Pairs of pixels", group="Correlations", equation="Cov(y) = Ψ diag(r) Ψᵀ + N",
        source="Solomon et al. 2019",
        help="“different” takes the covariances of every two different pixels: the camera's noise, which no two pixels "
        "share, drops out. “all” adds each pixel's own variance, as published, with its noise: on simulated blinking "
        "lines it told 150 nm apart in half of the rows where “different” did in nearly all. “own” takes the variance "
        "image alone, which resolves least.",
    )  # fmt: skip
    lag: int = param(
        0, label="Frames apart", unit="frames", ge=0, le=100, group="Correlations", equation="R(τ) = mean y_t y_t+τ",
        source="Solomon et al. 2019",
        help="Products are taken of frames so far apart. 0 serves where molecules change from each frame to the next. "
        "1 or more leaves the camera's noise out even with “all” or “own”, but needs molecules that stay on for "
        "several frames.",
    )  # fmt: skip
    penalty: Literal["l1", "reweighted", "tv", "wavelet"] = param(
        "reweighted", label="Kind of sparsity", group="Sparsity", equation="½ ‖R − Ψ diag(r) Ψᵀ‖² + λ P(r), r ≥ 0",
        source="Solomon et al. 2019; Candès, Wakin, Boyd 2008",
        help="“l1”: few bright fine pixels. “reweighted”: the same, pulling less where the image has become bright, "
        "which keeps intensities and told the finest lines. “tv”: few edges; “wavelet”: few Haar wavelets of two and "
        "four fine pixels; both are smoother, nearer to the truth on average, and tell no lines closer than 210 nm.",
    )  # fmt: skip
    sparsity: float | None = param(
        None, label="Sparsity λ", unit="of λ_max", ge=0, le=1, group="Sparsity", logarithmic=True,
        none_text="from the kind of sparsity", equation="λ / λ_max, λ_max = max v",
        source="Solomon et al. 2019",
        help="As a part of the value at which the image is empty. Larger gives fewer and finer structures, and loses "
        "the faint ones.",
    )  # fmt: skip
    shown: Literal["variance", "deviation"] = param(
        "variance", label="Image of", group="Reconstruction", advanced=True,
        help="The variance of each fine pixel's light is what the method finds: a molecule twice as bright counts four "
        "times. “deviation” shows its square root, in which faint structures are seen better; neither is light.",
    )  # fmt: skip

    @property
    def part_of_largest(self) -> float:
        """λ / λ_max."""
        return SPARSITY[self.penalty] if self.sparsity is None else self.sparsity
