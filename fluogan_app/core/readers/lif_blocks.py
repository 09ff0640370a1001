"""The frame of a LIF file: its XML, and where each block of pixels is, as far as the file goes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from xml.etree import ElementTree

from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes

_HEADER = struct.Struct("<IIBI")
_BLOCK = {1: struct.Struct("<IIBIBI"), 2: struct.Struct("<IIBQBI")}
_BEGIN, _TEST = 0x70, 0x2A
#: The XML of the largest projects, with thousands of images, stays below.
_MAX_XML_CHARACTERS = 100_000_000
#: No project has more; a file that claims more would only keep the program busy.
_MAX_BLOCKS = 1_000_000


@dataclass(frozen=True)
class MemoryBlock:
    """The pixels of one image: where they begin, how many bytes they are, and how many of these the file holds."""

    offset: int
    size: int
    held: int


@dataclass(frozen=True)
class LifLayout:
    """The XML of a file and its blocks by name. ends: what is wrong behind the last block, "" where all is well."""

    root: ElementTree.Element
    blocks: dict[str, MemoryBlock]
    ends: str = ""


def is_lif(head: bytes) -> bool:
    """Whether these are the first bytes of a LIF file."""
    return head[:4] == b"\x70\x00\x00\x00" and head[8:9] == b"\x2a"


def read_layout(file: FileBytes) -> LifLayout:
    """The XML and the blocks of a LIF file. Raises ReadError."""
    begin, _, test, characters = _HEADER.unpack(file.read(0, _HEADER.size))
    if begin != _BEGIN or test != _TEST:
        raise damaged(file.path, "it does not begin as a LIF file does")
    end = _HEADER.size + 2 * characters
    if end > file.size:
        raise file.cut_short(f"its description runs to byte {end}")
    if characters > _MAX_XML_CHARACTERS:
        raise damaged(file.path, f"its description claims {characters} letters")
    root = _parsed(file, file.read(_HEADER.size, 2 * characters))
    version = root.get("Version", "")
    if version not in ("1", "2"):
        raise damaged(file.path, f"its version is {version!r}, not 1 or 2")
    blocks, ends = _blocks(file, _BLOCK[int(version)], end)
    return LifLayout(root, blocks, ends)


def _parsed(file: FileBytes, raw: bytes) -> ElementTree.Element:
    try:
        text = raw.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise damaged(file.path, f"its description is no text at byte {_HEADER.size + error.start}") from error
    # Entities can blow a small text up to gigabytes; LIF has none.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise damaged(file.path, "its description is not the plain XML of a LIF file")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        what = f"its description, with which a Leica LIF file begins, cannot be read ({error})"
        raise damaged(file.path, what) from error


def _blocks(file: FileBytes, header: struct.Struct, start: int) -> tuple[dict[str, MemoryBlock], str]:
    """Blocks by name, and why the chain of blocks broke off, if it did."""
    blocks: dict[str, MemoryBlock] = {}
    while start < file.size:
        raw = file.read_up_to(start, header.size)
        if len(raw) < header.size:
            return blocks, f"it ends at byte {file.size}, within the description of a block"
        begin, _, first, size, second, characters = header.unpack(raw)
        if begin != _BEGIN or first != _TEST or second != _TEST:
            return blocks, f"no block begins at byte {start}, where one should"
        offset = start + header.size + 2 * characters
        if offset > file.size or len(blocks) >= _MAX_BLOCKS:
            return blocks, f"the block at byte {start} is not sound"
        name = file.read(start + header.size, 2 * characters).decode("utf-16-le", errors="replace")
        blocks.setdefault(name, MemoryBlock(offset, size, max(0, min(size, file.size - offset))))
        start = offset + size
    return blocks, f"it ends at byte {file.size} of {start}" if start > file.size else ""
