"""What an ND2 file says of itself, read with the library: its frames, its loops, its channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import check_frame, damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.nd2_chunks import Nd2Bytes, Nd2Chunks

#: The descriptions that are read, in files of NIS-Elements from version 3 on, and in older ones.
_NEEDED = ((b"ImageAttributesLV!", b"ImageAttributes!"), (b"ImageMetadataSeqLV|0!", b"ImageMetadataSeq|0!"))
_FURTHER = ((b"ImageMetadataLV!", b"ImageMetadata!"), (b"ImageTextInfoLV!", b"ImageTextInfo!"))
_LETTERS = {"TimeLoop": "T", "NETimeLoop": "T", "ZStackLoop": "Z", "XYPosLoop": "P", "CustomLoop": "U"}
_BYTES = (1, 2, 4)


@dataclass(frozen=True)
class Nd2Frames:
    """How the pixels of a frame lie in its chunk: rows of pixels, each with all its channels. packed: by zlib."""

    height: int
    width: int
    components: int
    row_bytes: int
    dtype: np.dtype
    packed: bool

    @property
    def bytes(self) -> int:
        """Of a whole frame with all channels."""
        return self.height * self.row_bytes


@dataclass(frozen=True)
class Loop:
    """One loop of the experiment: its letter, its length, and what the library knows of it."""

    letter: str
    count: int
    parameters: Any


@dataclass(frozen=True)
class Nd2Description:
    """All that is read before the first pixel. metadata: the library's, None where it cannot be read."""

    frames: Nd2Frames
    sequences: int
    loops: tuple[Loop, ...]
    attributes: dict[str, Any]
    metadata: Any
    text: dict[str, str]
    picture: dict[str, Any] = field(default_factory=dict)


def read_description(chunks: Nd2Chunks) -> Nd2Description:
    """Frames, loops and metadata of an ND2 file. Raises ReadError."""
    for names in _NEEDED:
        if not any(name in chunks for name in names):
            raise damaged(chunks.file.path, f"the description of its frames is missing ({names[0].decode()})")
    for name in (name for names in (*_NEEDED, *_FURTHER) for name in names):
        chunks.check_description(name)
    return described(chunks.file)


def described(source: FileBytes) -> Nd2Description:
    """What the library makes of a file's descriptions, which were found sound before. Raises ReadError."""
    import nd2

    with nd2.ND2File(Nd2Bytes(source)) as file:
        return Nd2Description(
            frames=_frames(source.path, file.attributes, file.is_legacy),
            sequences=max(0, file.attributes.sequenceCount),
            loops=_loops(source.path, file.experiment),
            attributes=file.attributes._asdict(),
            metadata=_readable(lambda: file.metadata),
            text=dict(_readable(lambda: file.text_info) or {}),
            picture=_readable(lambda: _picture(file)) or {},
        )


def _frames(path: Path, attributes: Any, legacy: bool) -> Nd2Frames:
    bits, components = attributes.bitsPerComponentInMemory, attributes.componentCount
    # The oldest files state the bits of their pictures, which unpack to whole bytes.
    bits = -(-bits // 8) * 8 if legacy else bits
    channels = attributes.channelCount or 1
    if bits % 8 or bits // 8 not in _BYTES or components < 1:
        raise damaged(path, f"its pixels have {components} components of {bits} bits")
    if components // channels in (3, 4) and components % channels == 0:
        hint = "Open the recording in black and white, channel by channel."
        raise ReadError(f"{path.name} is a colour picture ({components} colours), not a fluorescence stack.", hint)
    dtype = np.dtype("float32") if bits == 32 else np.dtype(f"uint{bits}")
    width, height = attributes.widthPx or 0, attributes.heightPx
    check_frame(path, height, width * components, dtype)
    least = width * components * dtype.itemsize
    row_bytes = attributes.widthBytes or least
    if not least <= row_bytes <= 2 * least + 4096:
        raise damaged(path, f"its rows of {width} pixels claim {row_bytes} bytes")
    return Nd2Frames(height, width, components, row_bytes, dtype, attributes.compressionType == "lossless")


def _loops(path: Path, experiment: list[Any]) -> tuple[Loop, ...]:
    """The loops, slowest first. Two times that follow each other are one time: phases that were recorded in a row."""
    loops: list[Loop] = []
    for each in (loop for loop in experiment if loop.count > 1):
        letter = _LETTERS.get(each.type, "U")
        if loops and loops[-1].letter == letter:
            loops[-1] = Loop(letter, loops[-1].count * each.count, each.parameters)
        elif any(loop.letter == letter for loop in loops):
            words = " × ".join(f"{loop.letter}{loop.count}" for loop in (*loops, Loop(letter, each.count, None)))
            raise ReadError(
                f"{path.name} loops twice over the same axis ({words}), which cannot be told apart.",
                "Save one of the loops as a file of its own with NIS-Elements, and open that.",
            )
        else:
            loops.append(Loop(letter, each.count, each.parameters))
    return tuple(loops)


def _picture(file: Any) -> dict[str, Any]:
    """The raw description of the first frame: camera settings and exposure, which the library leaves out."""
    name = "ImageMetadataSeqLV|0" if file.version >= (3, 0) else "ImageMetadataSeq|0"
    content = file.unstructured_metadata(include={name}, strip_prefix=False).get(name, {})
    return content.get("SLxPictureMetadata", content)


def _readable(read: Any) -> Any:
    """What can be read, or None: a fault in the words of a file does not take its frames away."""
    try:
        return read()
    except ReadError:
        raise
    # The library meets a damaged description with errors of many kinds.
    except Exception:
        return None
