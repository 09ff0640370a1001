"""Compound documents written byte by byte: sectors of 512 bytes, small files in a file of their own."""

from __future__ import annotations

import struct

SECTOR, SMALL, CUTOFF = 512, 64, 4096
END, FREE, TABLE, NOTHING = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


def compound_document(files: dict[str, bytes]) -> bytes:
    """A document with these files; those named "folder/name" lie in a folder of it."""
    sectors: list[bytes] = []
    table: list[int] = []
    starts: dict[str, int] = {}
    small, small_table = b"", []
    for name, content in files.items():
        if len(content) >= CUTOFF:
            starts[name] = _added(sectors, table, content)
            continue
        starts[name] = len(small_table)
        pieces = -(-len(content) // SMALL)
        small_table += [*range(len(small_table) + 1, len(small_table) + pieces), END]
        small += content.ljust(pieces * SMALL, b"\0")
    small_start = _added(sectors, table, small) if small else END
    small_table_start = _added(sectors, table, struct.pack(f"<{len(small_table)}I", *small_table), b"\xff")
    directory = _added(sectors, table, _directory(files, starts, small_start, len(small)))
    count = -(-(len(table) + 1) // (SECTOR // 4 - 1))
    places = list(range(len(sectors), len(sectors) + count))
    table += [TABLE] * count
    packed = struct.pack(f"<{len(table)}I", *table).ljust(count * SECTOR, b"\xff")
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 62, 3, 0xFFFE, 9, 6)
    struct.pack_into("<8I", header, 44, count, directory, 0, CUTOFF, small_table_start, 1, END, 0)
    struct.pack_into("<109I", header, 76, *places, *[FREE] * (109 - count))
    return bytes(header) + b"".join(sectors) + packed


def _added(sectors: list[bytes], table: list[int], content: bytes, fill: bytes = b"\0") -> int:
    """Put a content at the end; the number of its first sector."""
    start, count = len(sectors), max(1, -(-len(content) // SECTOR))
    padded = content.ljust(count * SECTOR, fill)
    sectors += [padded[at * SECTOR :][:SECTOR] for at in range(count)]
    table += [*range(start + 1, start + count), END]
    return start


def _directory(files: dict[str, bytes], starts: dict[str, int], small_start: int, small_bytes: int) -> bytes:
    """The root, its files and folders in a row, then each folder's files in a row."""
    folders = sorted({name.split("/")[0] for name in files if "/" in name})
    here = [name for name in files if "/" not in name] + folders
    listed = [here, *([name for name in files if name.startswith(folder + "/")] for folder in folders)]
    first = [1]
    for names in listed:
        first.append(first[-1] + len(names))
    entries = [_entry("Root Entry", 5, NOTHING, first[0], small_start, small_bytes)]
    for names, start in zip(listed, first, strict=False):
        for at, name in enumerate(names):
            following = start + at + 1 if at + 1 < len(names) else NOTHING
            if name in folders:
                entries.append(_entry(name, 1, following, first[1 + folders.index(name)], 0, 0))
            else:
                entries.append(_entry(name.split("/")[-1], 2, following, NOTHING, starts[name], len(files[name])))
    return b"".join(entries)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, NOTHING, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)
