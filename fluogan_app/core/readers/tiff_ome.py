"""The OME dialect of TIFF: planes of one or more images, in this file and in its neighbours."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.ome_xml import OmeDocument, OmeImage, PlaneRun, parse_ome
from fluogan_app.core.readers.recorded import recorded_part
from fluogan_app.core.readers.tiff_bytes import MAX_PAGES
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_ome_files import OmeFiles, listed
from fluogan_app.core.readers.tiff_pages import Page, check_format, same_frame
from fluogan_app.core.readers.tiff_scenes import (
    TiffLayout,
    TiffScene,
    description_of,
    without_single_axes,
)

_TYPES = {"float": "float32", "double": "float64"}
_COMPANION_LIMIT_BYTES = 200_000_000


def ome_layout(container: TiffContainer, text: str, recording: Recording) -> TiffLayout:
    """The images that an OME-XML describes. Raises ReadError for XML that is damaged or does not fit the pages."""
    document = _document(container, text)
    files = OmeFiles(container, document)
    pages = container.pages
    images = [_by_pages(image, pages) for image in document.images]
    if len(images) == 1:
        images = [_with_all_pages(images[0], pages)]
    scenes = [_scene(container, image, files, pages, recording) for image in images]
    left_out = (*files.remarks(), *_left_out(scenes, pages))
    scenes = [replace(scene, warnings=(*scene.warnings, *left_out)) for scene in scenes]
    return TiffLayout("OME-TIFF", tuple(scenes), pages, tuple(files.paths))


def _by_pages(image: OmeImage, pages: list[Page]) -> OmeImage:
    """The image with its channels counted in pages, where the XML does not say that a page holds several of them."""
    samples = pages[0].format.samples
    if image.samples > 1 or samples < 2 or image.sizes["C"] % samples:
        return image
    return replace(image, sizes={**image.sizes, "C": image.sizes["C"] // samples})


def _with_all_pages(image: OmeImage, pages: list[Page]) -> OmeImage:
    """The image with one page for each plane, where the XML names the first page only and there are as many."""
    counts = [image.sizes[letter] for letter in "TCZ"]
    first_only = [(run.page, run.count, *run.first.values()) for run in image.runs] == [(0, 1, 0, 0, 0)]
    if not first_only or len(pages) == 1 or math.prod(counts) != len(pages):
        return image
    word = f"The OME description names the first page only; all {len(pages)} are taken, in the order that it states."
    recording = replace(image.recording, warnings=(*image.recording.warnings, word))
    return replace(image, runs=(replace(image.runs[0], count=None),), recording=recording)


def _left_out(scenes: list[TiffScene], pages: list[Page]) -> tuple[str, ...]:
    """A sentence on the pages of the opened file that belong to no image."""
    named = np.zeros(len(pages), bool)
    for scene in scenes:
        addresses = scene.planes.reshape(-1, scene.planes.shape[-1])
        named[addresses[addresses[:, 0] == 0, 1]] = True
    # Of a recording that was broken off, the last times are left out with a word of their own.
    if any("should have" in sentence for scene in scenes for sentence in scene.warnings):
        return ()
    spare = sum(not page.reduced for page in pages) - int(named.sum())
    if spare <= 0 or not named.any():
        return ()
    return (f"The file holds {spare} more pages than its OME description names; they are left out.",)


def _document(container: TiffContainer, text: str) -> OmeDocument:
    try:
        document = parse_ome(text)
        if not document.images and document.metadata_file:
            beside = parse_ome(_text_beside(container, document.metadata_file))
            document = replace(beside, metadata_file=document.metadata_file)
    except ValueError as error:
        raise damaged(container.path, f"its OME description cannot be read ({error})") from error
    if not document.images:
        message = f"{container.path.name} describes no image in its OME-XML."
        raise ReadError(message, "Save it again, as OME-TIFF or TIFF.")
    return document


def _text_beside(container: TiffContainer, name: str) -> str:
    path = container.path.parent / Path(name.replace("\\", "/")).name
    if not path.is_file() or path.stat().st_size == 0:
        raise ReadError(
            f"{container.path.name} is one file of a set that is described in {path.name}, which is not beside it.",
            "Put all files of the recording into one folder.",
        )
    with open(path, "rb") as file:
        if file.read(2) not in (b"II", b"MM"):
            if path.stat().st_size > _COMPANION_LIMIT_BYTES:
                raise damaged(path, "it is too large for a description")
            return path.read_text("utf-8", errors="replace")
    master = TiffContainer(path)
    try:
        return description_of(master)
    finally:
        master.close()


def _scene(
    container: TiffContainer, image: OmeImage, files: OmeFiles, pages: list[Page], recording: Recording
) -> TiffScene:
    axes = image.order[::-1]
    counts = tuple(image.sizes[letter] for letter in axes)
    if math.prod(counts) > MAX_PAGES:
        raise damaged(container.path, f"its description claims {math.prod(counts)} planes")
    stated = _addresses(image, counts, files, len(pages)).reshape(*counts, 2)
    planes, warnings = recorded_part(stated, axes, image.name)
    warnings += _files_remark(image, stated, planes, files)
    _check_frames(container, planes, pages)
    warnings += _size_remark(image, planes, pages) + _missing_remark(image, planes)
    axes, planes, split = _split(image, axes, planes)
    warnings += split
    letters, planes = without_single_axes(axes, planes)
    return TiffScene(image.name, letters, planes, image.recording.filled_from(recording), True, warnings)


def _split(image: OmeImage, axes: str, planes: np.ndarray) -> tuple[str, np.ndarray, tuple[str, ...]]:
    """Axes and addresses with each second axis on its own, behind the one that it lies within; words on each."""
    words = []
    for modulo in image.modulo:
        at = axes.index(modulo.along)
        if planes.shape[at] % modulo.count == 0:
            counts = planes.shape
            planes = planes.reshape(*counts[:at], counts[at] // modulo.count, modulo.count, *counts[at + 1 :])
            axes = axes[: at + 1] + modulo.letter + axes[at + 1 :]
            words.append(f"Axis {modulo.along} holds {modulo.count} steps of {modulo.kind} each; they are planes here.")
    return axes, planes, tuple(words)


def _addresses(image: OmeImage, counts: tuple[int, ...], files: OmeFiles, own_pages: int) -> np.ndarray:
    """Addresses (planes, 2), the fastest axis first as the XML counts; −1 where no page is named or there."""
    total = math.prod(counts)
    addresses = np.full((total, 2), -1, np.int64)
    strides = {image.order[0]: 1, image.order[1]: counts[2], image.order[2]: counts[2] * counts[1]}
    claimed = 0
    for run in image.runs or (PlaneRun(dict.fromkeys("TCZ", 0), 0, None, "", ""),):
        file = files.number(run)
        start = sum(run.first[letter] * stride for letter, stride in strides.items())
        count = min(total - start, total if run.count is None else run.count)
        if file == 0:
            count = min(count, own_pages - run.page)
        claimed += max(0, count)
        if claimed > 2 * MAX_PAGES:
            message = f"“{image.name}” claims its {total} planes again and again."
            raise ReadError(message, "Its OME description is damaged; save the file again.")
        if file >= 0 and count > 0:
            addresses[start : start + count, 0] = file
            addresses[start : start + count, 1] = np.arange(run.page, run.page + count)
    return addresses


def _check_frames(container: TiffContainer, planes: np.ndarray, pages: list[Page]) -> None:
    numbers = planes[planes[..., 0] == 0][:, 1]
    used = [pages[int(number)] for number in numbers]
    for page in used:
        if not same_frame(page.format, used[0].format):
            raise damaged(
                container.path,
                f"page {used[0].number + 1} has {used[0].format}, but page {page.number + 1} has {page.format}",
            )
    check_format(container.bytes, (used or pages)[0].format)


def _files_remark(image: OmeImage, stated: np.ndarray, planes: np.ndarray, files: OmeFiles) -> tuple[str, ...]:
    """A sentence on files of an image that are not there, and on those that nothing is used of therefore."""
    wanted = dict.fromkeys(Path(run.file.replace("\\", "/")).name for run in image.runs)
    missing = [name for name in wanted if name in files.missing]
    if not missing:
        return ()
    unused = np.setdiff1d(stated[..., 0], [-1, *np.unique(planes[..., 0])])
    are = "is" if len(missing) == 1 else "are"
    after = f"; left out for that: {listed(files.paths[number].name for number in unused)}" if len(unused) else ""
    return (f"Of the files of “{image.name}”, {listed(missing)} {are} not in the folder{after}.",)


def _missing_remark(image: OmeImage, planes: np.ndarray) -> tuple[str, ...]:
    missing = int((planes[..., 0] < 0).sum())
    if not missing:
        return ()
    return (f"“{image.name}” lacks {missing} of its {planes[..., 0].size} planes: they are in no file that is here.",)


def _size_remark(image: OmeImage, planes: np.ndarray, pages: list[Page]) -> tuple[str, ...]:
    own = planes[planes[..., 0] == 0]
    if not len(own):
        return ()
    format = pages[int(own[0, 1])].format
    stated = (image.sizes["Y"], image.sizes["X"])
    type = _TYPES.get(image.type, image.type)
    if type and type != format.dtype.name:
        typed = (f"The description says {type} pixels, the pages hold {format.dtype.name}; the pages are believed.",)
    else:
        typed = ()
    if stated == (format.height, format.width):
        return typed
    return (
        *typed,
        f"The description says {stated[0]} × {stated[1]} pixels, the pages hold {format.height} × {format.width}; "
        "the pages are believed.",
    )
