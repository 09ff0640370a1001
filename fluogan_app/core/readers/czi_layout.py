"""The images of a CZI file: its pictures sorted by scene, channel and time, those of a mosaic put together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_FRAME_BYTES, MAX_PLANES, damaged
from fluogan_app.core.readers.czi_directory import GRAY_TYPES, PIXEL_TYPES, Tile, Tiles
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.recorded import recorded_part
from fluogan_app.core.units import bytes_text

#: A recording may leave out many planes, of one channel for instance; a damaged directory leaves out nearly all.
_MOST_CELLS_PER_PLANE, _CELLS_WITHOUT_QUESTION = 64, 4096
_WORDS = {"T": "time points", "Z": "planes in depth"}


@dataclass(frozen=True)
class PlaneTable:
    """The pictures of a file, those of a plane together: plane p has rows first[p] to first[p + 1] − 1 of `tiles`."""

    tiles: Tiles
    first: np.ndarray

    def of_plane(self, plane: int) -> list[Tile]:
        """The pictures of a plane, in the order in which they are laid over each other."""
        return self.tiles.rows(slice(self.first[plane], self.first[plane + 1])).each()

    def of_scene(self, scene: int) -> np.ndarray:
        """The planes of a scene, by their numbers."""
        begin, end = np.searchsorted(self.places["S"], [scene, scene + 1])
        return np.arange(begin, end)

    @cached_property
    def places(self) -> dict[str, np.ndarray]:
        """Where each plane (p,) is along every axis; scene and channel are 0 where the file does not tell them."""
        nothing = np.zeros(len(self.first) - 1, np.int64)
        along = {letter: column[self.first[:-1]] for letter, column in self.tiles.starts.items()}
        return {letter: nothing for letter in "TCZS"} | along

    @cached_property
    def tile_counts(self) -> np.ndarray:
        """How many pictures make each plane (p,)."""
        return np.diff(self.first)

    @cached_property
    def cut(self) -> np.ndarray:
        """Whether the file's end cuts off a picture of each plane (p,)."""
        return np.logical_or.reduceat(self.tiles.cut, self.first[:-1])

    @cached_property
    def covered(self) -> np.ndarray:
        """The pixels that the pictures of each plane (p,) have together."""
        return np.add.reduceat(self.tiles.height * self.tiles.width, self.first[:-1])


@dataclass(frozen=True)
class CziImage:
    """One scene, or those of its channels that are alike in type of pixels, size and depth.

    planes: (leading axes…, 3) as plane, and y and x of the frame's first pixel in the whole; none is missing.
    scene, channels: their numbers in the file.
    """

    scene: int
    channels: tuple[int, ...]
    axes: str
    planes: np.ndarray
    height: int
    width: int
    dtype: np.dtype
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Group:
    """Channels of one scene that are alike: (y, x) of the first pixel of each by its number."""

    scene: int
    pixel_type: int
    height: int
    width: int
    corners: dict[int, tuple[int, int]]


def read_images(
    file: FileBytes, tiles: Tiles, name_of: Callable[[int], str]
) -> tuple[PlaneTable, tuple[CziImage, ...], tuple[str, ...]]:
    """All images that can be opened, and words on those that cannot; `name_of` names a scene by its number.

    Raises ReadError where no image can be opened.
    """
    if not len(tiles):
        raise damaged(file.path, "it holds reduced copies of its pictures only")
    table = _plane_table(file, tiles)
    images, left_out = [], []
    for group in _groups(file, table):
        try:
            images.append(_image(file, table, group, name_of(group.scene)))
        except ReadError as error:
            left_out.append(error)
    if not images:
        raise left_out[0]
    return table, tuple(images), tuple(dict.fromkeys(f"Left out: {error.message}" for error in left_out))


def _plane_table(file: FileBytes, tiles: Tiles) -> PlaneTable:
    if len(np.unique(tiles.position)) < len(tiles):
        raise damaged(file.path, "its directory names one picture twice")
    # Scenes first, so that the planes of one stand together.
    letters = sorted(set(tiles.starts) - {"M"}, key=lambda letter: (letter != "S", letter))
    # The last key sorts first; within a plane, later tiles of a mosaic lie over earlier ones.
    keys = [tiles.starts.get(letter, np.zeros(len(tiles), np.int64)) for letter in ["M", *letters[::-1]]]
    ordered = tiles.rows(np.lexsort(keys))
    begins = np.zeros(len(tiles) - 1, bool)
    for letter in letters:
        begins |= np.diff(ordered.starts[letter]) != 0
    return PlaneTable(ordered, np.concatenate([[0], np.flatnonzero(begins) + 1, [len(tiles)]]))


def _groups(file: FileBytes, table: PlaneTable) -> list[_Group]:
    """Each scene's channels, those together that are alike in type of pixels, size and depth."""
    tiles, nothing = table.tiles, np.zeros(len(table.tiles), np.int64)
    scenes, channels = tiles.starts.get("S", nothing), tiles.starts.get("C", nothing)
    order = np.lexsort([channels, scenes])
    changes = (np.diff(scenes[order]) != 0) | (np.diff(channels[order]) != 0)
    depths = [tiles.starts[letter] for letter in sorted(set(tiles.starts) - set("CMST"))]
    groups: dict[tuple[object, ...], _Group] = {}
    for rows in np.split(order, np.flatnonzero(changes) + 1):
        kinds = np.unique(tiles.pixel_type[rows])
        if len(kinds) > 1:
            raise damaged(file.path, "the pixels of one channel are of several types")
        y, x, height, width = _box(tiles.rows(rows))
        alike = (int(scenes[rows[0]]), int(kinds[0]), height, width)
        key = (*alike, *(_extent(depth[rows]) for depth in depths))
        groups.setdefault(key, _Group(*alike, {})).corners[int(channels[rows[0]])] = (y, x)
    return list(groups.values())


def _box(tiles: Tiles) -> tuple[int, int, int, int]:
    """The smallest frame that holds some pictures: y, x of its first pixel, height, width."""
    y, x = int(tiles.y.min()), int(tiles.x.min())
    return y, x, int((tiles.y + tiles.height).max()) - y, int((tiles.x + tiles.width).max()) - x


def _image(file: FileBytes, table: PlaneTable, group: _Group, name: str) -> CziImage:
    """The planes of one group in their places. Raises ReadError for what is no stack of grey frames."""
    dtype = _dtype(file, group.pixel_type)
    _check_size(file, group, dtype)
    channels = tuple(sorted(group.corners))
    of_scene = table.of_scene(group.scene)
    chosen = of_scene[np.isin(table.places["C"][of_scene], channels)]
    axes, counts, steps = _grid(file, table, chosen, channels)
    addresses, whole = _addresses(table, group, chosen)
    planes = np.full((*counts, 3), -1, np.int64)
    planes[tuple(step[whole] for step in steps)] = addresses[whole]
    planes, channels, left_out = _without_sparse_channels(planes, axes, channels, name)
    planes, shortened = recorded_part(planes, axes, name)
    missing = int((planes[..., 0] < 0).sum())
    if missing:
        where = f"it ends at byte {file.size}, before" if table.cut[chosen].any() else "it lacks"
        raise damaged(file.path, f"{where} {missing} of its {planes[..., 0].size} planes")
    gaps = _gaps(table, chosen, name)
    warnings = (*gaps, *left_out, *shortened, *_remarks(table, planes.reshape(-1, 3), group))
    axes, planes = _without_single_axes(axes, planes)
    return CziImage(group.scene, channels, axes, planes, group.height, group.width, dtype, warnings)


def _addresses(table: PlaneTable, group: _Group, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Addresses (n, 3) of planes, and which of them are whole (n,)."""
    addresses = np.zeros((len(chosen), 3), np.int64)
    addresses[:, 0] = chosen
    tile_counts, of_channel = table.tile_counts[chosen], table.places["C"][chosen]
    whole = ~table.cut[chosen]
    for channel, corner in group.corners.items():
        mine = of_channel == channel
        addresses[mine, 1:] = corner
        # A mosaic that was stopped early has fewer tiles in its last planes.
        whole[mine] &= tile_counts[mine] == tile_counts[mine].max()
    return addresses, whole


def _without_sparse_channels(
    planes: np.ndarray, axes: str, channels: tuple[int, ...], name: str
) -> tuple[np.ndarray, tuple[int, ...], tuple[str, ...]]:
    """Planes without the channels that were recorded now and then only, where that keeps more than a shorter time."""
    axis = axes.find("C")
    present = planes[..., 0] >= 0
    if axis < 0 or present.all():
        return planes, channels, ()
    complete = np.moveaxis(present, axis, 0).reshape(len(channels), -1).all(axis=1)
    places = np.flatnonzero(complete)
    shorter = recorded_part(planes, axes, name)[0][..., 0]
    if len(places) == 0 or ((shorter >= 0).all() and shorter.size >= present.size // len(channels) * len(places)):
        return planes, channels, ()
    lacking = ", ".join(str(channel) for channel in np.flatnonzero(~complete))
    sentence = f"“{name}”: of {len(channels)} channels, some lack frames and are left out (counted from 0: {lacking})."
    return planes.take(places, axis=axis), tuple(channels[place] for place in places), (sentence,)


def _without_single_axes(axes: str, planes: np.ndarray) -> tuple[str, np.ndarray]:
    kept = [axis for axis, count in enumerate(planes.shape[:-1]) if count > 1]
    return "".join(axes[axis] for axis in kept), planes.reshape(*(planes.shape[axis] for axis in kept), 3)


def _grid(
    file: FileBytes, table: PlaneTable, chosen: np.ndarray, channels: tuple[int, ...]
) -> tuple[str, tuple[int, ...], list[np.ndarray]]:
    """Axes that are longer than one, their lengths, and each chosen plane's index along each.

    What the file's numbers leave out on an axis has no index.
    """
    axes, counts, steps, cells = "", [], [], len(channels)
    for letter in ["T", *sorted(set(table.tiles.starts) - set("TCZSM")), "C", "Z"]:
        places = table.places[letter][chosen]
        if letter == "C":
            numbers = np.array(channels)
        else:
            numbers = np.unique(places)
            cells *= int(numbers[-1] - numbers[0]) + 1
        if len(numbers) > 1:
            axes += letter
            counts.append(len(numbers))
            steps.append(np.searchsorted(numbers, places))
    if cells > max(_CELLS_WITHOUT_QUESTION, _MOST_CELLS_PER_PLANE * len(chosen)) or cells > MAX_PLANES:
        raise damaged(file.path, f"its directory spreads {len(chosen)} planes over {cells} places")
    return axes, tuple(counts), steps


def _gaps(table: PlaneTable, chosen: np.ndarray, name: str) -> tuple[str, ...]:
    """Sentences on numbers that are left out along an axis, and on time points that other images have besides."""
    sentences = []
    for letter in sorted(set(table.tiles.starts) - set("CSM"), key=lambda letter: (letter != "T", letter)):
        numbers = np.unique(table.places[letter][chosen])
        first, last = int(numbers[0]), int(numbers[-1])
        lacking = last - first + 1 - len(numbers)
        if lacking:
            words = _WORDS.get(letter, f"places along axis {letter}")
            what = f"of the {words} {first} to {last}, {lacking} {'is' if lacking == 1 else 'are'} not in the file"
            sentences.append(f"“{name}”: {what}; the images on either side follow each other.")
    times, all_times = (np.unique(places) for places in (table.places["T"][chosen], table.places["T"]))
    if len(times) < len(all_times):
        sentences.append(f"“{name}” has {len(times)} time points, other images of the file up to {len(all_times)}.")
    return tuple(sentences)


def _extent(places: np.ndarray) -> tuple[int, int]:
    return int(places.min()), int(places.max())


def _remarks(table: PlaneTable, addresses: np.ndarray, group: _Group) -> tuple[str, ...]:
    """Sentences on frames that are put together of tiles, or that tiles do not fill."""
    remarks = []
    planes = addresses[:, 0]
    counts = table.tile_counts[planes]
    tiles = int(counts.max())
    if tiles > 1:
        remarks.append(f"Each frame is assembled from {tiles} tiles.")
    if tiles > 1 and (counts == tiles).all() and _tiles_move(table, addresses, tiles):
        remarks.append("The tiles do not lie at the same places in every frame.")
    areas = table.covered[planes]
    if (areas < group.height * group.width).any():
        covered = 100 * int(areas.min()) // (group.height * group.width)
        what = "The tiles" if tiles > 1 else "The pictures do not all lie at the same place: they"
        remarks.append(f"{what} cover {covered} % of a frame; the rest is zero.")
    return tuple(remarks)


def _tiles_move(table: PlaneTable, addresses: np.ndarray, tiles: int) -> bool:
    """Whether tiles lie elsewhere in one frame than in another, as they do where their places are damaged."""
    rows = table.first[addresses[:, 0]][:, None] + np.arange(tiles)
    y = table.tiles.y[rows] - addresses[:, 1:2]
    x = table.tiles.x[rows] - addresses[:, 2:3]
    return bool((y != y[:1]).any() or (x != x[:1]).any())


def _dtype(file: FileBytes, pixel_type: int) -> np.dtype:
    if pixel_type in GRAY_TYPES:
        return GRAY_TYPES[pixel_type]
    name = PIXEL_TYPES[pixel_type]
    hint = "Open a stack of grey frames, as the camera recorded them."
    if name.startswith("Bgr"):
        raise ReadError(f"{file.path.name} is a colour picture ({name}), not a fluorescence stack.", hint)
    raise ReadError(f"{file.path.name} has pixels of a type that is not opened here ({name}).", hint)


def _check_size(file: FileBytes, group: _Group, dtype: np.dtype) -> None:
    needed = group.height * group.width * dtype.itemsize
    if needed > MAX_FRAME_BYTES:
        size = f"{group.height} × {group.width} pixels ({bytes_text(needed)})"
        hint = "Cut out the part that matters with ZEN, and open that."
        raise ReadError(f"A frame of {file.path.name} would have {size}, more than can be held at once.", hint)
