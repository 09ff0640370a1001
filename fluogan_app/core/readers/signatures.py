"""What a file is, told by its content: the name of a format that this version does not open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fluogan_app.core.errors import ReadError


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _at(offset: int, magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[offset : offset + len(magic)] == magic


def _is_lif(head: bytes) -> bool:
    return head[:4] == b"\x70\x00\x00\x00" and head[8:9] == b"\x2a"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)


#: Formats that neighbouring programs write, with the test that knows them; the first that fits names the file.
FORMATS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("a Zeiss CZI file", _starts(b"ZISRAW")),
    ("a Nikon ND2 file", _starts(b"\xda\xce\xbe\x0a", b"\x00\x00\x00\x0cjP  ")),
    ("a Leica LIF file", _is_lif),
    ("an Olympus OIB or Zeiss ZVI file", _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("a Princeton SPE file", lambda head: _at(4098, b"\x55\x55")(head) or _at(2996, b"\x67\x45\x23\x01")(head)),
    ("a Hamamatsu DCIMG file", _starts(b"DCIMG")),
    ("an Andor SIF file", _starts(b"Andor Technology Multi-Channel File")),
    ("an HDF5 file (Imaris IMS, h5)", _starts(b"\x89HDF\r\n\x1a\n")),
    ("a DICOM file", _at(128, b"DICM")),
    ("an MRC file", _at(208, b"MAP ")),
    ("a FITS file", _starts(b"SIMPLE  =")),
    ("a NumPy file", _starts(b"\x93NUMPY")),
    ("a PNG picture", _starts(b"\x89PNG\r\n\x1a\n")),
    ("a JPEG picture", _starts(b"\xff\xd8\xff")),
    ("a GIF picture", _starts(b"GIF87a", b"GIF89a")),
    ("a BMP picture", lambda head: head[:2] == b"BM" and head[6:10] == b"\0\0\0\0"),
    ("a film", lambda head: head[:4] == b"RIFF" or head[4:8] == b"ftyp"),
    ("a ZIP archive", _starts(b"PK\x03\x04")),
    ("a gzip archive", _starts(b"\x1f\x8b")),
    ("a PDF document", _starts(b"%PDF")),
    ("a text file", _is_text),
)


def format_name(head: bytes) -> str | None:
    """What a file that begins with these bytes is, with its article ("a Zeiss CZI file"), or None."""
    return next((name for name, fits in FORMATS if fits(head)), None)


def not_opened(path: Path, head: bytes) -> ReadError:
    """The error for a file that no reader takes; it says what the file is instead."""
    name = format_name(head)
    hint = "Save it as TIFF or OME-TIFF with the microscope's program or Fiji, and open that."
    if name is None:
        begins = " ".join(f"{byte:02x}" for byte in head[:8])
        return ReadError(f"{path.name} is no image file that is known here: it begins with the bytes {begins}.", hint)
    if name in ("a text file", "a PDF document"):
        hint = "Open the recorded stack, a TIFF file."
    although = f", although its name ends in {path.suffix}" if path.suffix.lower() in (".tif", ".tiff") else ""
    return ReadError(f"{path.name} is {name}{although}; this version opens TIFF stacks.", hint)
