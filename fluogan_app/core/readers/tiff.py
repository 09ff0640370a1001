"""The reader of TIFF stacks: plain, ImageJ, OME, Micro-Manager and BigTIFF, as they are on disk."""

from __future__ import annotations

from pathlib import Path

from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.readers.base import FileDescription, SceneDescription, chosen, damaged
from fluogan_app.core.readers.ome_xml import is_ome
from fluogan_app.core.readers.recording import acquisition_of, checked
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
            described = [_described(layout, scene) for scene in layout.scenes]
        finally:
            container.close()
        warnings = dict.fromkeys(sentence for _, sentences in described for sentence in sentences)
        return FileDescription(path, layout.dialect, tuple(scene for scene, _ in described), tuple(warnings))

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


def _opened(container: TiffContainer, layout: TiffLayout, selection: Selection) -> Stack:
    path = container.path
    scene = layout.scenes[chosen(path, "scene", selection.scene, len(layout.scenes))]
    recording = checked(scene.recording)
    roles = assign_roles(scene.axes, scene.planes.shape[:-1], scene.stated, selection.time_axis)
    planes = arrange(scene.planes, roles)
    channel = chosen(path, "channel", selection.channel, planes.shape[1])
    plane = chosen(path, "plane", selection.plane, planes.shape[2])
    addresses = planes[:, channel, plane]
    missing = int((addresses[:, 0] < 0).sum())
    if missing:
        raise damaged(path, f"{missing} of {len(addresses)} frames of “{scene.name}” are in neither it nor its other files")
    source = TiffSource(container, layout.pages, layout.files, addresses)
    warnings = (*scene.warnings, *recording.warnings, *roles.warnings, *_remarks(_format(layout, scene), len(addresses)))
    return Stack(
        path, layout.dialect, source, selection, acquisition_of(recording, channel),
        recording.time_step_ms, recording.metadata, warnings,
    )  # fmt: skip


def _described(layout: TiffLayout, scene: TiffScene) -> tuple[SceneDescription, tuple[str, ...]]:
    recording = checked(scene.recording)
    roles = assign_roles(scene.axes, scene.planes.shape[:-1], scene.stated)
    times, channels, depth, _ = arrange(scene.planes, roles).shape
    format = _format(layout, scene)
    description = SceneDescription(
        name=scene.name,
        sizes={"T": times, "C": channels, "Z": depth, "Y": format.height, "X": format.width},
        axes=scene.axes + "YX",
        dtype=format.dtype.name,
        pixel_size_y_nm=recording.pixel_size_y_nm,
        pixel_size_x_nm=recording.pixel_size_x_nm,
        pixel_size_origin=recording.pixel_size_origin,
        time_step_ms=recording.time_step_ms,
        channels=recording.channels,
    )
    return description, (*scene.warnings, *recording.warnings, *roles.warnings, *_remarks(format, times))


def _format(layout: TiffLayout, scene: TiffScene) -> PageFormat:
    own = scene.planes[scene.planes[..., 0] == 0]
    return layout.pages[int(own[0, 1]) if len(own) else 0].format


def _remarks(format: PageFormat, frames: int) -> tuple[str, ...]:
    remarks = []
    if frames == 1:
        remarks.append("There is one frame only; a reconstruction needs a stack of many.")
    if format.photometric == MIN_IS_WHITE:
        remarks.append("The file says that zero is white; its numbers are taken as they are, zero as dark.")
    if format.photometric == PALETTE:
        remarks.append("The file shows its pixels through a colour table; their numbers are taken as brightness.")
    return tuple(remarks)
