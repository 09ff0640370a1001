"""The reader of Olympus FluoView: OIB, one file, and OIF, a file of settings with a folder of frames beside it."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path
from typing import Protocol

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_PLANES, Scene, check_frame, damaged, unreadable
from fluogan_app.core.readers.compound import CompoundDocument
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.olympus_settings import Settings, recording_of, settings_of
from fluogan_app.core.readers.recorded import recorded_part
from fluogan_app.core.readers.signatures import is_compound, is_oif

_INFO = "OibInfo.txt"
#: The frame of channel 1, plane 2 and time point 30 is s_C001Z002T030.tif.
_FRAME = re.compile(r"(?:.*[/\\])?s_((?:[A-Z]\d+)+)\.tif", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z])(\d+)")
_MOST_SETTINGS_BYTES = 20_000_000


class _Files(Protocol):
    """The files of a recording by their names, whether in one file or in a folder."""

    paths: tuple[Path, ...]
    names: list[str]

    def read(self, name: str) -> bytes: ...

    def close(self) -> None: ...


class OlympusReader:
    """Reads what FluoView writes."""

    name = "Olympus"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether this is a compound document, as OIB is, or the settings of an OIF."""
        return is_compound(head) or is_oif(head)

    def open(self, path: Path) -> OlympusFile:
        """The recording. Raises ReadError."""
        with open(path, "rb") as file:
            in_one = is_compound(file.read(8))
        files: _Files = _InOneFile(path) if in_one else _InFolder(path)
        try:
            return OlympusFile(path, files, "OIB" if in_one else "OIF")
        except BaseException:
            files.close()
            raise


class OlympusFile:
    """An open recording; addresses are (number of the frame's file,)."""

    def __init__(self, path: Path, files: _Files, dialect: str) -> None:
        self.dialect, self.files = dialect, files.paths
        self._path, self._files = path, files
        main = next((name for name in files.names if name.lower().endswith(".oif")), None)
        if main is None:
            raise damaged(path, "its settings are missing")
        settings = settings_of(path, files.read(main)[:_MOST_SETTINGS_BYTES])
        places = {name: _place(name) for name in files.names if _FRAME.fullmatch(name)}
        if not places:
            raise ReadError(f"{path.name} holds no frames.", "Open the file that holds them, or export it as OME-TIFF.")
        self._frames = list(places)
        self.scenes: tuple[Scene, ...] = (self._scene(settings, places),)

    def source(self, scene: Scene, addresses: np.ndarray) -> _FrameFiles:
        """The frames at some addresses (T, 1)."""
        names = [self._frames[number] for number in addresses[:, 0].tolist()]
        return _FrameFiles(self._files, names, (scene.height, scene.width), scene.dtype)

    def close(self) -> None:
        """Let go of the file."""
        self._files.close()

    def _scene(self, settings: Settings, places: dict[str, dict[str, int]]) -> Scene:
        first = _decoded(self._files.read(self._frames[0]))
        check_frame(self._path, *first.shape, first.dtype)
        counts = {letter: max(place.get(letter, 1) for place in places.values()) for letter in _letters(places)}
        counts = {letter: max(count, settings.axis_count(letter)) for letter, count in counts.items()}
        axes = "".join(letter for letter, count in counts.items() if count > 1)
        if np.prod([float(counts[letter]) for letter in axes]) > MAX_PLANES:
            raise damaged(self._path, f"it claims axes of {tuple(counts.values())} frames")
        planes = np.full([counts[letter] for letter in axes] + [1], -1, np.int64)
        for number, place in enumerate(places.values()):
            planes[tuple(place.get(letter, 1) - 1 for letter in axes)] = number
        planes, told = recorded_part(planes, axes, self._path.stem)
        notes = [self._notes(name) for name in (self._frames[0], self._frames[-1])]
        recording = recording_of(settings, notes, counts)
        return Scene(self._path.stem, axes, planes, *first.shape, first.dtype, recording, warnings=told)

    def _notes(self, frame: str) -> Settings:
        """What is noted of one frame, in the file of the same name."""
        name = frame[:-4] + ".pty"
        if name not in self._files.names:
            return Settings({})
        return settings_of(self._path, self._files.read(name)[:_MOST_SETTINGS_BYTES])


class _FrameFiles:
    """Frames that are TIFF files of their own."""

    def __init__(self, files: _Files, names: list[str], shape_yx: tuple[int, int], dtype: np.dtype) -> None:
        self._files, self._names = files, names
        self._lock = threading.Lock()
        self.shape: tuple[int, int, int] = (len(names), *shape_yx)
        self.dtype = dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X)."""
        with self._lock:
            return _decoded(self._files.read(self._names[index]))

    def close(self) -> None:
        """Let go of the file."""
        self._files.close()


class _InOneFile:
    """The files in an OIB, under the names that they had outside."""

    def __init__(self, path: Path) -> None:
        self.paths = (path,)
        self._content = FileBytes(path)
        try:
            self._document = CompoundDocument(self._content)
            if _INFO not in self._document.names:
                message = f"{path.name} is a compound document (Zeiss ZVI, or one of an office program), but no OIB."
                raise ReadError(message, "Save it as TIFF or OME-TIFF with the microscope's program or Fiji.")
            info = settings_of(path, self._document.read(_INFO)).sections.get("OibSaveInfo", {})
            inside = {name.rpartition("/")[2]: name for name in self._document.names}
            self._inside = {outside: inside[name] for name, outside in info.items() if name in inside}
            self.names = list(self._inside)
        except BaseException:
            self._content.close()
            raise

    def read(self, name: str) -> bytes:
        """The content of a file. Raises ReadError."""
        return self._document.read(self._inside[name])

    def close(self) -> None:
        """Let go of the file."""
        self._content.close()


class _InFolder:
    """The files of an OIF: the settings, and the folder beside them that is named after them."""

    def __init__(self, path: Path) -> None:
        folder = path.with_name(path.name + ".files")
        if not folder.is_dir():
            message = f"{path.name} holds settings only; its frames should be in the folder {folder.name} beside it."
            raise ReadError(message, "Copy that folder here, too.")
        inside = sorted(entry for entry in folder.iterdir() if entry.suffix.lower() in (".tif", ".pty"))
        self._places = {path.name: path, **{entry.name: entry for entry in inside}}
        self.names = list(self._places)
        self.paths = (path, *(entry for entry in inside if entry.suffix.lower() == ".tif"))

    def read(self, name: str) -> bytes:
        """The content of a file. Raises ReadError."""
        try:
            return self._places[name].read_bytes()
        except OSError as error:
            raise unreadable(self._places[name], error) from error

    def close(self) -> None:
        """Nothing to let go of."""


def _place(name: str) -> dict[str, int]:
    """The numbers in a frame's name by letter, counted from 1."""
    return {letter: int(number) for letter, number in _PLACE.findall(_FRAME.fullmatch(name)[1].upper())}


def _letters(places: dict[str, dict[str, int]]) -> list[str]:
    """The axes, slowest first: names count the fastest first."""
    return list(dict.fromkeys(letter for place in places.values() for letter in reversed(place)))


def _decoded(content: bytes) -> np.ndarray:
    import tifffile

    with tifffile.TiffFile(io.BytesIO(content)) as tiff:
        page = tiff.pages[0]
        if page.ndim != 2 or page.size > len(content):
            raise ValueError(f"a frame of {page.shape} pixels")
        return page.asarray().astype(page.dtype.newbyteorder("="), copy=False)
