"""A project as one archive that can be sent: all of its runs and, where wanted, the raw stack."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.errors import FluoganError, ProjectError, UsageError
from fluogan_app.core.files import is_temporary, write_atomic
from fluogan_app.core.project.link import PACKED_PSF, PACKED_RAW, files_of
from fluogan_app.core.project.lock import OWN_FILES
from fluogan_app.core.project.store import TRASH, Project
from fluogan_app.core.units import bytes_text

ENDING = ".fluogan.zip"
#: Told how many of how many bytes are done; asked now and then whether to stop.
OnBytes = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_BLOCK_BYTES = 1 << 20
#: Beyond it, packing more tightly takes longer than sending what it saves.
_LEVEL = 3


@dataclass(frozen=True)
class Packing:
    """What goes into an archive: each file with its name there, and their bytes in all before they are packed."""

    files: tuple[tuple[Path, str], ...]
    total_bytes: int


class GivenUp(Exception):
    """Nobody wants the archive any more: leaves through what would finish it, and is caught by who began."""


def packing_of(project: Project, raw: bool) -> Packing:
    """What packing a project takes in. Asks its drive. Raises ProjectError where the raw stack is not at hand."""
    found = [*_project_files(project.folder, raw)]
    found += [(path, name) for name, path in _psf_files(project).items()]
    found += [(path, f"{PACKED_RAW}/{name}") for path, name in _raw_files(project)] if raw else []
    inside: dict[str, Path] = {}
    for path, name in found:
        # What came with an archive before is in the project already.
        inside.setdefault(f"{project.folder.name}/{name}", path)
    files = tuple((path, name) for name, path in inside.items())
    return Packing(files, sum(_size(path) for path in inside.values()))


def pack_project(
    project: Project, target: Path, raw: bool, on_bytes: OnBytes | None = None, cancelled: Cancelled | None = None
) -> Path | None:
    """Write a project as an archive, in one step; None where it was cancelled. Blocks.

    raw: with the raw stack, which is then found wherever the archive is unpacked. Raises UsageError, ProjectError;
    what stood at `target` before stands there still.
    """
    if not target.name.lower().endswith(".zip"):
        raise UsageError(f"{target.name} is no name for a packed project.", f"Let it end in {ENDING}.")
    packing = packing_of(project, raw)
    check_room(target.parent, packing.total_bytes)
    progress = _Progress(packing.total_bytes, on_bytes, cancelled)
    try:
        write_atomic(target, lambda temporary: _write(temporary, packing, progress))
    except GivenUp:
        return None
    return target


def psf_place(psf_file: str) -> str:
    """Where in a packed project the image of a bead is: files of one name from several folders stay apart."""
    name = psf_file.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{PACKED_PSF}/{hashlib.sha256(psf_file.encode()).hexdigest()[:8]}/{name}"


def check_room(folder: Path, needed_bytes: int) -> None:
    """Raises ProjectError where a drive has not that much room; one that does not tell is tried."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return
    if needed_bytes > free:
        raise ProjectError(
            f"There is not enough room in {folder}: up to {bytes_text(needed_bytes)} are needed, "
            f"{bytes_text(free)} are free.",
            "Free some space or choose another drive.",
        )


class _Progress:
    """Counts bytes, tells of them, and ends the work where it is not wanted any more."""

    def __init__(self, total: int, on_bytes: OnBytes | None, cancelled: Cancelled | None) -> None:
        self._done, self._total = 0, total
        self._tell, self._cancelled = on_bytes or (lambda done, total: None), cancelled or (lambda: False)

    def add(self, count: int) -> None:
        if self._cancelled():
            raise GivenUp
        self._done += count
        self._tell(min(self._done, self._total), self._total)


def copy_counted(source, target, progress: _Progress) -> None:
    """From one open file to another, block by block."""
    while block := source.read(_BLOCK_BYTES):
        target.write(block)
        progress.add(len(block))


def counted(total: int, on_bytes: OnBytes | None, cancelled: Cancelled | None) -> _Progress:
    """What `copy_counted` tells its progress to."""
    return _Progress(total, on_bytes, cancelled)


def _write(temporary: Path, packing: Packing, progress: _Progress) -> None:
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for path, name in packing.files:
            # Dates before 1980 cannot be written there; nothing depends on them.
            info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            info.compress_type = zipfile.ZIP_DEFLATED
            with open(path, "rb") as source, archive.open(info, "w") as target:
                copy_counted(source, target, progress)


def _project_files(folder: Path, raw: bool) -> list[tuple[Path, str]]:
    """The files of a project with their names in it; not its locks, nor what is being written now.

    What was deleted stays at home; so does a raw stack that came with an archive before, where it is not wanted.
    """
    found, left_out = [], {TRASH} | (set() if raw else {PACKED_RAW})
    for place, folders, names in os.walk(folder):
        inside = Path(place).relative_to(folder)
        folders[:] = [name for name in folders if (inside / name).as_posix() not in left_out]
        for name in sorted(names):
            path = Path(place, name)
            if name not in OWN_FILES and not is_temporary(path):
                found.append((path, path.relative_to(folder).as_posix()))
    return sorted(found, key=lambda entry: entry[1])


def _psf_files(project: Project) -> dict[str, Path]:
    """The measured PSFs of the project and of its runs, by their names in it; those that came with an archive are not.

    Without them nothing that was made with them could be repeated.
    """
    cameras = [project.document.acquisition, *(run.record.acquisition for run in project.runs())]
    named = {camera.psf_file for camera in cameras if camera.psf == "measured" and camera.psf_file}
    inside = project.folder / PACKED_PSF
    return {psf_place(name): Path(name) for name in named if Path(name).is_file() and inside not in Path(name).parents}


def _raw_files(project: Project) -> list[tuple[Path, str]]:
    """The files of the raw stack with their names beside each other."""
    try:
        with closing(project.open_stack()) as stack:
            files = [Path(os.path.abspath(path)) for path in files_of(stack)]
            base = Path(os.path.abspath(stack.path)).parent
    except FluoganError as error:
        raise ProjectError(
            f"The raw stack cannot be packed. {error.message}", "Locate it first, or pack the project without it."
        ) from error
    if not all(base in path.parents for path in files):
        base = Path(os.path.commonpath([path.parent for path in files]))
    return [(path, path.relative_to(base).as_posix()) for path in files if path.is_file()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
