"""The parameters of LSPARCOM, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param


class LsparcomParams(GridParams):
    """The network, and what of its image is shown: all else was learned."""

    network: str = param(
        "", label="Network file", group="Network", source="Dardikman-Yoffe and Eldar 2020",
        help="A network of your own, made with “fluogan train-unfolding”. Empty: the one that comes with the program, "
        "trained on simulated filaments, points, bars and letters.",
    )  # fmt: skip
    shown: Literal["variance", "deviation"] = param(
        "variance", label="Image of", group="Reconstruction", advanced=True,
        help="The variance of each fine pixel's light is what the method finds: a molecule twice as bright counts four "
        "times. “deviation” shows its square root, in which faint structures are seen better; neither is light.",
    )  # fmt: skip
