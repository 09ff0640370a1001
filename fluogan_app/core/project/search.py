"""A raw stack that was moved or renamed, found again by its size and its fingerprint."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from fluogan_app.core.errors import FluoganError, ReadError
from fluogan_app.core.project import link as links
from fluogan_app.core.project.model import InputLink
from fluogan_app.core.project.store import Project

#: A search ends after so many files and goes down so many folders: a whole drive is not read by mistake.
MOST_FILES, DEEPEST = 500_000, 16
#: What is looked at without having been asked for.
_NEAR_FILES, _NEAR_DEPTH = 20_000, 2

#: Told how many files were looked at, and in which folder the search is.
OnFolder = Callable[[int, str], None]
Cancelled = Callable[[], bool]


def search_folder(
    link: InputLink, folder: Path, on_folder: OnFolder | None = None, cancelled: Cancelled | None = None,
    depth: int = DEEPEST, most_files: int = MOST_FILES,
) -> Path | None:  # fmt: skip
    """The file in a folder, or below it, that is the linked stack, whatever it is called now; None where none is.

    Files of the right size are compared by their fingerprint; where none is known, by what is in them. Blocks.
    Raises ReadError for a folder that is not there.
    """
    if not folder.is_dir():
        raise ReadError(f"The folder {folder} is not there.", "Choose a folder on a drive that is connected.")
    stop, tell = cancelled or (lambda: False), on_folder or (lambda count, place: None)
    for candidates in _of_its_size(link, folder, depth, most_files, stop, tell):
        for path in _first(candidates, link):
            if stop():
                return None
            if _is_it(path, link):
                return path
    return None


def search_near(project: Project, folders: Iterable[Path], cancelled: Cancelled | None = None) -> Path | None:
    """The raw stack beside the project, where it was, or in folders that were used before; None where it is not there.

    Looks not far down, and passes over folders that are gone.
    """
    link = project.document.link
    if link is None:
        return None
    places = (project.folder / links.PACKED_RAW, Path(link.path).parent, project.folder.parent, *folders)
    for place in dict.fromkeys(places):
        try:
            found = search_folder(link, place, None, cancelled, _NEAR_DEPTH, _NEAR_FILES)
        except (ReadError, OSError):
            continue
        if found is not None:
            return found
    return None


def _of_its_size(
    link: InputLink, folder: Path, depth: int, most_files: int, stop: Cancelled, tell: OnFolder
) -> Iterator[list[Path]]:
    """Folder by folder, the files that are as large as the linked one."""
    if not link.size_bytes:  # it was no file
        return
    count, top = 0, len(folder.parts)
    for place, below, names in os.walk(folder):
        tell(count, place)
        if stop() or count > most_files:
            return
        below.sort()
        count += len(names)
        if len(Path(place).parts) - top >= depth:
            below.clear()
        yield [path for name in sorted(names) if _size(path := Path(place, name)) == link.size_bytes]


def _first(candidates: Sequence[Path], link: InputLink) -> list[Path]:
    """The one of the old name first. Of a series any file stands for all, so one of a folder will do."""
    name = link.path.replace("\\", "/").rsplit("/", 1)[-1]
    ordered = sorted(candidates, key=lambda path: path.name != name)
    return ordered[:1] if link.files > 1 else ordered


def _is_it(path: Path, link: InputLink) -> bool:
    from fluogan_app.core.readers.open import open_stack

    try:
        if link.files == 1 and link.sha256:
            return links.fingerprint(path) == link.sha256
        with closing(open_stack(path, link.selection)) as stack:
            return not links.differences(link, stack)
    except (FluoganError, OSError):
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
