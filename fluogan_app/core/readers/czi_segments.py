"""The segments of a Zeiss CZI file: its header, and any part that the header points to, checked before it is read."""

from __future__ import annotations

import struct
from typing import NamedTuple

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes

#: Name, bytes set aside, bytes in use.
SEGMENT = struct.Struct("<16sqq")
_HEADER = struct.Struct("<4i16s16siqqiq")
_MAGIC = b"ZISRAWFILE"
#: Behind the header, whose segment has always this size.
FIRST_SEGMENT = 544
#: The directory of half a million pictures stays below; what claims more is damaged.
_MAX_SEGMENT_BYTES = 128_000_000


class CziHeader(NamedTuple):
    """Where the parts of a file begin, in bytes; 0 where there is none."""

    directory: int
    metadata: int
    attachments: int


def is_czi(head: bytes) -> bool:
    """Whether these are the first bytes of a CZI file."""
    return head.startswith(_MAGIC[:6])


def read_header(file: FileBytes) -> CziHeader:
    """Where directory, description and attachments are. Raises ReadError for damage, and for what is no whole file."""
    raw = file.read(0, SEGMENT.size + _HEADER.size)
    name = SEGMENT.unpack_from(raw)[0]
    fields = _HEADER.unpack_from(raw, SEGMENT.size)
    major, part, directory, metadata, attachments = fields[0], fields[6], fields[7], fields[8], fields[10]
    if name.rstrip(b"\0") != _MAGIC or major != 1:
        raise damaged(file.path, "it does not begin as a CZI file does")
    if part != 0:
        hint = "Save it as one file with ZEN, and open that."
        raise ReadError(f"{file.path.name} is part {part} of a recording in several files.", hint)
    return CziHeader(directory, metadata, attachments)


def read_segment(file: FileBytes, offset: int, name: bytes, what: str) -> bytes:
    """The content of a segment with a name; `what` says in words what it is. Raises ReadError."""
    start = offset + SEGMENT.size
    if offset == 0:
        raise damaged(file.path, f"{what} was never written, as when a recording breaks off")
    if offset < 0 or start > file.size:
        raise file.cut_short(f"{what} should begin at byte {offset}")
    found, allocated, used = SEGMENT.unpack(file.read(offset, SEGMENT.size))
    if found.rstrip(b"\0") != name:
        raise damaged(file.path, f"at byte {offset}, where {what} should begin, is something else")
    # Early versions left the second number at zero.
    size = used or allocated
    if size < 0 or start + size > file.size:
        raise file.cut_short(f"{what} runs to byte {start + size}")
    if size > _MAX_SEGMENT_BYTES:
        raise damaged(file.path, f"{what} claims {size} bytes")
    return file.read(start, size)
