"""How the pages of a TIFF file are stored: sizes, types and packing, and which of them are frames of a camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_FRAME_BYTES, damaged
from fluogan_app.core.readers.tiff_bytes import TiffBytes
from fluogan_app.core.units import bytes_text

MIN_IS_WHITE, MIN_IS_BLACK, PALETTE = 0, 1, 3
RGB = 2
_COLOUR = {2: "RGB", 5: "CMYK", 6: "YCbCr", 8: "Lab", 9: "Lab", 10: "Lab", 32803: "camera raw"}
#: What the decoder knows, without the schemes that only fax machines use, and WebP, which holds colours alone.
_COMPRESSIONS = {
    1: "none", 5: "LZW", 6: "JPEG", 7: "JPEG", 8: "deflate", 32773: "PackBits", 32946: "deflate", 33003: "JPEG 2000",
    33004: "JPEG 2000", 33005: "JPEG 2000", 33007: "JPEG", 34712: "JPEG 2000", 34887: "LERC", 34892: "JPEG",
    34925: "LZMA", 34926: "Zstandard", 34933: "PNG", 34934: "JPEG XR", 22610: "JPEG XR",
    48124: "Jetraw", 50000: "Zstandard", 50002: "JPEG XL", 50013: "Pixtiff",
}  # fmt: skip
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}
WHOLE_BITS = (8, 16, 32, 64)
PACKED_BITS = (10, 12, 14)

_PREDICTORS = {1: "", 2: " of differences", 3: " of differences between floats"}
#: Spectral detectors give some thirty values per pixel.
MAX_SAMPLES = 256


@dataclass(frozen=True)
class PageFormat:
    """How a page's pixels are stored. Frames of one stack have equal formats.

    separate: whether the samples are pictures one behind the other. transparent: whether a sample is opacity.
    zeiss: whether the file is Zeiss' LSM.
    """

    height: int
    width: int
    bits: int
    kind: int
    samples: int
    compression: int
    photometric: int
    predictor: int
    fill_order: int
    tiled: bool
    separate: bool = False
    transparent: bool = False
    zeiss: bool = False

    @property
    def dtype(self) -> np.dtype:
        """Type of the pixels in memory, in the machine's own byte order."""
        size = next(bits for bits in WHOLE_BITS if bits >= self.bits) // 8
        return np.dtype(f"{_KINDS[self.kind]}{size}")

    @property
    def frame_bytes(self) -> int:
        """Memory of one frame; a page of several samples holds as many."""
        return self.height * self.width * self.dtype.itemsize

    @property
    def page_bytes(self) -> int:
        """Memory of all samples of a page."""
        return self.frame_bytes * self.samples

    @property
    def readable(self) -> bool:
        """Whether the pixels can be numbers of a grey picture; pages of others are looked at no further."""
        known = self.kind in _KINDS and 1 < self.bits <= WHOLE_BITS[-1] and 1 <= self.samples <= MAX_SAMPLES
        return known and self.photometric not in _COLOUR and self.height * self.width > 0

    @property
    def packing(self) -> str:
        """How the pixels are packed, in words."""
        compressed = "uncompressed" if self.compression == 1 else compression_name(self)
        predicted = _PREDICTORS.get(self.predictor, f" of differences by scheme {self.predictor}")
        tiled = " in tiles" if self.tiled else ""
        separate = " channel by channel" if self.separate and self.samples > 1 else ""
        reversed_bits = " with the lowest bit first" if self.fill_order == 2 else ""
        return compressed + predicted + tiled + separate + reversed_bits

    @property
    def plain(self) -> bool:
        """Whether the bytes in the file are the pixels as they are."""
        packed = self.bits not in WHOLE_BITS
        return self.compression == 1 and self.predictor == 1 and self.fill_order == 1 and not self.tiled and not packed

    def __str__(self) -> str:
        kind = {1: "unsigned", 2: "signed", 3: "float", 4: ""}.get(self.kind, "unknown")
        samples = f", {self.samples} values each" if self.samples > 1 else ""
        return f"{self.height} × {self.width} pixels of {self.bits} bit {kind}".rstrip() + samples


def same_frame(one: PageFormat, other: PageFormat) -> bool:
    """Whether two pages can be frames of one stack: equal size and type, whatever their compression."""
    return one is other or (one.height, one.width, one.bits, one.kind, one.samples) == (
        other.height, other.width, other.bits, other.kind, other.samples,
    )  # fmt: skip


def check_format(tiff: TiffBytes, format: PageFormat) -> None:
    """Raises ReadError for pages that are no frames of a camera, or that are too large to be true."""
    if min(format.height, format.width) < 1:
        raise damaged(tiff.path, f"its frames have {format.height} × {format.width} pixels")
    hint = "Open a stack of grey frames, as the camera recorded them."
    if format.photometric in _COLOUR or format.transparent or not 1 <= format.samples <= MAX_SAMPLES:
        otherwise = "with transparency" if format.transparent else "many values per pixel"
        colours = _COLOUR.get(format.photometric, otherwise)
        raise ReadError(f"{tiff.path.name} is a colour picture ({colours}), not a fluorescence stack.", hint)
    if format.bits == 1:
        message = f"{tiff.path.name} holds black-and-white pages (1 bit per pixel), not a fluorescence stack."
        raise ReadError(message, hint)
    _check_coding(tiff, format, hint)
    if format.page_bytes > MAX_FRAME_BYTES:
        raise damaged(tiff.path, f"a frame of {format} would take {bytes_text(format.frame_bytes)}")


def _check_coding(tiff: TiffBytes, format: PageFormat, hint: str) -> None:
    known_bits = WHOLE_BITS + PACKED_BITS if format.kind in (1, 4) else WHOLE_BITS
    if format.kind not in _KINDS or format.bits not in known_bits or (format.kind == 3 and format.bits == 8):
        message = f"{tiff.path.name} has pixels of a type that cannot be read: {format}, format {format.kind}."
        raise ReadError(message, hint)
    check_packing(tiff, format)


def check_packing(tiff: TiffBytes, format: PageFormat, page: str = "") -> None:
    """Raises ReadError for pixels that no known program unpacks; `page` are words before the file's name."""
    if format.compression not in _COMPRESSIONS:
        what = f"compressed in a way that cannot be read (scheme {format.compression})"
    elif format.predictor not in _PREDICTORS or (format.predictor == 3) > (format.kind == 3):
        what = f"packed by differences in a way that cannot be read (scheme {format.predictor})"
    else:
        return
    hint = "Open a stack of grey frames, as the camera recorded them."
    raise ReadError(f"{page}{tiff.path.name} is {what}.", hint)


def compression_name(format: PageFormat) -> str:
    """The name of a page's compression."""
    return _COMPRESSIONS.get(format.compression, str(format.compression))
