"""Pictures of the preview beside the stack. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize

from fluogan_app.gui.features.preview import PreviewFeature


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_preview_states(open_window: Callable, take: Callable, scheme: str) -> None:
    """Switched on, under way, finished, with a wrong value, and on a large window."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(QSize(1280, 720))
    user.opens_sample()
    feature = next(feature for feature in window.features if isinstance(feature, PreviewFeature))
    user.presses("preview")
    user.sees(lambda: feature.panel.estimate.image is not None)
    take(window, f"{scheme}-preview-1-under-way")
    user.sees(lambda: feature.settled)
    take(window, f"{scheme}-preview-2-finished")
    user.types("param_lambda1", "-3")
    user.sees(lambda: feature.panel.stale and feature.settled)
    take(window, f"{scheme}-preview-3-wrong-value")
    user.types("param_lambda1", "1")
    user.sees(lambda: feature.settled and not feature.panel.stale)
    window.resize(QSize(2560, 1440))
    take(window, f"{scheme}-preview-4-large")
    window.set_scheme("light")
