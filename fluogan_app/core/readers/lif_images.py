"""The images of a LIF project: their axes, where each plane begins, and which of them cannot be opened, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.base import MAX_FRAME_BYTES, MAX_PLANES
from fluogan_app.core.readers.lif_blocks import LifLayout, MemoryBlock
from fluogan_app.core.readers.lif_recording import recording_of
from fluogan_app.core.readers.recorded import recorded_part

#: The letters of the dimensions that Leica numbers: λ of emission L, of excitation E, rotation A, tiles M, loop R.
_LETTERS = {1: "X", 2: "Y", 3: "Z", 4: "T", 5: "L", 6: "A", 7: "N", 8: "U", 9: "E", 10: "M", 11: "R"}
_PLACES = "XYZ"
#: Folders within folders; what claims more is damaged.
_DEEPEST = 64
_MAX_IMAGES = 100_000
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Dimension:
    """One dimension of an image: its letter, its length, and how many bytes lie from one place to the next."""

    letter: str
    count: int
    step: int


@dataclass(frozen=True)
class Channels:
    """The channels of an image: the byte at which each begins, and the type of their pixels."""

    offsets: tuple[int, ...]
    dtype: np.dtype

    @property
    def step(self) -> int:
        """Bytes from the first channel to the second, 0 where there is one only."""
        return self.offsets[1] - self.offsets[0] if len(self.offsets) > 1 else 0


@dataclass(frozen=True)
class PlaneShape:
    """How the pixels of a plane lie in the file."""

    height: int
    width: int
    row_bytes: int
    pixel_bytes: int
    dtype: np.dtype

    def span(self, rows: int) -> int:
        """Bytes from the first pixel of some rows to the end of their last."""
        return (rows - 1) * self.row_bytes + (self.width - 1) * self.pixel_bytes + self.dtype.itemsize


@dataclass(frozen=True)
class LifImage:
    """One image that can be opened; planes: addresses (leading axes…, 1), the byte of the file where a plane begins."""

    name: str
    axes: str
    planes: np.ndarray
    shape: PlaneShape
    recording: Recording
    warnings: tuple[str, ...]


def read_images(layout: LifLayout) -> tuple[list[LifImage], list[str]]:
    """The images that can be opened, and of each other one its name and the reason."""
    images, left_out = [], []
    for path, element in _elements(layout.root):
        try:
            images.append(_image(path, element, layout))
        except ValueError as error:
            left_out.append(f"“{path}” ({error})")
    return images, left_out


def _elements(root: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """Elements that hold an image, with their folders' names before their own; the project's own name is left out."""
    waiting = [("", element, 0) for element in reversed(root.findall("./Element"))]
    found = 0
    while waiting and found < _MAX_IMAGES:
        path, element, depth = waiting.pop()
        name = " ".join(element.get("Name", "").split())[:_LONGEST_NAME] or "Image"
        if element.find("./Data/Image") is not None or element.find("./Data/SingleMoleculeDetection") is not None:
            found += 1
            yield (path + name, element)
        below = "" if depth == 0 else f"{path}{name}/"
        if depth < _DEEPEST:
            waiting.extend((below, child, depth + 1) for child in reversed(element.findall("./Children/Element")))


def _image(path: str, element: ElementTree.Element, layout: LifLayout) -> LifImage:
    """One image. Raises ValueError, with the reason, where it cannot be opened."""
    image = element.find("./Data/Image")
    if image is None:
        raise ValueError("a recording of lifetimes")
    dimensions, channels = _dimensions(image), _channels(image)
    block = _block(element, layout)
    sides, leading = _sides(dimensions)
    shape = PlaneShape(sides[1].count, sides[0].count, sides[1].step, sides[0].step, channels.dtype)
    _check_claims(dimensions, channels, shape, block)
    axes, planes = _planes(leading, channels, block, shape)
    recording = recording_of(image, {each.letter: each.count for each in dimensions}, _side_letters(sides), axes)
    planes, cut = recorded_part(planes, axes, path)
    missing = int((planes[..., 0] < 0).sum())
    if missing:
        raise ValueError(f"{missing} of its {planes[..., 0].size} planes are not in the file")
    words = (*_section_words(path, sides, leading), *cut, *_unused(path, dimensions, channels, block))
    return LifImage(path, _frame_axes(axes, sides), planes, shape, recording, words)


def _dimensions(image: ElementTree.Element) -> list[Dimension]:
    found = []
    for each in image.findall("./ImageDescription/Dimensions/DimensionDescription"):
        number = _whole(each, "DimID")
        found.append(
            Dimension(_LETTERS.get(number, ""), _whole(each, "NumberOfElements", 1), _whole(each, "BytesInc"))
        )
    letters = [each.letter for each in found]
    if "" in letters or len(set(letters)) < len(letters):
        raise ValueError(f"its dimensions are not known: {', '.join(letter or '?' for letter in letters)}")
    if any(each.count > 1 and each.step == 0 for each in found):
        raise ValueError("its places all begin at the same byte")
    return found


def _channels(image: ElementTree.Element) -> Channels:
    elements = image.findall("./ImageDescription/Channels/ChannelDescription")
    if not elements:
        raise ValueError("it names no channel")
    if any(_whole(each, "ChannelTag") for each in elements):
        raise ValueError("a colour picture")
    types = {_pixel_type(each) for each in elements}
    if len(types) > 1:
        raise ValueError("its channels have different types")
    return Channels(tuple(_whole(each, "BytesInc") for each in elements), types.pop())


def _pixel_type(channel: ElementTree.Element) -> np.dtype:
    kind, bits = _whole(channel, "DataType"), _whole(channel, "Resolution", 1)
    size = next((size for size in (1, 2, 4, 8) if bits <= 8 * size), 0)
    if kind > 1 or not size or (kind == 1 and size == 1):
        raise ValueError(f"its pixels are of type {kind} with {bits} bits")
    return np.dtype(f"<{'uf'[kind]}{size}")


def _block(element: ElementTree.Element, layout: LifLayout) -> MemoryBlock:
    memory = element.find("./Memory")
    name = memory.get("MemoryBlockID", "") if memory is not None else ""
    if memory is not None and memory.get("Size") == "0":
        raise ValueError("it holds no pixels")
    if name not in layout.blocks or not layout.blocks[name].held:
        raise ValueError("its pixels are not in the file")
    block = layout.blocks[name]
    if memory is not None and memory.get("Size") not in (None, str(block.size)):
        raise ValueError(f"it claims {memory.get('Size', '')[:20]!r} bytes, and its block {block.size}")
    return block


def _sides(dimensions: list[Dimension]) -> tuple[tuple[Dimension, Dimension], list[Dimension]]:
    """The sides of a plane, width first: the two places that lie closest in the file; and what is left, slowest first.

    A plane is not always x and y: a confocal can scan x and z.
    """
    longer = [each for each in dimensions if each.count > 1]
    places = sorted((each for each in longer if each.letter in _PLACES), key=lambda each: each.step)
    if len(places) < 2:
        scanned = ", ".join(each.letter for each in longer) or "one point"
        raise ValueError(f"a scan of a line or point ({scanned}), without frames")
    width, height = sorted(places[:2], key=lambda each: _PLACES.index(each.letter))
    leading = [each for each in longer if each not in (width, height)]
    return (width, height), sorted(leading, key=lambda each: -each.step)


def _check_claims(dimensions: list[Dimension], channels: Channels, shape: PlaneShape, block: MemoryBlock) -> None:
    """Raises ValueError for an image that is larger than its block, before anything is allocated."""
    count = math.prod(each.count for each in dimensions) * len(channels.offsets)
    steps = sum((each.count - 1) * each.step for each in dimensions)
    end = max(count * channels.dtype.itemsize, steps + max(channels.offsets) + channels.dtype.itemsize)
    if end > block.size:
        raise ValueError(f"its pixels would take {end} bytes, but its block has {block.size}")
    if shape.span(shape.height) > MAX_FRAME_BYTES or count // (shape.height * shape.width) > MAX_PLANES:
        raise ValueError(f"it claims {count // (shape.height * shape.width)} planes of {shape.height} × {shape.width}")


def _planes(
    leading: list[Dimension], channels: Channels, block: MemoryBlock, shape: PlaneShape
) -> tuple[str, np.ndarray]:
    """The leading axes, slowest first, and where each plane begins (leading axes…, 1); −1 beyond the file's end."""
    steps = [(each.step, each.letter, np.arange(each.count) * each.step) for each in leading]
    if len(channels.offsets) > 1:
        steps.append((channels.step, "C", np.array(channels.offsets)))
    steps.sort(key=lambda each: -each[0])
    begins = np.zeros((), np.int64)
    for _, _, offsets in steps:
        begins = begins[..., np.newaxis] + offsets
    held = begins + shape.span(shape.height) <= block.held
    planes = np.where(held, begins + block.offset, -1)
    return "".join(letter for _, letter, _ in steps), planes[..., np.newaxis].astype(np.int64)


def _side_letters(sides: tuple[Dimension, Dimension]) -> str:
    return sides[0].letter + sides[1].letter


def _frame_axes(axes: str, sides: tuple[Dimension, Dimension]) -> str:
    """The letters of the leading axes, a place among them as depth, since the sides are Y and X from now on."""
    return axes if _side_letters(sides) == "XY" else axes.replace("Y", "Z").replace("X", "Z")


def _section_words(path: str, sides: tuple[Dimension, Dimension], leading: list[Dimension]) -> tuple[str, ...]:
    if _side_letters(sides) == "XY":
        return ()
    across, down = (each.letter.lower() for each in sides)
    depth = next((f"; its {each.letter.lower()} is taken as depth" for each in leading if each.letter in _PLACES), "")
    return (f"“{path}” is a section: its frames show the file's {across} from left to right and {down} down{depth}.",)


def _unused(path: str, dimensions: list[Dimension], channels: Channels, block: MemoryBlock) -> tuple[str, ...]:
    used = math.prod(each.count for each in dimensions) * len(channels.offsets) * channels.dtype.itemsize
    if used == block.size:
        return ()
    return (f"“{path}” describes {used} bytes of pixels, but the file keeps {block.size}; it may be damaged.",)


def _whole(element: ElementTree.Element, name: str, least: int = 0) -> int:
    text = element.get(name, "")
    try:
        number = int(text)
    except ValueError as error:
        raise ValueError(f"its {name} is {text[:40]!r}") from error
    if not least <= number < 2**62:
        raise ValueError(f"its {name} is {number}")
    return number
