"""What an image is compared with: a simulated truth, or an image of the same field; the whole of it or a region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.metrics.findings import Findings, faithfulness, likeness, line_resolution, relation
from fluogan_app.core.project.measure import Picture, mean_picture
from fluogan_app.core.simulate.recording import read_truth
from fluogan_app.core.units import length_text

TRUTH_ENDING = ".npz"
#: Stated sizes of a field that differ by more than this share are told.
_SAME_FIELD = 0.02


@dataclass(frozen=True)
class Reference:
    """An image of the field, and of a simulation what else is known.

    camera: (Y, X) camera pixels that the field was recorded with, None of an image that is no simulated truth.
    """

    name: str
    picture: Picture
    camera: tuple[int, int] | None = None
    camera_pixel_nm: float = 0.0
    pattern: LinePattern | None = None

    @property
    def is_truth(self) -> bool:
        """Whether it is known to be what was there, and not what was seen."""
        return self.camera is not None

    def within(self, roi: Roi, whole: tuple[int, int], camera_pixel_nm: float) -> Reference:
        """Its part that shows a region of a frame of `whole` camera pixels; itself where it is not of the whole frame.

        An image of the region alone may have as many pixels as one of the frame; then its pixel size decides.
        """
        height, width = self.picture.image.shape
        zoom, stated_nm = Fraction(height, whole[0]), self.picture.pixel_size_nm
        if zoom.denominator != 1 or width != zoom * whole[1] or roi == Roi.whole(whole):
            return self
        if stated_nm is not None and abs(stated_nm * float(zoom) / camera_pixel_nm - 1.0) > _SAME_FIELD:
            return self
        rows, columns = (slice(int(zoom) * part.start, int(zoom) * part.stop) for part in roi.slices)
        picture = replace(self.picture, image=self.picture.image[rows, columns])
        if not self.is_truth:
            return replace(self, picture=picture)
        pattern = _shifted(self.pattern, roi, self.camera_pixel_nm) if self.pattern is not None else None
        return replace(self, picture=picture, camera=(roi.height, roi.width), pattern=pattern)


def read_reference(path: Path) -> Reference:
    """A truth (.npz) that was written with a simulated stack, or an image or the mean of a stack. Raises ReadError."""
    from fluogan_app.core.readers.open import open_stack

    if path.suffix.lower() == TRUTH_ENDING:
        truth = read_truth(path)
        camera_nm = truth.params.pixel_size_nm
        picture = Picture(truth.truth, camera_nm / truth.params.zoom)
        return Reference(path.name, picture, truth.background.shape, camera_nm, truth.pattern)
    stack = open_stack(path, Selection(alone=True))
    try:
        return Reference(path.name, mean_picture(stack))
    finally:
        stack.close()


def compare(image: np.ndarray, pixel_size_nm: float, reference: Reference) -> Findings:
    """An image against a reference of the same field. Raises DataError where the two do not fit.

    A truth, and an image with as many pixels or more, is what the image should be. An image with fewer pixels, or as
    many, is what the microscope saw, to which the blurred image should come.
    """
    other = reference.picture.image
    factor = relation(image.shape, other.shape)
    found = Findings(notes=_sizes_that_differ(float(factor) * pixel_size_nm, reference.picture.pixel_size_nm))
    if reference.is_truth or factor <= 1 or factor.denominator > 1:
        found += likeness(image, other, pixel_size_nm)
    if reference.is_truth:
        found += _lines(image, reference)
    elif factor >= 1 and factor.denominator == 1:
        found += faithfulness(image, other, pixel_size_nm)
        if factor == 1:
            same = "it was taken once as the truth (NRMSE to recall) and once as what the microscope saw (RSE, RSP)."
            found += Findings(notes=(f"{reference.name} has as many pixels as the image: {same}",))
    return found


def _lines(image: np.ndarray, reference: Reference) -> Findings:
    camera = reference.camera
    whole = image.shape[0] % camera[0] == 0 and image.shape[0] * camera[1] == image.shape[1] * camera[0]
    if reference.pattern is None or not reference.pattern.sets or not whole:
        return Findings()
    return line_resolution(image, reference.pattern, camera, reference.camera_pixel_nm)


def _shifted(pattern: LinePattern, roi: Roi, pixel_nm: float) -> LinePattern:
    """The sets that lie wholly within a region, in its own coordinates."""
    left, right = roi.x0 * pixel_nm, (roi.x0 + roi.width) * pixel_nm
    half = pattern.line_width_nm / 2
    inside = (one for one in pattern.sets if left <= one.lines_nm[0] - half and one.lines_nm[3] + half <= right)
    return replace(pattern, sets=tuple(replace(one, centre_nm=one.centre_nm - left) for one in inside))


def _sizes_that_differ(expected_nm: float, stated_nm: float | None) -> tuple[str, ...]:
    if stated_nm is None or abs(stated_nm / expected_nm - 1.0) <= _SAME_FIELD:
        return ()
    return (
        f"The reference states pixels of {length_text(stated_nm)}; to show the same field they would be "
        f"{length_text(expected_nm)}. Check both pixel sizes.",
    )
