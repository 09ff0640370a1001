"""The reader of TIFF stacks: plain, ImageJ, OME, Micro-Manager and BigTIFF, as they are on disk."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import Scene, place_of_opened_file
from fluogan_app.core.readers.ome_xml import is_ome
from fluogan_app.core.readers.tiff_calibration import tag_recording
from fluogan_app.core.readers.tiff_format import MIN_IS_WHITE, PALETTE, PageFormat
from fluogan_app.core.readers.tiff_frames import TiffContainer, TiffSource
from fluogan_app.core.readers.tiff_imagej import imagej_layout, imagej_notes, imagej_recording
from fluogan_app.core.readers.tiff_laboratory import (
    andor_recording,
    fluoview_layout,
    is_fluoview,
    scanimage_layout,
    scanimage_notes,
)
from fluogan_app.core.readers.tiff_lsm import is_lsm, lsm_layout
from fluogan_app.core.readers.tiff_metamorph import is_stk, metamorph_recording, stk_layout
from fluogan_app.core.readers.tiff_micromanager import micromanager_recording
from fluogan_app.core.readers.tiff_ndtiff import is_ndtiff, micromanager_layout, ndtiff_layout
from fluogan_app.core.readers.tiff_ome import ome_layout
from fluogan_app.core.readers.tiff_scenes import (
    TiffLayout,
    TiffScene,
    description_of,
    plain_layout,
    samples_as_channels,
    tifffile_layout,
    tifffile_shape,
)

#: A single small frame may come with notes that are longer than itself; with more, frames have lost their description.
_ROOM_FOR_NOTES = 3


_ENDING = re.compile(r"(.*?)((?:\.ome)?(?:\.[^.]*)?)", re.IGNORECASE | re.DOTALL)
#: The name of a file that goes on where another one was full.
_PART = re.compile(r"(.*_MMStack.*)_[0-9]+(\.ome\.tiff?)", re.IGNORECASE)


class TiffReader:
    """Reads every dialect of TIFF that a fluorescence stack comes in."""

    name = "TIFF"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether these are the first bytes of a TIFF or BigTIFF."""
        return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

    def open(self, path: Path) -> TiffFile:
        """The file with its images. Raises ReadError."""
        check_holds_pixels(path)
        container = _master(TiffContainer(path))
        try:
            return TiffFile(container, layout_of(container))
        except BaseException:
            container.close()
            raise


class TiffFile:
    """An open TIFF with its images; addresses are (file, page), of pages with several samples (file, page, sample)."""

    def __init__(self, container: TiffContainer, layout: TiffLayout) -> None:
        self._container, self._pages = container, layout.pages
        self.dialect, self.files = layout.dialect, layout.files
        self.scenes: tuple[Scene, ...] = tuple(_scene(container, layout, scene) for scene in layout.scenes)

    def source(self, scene: Scene, addresses: np.ndarray) -> TiffSource:
        """The frames at some addresses (T, 2 or 3). Raises ReadError."""
        return TiffSource(self._container, self._pages, self.files, addresses)

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()


def check_holds_pixels(path: Path) -> None:
    """Raises ReadError for Olympus' VSI, a TIFF with a thumbnail, whose pixels are in a folder beside it."""
    if path.suffix.lower() == ".vsi" or (path.parent / f"_{path.stem}_" / "stack1").is_dir():
        raise ReadError(
            f"{path.name} is an Olympus VSI file, which holds a thumbnail; its frames are in other files (ETS).",
            "Export it from cellSens or Fiji as OME-TIFF, and open that.",
        )


def _master(container: TiffContainer) -> TiffContainer:
    """The first file of a set by Micro-Manager, whose OME-XML describes the others too; any other file itself."""
    part = _PART.fullmatch(container.path.name)
    first = container.path.with_name(f"{part[1]}{part[2]}") if part else container.path
    try:
        if part is None or is_ome(description_of(container)) or not first.is_file():
            return container
        other = TiffContainer(first)
    except BaseException:
        container.close()
        raise
    if is_ome(text := description_of(other)) and container.path.name in text:
        container.close()
        return other
    other.close()
    return container


def layout_of(container: TiffContainer) -> TiffLayout:
    """The images of an open file, told in the dialect that its first page's description is written in."""
    description = description_of(container)
    notes_of_pages = micromanager_recording(container)
    if is_ome(description):
        # Bio-Formats fills the resolution tags with 1 µm where it knows no pixel size; only the XML counts.
        return ome_layout(container, description, notes_of_pages)
    return _by_tags(container, description, notes_of_pages) or _by_description(container, description, notes_of_pages)


def _by_tags(container: TiffContainer, description: str, recording: Recording) -> TiffLayout | None:
    """The images where a microscope's own tags tell of them."""
    recording = recording.filled_from(tag_recording(container))
    if is_lsm(container):
        return lsm_layout(container, recording)
    if is_stk(container) and (layout := stk_layout(container, recording)) is not None:
        return layout
    if is_fluoview(container) and (layout := fluoview_layout(container, recording)) is not None:
        return layout
    if is_ndtiff(container) and (layout := ndtiff_layout(container, recording)) is not None:
        return layout
    if notes := scanimage_notes(container, description):
        return scanimage_layout(container, notes, recording)
    return None


def _by_description(container: TiffContainer, description: str, recording: Recording) -> TiffLayout:
    """The images as the first page's description tells of them, or pages in a row."""
    recording = recording.filled_from(andor_recording(container))
    if (notes := metamorph_recording(container, description)) is not None:
        recording = notes.filled_from(recording)
    recording = recording.filled_from(tag_recording(container))
    # Micro-Manager describes its pages to ImageJ as if they were in another order than they may be.
    if (layout := micromanager_layout(container, recording)) is not None:
        return layout
    if (notes := imagej_notes(description)) is not None:
        return imagej_layout(container, notes, imagej_recording(container, notes).filled_from(recording))
    if (noted := tifffile_shape(description)) is not None:
        return tifffile_layout(container, noted, recording)
    return plain_layout(container, recording)


def _scene(container: TiffContainer, layout: TiffLayout, scene: TiffScene) -> Scene:
    format = _format(layout, scene)
    axes, planes = scene.axes, scene.planes
    if format.samples > 1:
        axes, planes = samples_as_channels(axes, planes, format.samples)
    return Scene(
        name=scene.name,
        axes=axes,
        planes=planes,
        height=format.height,
        width=format.width,
        dtype=format.dtype,
        recording=scene.recording,
        stated=scene.stated,
        warnings=(*scene.warnings, *_remarks(container, layout, format)),
        opened_at=place_of_opened_file(planes) if len(layout.files) > 1 else None,
    )


def _format(layout: TiffLayout, scene: TiffScene) -> PageFormat:
    own = scene.planes[scene.planes[..., 0] == 0]
    return layout.pages[int(own[0, 1]) if len(own) else 0].format


def _goes_on(path: Path, layout: TiffLayout) -> tuple[str, ...]:
    """A sentence on a file beside this one into which Andor or Micro-Manager wrote the rest of a long recording."""
    stem, ending = _ENDING.fullmatch(path.name).groups()
    next_ones = [f"{stem}_X2{ending}"] + ([f"{stem}_1{ending}"] if "_MMStack" in stem else [])
    for name in next_ones:
        if path.with_name(name).is_file() and path.with_name(name) not in layout.files:
            return (f"{name} may hold the rest of the recording; it is not opened with this file.",)
    return ()


def _remarks(container: TiffContainer, layout: TiffLayout, format: PageFormat) -> tuple[str, ...]:
    remarks = [*container.remarks, *_goes_on(container.path, layout)]
    room = container.bytes.size // format.page_bytes
    if len(layout.pages) == len(layout.files) == 1 and room > _ROOM_FOR_NOTES:
        remarks.append(f"The file is long enough for {room} such frames, but describes one; it may be damaged.")
    if format.photometric == MIN_IS_WHITE:
        remarks.append("The file says that zero is white; its numbers are taken as they are, zero as dark.")
    if format.photometric == PALETTE:
        remarks.append("The file shows its pixels through a colour table; their numbers are taken as brightness.")
    return tuple(remarks)
