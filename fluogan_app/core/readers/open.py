"""Opening a file with the reader that knows its content, whatever its name ends in."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.readers.base import OpenFile, Reader, read_head
from fluogan_app.core.readers.czi import CziReader
from fluogan_app.core.readers.deltavision import DeltavisionReader
from fluogan_app.core.readers.folder import file_of_folder
from fluogan_app.core.readers.generic import GenericReader
from fluogan_app.core.readers.guard import told_as_damage
from fluogan_app.core.readers.lif import LifReader
from fluogan_app.core.readers.nd2 import Nd2Reader
from fluogan_app.core.readers.ndtiff import NdtiffReader
from fluogan_app.core.readers.olympus import OlympusReader
from fluogan_app.core.readers.opening import described, stack_of
from fluogan_app.core.readers.sequence import SequenceReader
from fluogan_app.core.readers.signatures import not_opened
from fluogan_app.core.readers.spe import SpeReader
from fluogan_app.core.readers.tiff import TiffReader

#: Asked in this order; the first that recognises a file's first bytes takes it.
READERS: tuple[Reader, ...] = (
    NdtiffReader(), SequenceReader(), TiffReader(), CziReader(), Nd2Reader(), LifReader(), SpeReader(),
    DeltavisionReader(), OlympusReader(), GenericReader(),
)  # fmt: skip


def describe(path: str | os.PathLike[str], alone: bool = False) -> FileDescription:
    """Scenes, axes, sizes and calibration of a file or folder, without its pixels. Raises ReadError.

    alone: the file alone, not the numbered series that it belongs to.
    """
    path = file_of_folder(Path(path))
    with closing(_opened(path, alone)) as opened, told_as_damage(path, "opened"):
        return described(path, opened)


def open_stack(path: str | os.PathLike[str], selection: Selection | Wanted = Wanted()) -> Stack:
    """The lazy stack of one scene, channel and plane of a file or folder. Raises ReadError."""
    path = file_of_folder(Path(path))
    opened = _opened(path, selection.alone)
    try:
        with told_as_damage(path, "opened"):
            return stack_of(path, opened, selection)
    except BaseException:
        opened.close()
        raise


def _opened(path: Path, alone: bool) -> OpenFile:
    head = read_head(path)
    with told_as_damage(path, "opened"):
        for reader in READERS:
            if not (alone and isinstance(reader, NdtiffReader | SequenceReader)) and reader.recognises(path, head):
                return reader.open(path)
    raise not_opened(path, head)
