"""The controls: a field without structure, and one bar that has nothing to split."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.simulate.params import BarParams, FlatParams
from fluogan_app.core.simulate.phantoms.chains import covered_share
from fluogan_app.core.simulate.phantoms.phantom import Phantom


def flat_phantom(params: FlatParams) -> Phantom:
    """No light but the background."""
    shape = (params.rows, params.columns)
    return Phantom(shape, lambda: np.zeros((params.zoom * shape[0], params.zoom * shape[1])))


def bar_phantom(params: BarParams) -> Phantom:
    """One bar through the whole field, evenly lit across its width."""
    shape = (params.rows, params.columns)
    middle_nm = np.array([shape[0] / 2, shape[1] / 2]) * params.pixel_size_nm + [0.0, params.shift_nm]
    turned = np.deg2rad(params.angle_degrees)

    def paint() -> np.ndarray:
        fine_nm = params.pixel_size_nm / params.zoom
        y = (np.arange(params.zoom * shape[0])[:, None] + 0.5) * fine_nm - middle_nm[0]
        x = (np.arange(params.zoom * shape[1])[None, :] + 0.5) * fine_nm - middle_nm[1]
        return covered_share(np.abs(np.cos(turned) * x + np.sin(turned) * y), params.bar_width_nm, fine_nm)

    return Phantom(shape, paint, {"bar_middle_yx_nm": middle_nm})
