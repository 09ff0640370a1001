"""What is known of a recording, line by line: each value with its unit and where it comes from."""

from __future__ import annotations

import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.data.facts import MISSING_TEXT, Fact, facts
from fluogan_app.core.data.recording import Recording

SIZES = {"T": 5, "C": 2, "Z": 3, "Y": 8, "X": 9}
STATED = Recording(
    pixel_size_y_nm=90.58, pixel_size_x_nm=90.58, time_step_ms=24.0, exposure_ms=20.0, plane_step_nm=250.0,
    numerical_aperture=1.4, channels=("DAPI", "GFP"), emissions_nm=(465.0, 525.0), objective="Plan-Apo  63×",
    camera="Prime 95B", bits_in_use=12,
)  # fmt: skip


def scene(recording: Recording, sizes: dict[str, int] = SIZES) -> SceneDescription:
    return SceneDescription("one", sizes, "TCZYX", "uint16", recording)


def known(recording: Recording, acquisition: Acquisition, channel: int = 1, **sizes: int) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts(scene(recording, {**SIZES, **sizes}), acquisition, channel)}


def from_file(**values: float) -> Acquisition:
    return Acquisition().with_values(Origin.FILE, **values)


def test_what_a_file_states_comes_with_unit_and_origin() -> None:
    acquisition = from_file(pixel_size_nm=90.58, numerical_aperture=1.4, emission_nm=525.0)
    told = known(STATED, acquisition)
    expected = {
        "pixel_size_nm": "90.58 nm", "plane_step_nm": "250 nm", "time_step_ms": "24 ms, 41.7 frames/s",
        "exposure_ms": "20 ms", "channel_name": "GFP", "emission_nm": "525 nm", "numerical_aperture": "1.4",
        "fwhm_nm": "191.2 nm", "objective": "Plan-Apo 63×", "camera": "Prime 95B", "pixel_type": "uint16, 0 to 65,535",
        "bits_in_use": "12 of 16",
    }  # fmt: skip
    assert {name: told[name].text for name in expected} == expected
    assert {told[name].origin for name in expected} == {Origin.FILE}
    assert known(STATED, acquisition, channel=0)["channel_name"].text == "DAPI"


def test_what_nothing_states_is_listed_as_missing_or_assumed() -> None:
    told = known(Recording(), Acquisition())
    assumed = {name for name, fact in told.items() if fact.origin is Origin.ASSUMED}
    assert assumed == {"gain", "offset", "read_noise"}
    missing = set(told) - assumed - {"pixel_type"}
    assert {told[name].origin for name in missing} == {Origin.MISSING}
    assert {told[name].text for name in missing} == {MISSING_TEXT}
    assert "plane_step_nm" not in known(Recording(), Acquisition(), Z=1), "one plane has no step"


def test_what_the_user_set_stands_before_what_the_file_states() -> None:
    acquisition = from_file(pixel_size_nm=90.58).with_values(Origin.USER, pixel_size_nm=80.0)
    fact = known(STATED, acquisition)["pixel_size_nm"]
    assert (fact.text, fact.origin) == ("80 nm", Origin.USER)


def test_pixels_that_are_not_square_are_shown_as_they_are() -> None:
    oblong = Recording(pixel_size_y_nm=100.0, pixel_size_x_nm=120.0)
    fact = known(oblong, Acquisition())["pixel_size_nm"]
    assert fact.text == "120 nm wide, 100 nm high" and "square" in fact.note


@pytest.mark.parametrize(
    ("acquisition", "origin", "noted"),
    [
        (from_file(numerical_aperture=1.4, emission_nm=525.0), Origin.FILE, "0.51 × 525 nm / 1.4."),
        (from_file(pixel_size_nm=80.0), Origin.ASSUMED, ""),
        (Acquisition().with_values(Origin.USER, fwhm_nm=250.0), Origin.USER, ""),
    ],
)
def test_the_width_of_the_psf_says_what_it_follows_from(acquisition: Acquisition, origin: Origin, noted: str) -> None:
    fact = known(Recording(), acquisition)["fwhm_nm"]
    assert (fact.origin, fact.note) == (origin, noted)
