"""The files of one OME-XML: which of them are there, and whether each is the file that the description means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.ome_xml import OmeDocument, PlaneRun
from fluogan_app.core.readers.tiff_bytes import Directory, TiffBytes
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_scenes import DESCRIPTION

#: Each file of a set is looked into when the set is opened; of more, each of the others when its frame is read.
_MOST_LOOKED_INTO = 1000
#: The root of an OME-XML, with the file's own identifier, stands within these.
_ROOT_BYTES = 4000
_OWN_UUID = re.compile(rb"<(?:\w+:)?OME\b[^>]*?\bUUID\s*=\s*[\"']([^\"']*)")
_LISTED = 4


class OmeFiles:
    """The files of one OME document in the order met; the first is the one that was opened.

    missing: names of files that are not in the folder. left_out: a sentence on each that is there and cannot be read.
    """

    def __init__(self, container: TiffContainer, document: OmeDocument) -> None:
        self.paths: list[Path] = [container.path]
        self.missing: dict[str, None] = {}
        self.left_out: list[str] = []
        self._others: dict[str, None] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._uuid = document.uuid if not document.metadata_file else ""
        named = {run.file for image in document.images for run in image.runs if run.file}
        self._renamed = len(named) == 1 and not os.path.isfile(container.path.parent / Path(*named).name)
        self._own = own_uuid(container.bytes, container.first) if len(named) > 1 else ""

    def number(self, run: PlaneRun) -> int:
        """The number of the file of some planes, −1 where it is missing or cannot be read."""
        key = (run.file, run.uuid)
        if key not in self._numbers:
            self._numbers[key] = self._find(run)
        return self._numbers[key]

    def remarks(self) -> tuple[str, ...]:
        """Sentences on files that are damaged, or that are others than the description means."""
        if not self._others:
            return tuple(self.left_out)
        one = len(self._others) == 1
        which = f"{listed(self._others)} {'is another file' if one else 'are other files'}"
        frames = f"frames in {'it' if one else 'them'} may be of another recording"
        by = f"by {'its' if one else 'their'} identifier (UUID)"
        return (*self.left_out, f"{which} than the OME description means, {by}: {frames}.")

    def _find(self, run: PlaneRun) -> int:
        own = self.paths[0]
        # Only the name counts: a path inside a file must not lead out of its folder.
        name = Path(run.file.replace("\\", "/")).name
        if not name or name == own.name or self._renamed:
            self._compare(own.name, self._own, run.uuid)
            return 0
        path = own.parent / name
        if not os.path.isfile(path):
            if run.uuid and run.uuid == self._uuid:
                return 0
            self.missing[name] = None
            return -1
        if path not in self.paths:
            if not self._is_sound(path, run):
                return -1
            self.paths.append(path)
        return self.paths.index(path)

    def _is_sound(self, path: Path, run: PlaneRun) -> bool:
        """Whether a file begins as a TIFF does; the identifier that it gives itself is compared on the way."""
        if len(self.paths) > _MOST_LOOKED_INTO:
            return True
        try:
            with closing(TiffBytes(path)) as file:
                first = next(file.directories(), None)
                self._compare(path.name, own_uuid(file, first) if first else "", run.uuid)
        except ReadError as error:
            self.left_out.append(f"One file of the recording is left out: {error.message}")
            return False
        return True

    def _compare(self, name: str, own: str, meant: str) -> None:
        if own and meant and own != _plain(meant):
            self._others[name] = None


def own_uuid(file: TiffBytes, first: Directory) -> str:
    """The identifier that a file with OME-XML gives itself, "" where there is none. Raises ReadError."""
    entry = first.entries.get(DESCRIPTION)
    if entry is None or entry.count <= len(entry.field):
        return ""
    found = _OWN_UUID.search(file.read_up_to(file.pointer_of(entry), min(entry.count, _ROOT_BYTES)))
    return _plain(found[1].decode("latin-1")) if found else ""


def listed(names: Iterable[str]) -> str:
    """Some names, and that there are more."""
    names = [" ".join(name.split()) for name in names]
    return ", ".join(names[:_LISTED]) + (f", … ({len(names)} in all)" if len(names) > _LISTED else "")


def _plain(uuid: str) -> str:
    return uuid.strip().lower().removeprefix("urn:uuid:")
