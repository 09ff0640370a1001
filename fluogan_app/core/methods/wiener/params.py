"""The parameters of Wiener deconvolution, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param


class WienerParams(GridParams):
    """The grid, how much noise is expected beside the signal, and what counts as background."""

    noise_to_signal: float | None = param(
        None, label="Noise to signal N/S", ge=1e-9, le=1e3, group="Reconstruction", logarithmic=True,
        none_text="from the data", equation="x = Ψᵀ (ΨΨᵀ + L² N/S)⁻¹ (ȳ − b)",
        source="Wiener 1949; Sekko, Thomas and Boukrouche 1999",
        help="Waves that the microscope weakens to less than this part of their power are left out: smaller gives a "
        "sharper and noisier image. Left empty, the noise N is that measured on the frames, and the signal S the "
        "likeliest one that is as strong in fine waves as in coarse ones: real samples are weaker there, and three to "
        "ten times as much N/S often gives a cleaner image.",
    )  # fmt: skip
    background: Literal["smooth", "none"] = param(
        "smooth", label="Background", group="Reconstruction",
        help="“smooth” takes off a smooth light under all structures before deconvolution, and shows it as the "
        "background; “none” leaves all light in the estimate.",
    )  # fmt: skip
