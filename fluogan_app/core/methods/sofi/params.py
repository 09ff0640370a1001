"""The parameters of SOFI, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param

DERTINGER_2009 = "Dertinger et al. 2009"
GEISSBUEHLER_2012 = "Geissbuehler et al. 2012"


class SofiParams(GridParams):
    """The grid, which cumulant is taken over which frames, and what is made of it."""

    order: Literal[2, 3, 4] = param(
        2, label="Order n", group="Cumulants", source=DERTINGER_2009,
        equation="κ_n = Σ_k ε_k^n f_n(ρ_k) U^n(r − r_k)",
        help="Which cumulant of the fluctuations is drawn: its PSF is √n times narrower, and n times after sharpening. "
        "Higher orders need many more frames, and let bright molecules outshine all others.",
    )  # fmt: skip
    window_frames: int = param(
        100, label="Block", unit="frames", ge=8, le=100_000, group="Cumulants", logarithmic=True,
        help="Cumulants are taken in blocks of so many frames and averaged, so that fading and slow movement do not "
        "look like blinking. Blinking slower than a block is lost.",
    )  # fmt: skip
    flattening: Literal["psf", "fitted"] = param(
        "psf", label="Distance factor", group="Cumulants", advanced=True,
        equation="κ / exp(−Σ_j |r_j − r̄|² / 2σ²)", source="Dertinger et al. 2010",
        help="Pixels that lie further apart share less light, which leaves a grid in the image. It is divided out, "
        "with the width of the PSF as it is stated, or with the one that leaves the least grid.",
    )  # fmt: skip
    sharpening: bool = param(
        True, label="Sharpening", group="Image", source="Dertinger et al. 2010; " + GEISSBUEHLER_2012,
        help="Deconvolves with the PSF of the cumulant, and blurs again with one that is n times narrower than the "
        "microscope's: a resolution n times better instead of √n, with more noise.",
    )  # fmt: skip
    sharpening_steps: int = param(
        100, label="Steps of sharpening", ge=1, le=10_000, group="Image", advanced=True, logarithmic=True,
        help="Richardson–Lucy steps of the deconvolution: more are sharper and noisier.",
    )  # fmt: skip
    linear: bool = param(
        False, label="Linear brightness", group="Image", equation="sign(κ) |κ|^(1/n)", source=GEISSBUEHLER_2012,
        help="Takes the n-th root, so that a molecule twice as bright is shown twice as bright, and not 2^n times. "
        "Then many molecules are not as bright as they should be, and without sharpening the root takes back the "
        "narrower PSF as well.",
    )  # fmt: skip

    def without_effect(self) -> Mapping[str, str]:
        """See Params."""
        if self.sharpening:
            return {}
        return {"sharpening_steps": "Of no effect without sharpening."}
