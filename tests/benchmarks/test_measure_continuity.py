"""The measure of gaps tells dots from a line; slow: PnP-COL0RME's lines are continuous where CEL0's are dots.

    python -m pytest tests/benchmarks/test_measure_continuity.py -m slow -s
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.measure_continuity import continuity, estimated, recorded

CHAIN = np.stack([np.full(200, 512.0), np.linspace(50.0, 1950.0, 200)], axis=1)
FINE_NM = 25.0


def drawn(every: int) -> np.ndarray:
    """A line along CHAIN of which every so many pixels are lit."""
    image = np.zeros((40, 80))
    image[20, 2:78:every] = 1.0
    return image


def test_a_line_is_whole_and_dots_are_not() -> None:
    whole = continuity(drawn(1), [CHAIN], FINE_NM)
    assert whole == {"lit_percent": 100.0, "gaps_per_10um": 0.0, "off_percent": 0.0}
    # Dots of one pixel count over three: every sixth leaves half dark, one gap in 150 nm.
    dots = continuity(drawn(6), [CHAIN], FINE_NM)
    assert dots["lit_percent"] == pytest.approx(50.0, abs=3.0)
    assert dots["gaps_per_10um"] == pytest.approx(10_000 / 150, rel=0.1)
    aside = continuity(np.roll(drawn(1), 6, axis=0) + drawn(1), [CHAIN], FINE_NM)
    assert aside["off_percent"] == pytest.approx(50.0)


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["lines", "filaments"])
def test_the_denoiser_closes_what_cel0_leaves_open(sample: str) -> None:
    problem, _, chains = recorded(sample, 1, 4)
    fine_nm = problem.acquisition.pixel_size_nm / 4
    dots, lines = (continuity(estimated(problem, way, 4)[0], chains, fine_nm) for way in ("CEL0", "PnP"))
    assert lines["lit_percent"] > 98.0 and dots["lit_percent"] < 90.0
    assert lines["gaps_per_10um"] < 0.1 * dots["gaps_per_10um"]
