"""The reader of numbered series: one image per file, told apart by numbers in the files' names."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import OpenFile, Scene, place_of_opened_file, unreadable
from fluogan_app.core.readers.numbering import Series, series_of
from fluogan_app.core.readers.ome_xml import is_ome
from fluogan_app.core.readers.recorded import recorded_part
from fluogan_app.core.readers.sequence_notes import series_recording
from fluogan_app.core.readers.tiff import TiffReader, check_holds_pixels, layout_of
from fluogan_app.core.readers.tiff_bytes import TiffBytes
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import Page, PageFormat, frame_pages, same_frame
from fluogan_app.core.readers.tiff_scenes import description_of, samples_as_channels, without_single_axes

#: Files that are looked into when a series is opened; each of the others when its frame is read.
_LOOKED_INTO = 24
#: Besides these, files of a size that is rare in the series, the smallest first: a copy that broke off is short.
_ODD_SIZES_LOOKED_INTO = 1000
#: A crash spoils the file that is being written, and perhaps those of the other channels.
_MOST_LEFT_OUT = 4
#: Numbers that a warning lists before it says how many there are.
_LISTED = 5


class SequenceReader:
    """Takes a file with one image and a number in its name, together with its neighbours."""

    name = "numbered series"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether this is a TIFF with one image and a number in its name."""
        numbered = any(letter.isdigit() for letter in path.stem)
        return numbered and TiffReader().recognises(path, head) and holds_one_frame(path)

    def open(self, path: Path) -> OpenFile:
        """The series that a file is one of, or the file where it stands alone. Raises ReadError."""
        series, left_out = _sound_series(path)
        return TiffReader().open(path) if series is None else SequenceFile(path, series, left_out)


class SequenceFile:
    """A numbered series; addresses are (file,) or (file, sample), counted in `files`. No file is kept open."""

    dialect = "Numbered TIFF series"

    def __init__(self, path: Path, series: Series, left_out: tuple[str, ...] = ()) -> None:
        self._left_out = left_out
        paths = [path.parent / name for name in series.names]
        self.files = (path, *(file for file in paths if file != path))
        self._formats: dict[str, PageFormat] = {}
        recording = series_recording(paths, series)
        self.scenes: tuple[Scene, ...] = tuple(
            self._scene(name, planes, series, recording) for name, planes in scene_planes(path, series, self.files)
        )

    def source(self, scene: Scene, addresses: np.ndarray) -> SequenceSource:
        """The frames at some addresses (T, 1 or 2)."""
        return SequenceSource(self.files, addresses, self._formats[scene.name])

    def close(self) -> None:
        """No file is open."""

    def _scene(self, name: str, planes: np.ndarray, series: Series, recording: Recording) -> Scene:
        axes = series.axes.removeprefix("S")
        numbers = planes[planes[..., 0] >= 0]
        self._formats[name] = format = _format_of([self.files[number] for number in numbers[:, 0]])
        planes, cut = recorded_part(planes, axes, name)
        warnings = (taken_as_one(series), *self._left_out, *gaps(series, planes), *cut)
        axes, planes = without_single_axes(axes, planes)
        if format.samples > 1:
            axes, planes = samples_as_channels(axes, planes, format.samples)
        shape = (format.height, format.width, format.dtype)
        return Scene(name, axes, planes, *shape, recording, True, warnings, place_of_opened_file(planes))


class SequenceSource:
    """One frame per file, each opened when it is read and closed again; for any thread."""

    def __init__(self, files: tuple[Path, ...], addresses: np.ndarray, format: PageFormat) -> None:
        self._files, self._addresses, self._format = files, addresses, format
        self.shape: tuple[int, int, int] = (len(addresses), format.height, format.width)
        self.dtype: np.dtype = format.dtype
        self._closed = False

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame. Raises as `frame`."""
        file, *sample = (int(value) for value in self._addresses[index])
        path = self._files[file]
        if self._closed:
            raise ReadError(f"{path.name} was closed.", "Open it again.")
        with closing(TiffContainer(path)) as container:
            page = _only_frame(container)
            _check_alike(path, page.format, self._format)
            return container.rows(page, start, stop, *sample)

    def close(self) -> None:
        """Read no more."""
        self._closed = True


def file_names(folder: Path) -> list[str]:
    """The names of a folder's files, hidden ones left out. Raises OSError."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if not entry.name.startswith(".") and _is_file(entry)]


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether this is a file, or a link to one; a link that leads nowhere or to itself is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def holds_one_frame(path: Path) -> bool:
    """Whether a TIFF is sound and holds one image of one plane, in no file but itself."""
    try:
        check_holds_pixels(path)
        with closing(TiffBytes(path)) as file:
            # A look at the first page spares the thousands of a whole stack.
            if next(file.directories()).following:
                return False
        with closing(TiffContainer(path)) as container:
            if is_ome(description_of(container)):
                # OME says by itself which files are one image.
                return False
            layout = layout_of(container)
            _only_frame(container)
    except (ReadError, StopIteration):
        # The reader of TIFF says what is wrong with it.
        return False
    return len(layout.files) == 1 and len(layout.scenes) == 1 and not layout.scenes[0].axes


def _only_frame(container: TiffContainer) -> Page:
    frames = frame_pages(container.bytes, container.pages)
    if len(frames) != 1:
        raise ReadError(
            f"{container.path.name} holds {len(frames)} images, the other files of its numbered series one each.",
            "Move it to another folder, or open the files alone.",
        )
    return frames[0]


def _sound_series(path: Path) -> tuple[Series | None, tuple[str, ...]]:
    """The series that a file is one of, without what a crash left of its last files; a sentence on each of these."""
    names = file_names(path.parent)
    series = series_of(path.name, names)
    left_out: list[str] = []
    while series is not None and series.names[-1] != path.name and len(left_out) < _MOST_LEFT_OUT:
        last = series.names[-1]
        try:
            _frame_format(path.with_name(last))
            break
        except ReadError as error:
            left_out.append(f"The last file is left out: {error.message}")
            names.remove(last)
        series = series_of(path.name, names)
    return series, tuple(left_out)


def _format_of(paths: list[Path]) -> PageFormat:
    """The format of the files' frames. Raises ReadError where one of those that are looked into does not fit."""
    spread = np.unique(np.linspace(0, len(paths) - 1, _LOOKED_INTO).astype(int))
    looked_into = dict.fromkeys([*(paths[at] for at in spread), *_of_odd_size(paths)])
    expected = _frame_format(paths[0])
    for path in looked_into:
        try:
            format = _frame_format(path)
        except ReadError as error:
            hint = "Copy it again from where it was recorded, or move it away to open the series without it."
            raise ReadError(error.message, hint) from error
        _check_alike(path, format, expected)
    return expected


def _of_odd_size(paths: list[Path]) -> list[Path]:
    """Files that are not as long as most, some of them where all differ, as compressed ones do. Raises ReadError."""
    try:
        sizes = np.array([path.stat().st_size for path in paths])
    except OSError as error:
        raise unreadable(Path(error.filename or paths[0]), error) from error
    values, counts = np.unique(sizes, return_counts=True)
    odd = np.flatnonzero(sizes != values[counts.argmax()])
    smallest_first = odd[np.argsort(sizes[odd], kind="stable")]
    return [paths[at] for at in smallest_first[:_ODD_SIZES_LOOKED_INTO]]


def _frame_format(path: Path) -> PageFormat:
    with closing(TiffContainer(path)) as container:
        return _only_frame(container).format


def _check_alike(path: Path, format: PageFormat, expected: PageFormat) -> None:
    if not same_frame(format, expected):
        raise ReadError(
            f"{path.name} does not fit its numbered series: it has {format}, the others {expected}.",
            "Move it to another folder, or open one file alone.",
        )


def scene_planes(path: Path, series: Series, files: tuple[Path, ...]) -> list[tuple[str, np.ndarray]]:
    """For each position its name and the planes' addresses (leading axes…, 1) in `files`, −1 where one is missing."""
    planes = np.full((*(len(series.steps[letter]) for letter in series.axes), 1), -1, np.int64)
    for number, file in enumerate(files):
        planes[series.places[file.name]] = number
    if not series.axes.startswith("S"):
        return [(path.stem, planes)]
    return [(f"Position {step}", planes[at]) for at, step in enumerate(series.steps["S"])]


def taken_as_one(series: Series) -> str:
    """The sentence on what is opened."""
    names = series.names
    what = f"{len(names)} numbered files, {names[0]} to {names[-1]}, are taken as one stack"
    words = {"T": "times", "C": "channels", "Z": "planes", "S": "positions"}
    if series.axes == "T":
        return f"{what}."
    counts = [f"{len(series.steps[letter])} {words[letter]}" for letter in series.axes]
    return f"{what}: {' × '.join(counts)}, as their names say."


def gaps(series: Series, planes: np.ndarray) -> list[str]:
    """A sentence on the numbers that are left out, and on files that are missing where counters cross."""
    sentences = []
    for letter in "TZ":
        missing = series.missing(letter)
        if missing is None:
            between = {"T": "time between frames", "Z": "distance between planes"}[letter]
            sentences.append(f"The numbers of the files are no even count: the {between} may vary.")
        elif missing:
            listed = ", ".join(map(str, missing[:_LISTED])) + (", …" if len(missing) > _LISTED else "")
            are = "number is" if len(missing) == 1 else "numbers are"
            what = f"{len(missing)} {are} missing in the series: {listed}"
            sentences.append(f"{what}; the images on either side follow each other.")
    lacking = int((planes[..., 0] < 0).sum())
    if lacking:
        sentences.append(f"{lacking} of {planes.size} files are missing where the numbers of the series cross.")
    return sentences
