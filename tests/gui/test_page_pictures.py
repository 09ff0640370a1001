"""Every page of the window with a finished run, on a laptop and on a large screen, light and dark, also at 150 %."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QTabWidget

SIZES = {"laptop": QSize(1280, 720), "large": QSize(2560, 1440)}
SCALE = "1.5"


def _pages(user):
    """Bring each page to the front in turn, and name it."""
    for name, tabs in user.window.workspace.tabs.items():
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            user.sees(lambda: not user.window.workbench.busy)
            yield f"{name}-{tabs.tabText(index).replace('&', '').lower()}"
        tabs.setCurrentIndex(0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(open_window: Callable, take: Callable, scheme: str, size: str) -> None:
    """Open the sample, run, and look at each tab."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(SIZES[size])
    user.opens_sample()
    user.types("param_steps", "200")
    user.click("run")
    user.sees(lambda: bool(user.session.runs))
    user.sees_end()
    assert isinstance(window.workspace.centre, QTabWidget)
    for page in _pages(user):
        take(window, f"{scheme}-{size}-{page}")
    window.set_scheme("light")


@pytest.mark.timeout(900)
@pytest.mark.skipif("FLUOGAN_PICTURES" not in os.environ, reason="FLUOGAN_PICTURES does not name a folder")
@pytest.mark.skipif("QT_SCALE_FACTOR" in os.environ, reason="these are the pictures at another scale")
def test_every_picture_at_150_percent(checkout: Path) -> None:
    """The same pictures again as they look on a screen at 150 %: Qt takes the scale only at its start."""
    folder = Path(os.environ["FLUOGAN_PICTURES"]).resolve() / "150-percent"
    environment = os.environ | {"QT_SCALE_FACTOR": SCALE, "FLUOGAN_PICTURES": str(folder)}
    tests = sorted(str(path) for path in (checkout / "tests" / "gui").glob("test_*pictures.py"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:]
    assert list(folder.glob("*.png"))
