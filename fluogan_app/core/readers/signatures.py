"""What a file is, told by its content, and the way out for what no reader here opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.errors import ReadError

_SAVE = "Save it as TIFF or OME-TIFF with the microscope's program or Fiji, and open that."
_STACK = "Open the recorded stack itself: TIFF, CZI, ND2, LIF or another file of the microscope's."
_SHOWN = "Its numbers were changed to look well, so that they count no photons any more. " + _STACK


@dataclass(frozen=True)
class Format:
    """A kind of file: its name with an article, the test that knows it by its first bytes, and the way out."""

    name: str
    fits: Callable[[bytes], bool]
    way_out: str = _SAVE


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _at(offset: int, magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[offset : offset + len(magic)] == magic


def _is_lif(head: bytes) -> bool:
    return head[:4] == b"\x70\x00\x00\x00" and head[8:9] == b"\x2a"


def _is_xlif(head: bytes) -> bool:
    root = "LMSDataContainerHeader"
    return root.encode() in head or root.encode("utf-16-le") in head


def is_spe(head: bytes) -> bool:
    """Whether this is the header of an SPE file, as Princeton Instruments' cameras leave it."""
    return _at(4098, b"\x55\x55")(head) or _at(2996, b"\x67\x45\x23\x01")(head)


def is_compound(head: bytes) -> bool:
    """Whether this is a compound document: a file that holds files, as OIB and ZVI are."""
    return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def is_deltavision(head: bytes) -> bool:
    """Whether this is the header of a DeltaVision file, in either byte order."""
    return head[96:98] in (b"\xa0\xc0", b"\xc0\xa0") and len(head) >= 1024


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\r\n\t\f\ufeff" for letter in text)


def is_oif(head: bytes) -> bool:
    """Whether these are the settings of an OIF file, text in UTF-16 that begins with a section."""
    text = head.decode("utf-16-le", "ignore")
    return text.startswith("\ufeff[") and ("[Acquisition Parameters Common]" in text or "[ProfileSaveInfo]" in text)


#: Formats that microscopes and neighbouring programs write, the ones opened here among them, for they may be damaged
#: in their very beginning or be named otherwise. The first that fits names the file.
FORMATS: tuple[Format, ...] = (
    Format("a Zeiss CZI file", _starts(b"ZISRAW")),
    Format("a Nikon ND2 file", _starts(b"\xda\xce\xbe\x0a")),
    Format("a JPEG 2000 picture", _starts(b"\x00\x00\x00\x0cjP  "), _STACK),
    Format("a Leica LIF file", _is_lif),
    Format(
        "a Leica XLIF or XLEF description, which holds no pixels", _is_xlif,
        "Open the LOF or TIFF files with the pixels that stand beside it, or save the project as LIF with LAS X.",
    ),
    Format("an Olympus OIB or Zeiss ZVI file", is_compound),
    Format("an Olympus OIF file", is_oif, "Save it as OIB or OME-TIFF with FluoView or Fiji, and open that."),
    Format("a Princeton SPE file", is_spe),
    Format("a DeltaVision file", is_deltavision),
    Format("a Hamamatsu DCIMG file", _starts(b"DCIMG"), "Export it as TIFF from HCImage or HoKaWo, and open that."),
    Format("a Norpix SEQ film", _starts(b"\xed\xfe\0\0"), "Export it as TIFF from StreamPix, and open that."),
    Format(
        "an Andor SIF file", _starts(b"Andor Technology Multi-Channel File"),
        "Export it as TIFF from Solis or iQ, and open that.",
    ),
    Format(
        "an HDF5 file (Imaris IMS, h5)", _starts(b"\x89HDF\r\n\x1a\n"),
        "Export it as OME-TIFF from Imaris, or from Fiji with Bio-Formats, and open that.",
    ),
    Format("an MRC file", _at(208, b"MAP ")),
    Format("an ICS file", _starts(b"ics_version", b"\t\r\nics_version")),
    Format("a DICOM file", _at(128, b"DICM")),
    Format("a FITS file", _starts(b"SIMPLE  =")),
    Format("a NumPy file", _starts(b"\x93NUMPY"), "Save the array with tifffile.imwrite, axes T, Y, X, and open that."),
    Format("a MATLAB file", _starts(b"MATLAB "), "Save the array as TIFF, and open that."),
    Format("a PNG picture", _starts(b"\x89PNG\r\n\x1a\n"), _STACK),
    Format("a PGM picture", _starts(b"P5\n", b"P5 ", b"P5\r"), _STACK),
    Format("a JPEG picture", _starts(b"\xff\xd8\xff"), _SHOWN),
    Format("a GIF picture", _starts(b"GIF87a", b"GIF89a"), _SHOWN),
    Format("a BMP picture", lambda head: head[:2] == b"BM" and head[6:10] == b"\0\0\0\0", _STACK),
    Format("a WebP picture", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _SHOWN),
    Format(
        "a film", lambda head: head[:4] in (b"RIFF", b"\x1a\x45\xdf\xa3") or head[4:8] in (b"ftyp", b"moov"), _SHOWN
    ),
    Format("a ZIP archive", _starts(b"PK\x03\x04"), "Unpack it, and open the stack that is in it."),
    Format("a gzip archive", _starts(b"\x1f\x8b"), "Unpack it, and open the stack that is in it."),
    Format("a PDF document", _starts(b"%PDF"), _STACK),
    Format("a text file", _is_text, _STACK),
)  # fmt: skip
#: Name endings that promise a stack; a file that is something else is told to be misnamed.
_PROMISING = (".tif", ".tiff", ".czi", ".nd2", ".lif", ".spe", ".oib", ".stk", ".lsm")


def format_of(head: bytes) -> Format | None:
    """What a file that begins with these bytes is, or None where nobody here knows."""
    return next((known for known in FORMATS if known.fits(head)), None)


def not_opened(path: Path, head: bytes) -> ReadError:
    """The error for a file that no reader takes; it says what the file is instead, and the way out."""
    known = format_of(head)
    if known is None:
        begins = " ".join(f"{byte:02x}" for byte in head[:8])
        return ReadError(f"{path.name} is no image file that is known here: it begins with the bytes {begins}.", _SAVE)
    misnamed = path.suffix.lower() in _PROMISING and path.suffix[1:].upper() not in known.name
    although = f", although its name ends in {path.suffix}" if misnamed else ""
    return ReadError(f"{path.name} is {known.name}{although}, which is not opened here.", known.way_out)

