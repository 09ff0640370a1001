"""A folder that holds one recording: the file that stands for it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import HEAD_BYTES, unreadable
from fluogan_app.core.readers.numbering import series_of
from fluogan_app.core.readers.sequence import file_names, holds_one_frame
from fluogan_app.core.readers.signatures import format_of
from fluogan_app.core.readers.tiff import layout_of
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_ndtiff import INDEX, dataset_files

#: What recordings are named; a file that is named otherwise is opened by itself.
_ENDINGS = (
    ".tif", ".tiff", ".btf", ".tf8", ".lsm", ".stk", ".czi", ".nd2", ".lif", ".lof", ".spe", ".oib", ".oif", ".ims",
    ".dv", ".sif", ".dcimg", ".his", ".png", ".bmp", ".pgm",
)  # fmt: skip
_PICTURE_ENDINGS = (".png", ".bmp", ".pgm")
_TIFF_ENDINGS = (".tif", ".tiff", ".btf", ".tf8", ".lsm", ".stk")
#: Where NDTiff keeps the frames of a dataset that has smaller copies of them too.
_FULL_RESOLUTION = "Full resolution"
_LISTED = 4
#: Beyond these the rest of a folder is not told apart, which would take long.
_MOST_RECORDINGS = 20
_ZARR = (".zattrs", ".zgroup", ".zarray", "zarr.json")
#: In the names of all files of one recording by Micro-Manager, with the positions and parts behind it.
_MICROMANAGER = "_MMStack"


def file_of_folder(path: Path) -> Path:
    """The file that stands for a folder's one recording; a file is itself. Raises ReadError."""
    try:
        if not path.is_dir():
            return path
        _check_is_no_zarr(path)
        names = file_names(path)
        if INDEX in names:
            return dataset_files(path)[0]
        if (path / _FULL_RESOLUTION / INDEX).is_file():
            return dataset_files(path / _FULL_RESOLUTION)[0]
        recordings = _recordings([name for name in names if name.lower().endswith(_ENDINGS)])
        if not recordings and (folder := _only_folder(path)) is not None:
            return file_of_folder(folder)
        if not recordings or (len(recordings) == 1 and _is_text(path / recordings[0][0])):
            raise _holds_none(path)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(recordings) > 1:
        raise _several(path, [_words(names) for names in recordings])
    _check_is_one(path, recordings[0])
    return path / recordings[0][0]


def _check_is_no_zarr(path: Path) -> None:
    if any((path / name).is_file() for name in _ZARR):
        raise ReadError(
            f"{path} is a Zarr folder (OME-Zarr, for one), which this version does not open.",
            "Save the recording as OME-TIFF with Fiji or napari, and open that.",
        )


def _recordings(names: list[str]) -> list[list[str]]:
    """The files' names in groups that each look like one recording, as far as they are counted."""
    groups = []
    left = dict.fromkeys(sorted(names))
    while left and len(groups) <= _MOST_RECORDINGS:
        name = next(iter(left))
        group = _group(name, list(left))
        groups.append(group)
        for taken in group:
            del left[taken]
    return groups


def _group(name: str, names: list[str]) -> list[str]:
    """The files of one recording that a file is one of: Micro-Manager's sets by their common name, others by number."""
    start, mark, _ = name.partition(_MICROMANAGER)
    if mark:
        return [other for other in names if other.startswith(start + mark)]
    series = series_of(name, names)
    return [name] if series is None else series.names


def _check_is_one(folder: Path, names: list[str]) -> None:
    """Raises ReadError for numbered files that each hold a stack of their own."""
    first = folder / names[0]
    if len(names) == 1 or first.suffix.lower() in _PICTURE_ENDINGS or holds_one_frame(first):
        return
    if first.suffix.lower() in _TIFF_ENDINGS:
        with closing(TiffContainer(first)) as container:
            if set(names) <= {file.name for file in layout_of(container).files}:
                return
    raise _several(folder, names)


def _only_folder(path: Path) -> Path | None:
    """The one folder in a folder; Micro-Manager puts a recording of one position into one more. Links are left out."""
    folders = [entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    return folders[0] if len(folders) == 1 and not folders[0].is_symlink() else None


def _is_text(path: Path) -> bool:
    with open(path, "rb") as file:
        format = format_of(file.read(HEAD_BYTES))
    return format is not None and format.name == "a text file"


def _words(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]} ({len(names)} files)"


def _several(folder: Path, names: list[str]) -> ReadError:
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    count = f"more than {_MOST_RECORDINGS}" if len(names) > _MOST_RECORDINGS else len(names)
    return ReadError(f"{folder} is a folder with {count} recordings: {listed}.", "Open one of these files.")


def _holds_none(folder: Path) -> ReadError:
    folders = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not folders:
        return ReadError(f"{folder} is a folder without an image file.", "Open the file that holds the frames.")
    listed = ", ".join(folders[:_LISTED]) + (", …" if len(folders) > _LISTED else "")
    return ReadError(f"{folder} is a folder without an image file; it holds the folders {listed}.", "Open one of them.")
