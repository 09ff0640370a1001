"""The parameters of PnP-COL0RME, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fluogan_app.core.methods.support_params import SupportParams
from fluogan_app.core.params import param


class PnpCol0rmeParams(SupportParams):
    """The denoiser and how strongly it acts in the first stage, beside what the second stage needs."""

    group_help: ClassVar[Mapping[str, str]] = {
        **SupportParams.group_help,
        "Denoiser": "The learned regulariser of the first stage: a network that was taught on simulated lines, rings, "
        "points and writing.",
    }
    sigma: float = param(
        15.0, label="Denoising strength σ", unit="of 255", ge=0, le=50, group="Denoiser",
        equation="r ← D_μ,σ(r − τ ∇F(r)), D_σ = Id − ∇R_σ", source="Stergiopoulou 2023; Hurault et al. 2022",
        help="How noisy the denoiser takes the image to be, where 255 is its brightest value. Larger removes more "
        "grain and closes more gaps, and in the end takes away what is faint.",
    )  # fmt: skip
    scale: float = param(
        1.5, label="Scaling μ", gt=0, le=100, group="Denoiser", logarithmic=True, equation="D_μ,σ(z) = D_σ(μ z) / μ",
        source="Xu et al. 2020; Stergiopoulou 2023",
        help="By how much the image is brightened for the denoiser. Stay near 1: the network was taught images whose "
        "brightest places are about 1, and far from that (seen at 0.05 and at 30) it leaves noise in the support.",
    )  # fmt: skip
    support_steps: int = param(
        60, label="Steps with the denoiser", ge=1, le=100_000, group="Denoiser", logarithmic=True,
        help="Steps of the first stage with the denoiser, after a start without it.",
    )  # fmt: skip
    gamma: float = param(
        0.02, label="Sparsity γ", ge=0, lt=1, group="Support", equation="λ Σ r, λ = γ λ_max",
        help="Asks for little light beside what the denoiser wants, as a part of the weight that leaves nothing. "
        "Larger gives thinner structures and breaks faint ones. 0 as published.",
    )  # fmt: skip
    least_share: float = param(
        0.05, label="Least fluctuation of the support", unit="of the brightest", gt=0, lt=1, group="Support",
        logarithmic=True, advanced=True,
        help="Fine pixels whose variance is above this part of the brightest ones' belong to the support; the denoiser "
        "leaves traces elsewhere.",
    )  # fmt: skip
    network: str = param(
        "", label="Network file", group="Denoiser", advanced=True, none_text="the one that comes with the program",
        help="A denoiser of your own, made by “fluogan train-denoiser”. Empty: the one that comes with the program.",
    )  # fmt: skip
