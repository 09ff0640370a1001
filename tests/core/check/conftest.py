from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.core.drifting import filaments

FRAMES, SIDE = 100, 48


@pytest.fixture(scope="session")
def at_rest() -> Callable[..., np.ndarray]:
    """Frames of filaments that rest, uint16; keyword arguments as for FilamentsParams."""
    made: dict[tuple, np.ndarray] = {}

    def at_rest(**values) -> np.ndarray:
        key = tuple(sorted(values.items()))
        if key not in made:
            made[key] = filaments(np.zeros((FRAMES, 2)), SIDE, 3, zoom=2, **values).frames
        return made[key].copy()

    return at_rest
