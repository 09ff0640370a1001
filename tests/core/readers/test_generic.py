"""What only aicsimageio reads: grey pictures; and what is never handed to it."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers import generic
from fluogan_app.core.readers.generic import GenericReader
from fluogan_app.core.readers.open import READERS, describe, open_stack
from tests.core.readers.fuzzing import fuzz

PICTURE = (np.arange(77).reshape(7, 11) * 800).astype(np.uint16)
pytest.importorskip("aicsimageio", reason="aicsimageio is not to be had for this Python")


def written(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize(("name", "dtype"), [("a.png", "uint16"), ("a.png", "uint8"), ("a.bmp", "uint8")])
def test_a_grey_picture_is_one_frame(name: str, dtype: str, tmp_path: Path) -> None:
    path = written(tmp_path / name, PICTURE.astype(dtype))
    description = describe(path)
    assert description.scenes[0].sizes == {"T": 1, "C": 1, "Z": 1, "Y": 7, "X": 11}
    assert "one frame only" in " ".join(description.warnings)
    stack = open_stack(path)
    np.testing.assert_array_equal(stack.frame(0), PICTURE.astype(dtype))
    stack.close()


@pytest.mark.parametrize(
    ("name", "pixels", "said"),
    [
        ("a.png", np.zeros((7, 11, 3), np.uint8), "colour"), ("a.png", np.zeros((7, 11), bool), "black and white"),
        ("a.jpg", np.zeros((7, 11), np.uint8), "a JPEG picture"),
        ("a.gif", np.zeros((7, 11), np.uint8), "a GIF picture"),
        ("a.webp", np.zeros((7, 11, 3), np.uint8), "a WebP picture"),
    ],
)  # fmt: skip
def test_a_picture_made_for_the_eye_is_refused(name: str, pixels: np.ndarray, said: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=said) as refused:
        describe(written(tmp_path / name, pixels))
    assert refused.value.hint


def test_a_picture_larger_than_any_camera_is_refused_before_it_is_read(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path / "a.png", PICTURE).read_bytes())
    content[16:24] = (12_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ReadError, match="a frame of 12000 × 12000 pixels would take 576 MB"):
        describe(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes(content[:40])
    with pytest.raises(ReadError, match="damaged"):
        describe(tmp_path / "a.png")


def test_damage_by_chance_opens_or_is_refused(tmp_path: Path) -> None:
    content = written(tmp_path / "a.png", PICTURE).read_bytes()
    assert [str(failure) for failure in fuzz(content, ".png", range(40), tmp_path)] == []


def test_it_is_the_last_and_takes_no_other_readers_files(tmp_path: Path) -> None:
    reader = READERS[-1]
    assert isinstance(reader, GenericReader)
    for head in (b"II*\0", b"II*\1", b"ZISRAW", b"\xda\xce\xbe\x0a", b"\0" * 4096, b"text", b"%PDF"):
        for ending in (".tif", ".czi", ".nd2", ".lif", ".png"):
            assert not reader.recognises(Path("stack" + ending), head)
    png = written(tmp_path / "a.png", PICTURE).read_bytes()[:64]
    assert reader.recognises(Path("a.png"), png) and not reader.recognises(Path("a.tif"), png)


def test_without_aicsimageio_the_refusal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.png", PICTURE)
    monkeypatch.setattr(generic, "find_spec", lambda name: None)
    with pytest.raises(ReadError, match="a PNG picture.*aicsimageio, which is not installed") as refused:
        describe(path)
    assert "TIFF" in refused.value.hint


def test_a_stack_keeps_the_axes_that_aicsimageio_names_and_says_who_read_it(tmp_path: Path, monkeypatch) -> None:
    from aicsimageio import AICSImage
    from aicsimageio.readers import ArrayLikeReader

    frames = np.random.default_rng(2).integers(0, 99, (4, 2, 3, 7, 11)).astype(np.uint16)
    path = written(tmp_path / "a.png", PICTURE)
    shown = ArrayLikeReader(frames, dim_order="TCZYX", physical_pixel_sizes=(None, 0.1, 0.1))
    monkeypatch.setattr(AICSImage, "__init__", lambda self, image: setattr(self, "_reader", shown))
    monkeypatch.setattr(AICSImage, "set_scene", lambda self, scene: None)
    scene = describe(path).scenes[0]
    assert (scene.axes, scene.sizes["T"], scene.sizes["C"], scene.sizes["Z"]) == ("TCZYX", 4, 2, 3)
    assert scene.pixel_size_x_nm == pytest.approx(100) and scene.channels == ()
    assert "read with aicsimageio" in " ".join(scene.warnings)
    stack = open_stack(path)
    np.testing.assert_array_equal(np.stack([stack.frame(index) for index in range(4)]), frames[:, 0, 0])
    stack.close()
