"""Opening a file with the reader that knows its content, whatever its name ends in."""

from __future__ import annotations

import os
from pathlib import Path

from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.readers.base import FileDescription, Reader, read_head
from fluogan_app.core.readers.signatures import not_opened
from fluogan_app.core.readers.tiff import TiffReader

#: Asked in this order; the first that recognises a file's first bytes takes it.
READERS: tuple[Reader, ...] = (TiffReader(),)


def describe(path: str | os.PathLike[str]) -> FileDescription:
    """Scenes, axes, sizes and calibration of a file, without its pixels. Raises ReadError."""
    return _reader_for(Path(path)).describe(Path(path))


def open_stack(path: str | os.PathLike[str], selection: Selection = Selection()) -> Stack:
    """The lazy stack of one scene, channel and plane of a file. Raises ReadError."""
    return _reader_for(Path(path)).open_stack(Path(path), selection)


def _reader_for(path: Path) -> Reader:
    head = read_head(path)
    for reader in READERS:
        if reader.recognises(head):
            return reader
    raise not_opened(path, head)
