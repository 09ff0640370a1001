"""Pixel size and time step: every spelling of a unit, and what does not count as stated."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.core.readers.recording import acquisition_of, checked, duration_ms, length_nm, names_of, uneven

FRAMES = np.arange(2 * 4 * 5, dtype=np.uint16).reshape(2, 4, 5)


def imagej_file(path: Path, description: str, resolution: tuple[float, float] = (10, 10), unit: int = 1) -> Path:
    tifffile.imwrite(path, FRAMES, description=description, metadata=None, resolution=resolution, resolutionunit=unit)
    return path


@pytest.mark.parametrize(
    ("unit", "expected_nm"),
    [
        ("micron", 100.0), ("um", 100.0), ("µm", 100.0), ("μm", 100.0), ("\\u00B5m", 100.0), ("nm", 0.1e0),
        ("mm", 1e5), ("cm", None), ("pixel", None), ("", None), ("inch", None), ("furlong", None),
    ],
)  # fmt: skip
def test_units_of_imagej(unit: str, expected_nm: float | None, tmp_path: Path) -> None:
    text = f"ImageJ=1.53t\nimages=2\nframes=2\nunit={unit}\n"
    path = tmp_path / "stack.tif"
    imagej_file(path, "ImageJ=placeholder" + " " * len(text.encode()))
    _replace_description(path, text.encode("utf-8"))
    scene = describe(path).scenes[0]
    # A tenth of a nm is read, and then said to be absurd; ten per inch is for a printer, and nothing is said.
    absurd = expected_nm is not None and not 1 <= expected_nm <= 1e5
    assert scene.pixel_size_x_nm == (None if absurd else expected_nm)
    assert scene.pixel_size_origin is (Origin.MISSING if absurd or expected_nm is None else Origin.FILE)
    assert any("cannot be" in sentence for sentence in describe(path).warnings) == absurd


def _replace_description(path: Path, text: bytes) -> None:
    # tifffile writes ASCII only; real ImageJ files hold more.
    data = path.read_bytes()
    start = data.index(b"ImageJ=placeholder")
    path.write_bytes(data[:start] + text + b"\0" + data[start + len(text) + 1 :])


@pytest.mark.parametrize(
    ("note", "expected_ms"),
    [
        ("finterval=0.024", 24.0), ("finterval=24\ntunit=ms", 24.0), ("finterval=0", None), ("finterval=nan", None),
        ("finterval=0.5\ntunit=min", 30_000.0), ("fps=50", 20.0), ("fps=0", None), ("", None),
    ],
)  # fmt: skip
def test_time_steps_of_imagej(note: str, expected_ms: float | None, tmp_path: Path) -> None:
    path = imagej_file(tmp_path / "stack.tif", f"ImageJ=1.53t\nimages=2\nframes=2\n{note}\n")
    assert describe(path).scenes[0].time_step_ms == expected_ms


@pytest.mark.parametrize(
    ("resolution", "unit", "expected_nm"),
    [
        ((72, 72), 2, None), ((300, 300), 2, None), ((0, 0), 3, None),
        ((254_000, 254_000), 2, 100.0), ((100_000, 100_000), 3, 100.0),
    ],  # fmt: skip
)
def test_a_printer_resolution_is_no_pixel_size(
    resolution: tuple[int, int], unit: int, expected_nm: float | None, tmp_path: Path
) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, FRAMES, resolution=resolution, resolutionunit=unit)
    assert describe(path).scenes[0].pixel_size_x_nm == expected_nm


def test_imagej_without_resolution_has_no_pixel_size(tmp_path: Path) -> None:
    path = imagej_file(tmp_path / "stack.tif", "ImageJ=1.53t\nimages=2\nframes=2\nunit=um\n", (0, 0))
    stack = open_stack(path)
    assert stack.acquisition.pixel_size_nm is None
    assert stack.acquisition.origin("pixel_size_nm") is Origin.MISSING
    stack.close()


def test_pixels_that_are_not_square_are_said_and_not_used(tmp_path: Path) -> None:
    path = imagej_file(tmp_path / "stack.tif", "ImageJ=1.53t\nimages=2\nframes=2\nunit=um\n", (10, 8))
    scene = describe(path).scenes[0]
    assert (scene.pixel_size_x_nm, scene.pixel_size_y_nm) == (100.0, 125.0)
    stack = open_stack(path)
    assert stack.acquisition.pixel_size_nm is None
    assert "100 nm wide and 125 nm high" in " ".join(stack.warnings)
    stack.close()


def test_the_pixel_size_says_that_it_is_the_files(tmp_path: Path) -> None:
    path = imagej_file(tmp_path / "stack.tif", "ImageJ=1.53t\nimages=2\nframes=2\nunit=um\n")
    stack = open_stack(path)
    assert (stack.acquisition.pixel_size_nm, stack.acquisition.origin("pixel_size_nm")) == (100.0, Origin.FILE)
    stack.close()


def test_units_without_meaning_say_nothing() -> None:
    assert length_nm("0.1", " Micron ") == 100.0
    assert length_nm("0.1", "reference frame") is None
    assert length_nm("-1", "um") is length_nm("inf", "um") is length_nm(None, "um") is length_nm("x", "um") is None
    assert duration_ms("5.2304", "s") == 5230.4
    assert length_nm("1e308", "m") is duration_ms("1e-320", "ns") is None, "beyond what a number holds"


def test_one_side_stands_for_both_with_a_word() -> None:
    recording = checked(Recording(None, 100.0))
    assert (recording.pixel_size_y_nm, acquisition_of(recording, 0).pixel_size_nm) == (100.0, 100.0)
    assert "one side of a pixel only, 100 nm" in recording.warnings[0]


def test_absurd_optics_are_left_out() -> None:
    recording = checked(Recording(100.0, 100.0, numerical_aperture=63.0, emissions_nm=(0.6, 600.0)))
    assert acquisition_of(recording, 0).numerical_aperture is None
    assert acquisition_of(recording, 0).emission_nm is None
    assert acquisition_of(recording, 1).emission_nm == 600.0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("time_step_ms", 1e-6, "time step of 1e-06 ms"), ("time_step_ms", 9e7, "time step of 1500 min"),
        ("exposure_ms", 1e12, "an exposure time of"), ("plane_step_nm", 0.4, "step between planes of 0.4 nm"),
        ("plane_step_nm", 2e6, "step between planes of 2e+06 nm"), ("gain", 1e9, "gain of 1e+09 counts per photon"),
    ],
)  # fmt: skip
def test_what_no_recording_has_is_left_out_with_a_word(name: str, value: float, said: str) -> None:
    recording = checked(Recording(**{name: value}))
    assert getattr(recording, name) is None
    assert said in recording.warnings[0] and "cannot be" in recording.warnings[0]


@pytest.mark.parametrize(
    "stated", [{"time_step_ms": 0.001, "exposure_ms": 0.001, "plane_step_nm": 1.0},
               {"time_step_ms": 8.64e7, "exposure_ms": 8.64e7, "plane_step_nm": 1e6}],
)  # fmt: skip
def test_what_a_recording_can_have_stays(stated: dict[str, float]) -> None:
    assert checked(Recording(**stated)) == Recording(**stated)


def test_an_absurd_time_step_of_a_file_is_not_stated(tmp_path: Path) -> None:
    path = imagej_file(tmp_path / "stack.tif", "ImageJ=1.53t\nimages=2\nframes=2\nfinterval=1e12\n")
    stack = open_stack(path)
    stack.close()
    assert stack.time_step_ms is None and stack.recording.time_step_ms is None
    assert any("time step" in sentence for sentence in stack.warnings)


def test_a_channel_without_a_name_is_given_none() -> None:
    assert names_of(["GFP ", None, ""]) == ("GFP", "", "")
    assert names_of([None, "", " "]) == names_of([]) == ()


@pytest.mark.parametrize(
    ("steps_ms", "said"),
    [((10, 11, 9, 10), ""), ((10, 10, 13), "from 10 to 13 ms"), ((900, 900, 1500), "from 900 ms to 1.5 s"),
     ((10, 10, 0), "from 0 to 10 ms"), ((), ""),
     ((0, 0, 0), ""), ((-5, -5, 9), ""), ((1, 1, math.inf), ""), ((1, 1, math.nan), "")],
)  # fmt: skip
def test_times_that_are_not_alike_are_told(steps_ms: tuple[float, ...], said: str) -> None:
    assert (said in " ".join(uneven(steps_ms))) if said else uneven(steps_ms) == ()


def test_pixels_that_are_not_square_are_why_the_pixel_size_is_missing() -> None:
    oblong = Recording(pixel_size_y_nm=200.0, pixel_size_x_nm=100.0)
    with pytest.raises(ParameterError, match="100 nm wide and 200 nm high, and square ones are needed"):
        oblong.completed(Acquisition())
    with pytest.raises(ParameterError, match="the file does not state it"):
        Recording().completed(Acquisition())
    given = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0)
    assert oblong.completed(given) == given.complete()
    assert Recording(100.0, 100.2).oblong_text == Recording(None, 100.0).oblong_text == ""


@pytest.mark.parametrize(("bits", "kept"), [(12, 12), (16, 16), (17, None), (0, None), (None, None)])
def test_no_more_bits_are_in_use_than_are_stored(bits: int | None, kept: int | None) -> None:
    recording = checked(Recording(bits_in_use=bits), 16)
    assert recording.bits_in_use == kept
    assert len(recording.warnings) == (bits is not None and kept is None)
