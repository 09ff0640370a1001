"""The same pixels through other programs' libraries."""

from __future__ import annotations

import io
from pathlib import Path

import imageio
import liffile
import nd2
import numpy as np
import pytest
import tifffile
from PIL import Image as Picture
from PIL import ImageSequence

from tests.core.readers.real_files import Image


def seen_by_another_reader(path: Path, number: int, image: Image) -> np.ndarray:
    """One image of a file, whole, as (T, C, Z, Y, X)."""
    begins = path.read_bytes()[:4]
    if begins == b"ZISR":
        return _through_pylibczirw(path, number, image)
    if begins == b"\xda\xce\xbe\x0a":
        with nd2.ND2File(path) as file:
            pixels = file.asarray()
    elif begins == b"\x70\0\0\0":
        with liffile.LifFile(path) as file:
            pixels = file.images[number].asarray()
    elif path.suffix == ".spe":
        pixels = np.stack(imageio.v2.mimread(path))
    elif path.suffix == ".oib":
        pixels = _tiffs_within(path.read_bytes(), image)
    else:
        pixels = _tiff_pages(path, number, image)
    return _arranged(pixels, image)


def _arranged(pixels: np.ndarray, image: Image) -> np.ndarray:
    """Pixels in the file's own order of axes as (T, C, Z, Y, X)."""
    letters = image.axes[:-2]
    time = "T" if "T" in letters else "".join(letter for letter in letters if image.sizes[0] > 1 and letter != "C")
    roles = {letter: 0 if letter == time else 1 if letter == "C" else 2 for letter in letters}
    ordered = sorted(range(len(letters)), key=lambda axis: roles[letters[axis]])
    pixels = pixels.reshape([image.sizes[roles[letter]] for letter in letters] + list(image.sizes[-2:]))
    return pixels.transpose(*ordered, -2, -1).reshape(image.sizes)


def _through_pylibczirw(path: Path, number: int, image: Image) -> np.ndarray:
    czi = pytest.importorskip("pylibCZIrw.czi", reason="Zeiss's library has no wheel for this platform")
    times, channels, planes = image.sizes[:3]
    with czi.open_czi(str(path)) as document:
        scene = number if len(document.scenes_bounding_rectangle) > 1 else None
        places = [(t, c, z) for t in range(times) for c in range(channels) for z in range(planes)]
        pixels = [document.read(plane={"T": t, "C": c, "Z": z}, scene=scene)[..., 0] for t, c, z in places]
    return np.stack(pixels).reshape(image.sizes)


def _tiffs_within(content: bytes, image: Image) -> np.ndarray:
    """The TIFFs that lie in a file one after the other, each in one piece."""
    pages, at = [], -1
    while (at := content.find(b"II*\0\x08\0\0\0", at + 1)) >= 0:
        pages.append(tifffile.imread(io.BytesIO(content[at:])))
    return np.stack([page for page in pages if page.shape == image.sizes[-2:]])


def _tiff_pages(path: Path, number: int, image: Image) -> np.ndarray:
    """All frames of a TIFF as tifffile or Pillow reads them."""
    if path.parent.name == "multifile_master":
        path = path.with_name("multifile-Z1.ome.tiff")
    if path.parent.name == "numbered_frames":
        return np.stack([np.array(Picture.open(file)) for file in sorted(path.parent.iterdir())]).astype(np.uint16)
    if path.read_bytes()[:2] == b"MM" and image.dtype == "uint16":
        # tifffile 2023.2.28 cannot read these with numpy 2.
        with Picture.open(path) as picture:
            return np.stack([np.array(page) for page in ImageSequence.Iterator(picture)]).astype(np.uint16)
    if "MMStack" in path.name:
        # Its two positions alternate; later versions of tifffile read both at once.
        return tifffile.imread(path, key=range(number, 20, 2))
    return tifffile.imread(path)
