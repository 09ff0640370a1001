"""The reader of TIFF stacks: plain, ImageJ, OME, Micro-Manager and BigTIFF, as they are on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.readers.base import ONE_FRAME, FileDescription, SceneDescription, chosen, damaged
from fluogan_app.core.readers.ome_xml import is_ome
from fluogan_app.core.readers.recording import Recording, acquisition_of, checked
from fluogan_app.core.readers.roles import arrange, assign_roles
from fluogan_app.core.readers.tiff_calibration import tag_recording
from fluogan_app.core.readers.tiff_frames import TiffContainer, TiffSource
from fluogan_app.core.readers.tiff_imagej import imagej_layout, imagej_notes, imagej_recording
from fluogan_app.core.readers.tiff_micromanager import is_ndtiff, micromanager_recording, ndtiff_layout
from fluogan_app.core.readers.tiff_ome import ome_layout
from fluogan_app.core.readers.tiff_pages import MIN_IS_WHITE, PALETTE, PageFormat
from fluogan_app.core.readers.tiff_scenes import (
    TiffLayout,
    TiffScene,
    description_of,
    plain_layout,
    tifffile_layout,
    tifffile_shape,
)

#: A single small frame may come with notes that are longer than itself; with more, frames have lost their description.
_ROOM_FOR_NOTES = 3


class TiffReader:
    """Reads every dialect of TIFF that a fluorescence stack comes in."""

    name = "TIFF"

    def recognises(self, head: bytes) -> bool:
        """Whether these are the first bytes of a TIFF or BigTIFF."""
        return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

    def describe(self, path: Path) -> FileDescription:
        """Axes, sizes, calibration and warnings of every image in the file. Raises ReadError."""
        container = TiffContainer(path)
        try:
            layout = layout_of(container)
            views = [_view(container, layout, scene) for scene in layout.scenes]
        finally:
            container.close()
        scenes = tuple(_described(scene, view) for scene, view in zip(layout.scenes, views, strict=True))
        # What holds for every scene is said once.
        warnings = dict.fromkeys(sentence for view in views for sentence in view.warnings)
        return FileDescription(path, layout.dialect, scenes, tuple(warnings))

    def open_stack(self, path: Path, selection: Selection) -> Stack:
        """The lazy stack of one scene, channel and plane. Raises ReadError."""
        container = TiffContainer(path)
        try:
            return _opened(container, layout_of(container), selection)
        except BaseException:
            container.close()
            raise


def layout_of(container: TiffContainer) -> TiffLayout:
    """The images of an open file, told in the dialect that its first page's description is written in."""
    description = description_of(container)
    notes_of_pages = micromanager_recording(container)
    if is_ome(description):
        # Bio-Formats fills the resolution tags with 1 µm where it knows no pixel size; only the XML counts.
        return ome_layout(container, description, notes_of_pages)
    recording = notes_of_pages.filled_from(tag_recording(container))
    if is_ndtiff(container) and (layout := ndtiff_layout(container, recording)) is not None:
        return layout
    if (notes := imagej_notes(description)) is not None:
        return imagej_layout(container, notes, imagej_recording(container, notes).filled_from(recording))
    if (noted := tifffile_shape(description)) is not None:
        return tifffile_layout(container, noted, recording)
    return plain_layout(container, recording)


@dataclass(frozen=True)
class _View:
    """One scene with the roles of its axes settled: plane addresses (T, C, Z, 2) and all that is said of it."""

    planes: np.ndarray
    format: PageFormat
    recording: Recording
    warnings: tuple[str, ...]


def _view(container: TiffContainer, layout: TiffLayout, scene: TiffScene, time_axis: str = "") -> _View:
    recording = checked(scene.recording)
    roles = assign_roles(scene.axes, scene.planes.shape[:-1], scene.stated, time_axis)
    planes = arrange(scene.planes, roles)
    format = _format(layout, scene)
    remarks = _remarks(container, format, planes.shape[0])
    return _View(planes, format, recording, (*scene.warnings, *recording.warnings, *roles.warnings, *remarks))


def _opened(container: TiffContainer, layout: TiffLayout, selection: Selection) -> Stack:
    path = container.path
    scene = layout.scenes[chosen(path, "scene", selection.scene, len(layout.scenes))]
    view = _view(container, layout, scene, selection.time_axis)
    channel = chosen(path, "channel", selection.channel, view.planes.shape[1])
    plane = chosen(path, "plane", selection.plane, view.planes.shape[2])
    addresses = view.planes[:, channel, plane]
    missing = int((addresses[:, 0] < 0).sum())
    if missing:
        raise damaged(path, f"{missing} of {len(addresses)} frames of “{scene.name}” are in no file that is here")
    return Stack(
        path=path,
        reader=layout.dialect,
        source=TiffSource(container, layout.pages, layout.files, addresses),
        selection=selection,
        acquisition=acquisition_of(view.recording, channel),
        time_step_ms=view.recording.time_step_ms,
        metadata=view.recording.metadata,
        warnings=view.warnings,
    )


def _described(scene: TiffScene, view: _View) -> SceneDescription:
    times, channels, depth, _ = view.planes.shape
    recording = view.recording
    return SceneDescription(
        name=scene.name,
        sizes={"T": times, "C": channels, "Z": depth, "Y": view.format.height, "X": view.format.width},
        axes=scene.axes + "YX",
        dtype=view.format.dtype.name,
        pixel_size_y_nm=recording.pixel_size_y_nm,
        pixel_size_x_nm=recording.pixel_size_x_nm,
        pixel_size_origin=recording.pixel_size_origin,
        time_step_ms=recording.time_step_ms,
        channels=recording.channels,
    )


def _format(layout: TiffLayout, scene: TiffScene) -> PageFormat:
    own = scene.planes[scene.planes[..., 0] == 0]
    return layout.pages[int(own[0, 1]) if len(own) else 0].format


def _remarks(container: TiffContainer, format: PageFormat, frames: int) -> tuple[str, ...]:
    remarks = []
    if frames == 1:
        remarks.append(ONE_FRAME)
    room = container.bytes.size // format.frame_bytes
    if len(container.pages) == 1 and frames == 1 and room > _ROOM_FOR_NOTES:
        remarks.append(f"The file is long enough for {room} such frames, but describes one; it may be damaged.")
    if format.photometric == MIN_IS_WHITE:
        remarks.append("The file says that zero is white; its numbers are taken as they are, zero as dark.")
    if format.photometric == PALETTE:
        remarks.append("The file shows its pixels through a colour table; their numbers are taken as brightness.")
    return tuple(remarks)
