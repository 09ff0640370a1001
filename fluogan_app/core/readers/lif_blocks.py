"""The frame of a LIF or LOF file: its XML, and where each block of pixels is, as far as the file goes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from xml.etree import ElementTree

from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes

_HEADER = struct.Struct("<IIBI")
_BLOCK = {1: struct.Struct("<IIBIBI"), 2: struct.Struct("<IIBQBI")}
_OBJECT_VERSION = struct.Struct("<BIBI")
_OBJECT_BLOCK = struct.Struct("<BQ")
_BEGIN, _TEST = 0x70, 0x2A
#: What a LOF file, one image by itself, has in place of the description, which comes behind the pixels.
_OBJECT = "LMS_Object_File"
#: The XML of the largest projects, with thousands of images, stays below.
_MAX_XML_CHARACTERS = 100_000_000
#: Elements take far more memory than their text; a project of ten thousand images has fewer.
_MAX_MARKS = 4_000_000
#: No project has more; a file that claims more would only keep the program busy.
_MAX_BLOCKS = 200_000


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
    kind: str = "LIF"


def is_lif(head: bytes) -> bool:
    """Whether these are the first bytes of a LIF file."""
    return head[:4] == b"\x70\x00\x00\x00" and head[8:9] == b"\x2a"


def read_layout(file: FileBytes) -> LifLayout:
    """The XML and the blocks of a LIF or LOF file. Raises ReadError."""
    text, end = _text(file, 0)
    if text == _OBJECT:
        return _object_layout(file, end)
    root = _parsed(file, text)
    version = root.get("Version", "")
    if version not in ("1", "2"):
        raise damaged(file.path, f"its version is {version!r}, not 1 or 2")
    blocks, ends = _blocks(file, _BLOCK[int(version)], end)
    return LifLayout(root, blocks, ends)


def _object_layout(file: FileBytes, start: int) -> LifLayout:
    """The layout of a LOF file: one block of pixels, then its XML."""
    first, _, second, _ = _OBJECT_VERSION.unpack(file.read(start, _OBJECT_VERSION.size))
    third, size = _OBJECT_BLOCK.unpack(file.read(start + _OBJECT_VERSION.size, _OBJECT_BLOCK.size))
    if not first == second == third == _TEST:
        raise damaged(file.path, "its pixels do not begin as those of a Leica LOF file do")
    offset = start + _OBJECT_VERSION.size + _OBJECT_BLOCK.size
    if offset + size > file.size:
        raise file.cut_short(f"its pixels run to byte {offset + size}")
    root = _parsed(file, _text(file, offset + size)[0])
    if root.tag == "Data":
        # Older files leave out what the description of a project has around it.
        element = ElementTree.Element("Element", Name=file.path.stem)
        element.append(root)
        root = ElementTree.Element("LMSDataContainerHeader")
        root.append(element)
    memory = root.find("./Element/Memory")
    name = memory.get("MemoryBlockID", "") if memory is not None else ""
    return LifLayout(root, {name: MemoryBlock(offset, size, size)}, kind="LOF")


def _text(file: FileBytes, start: int) -> tuple[str, int]:
    """The text that begins with its header at a byte, and where it ends. Raises ReadError."""
    begin, _, test, characters = _HEADER.unpack(file.read(start, _HEADER.size))
    if begin != _BEGIN or test != _TEST:
        raise damaged(file.path, f"no description begins at byte {start}, where one should")
    end = start + _HEADER.size + 2 * characters
    if end > file.size:
        raise file.cut_short(f"its description runs to byte {end}")
    if characters > _MAX_XML_CHARACTERS:
        raise damaged(file.path, f"its description claims {characters} letters")
    try:
        return file.read(start + _HEADER.size, 2 * characters).decode("utf-16-le"), end
    except UnicodeDecodeError as error:
        raise damaged(file.path, f"its description is no text at byte {start + _HEADER.size + error.start}") from error


def _parsed(file: FileBytes, text: str) -> ElementTree.Element:
    # Entities can blow a small text up to gigabytes; LIF has none.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise damaged(file.path, "its description is not the plain XML of a LIF file")
    if text.count("<") > _MAX_MARKS:
        raise damaged(file.path, "its description has millions of elements")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        what = f"its description, with which a Leica LIF file begins, cannot be read ({error})"
        raise damaged(file.path, what) from error


def _blocks(file: FileBytes, header: struct.Struct, start: int) -> tuple[dict[str, MemoryBlock], str]:
    """Blocks by name, and why the chain of blocks broke off, if it did."""
    blocks: dict[str, MemoryBlock] = {}
    for _ in range(_MAX_BLOCKS):
        if start >= file.size:
            return blocks, f"it ends at byte {file.size} of {start}" if start > file.size else ""
        raw = file.read_up_to(start, header.size)
        if len(raw) < header.size:
            return blocks, f"it ends at byte {file.size}, within the description of a block"
        begin, _, first, size, second, characters = header.unpack(raw)
        if begin != _BEGIN or first != _TEST or second != _TEST:
            return blocks, f"no block begins at byte {start}, where one should"
        offset = start + header.size + 2 * characters
        if offset > file.size:
            return blocks, f"the block at byte {start} is not sound"
        name = file.read(start + header.size, 2 * characters).decode("utf-16-le", errors="replace")
        blocks.setdefault(name, MemoryBlock(offset, size, max(0, min(size, file.size - offset))))
        start = offset + size
    return blocks, f"it claims more than {_MAX_BLOCKS} blocks"
