"""Recordings whose camera, PSF and molecules are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import SimulatedStack, simulate_lines


@pytest.fixture(scope="session")
def lines() -> Callable[..., SimulatedStack]:
    """A small line pattern; keyword arguments as for LinesParams."""

    def lines(seed: int = 0, **values: object) -> SimulatedStack:
        small = {"rows": 40, "frames": 200, "spacing_from_nm": 360.0, "spacing_to_nm": 120.0, "spacing_step_nm": 120.0}
        return simulate_lines(LinesParams(**{"line_width_nm": 40.0, "offset": 100.0, **small, **values}), seed)

    return lines


@pytest.fixture(scope="session")
def steady(lines) -> dict[str, np.ndarray]:
    """One recording of each light level, as float32 counts."""
    return {light: lines(1, light=light).frames.astype(np.float32) for light in ("bright", "dim", "blinking")}
