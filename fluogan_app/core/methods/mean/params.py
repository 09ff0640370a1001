"""The parameters of the mean image, declared once."""

from __future__ import annotations

from fluogan_app.core.methods.grid_params import GridParams


class MeanParams(GridParams):
    """The grid alone."""
