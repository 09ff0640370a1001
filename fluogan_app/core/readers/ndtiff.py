"""The reader of NDTiff datasets: several files, and an index that says where in them each frame is."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import Scene, damaged
from fluogan_app.core.readers.tiff import TiffReader
from fluogan_app.core.readers.tiff_bytes import TiffBytes
from fluogan_app.core.readers.tiff_frames import MAX_OPEN_FILES
from fluogan_app.core.readers.tiff_ndtiff import (
    INDEX,
    IndexedFrame,
    dataset_files,
    dataset_recording,
    frame_dtype,
    placed_scenes,
    read_index,
)
from fluogan_app.core.readers.tiff_scenes import TiffScene


class NdtiffReader:
    """Takes any file of an NDTiff dataset, and its index, together with all others."""

    name = "NDTiff dataset"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether this is an NDTiff index, or a TIFF that the index beside it names."""
        if path.name == INDEX:
            return True
        index = path.with_name(INDEX)
        if not TiffReader().recognises(path, head) or not index.is_file():
            return False
        return any(frame.file == path.name for frame in read_index(index)[0])

    def open(self, path: Path) -> NdtiffFile:
        """The whole dataset. Raises ReadError."""
        return NdtiffFile(path)


class NdtiffFile:
    """An open dataset; addresses are (file, byte at which the pixels begin)."""

    dialect = "NDTiff dataset"

    def __init__(self, path: Path) -> None:
        folder = path.parent
        frames, cut = read_index(folder / INDEX)
        if not frames:
            raise damaged(folder / INDEX, "it names no frame")
        there = dataset_files(folder)
        own = [path] if path in there else []
        self.files = (*own, *(file for file in there if file != path))
        self._frames = self._located(folder, frames)
        addressed = [(address, frame.axes) for address, frame in self._frames.items()]
        placed = placed_scenes(folder.name, addressed, dataset_recording(folder, frames))
        if placed is None:
            raise damaged(folder / INDEX, "it does not give every frame a place of the same kind")
        lost = len(frames) - len(self._frames)
        remarks = ["The index ends within an entry: the recording was broken off."] if cut else []
        if lost:
            remarks.append(f"{lost} of {len(frames)} frames are in files that are not here.")
        self.scenes: tuple[Scene, ...] = tuple(self._scene(scene, tuple(remarks)) for scene in placed)

    def source(self, scene: Scene, addresses: np.ndarray) -> NdtiffSource:
        """The frames at some addresses (T, 2)."""
        return NdtiffSource(self.files, addresses, (scene.height, scene.width), scene.dtype)

    def close(self) -> None:
        """No file is open."""

    def _located(self, folder: Path, frames: list[IndexedFrame]) -> dict[tuple[int, int], IndexedFrame]:
        """The frames by address. Raises ReadError for pixels that lie behind the end of their file."""
        numbers = {file.name: number for number, file in enumerate(self.files)}
        sizes = {file.name: file.stat().st_size for file in self.files}
        located = {}
        for frame in frames:
            if frame.file not in numbers:
                continue
            end = frame.offset + frame.height * frame.width * frame_dtype(folder / frame.file, frame).itemsize
            if end > sizes[frame.file]:
                size = sizes[frame.file]
                raise damaged(folder / frame.file, f"a frame runs to byte {end}, but the file ends at byte {size}")
            located[numbers[frame.file], frame.offset] = frame
        return located

    def _scene(self, scene: TiffScene, remarks: tuple[str, ...]) -> Scene:
        kept = scene.planes.reshape(-1, 2)
        frames = [self._frames[int(file), int(offset)] for file, offset in kept[kept[:, 0] >= 0]]
        first = frames[0]
        format = (first.height, first.width, first.type)
        path = self.files[0].with_name(first.file)
        other = next((frame for frame in frames if (frame.height, frame.width, frame.type) != format), None)
        if other is not None:
            sizes = f"{first.height} × {first.width} and {other.height} × {other.width} pixels"
            raise ReadError(f"{path.name} is no stack of equal frames: it has {sizes}.", "Open other files.")
        dtype = frame_dtype(path, first)
        warnings = (*scene.warnings, *remarks)
        return Scene(scene.name, scene.axes, scene.planes, *format[:2], dtype, scene.recording, True, warnings)


class NdtiffSource:
    """Frames read straight from where the index says that they are; for any thread."""

    def __init__(self, files: tuple[Path, ...], addresses: np.ndarray, size: tuple[int, int], dtype: np.dtype) -> None:
        self._files, self._addresses = files, addresses
        self.shape: tuple[int, int, int] = (len(addresses), *size)
        self.dtype = dtype
        self._open: OrderedDict[int, TiffBytes] = OrderedDict()
        self._lock = Lock()
        self._closed = False

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame. Raises as `frame`."""
        file, offset = (int(value) for value in self._addresses[index])
        row_bytes = self.shape[2] * self.dtype.itemsize
        with self._lock:
            opened = self._file(file)
            raw = opened.read(offset + start * row_bytes, (stop - start) * row_bytes)
        stored = np.frombuffer(raw, self.dtype.newbyteorder(opened.order))
        return stored.reshape(stop - start, self.shape[2]).astype(self.dtype, copy=False)

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            self._closed = True
            for opened in self._open.values():
                opened.close()
            self._open.clear()

    def _file(self, number: int) -> TiffBytes:
        if self._closed:
            raise ReadError(f"{self._files[number].name} was closed.", "Open it again.")
        if number not in self._open:
            self._open[number] = TiffBytes(self._files[number])
            if len(self._open) > MAX_OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(number)
        return self._open[number]
