"""What the parameters of all methods begin with: the grid on which they draw."""

from __future__ import annotations

from fluogan_app.core.params import Params, param


class GridParams(Params):
    """The fine grid of the estimate, the same for all methods: fine pixel k covers [k, k + 1] / zoom camera pixels."""

    zoom: int = param(
        6, label="Zoom L", unit="fine pixels per pixel", ge=1, le=12, group="Reconstruction",
        equation="fine pixel = pixel size / L", source="Cachia et al. 2023, eq. (1)",
        help="Fine pixels per camera pixel along an axis. The estimate has zoom² times as many pixels as a frame.",
    )  # fmt: skip
