"""The pictures of a CZI file one after the other, as they lie in it; for files whose directory is lost."""

from __future__ import annotations

import struct

from fluogan_app.core.readers.czi_segments import FIRST_SEGMENT, SEGMENT
from fluogan_app.core.readers.file_bytes import FileBytes

#: Bytes that say how long the three parts of a sub-block are, before its own copy of the directory entry.
SUBBLOCK_SIZES = struct.Struct("<iiq")
#: A sub-block begins with at least so many bytes that are no pixels.
MIN_SUBBLOCK_HEAD = SEGMENT.size + 256
#: Where the copy of the directory entry begins; the entry's length, without and for each axis; where it has its place.
ENTRY_AT = SEGMENT.size + SUBBLOCK_SIZES.size
ENTRY_BYTES, DIMENSION_BYTES, _DIMENSIONS_AT, _POSITION_AT = 32, 20, 28, 6
_MOST_DIMENSIONS = 26
#: No recording has more parts; to walk along so many takes some seconds.
_MOST_SEGMENTS = 400_000


def entry_length(entry: bytes) -> int:
    """The bytes of a directory entry, from its first 32; 0 where these cannot be one's beginning."""
    if len(entry) < ENTRY_BYTES or entry[:2] != b"DV":
        return 0
    dimensions = int.from_bytes(entry[_DIMENSIONS_AT:ENTRY_BYTES], "little")
    return ENTRY_BYTES + dimensions * DIMENSION_BYTES if dimensions <= _MOST_DIMENSIONS else 0


def entries_along_the_way(file: FileBytes) -> tuple[list[bytes], int]:
    """The pictures' own copies of their directory entries, and where the last segment that is whole ends."""
    entries: list[bytes] = []
    offset = FIRST_SEGMENT
    for _ in range(_MOST_SEGMENTS):
        head = file.read_up_to(offset, ENTRY_AT + ENTRY_BYTES + _MOST_DIMENSIONS * DIMENSION_BYTES)
        if len(head) < SEGMENT.size:
            break
        name, allocated, used = SEGMENT.unpack_from(head)
        end = offset + SEGMENT.size + max(allocated, used)
        if not name.startswith((b"ZISRAW", b"DELETED")) or min(allocated, used) < 0 or end > file.size:
            break
        if name.rstrip(b"\0") == b"ZISRAWSUBBLOCK":
            entry = head[ENTRY_AT : ENTRY_AT + entry_length(head[ENTRY_AT : ENTRY_AT + ENTRY_BYTES])]
            if not entry:
                break
            # The copy does not always know where its picture came to lie.
            place = offset.to_bytes(8, "little")
            entries.append(entry[:_POSITION_AT] + place + entry[_POSITION_AT + len(place) :])
        offset = end
    return entries, offset
