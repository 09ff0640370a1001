"""Files are known by their content, and every refusal says what the file is and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.open import describe, open_stack

LIF_HEAD = b"\x70\x00\x00\x00\x9a\x01\x00\x00\x2a"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("stack.czi", b"ZISRAWFILE" + bytes(90), "stack.czi is damaged"),
        ("stack.tif", b"ZISRAWFILE" + bytes(190), "does not begin as a CZI file does"),
        ("stack.nd2", b"\xda\xce\xbe\x0a" + bytes(90), "a Nikon ND2 file"),
        ("stack.lif", LIF_HEAD + bytes(90), "a Leica LIF file"),
        ("stack.oib", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "damaged"),
        ("stack.spe", bytes(4098) + b"\x55\x55", "damaged"),
        ("stack.ims", b"\x89HDF\r\n\x1a\n" + bytes(90), "HDF5"),
        ("stack.tif", b"\x89PNG\r\n\x1a\n" + bytes(90), "a PNG picture"),
        ("stack.tif", "this is no stack, said Müller\n".encode(), "a text file"),
        ("stack.tif", ("µ" * 4000).encode(), "a text file"),
        ("stack.tif", b"\x00\x01\x02\x03" * 20, "begins with the bytes 00 01 02 03"),
        ("stack.tif", b"", "empty"),
        ("stack.tif", b"II*\x00", "damaged"),
        ("stack.tif", b"II*\x00\x08\x00\x00\x00", "damaged"),
        ("stack.tif", b"MM\x00+\x00\x08\x00\x00", "damaged"),
        ("stack.tif", b"II*\x00\x00\x00\x00\x00", "no page"),
    ],
)
def test_what_is_no_tiff_stack_is_told_by_its_content(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for action in (describe, open_stack):
        with pytest.raises(ReadError) as caught:
            action(path)
        assert said in caught.value.message
        assert caught.value.hint
        assert caught.value.one_line.count("\n") == 0


def test_a_tiff_under_another_name_opens(tmp_path: Path) -> None:
    path = tmp_path / "stack.czi"
    tifffile.imwrite(path, np.arange(100, dtype=np.uint16).reshape(5, 4, 5))
    assert describe(path).scenes[0].sizes["T"] == 5


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="There is no file"):
        open_stack(tmp_path / "nothing.tif")
    with pytest.raises(ReadError, match="is a folder"):
        describe(tmp_path)
    for name in ("bad\0name.tif", "x" * 5000):
        with pytest.raises(ReadError):
            describe(name)


def test_the_description_is_the_json_of_the_command_line() -> None:
    sizes = {"T": 3, "C": 1, "Z": 1, "Y": 4, "X": 5}
    recording = Recording(pixel_size_y_nm=80.0, pixel_size_x_nm=81.0, gain=2.0, emissions_nm=(600.0,))
    scene = SceneDescription("a", sizes, "TYX", "uint16", recording, {"T": 3}, "T")
    content = json.loads(json.dumps(FileDescription(Path("x.tif"), "TIFF", (scene,), ("w",)).to_json()))
    assert content == {
        "reader": "TIFF",
        "files": 1,
        "scenes": [
            {
                "name": "a",
                "sizes": {"T": 3, "C": 1, "Z": 1, "Y": 4, "X": 5},
                "axes": "TYX",
                "time_axis": {"letter": "T", "guessed": False},
                "dtype": "uint16",
                "pixel_size_nm": {"y": 80.0, "x": 81.0, "origin": "file"},
                "plane_step_nm": None,
                "time_step_ms": None,
                "exposure_ms": None,
                "channels": [],
                "emissions_nm": [600.0],
                "numerical_aperture": None,
                "objective": "",
                "camera": {"name": "", "gain": 2.0, "offset": None, "bits_in_use": None},
            }
        ],
        "warnings": ["w"],
    }


def test_no_heavy_library_is_loaded_for_a_plain_stack(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, np.arange(100, dtype=np.uint16).reshape(5, 4, 5))
    program = (
        "import sys; from fluogan_app.core.readers.open import open_stack; open_stack(sys.argv[1]).frame(1);"
        "print([name for name in ('torch', 'tifffile', 'imagecodecs', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_and_devices_are_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tif")
    for path in (tmp_path / "pipe.tif", Path("/dev/zero")):
        with pytest.raises(ReadError, match="a pipe or a device"):
            describe(path)


@pytest.mark.parametrize("name", [".zattrs", "zarr.json"])
def test_a_zarr_folder_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(ReadError, match="is a Zarr folder"):
        describe(tmp_path)


def test_a_thumbnail_is_no_recording(tmp_path: Path) -> None:
    for name in ("slide_1.vsi", "slide_2.vsi", "renamed.tif"):
        tifffile.imwrite(tmp_path / name, np.ones((4, 5), np.uint16))
    (tmp_path / "_renamed_" / "stack1").mkdir(parents=True)
    for name in ("slide_1.vsi", "slide_2.vsi", "renamed.tif"):
        with pytest.raises(ReadError, match="Olympus VSI"):
            describe(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="every file can be read here")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "locked.tif"
    tifffile.imwrite(path, np.ones((4, 5), np.uint16))
    path.chmod(0)
    with pytest.raises(ReadError, match="could not be read"):
        describe(path)
