"""The reader of Leica LIF and LOF files: every image of a project is a scene, its planes read one at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fluogan_app.core.readers.base import Scene, damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.lif_blocks import is_lif, read_layout
from fluogan_app.core.readers.lif_images import LifImage, PlaneShape, read_images


class LifReader:
    """Reads the projects that Leica's LAS AF and LAS X save as one file, and their images saved one by one."""

    name = "LIF"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether these are the first bytes of a LIF file."""
        return is_lif(head)

    def open(self, path: Path) -> LifFile:
        """The file with its images. Raises ReadError."""
        file = FileBytes(path)
        try:
            return LifFile(file)
        except BaseException:
            file.close()
            raise


class LifFile:
    """An open LIF with its images; an address is (the byte at which a plane begins, its image)."""

    def __init__(self, file: FileBytes) -> None:
        self._file = file
        self.files: tuple[Path, ...] = (file.path,)
        layout = read_layout(file)
        self.dialect = layout.kind
        images, left_out = read_images(layout)
        if not images:
            reason = "; ".join(left_out) or "it names none"
            raise damaged(file.path, f"none of its images can be opened: {layout.ends or reason}")
        words = (f"The file is damaged or cut short: {layout.ends}.",) if layout.ends else ()
        words += (f"Left out: {'; '.join(left_out)}.",) if left_out else ()
        self._shapes = [image.shape for image in images]
        self.scenes: tuple[Scene, ...] = tuple(_scene(image, index, words) for index, image in enumerate(images))

    def source(self, scene: Scene, addresses: np.ndarray) -> LifSource:
        """The frames at some addresses (T, 2). Raises ReadError."""
        return LifSource(self._file, self._shapes[int(addresses[0, 1])], addresses[:, 0])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class LifSource:
    """The frames of one scene, channel and plane, read straight from their bytes; for any thread."""

    def __init__(self, file: FileBytes, plane: PlaneShape, offsets: np.ndarray) -> None:
        self._file, self._plane, self._offsets = file, plane, offsets
        self.shape: tuple[int, int, int] = (len(offsets), plane.height, plane.width)
        self.dtype: np.dtype = plane.dtype.newbyteorder("=")

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame, without reading the others. Raises ReadError."""
        plane = self._plane
        rows = stop - start
        raw = self._file.read(int(self._offsets[index]) + start * plane.row_bytes, plane.span(rows))
        stored = np.ndarray((rows, plane.width), plane.dtype, raw, strides=(plane.row_bytes, plane.pixel_bytes))
        return np.ascontiguousarray(stored, dtype=self.dtype)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _scene(image: LifImage, index: int, words: tuple[str, ...]) -> Scene:
    return Scene(
        name=image.name,
        axes=image.axes,
        planes=np.concatenate([image.planes, np.full_like(image.planes, index)], axis=-1),
        height=image.shape.height,
        width=image.shape.width,
        dtype=image.shape.dtype.newbyteorder("="),
        recording=image.recording,
        warnings=(*image.warnings, *words),
    )
