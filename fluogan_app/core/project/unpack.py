"""A packed project put back into a folder. An archive comes from elsewhere: nothing it says is believed unchecked."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import flush_to_disk, write_json_atomic
from fluogan_app.core.project.folder import DOCUMENT, SUFFIX, check_free, put_in_place
from fluogan_app.core.project.link import PACKED_PSF, PACKED_RAW
from fluogan_app.core.project.pack import Cancelled, GivenUp, OnBytes, check_room, copy_counted, counted, psf_place
from fluogan_app.core.project.run import RECORD, read_json
from fluogan_app.core.project.store import Project

#: A project has a few dozen files for each run, and a raw stack one for each frame at most.
MOST_FILES = 200_000
#: An archive that swells more than this beyond MODEST_BYTES was made to fill a disk.
MOST_SWELLING, MODEST_BYTES = 200, 2_000_000_000
#: A way out of the folder on some system, and what Windows takes in no name.
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*\\]' if os.name == "nt" else r"[\x00-\x1f\\]")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

_HINT = "Ask for it again, or choose another archive."


@dataclass(frozen=True)
class Packed:
    """What an archive holds: the project's name, its files and their bytes, and whether the raw stack is among them."""

    name: str
    files: int
    total_bytes: int
    has_raw: bool


def is_packed(path: Path) -> bool:
    """Whether a file is to be unpacked, by its name."""
    return path.name.lower().endswith(".zip")


def look_into(archive: Path) -> Packed:
    """What is in an archive, which is found to be a packed project. Raises ProjectError."""
    with _opened(archive) as file:
        return _checked(archive, file)


def unpack_project(
    archive: Path, folder: Path, on_bytes: OnBytes | None = None, cancelled: Cancelled | None = None
) -> Path | None:
    """Unpack a project into a new folder in `folder`, in one step; its place, or None where it was cancelled. Blocks.

    Raises ProjectError for what is no packed project, for one that reaches out of its folder or swells without end,
    where the room does not suffice, and where something is in the way.
    """
    with _opened(archive) as file:
        packed = _checked(archive, file)
        target = folder / packed.name
        check_free(target, overwrite=False)
        check_room(folder, packed.total_bytes)
        progress = counted(packed.total_bytes, on_bytes, cancelled)
        try:
            put_in_place(target, lambda staged: _fill(archive, file, staged, target, progress))
        except GivenUp:
            return None
    return target


def _fill(archive: Path, file: zipfile.ZipFile, staged: Path, target: Path, progress) -> None:
    for info in file.infolist():
        if info.is_dir():
            continue
        path = staged.joinpath(*info.filename.split("/")[1:])
        path.parent.mkdir(parents=True, exist_ok=True)
        with file.open(info) as source, open(path, "xb") as written:
            copy_counted(source, written, progress)
        flush_to_disk(path)
    for name in ("input", "runs"):
        (staged / name).mkdir(exist_ok=True)
    try:
        Project.open(staged)
        _point_to_psfs(staged, target)
    except ProjectError as error:
        raise ProjectError(f"{archive} holds no project that can be opened. {error.message}", _HINT) from error


def _point_to_psfs(staged: Path, target: Path) -> None:
    """Where a measured PSF came along, project and runs name it at its new place. Raises ProjectError."""
    if not (staged / PACKED_PSF).is_dir():
        return
    for record in (staged / DOCUMENT, *staged.glob(f"runs/*/{RECORD}")):
        content = read_json(record)
        camera = content.get("acquisition", {})
        named = str(camera.get("psf_file") or "")
        # It came along now, or with an archive that the project was unpacked from before.
        before = "/".join([PACKED_PSF, *named.replace("\\", "/").split("/")[-2:]])
        for place in (psf_place(named), before):
            if named and (staged / place).is_file():
                camera["psf_file"] = str(target / place)
                write_json_atomic(record, content)
                break


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """An archive to read from; what is wrong with it comes as ProjectError."""
    try:
        with zipfile.ZipFile(archive) as file:
            yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise ProjectError(f"{archive} is damaged, or no packed project: {error}.", _HINT) from error
    except FileNotFoundError as error:
        raise ProjectError(f"{archive} is not there.", "Choose the archive of a packed project.") from error
    except OSError as error:
        raise ProjectError(
            f"{archive} could not be read: {error.strerror or error}.", "Check that the drive is connected."
        ) from error


def _checked(archive: Path, file: zipfile.ZipFile) -> Packed:
    files = [info for info in file.infolist() if not info.is_dir()]
    faults = (_fault_of(info) for info in file.infolist())
    fault = next((words for words in faults if words), "") or _fault_of_all(files, archive.stat().st_size)
    if fault:
        raise ProjectError(f"{archive} is not unpacked: {fault}.", _HINT)
    names = {info.filename.split("/")[0] for info in files}
    name = names.pop() if len(names) == 1 else ""
    if not name.endswith(SUFFIX) or not any(info.filename == f"{name}/{DOCUMENT}" for info in files):
        raise ProjectError(
            f"{archive} is no packed project: it does not hold one folder NAME{SUFFIX} with its {DOCUMENT}.",
            "Choose an archive that was made with File › Pack, or “fluogan pack”.",
        )
    has_raw = any(info.filename.startswith(f"{name}/{PACKED_RAW}/") for info in files)
    return Packed(name, len(files), sum(info.file_size for info in files), has_raw)


def _fault_of(info: zipfile.ZipInfo) -> str:
    """Why an entry must not be written, "" where it may."""
    shown = f"“{info.filename[:80]!a}”"
    parts = info.filename.rstrip("/").split("/")
    if info.filename.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return f"{shown} leads out of the project"
    if any(_FORBIDDEN.search(part) or (os.name == "nt" and _is_odd(part)) for part in parts):
        return f"{shown} is no name of a file"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return f"{shown} is no plain file"
    return f"{shown} needs a password" if info.flag_bits & 1 else ""


def _is_odd(part: str) -> bool:
    """Whether Windows would take a name for another one, or for a device."""
    return part.rstrip(". ") != part or _DEVICES.fullmatch(part) is not None


def _fault_of_all(files: list[zipfile.ZipInfo], archive_bytes: int) -> str:
    total = sum(info.file_size for info in files)
    if len(files) > MOST_FILES:
        return f"it holds {len(files)} files"
    # Windows and macOS take names that differ in their capitals for one file.
    if len({info.filename.casefold() for info in files}) < len(files):
        return "it holds two files of one name"
    if total > max(MODEST_BYTES, MOST_SWELLING * archive_bytes):
        return f"{archive_bytes} bytes would become {total}"
    return ""
