"""Opening a file with the reader that knows its content, whatever its name ends in."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.readers.base import OpenFile, Reader, is_folder, read_head
from fluogan_app.core.readers.guard import told_as_damage
from fluogan_app.core.readers.opening import described, stack_of
from fluogan_app.core.readers.signatures import not_opened
from fluogan_app.core.readers.tiff import TiffReader

#: Asked in this order; the first that recognises a file's first bytes takes it.
READERS: tuple[Reader, ...] = (TiffReader(),)


def describe(path: str | os.PathLike[str]) -> FileDescription:
    """Scenes, axes, sizes and calibration of a file, without its pixels. Raises ReadError."""
    with closing(_opened(Path(path))) as opened, told_as_damage(Path(path), "opened"):
        return described(Path(path), opened)


def open_stack(path: str | os.PathLike[str], selection: Selection = Selection()) -> Stack:
    """The lazy stack of one scene, channel and plane of a file. Raises ReadError."""
    opened = _opened(Path(path))
    try:
        with told_as_damage(Path(path), "opened"):
            return stack_of(Path(path), opened, selection)
    except BaseException:
        opened.close()
        raise


def _opened(path: Path) -> OpenFile:
    head = read_head(path)
    with told_as_damage(path, "opened"):
        for reader in READERS:
            if reader.recognises(path, head):
                return reader.open(path)
    raise not_opened(path, head) if head else is_folder(path)
