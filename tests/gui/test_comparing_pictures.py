"""Methods side by side as a user sees them: the page, its error maps, both dialogs and the help, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtWidgets import QCheckBox

from fluogan_app.core.benchmark.comparison import Comparison, Row
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.drawing import colours_of
from fluogan_app.core.project.figure import coloured
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack
from fluogan_app.core.simulate.params import FilamentsParams
from fluogan_app.core.simulate.recording import write_stack, write_truth
from fluogan_app.core.simulate.scenarios import simulate

_OPTICS = {"pixel_size_nm": 100.0, "fwhm_nm": 324.0, "gain": 1.0, "offset": 100.0}
#: Methods that take no longer than a look.
QUICK = ("mean", "wiener", "richardson_lucy", "sofi", "srrf", "esrrf", "sparcom")


@pytest.fixture
def blinking(tmp_path: Path) -> Path:
    """A project on a simulated stack of blinking filaments whose truth lies beside it."""
    simulated = simulate(FilamentsParams(light="blinking", frames=80, rows=40, columns=52, zoom=4), 3)
    raw = tmp_path / "filaments.tif"
    write_stack(raw, simulated)
    write_truth(tmp_path / "filaments.truth.npz", simulated)
    stack = open_stack(raw)
    project = Project.create(tmp_path / "filaments.fluogan")
    project.attach(stack)
    stack.close()
    known = Acquisition().with_values(Origin.USER, **{**_OPTICS, **_stated(simulated.acquisition)})
    params = {"fluogan": {"zoom": 4, "steps": 300, "delta": 0.0}}
    project.save(project.document.replace(acquisition=known, params=params))
    return project.folder


def _stated(acquisition: Acquisition) -> dict[str, float]:
    names = ("pixel_size_nm", "fwhm_nm", "gain", "offset", "read_noise")
    return {name: getattr(acquisition, name) for name in names}


def settled(user, page) -> bool:
    control = next(one for one in user.window.features if one.name == "comparing").controller
    busy = user.session.busy or control.measures.words or user.window.workbench.busy
    return not busy and bool(page.grid.pictures) and all("Reading" not in one.words for one in page.grid.pictures)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_methods_side_by_side(open_window: Callable, take: Callable, blinking: Path, scheme: str) -> None:
    user = open_window(blinking)
    window = user.window
    user.sees_stack()
    window.set_scheme(scheme)
    window.resize(1280, 720)
    user.presses("show_comparison")
    page = next(one for one in window.features if one.name == "comparing").page
    take(window, f"compare-{scheme}-empty")
    user.presses("compare_methods")
    dialog = user.dialog("compare_methods_dialog")
    take(dialog, f"compare-{scheme}-dialog")
    user.click("compare_none", dialog)
    asked = [name for name in QUICK if name in METHODS]
    for name in asked:
        user.find(f"compare_{name}", QCheckBox, dialog).click()
    user.click("compare_start", dialog)
    user.sees(lambda: bool(user.session.runs))
    take(window, f"compare-{scheme}-filling")
    user.sees(lambda: len(user.session.runs) == len(asked) and settled(user, page), within_ms=300_000)
    take(window, f"compare-{scheme}-images")
    user.click("comparing_errors")
    user.click("comparing_same_scale")
    take(window, f"compare-{scheme}-errors")
    window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_importing(open_window: Callable, take: Callable, blinking: Path, scheme: str, tmp_path: Path) -> None:
    user = open_window(blinking)
    user.sees_stack()
    user.window.set_scheme(scheme)
    with np.load(tmp_path / "filaments.truth.npz", allow_pickle=False) as truth:
        image = truth["truth"]
    stated = {"resolution": (40.0, 40.0), "metadata": {"unit": "um"}}
    tifffile.imwrite(tmp_path / "ThunderSTORM.tif", image, imagej=True, **stated)
    tifffile.imwrite(tmp_path / "unknown.tif", image)
    for name in ("ThunderSTORM", "unknown"):
        user.presses("import_result")
        user.names_file("choose_result", tmp_path / f"{name}.tif")
        dialog = user.dialog("import_result_dialog")
        take(dialog, f"import-{scheme}-{name.lower()}")
        user.click("import_leave", dialog)
    user.window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_help_on_methods(
    open_window: Callable, take: Callable, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a table of invented numbers: that of the program may not be made yet."""
    draw = np.random.default_rng(2)
    rows = [
        Row(name, method.title, light, seed, float(draw.choice([120, 150, 180])), spacing_error_nm=draw.uniform(1, 9),
            nrmse=draw.uniform(0.2, 0.9), processor_seconds=draw.uniform(0.1, 90),
            memory_bytes=int(draw.uniform(4e7, 9e8)))
        for light in ("bright", "dim") for name, method in METHODS.items() for seed in (1, 2, 3)
    ]  # fmt: skip
    stack = {"rows": 50, "frames": 500, "line_width_nm": 100.0, "pixel_size_nm": 100.0, "fwhm_nm": 324.0, "zoom": 6}
    machine = {"processor": "A processor", "cores": 2, "fluogan": "0.9"}
    Comparison("2026-01-02T03:04:05+00:00", machine, stack, tuple(rows)).save(tmp_path)
    strip = coloured(draw.gamma(0.3, 1.0, (500, 1950)), 0.0, 3.0, colours_of("inferno"))
    from PIL import Image

    Image.fromarray(strip).save(tmp_path / "figure-bright.png")
    user = open_window()
    user.window.set_scheme(scheme)
    user.presses("methods_compared")
    dialog = user.dialog("methods_compared_dialog")
    user.sees(lambda: "What each is for" in dialog.text.toPlainText())
    take(dialog, f"help-{scheme}-without-table")
    dialog.close()
    monkeypatch.setattr("fluogan_app.gui.features.comparing.comparison_folder", lambda: tmp_path)
    user.presses("methods_compared")
    dialog = user.dialog("methods_compared_dialog")
    user.sees(lambda: "Bright" in dialog.text.toPlainText())
    dialog.resize(1100, 680)
    take(dialog, f"help-{scheme}-table")
    bar = dialog.text.verticalScrollBar()
    bar.setValue(bar.maximum())
    take(dialog, f"help-{scheme}-words")
    dialog.close()
    user.window.set_scheme("light")
