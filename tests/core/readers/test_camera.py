"""Gain and offset where a file truly states them: in a camera's words, and in ImageJ's calibration of pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.readers.camera import camera_recording
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.test_micromanager import write_pages

FRAMES = np.random.default_rng(3).integers(100, 400, (3, 5, 7)).astype(np.uint16)
ORCA = {"Orca-CONVERSION FACTOR COEFF": "0.4600", "Orca-CONVERSION FACTOR OFFSET": "100.0000"}


@pytest.mark.parametrize(
    ("words", "gain", "offset"),
    [
        (ORCA, 1 / 0.46, 100.0),
        ({"Conversion Factor Coeff": 0.24, "ConversionFactor_Offset": 200}, 1 / 0.24, 200.0),
        ({"Prime-Actual Gain e/ADU": "0.85"}, 1 / 0.85, None),
        ({"Evolve-Actual Gain e/ADU": "4", "Evolve-MultiplierGain": "1"}, 0.25, None),
        # What multiplies electrons, an uncalibrated camera's defaults, and settings that are mere steps state nothing.
        ({"Evolve-Actual Gain e/ADU": "4", "Evolve-MultiplierGain": "300"}, None, None),
        ({"Orca-CONVERSION FACTOR COEFF": "1.0000", "Orca-CONVERSION FACTOR OFFSET": "0.0000"}, None, None),
        ({"Andor-Gain": "4", "Andor-Offset": "100", "iXon-Pre-Amp-Gain": "Gain 3"}, None, None),
        ({"Orca-CONVERSION FACTOR COEFF": "nan", "Orca-CONVERSION FACTOR OFFSET": "inf"}, None, None),
        ({"Orca-CONVERSION FACTOR COEFF": "0", "Orca-CONVERSION FACTOR OFFSET": "100"}, None, 100.0),
        ({}, None, None),
    ],
)  # fmt: skip
def test_only_what_has_a_meaning_in_counts_is_taken(
    words: dict[str, Any], gain: float | None, offset: float | None
) -> None:
    recording = camera_recording(words.items())
    assert recording.gain == (None if gain is None else pytest.approx(gain))
    assert recording.offset == offset


def test_of_two_cameras_the_one_that_took_the_frames_counts() -> None:
    words = {**ORCA, "Fusion-CONVERSION FACTOR COEFF": "0.24", "Fusion-CONVERSION FACTOR OFFSET": "100"}
    assert camera_recording(words.items(), "Fusion").gain == pytest.approx(1 / 0.24)
    assert camera_recording(words.items(), "Multi Camera").gain is None
    assert camera_recording(words.items()).gain is None, "nobody says which of them it was"


def test_micromanagers_words_reach_the_reconstruction(tmp_path: Path) -> None:
    notes = {**ORCA, "Core-Camera": "Orca", "PixelSizeUm": 0.108}
    path = write_pages(tmp_path / "a.tif", [(frame, notes) for frame in FRAMES], mark=False)
    acquisition = open_stack(path).acquisition
    assert (acquisition.gain, acquisition.offset) == (pytest.approx(1 / 0.46), 100.0)
    assert acquisition.origin("gain") is acquisition.origin("offset") is Origin.FILE


@pytest.mark.parametrize(
    "annotation",
    [
        "<MapAnnotation><Value>{}</Value></MapAnnotation>",
        "<XMLAnnotation><Value>{}</Value></XMLAnnotation>",
    ],
)
def test_the_annotations_of_an_ome_file_are_read(annotation: str, tmp_path: Path) -> None:
    pair = '<M K="{}">{}</M>' if "Map" in annotation else (
        "<OriginalMetadata><Key>{}</Key><Value>{}</Value></OriginalMetadata>"
    )  # fmt: skip
    annotations = "".join(annotation.format(pair.format(name, value)) for name, value in ORCA.items())
    text = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="P" '
        'DimensionOrder="XYZCT" Type="uint16" SizeX="7" SizeY="5" SizeZ="1" SizeC="1" SizeT="3"><TiffData/></Pixels>'
        f"</Image><StructuredAnnotations>{annotations}</StructuredAnnotations></OME>"
    )
    tifffile.imwrite(tmp_path / "a.ome.tif", FRAMES, description=text, metadata=None, photometric="minisblack")
    recording = describe(tmp_path / "a.ome.tif").scenes[0].recording
    assert (recording.gain, recording.offset) == (pytest.approx(1 / 0.46), 100.0)


@pytest.mark.parametrize(
    ("frames", "notes", "offset", "said"),
    [
        (FRAMES, "cf=0\nc0=-32768.0\nc1=1.0\nvunit=gray value", 32768.0, "32,768 counts mean zero"),
        (FRAMES, "cf=0\nc0=0\nc1=1", None, ""),
        (FRAMES, "cf=20\nc0=-32768.0\nc1=1.0", None, ""),
        (FRAMES, "cf=0\nc0=1.5\nc1=0.02\nvunit=OD", None, "calibrate the pixels by a curve"),
        (FRAMES, "cf=0\nc0=nan\nc1=1", None, "calibrate the pixels by a curve"),
        (FRAMES.astype(np.int16), "cf=0\nc0=-32768.0\nc1=1.0", None, ""),
        (FRAMES, "", None, ""),
    ],
)  # fmt: skip
def test_what_imagej_takes_for_zero_is_the_offset(
    frames: np.ndarray, notes: str, offset: float | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.tif"
    description = f"ImageJ=1.54f\nimages=3\nframes=3\n{notes}\n"
    tifffile.imwrite(path, frames, description=description, metadata=None, photometric="minisblack")
    stack = open_stack(path)
    assert stack.recording.offset == offset
    assert (said in " ".join(stack.warnings)) if said else not stack.warnings
    np.testing.assert_array_equal(stack.frame(1), frames[1])
    stack.close()
