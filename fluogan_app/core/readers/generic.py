"""The last resort: what no reader here takes and aicsimageio can read.

As it comes that is grey pictures; with a further library that the user installed beside it, formats of other
microscopes. aicsimageio knows no time step and may call time Z, so that what it reads comes with a word.
"""

from __future__ import annotations

import math
import threading
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_PLANES, Scene, check_frame, damaged
from fluogan_app.core.readers.recording import length_nm
from fluogan_app.core.readers.signatures import Format, format_of

_PICTURES = {"a PNG picture": ".png", "a BMP picture": ".bmp", "a PGM picture": ".pgm"}
#: What is read where the library stands there that aicsimageio needs for it.
_NEEDS = {
    "an MRC file": ("bioformats_jar",), "an HDF5 file (Imaris IMS, h5)": ("bioformats_jar",),
    "an ICS file": ("bioformats_jar",), "an Andor SIF file": ("bioformats_jar",),
}  # fmt: skip
_WAY_OUT = "Open what the camera recorded: a stack of grey values as TIFF, CZI, ND2 or LIF."
_LAST_RESORT = "The file is read with aicsimageio, which may take its axes wrongly: check frames and pixel size."


class GenericReader:
    """Reads through aicsimageio what nothing else reads."""

    name = "aicsimageio"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether aicsimageio can read a file of this content and ending; never a damaged file of another reader's."""
        known = format_of(head)
        if known is None:
            return False
        ending = _PICTURES.get(known.name)
        if ending is not None:
            return path.suffix.lower() == ending
        return any(find_spec(library) for library in _NEEDS.get(known.name, ()))

    def open(self, path: Path) -> GenericFile:
        """The file with its scenes. Raises ReadError."""
        with open(path, "rb") as file:
            known = format_of(file.read(1024))
        if find_spec("aicsimageio") is None:
            what = known.name if known is not None else "a file of an unknown kind"
            message = f"{path.name} is {what}; it is read with aicsimageio, which is not installed."
            raise ReadError(message, "Save it as TIFF with Fiji, or install aicsimageio (Python 3.12 or older).")
        if known is not None and known.name in _PICTURES:
            _check_picture(path, known)
        return GenericFile(path)


class GenericFile:
    """A file that aicsimageio has opened; addresses are (number of the plane,) within a scene."""

    def __init__(self, path: Path) -> None:
        from aicsimageio import AICSImage

        image = AICSImage(path)
        self.dialect, self.files = f"{type(image.reader).__name__} of aicsimageio", (path,)
        self._arrays: dict[str, Any] = {}
        self.scenes: tuple[Scene, ...] = tuple(self._scene(path, image, name) for name in image.scenes)

    def source(self, scene: Scene, addresses: np.ndarray) -> _DaskSource:
        """The frames at some addresses (T, 1)."""
        return _DaskSource(self._arrays[scene.name], addresses[:, 0], scene.dtype)

    def close(self) -> None:
        """Nothing to let go of: aicsimageio opens a file anew for every plane."""

    def _scene(self, path: Path, image: Any, name: str) -> Scene:
        image.set_scene(name)
        shown = image.reader.xarray_dask_data
        if dict(zip(shown.dims, shown.shape, strict=True)).get("S", 1) > 1:
            raise _is_colour(path, shown.sizes["S"])
        shown = shown.squeeze([axis for axis in shown.dims if axis not in "YX" and shown.sizes[axis] == 1])
        shown = shown.transpose(..., "Y", "X")
        *leading, height, width = shown.shape
        dtype = np.dtype(shown.dtype).newbyteorder("=")
        check_frame(path, height, width, dtype)
        if dtype.kind not in "uif" or math.prod(leading) > MAX_PLANES:
            raise damaged(path, f"it claims {math.prod(leading)} frames of {dtype.name}")
        planes = np.arange(math.prod(leading), dtype=np.int64).reshape(*leading, 1)
        axes = "".join(str(axis) for axis in shown.dims[:-2])
        title = path.stem if len(image.scenes) == 1 else name
        self._arrays[title] = shown.data
        told = (_LAST_RESORT,) if leading else ()
        return Scene(title, axes, planes, height, width, dtype, _recording(image.reader), stated=False, warnings=told)


class _DaskSource:
    """Planes that are read one by one when they are asked for."""

    def __init__(self, array: Any, numbers: np.ndarray, dtype: np.dtype) -> None:
        self._array, self._numbers = array, numbers
        self._lock = threading.Lock()
        self.shape: tuple[int, int, int] = (len(numbers), *array.shape[-2:])
        self.dtype = dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X)."""
        place = np.unravel_index(int(self._numbers[index]), self._array.shape[:-2]) if self._array.ndim > 2 else ()
        with self._lock:
            return np.asarray(self._array[place].compute(scheduler="synchronous")).astype(self.dtype, copy=False)

    def close(self) -> None:
        """Nothing to let go of."""


def _check_picture(path: Path, known: Format) -> None:
    """Raises ReadError for what is no grey picture, or larger than any camera's, before its pixels are read."""
    from PIL import Image

    with warnings.catch_warnings():
        # Large pictures are refused below, in words.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(path)
    with picture:
        (width, height), mode = picture.size, picture.mode
    if mode not in ("L", "I", "F") and not mode.startswith("I;16"):
        raise ReadError(f"{path.name} is {known.name} in colour or black and white, no fluorescence image.", _WAY_OUT)
    check_frame(path, height, width, np.dtype(np.int32))


def _is_colour(path: Path, count: int) -> ReadError:
    return ReadError(f"{path.name} is a colour picture of {count} samples per pixel, no fluorescence image.", _WAY_OUT)


def _recording(reader: Any) -> Recording:
    sizes = reader.physical_pixel_sizes
    names = tuple(str(name) for name in reader.channel_names or ())
    return Recording(
        pixel_size_y_nm=length_nm(sizes.Y, "µm"),
        pixel_size_x_nm=length_nm(sizes.X, "µm"),
        plane_step_nm=length_nm(sizes.Z, "µm"),
        # Made up where the file names none.
        channels=() if all(name.startswith("Channel:") for name in names) else names,
    )
