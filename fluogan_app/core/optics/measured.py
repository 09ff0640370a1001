"""A measured PSF from a file: read, freed of its background, checked, and brought to a sum of 1."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import DataError, ParameterError
from fluogan_app.core.optics.pointspread import MeasuredPsf, half_maximum_width

#: Smallest and largest side of the image.
LEAST_SIDE, LARGEST_SIDE = 5, 1024
#: What is brighter than this many standard deviations of the border, and joined to the peak, is taken pixel by pixel.
LIGHT_SIGMAS = 3.0
#: A PSF narrower than this many of its own pixels is not sampled.
LEAST_FWHM = 1.5
#: Sides of so many widths hold 99.8 % of a Gaussian's light and a border without any.
LEAST_SIDE_FWHM = 3.0

_NUMPY = b"\x93NUMPY"


def read_psf(path: str | os.PathLike[str], pixel_size_nm: float | None, camera_pixel_nm: float) -> MeasuredPsf:
    """The PSF that a TIFF or NPY file holds, in camera pixels.

    pixel_size_nm: side of the file's pixels in the sample; None where the file states it. Raises ReadError for what is
    no image, ParameterError where no pixel size is known, DataError for what cannot be a PSF.
    """
    image, stated_nm = _read_image(Path(path))
    spacing_nm = pixel_size_nm or stated_nm
    name = Path(path).name
    if spacing_nm is None:
        raise ParameterError(
            {"psf_pixel_size_nm": f"PSF pixel size (psf_pixel_size_nm) is missing: {name} does not state it."},
            "Give the side of the PSF image's pixels in the sample, in nm (--psf-pixel-size-nm).",
        )
    return MeasuredPsf(cleaned(image, name), spacing_nm / camera_pixel_nm)


def with_measured_width(acquisition: Acquisition) -> Acquisition:
    """A copy that states the width of its measured PSF, from the PSF's file; as it is with PSFs of other shapes.

    Raises as read_psf.
    """
    if acquisition.psf != "measured" or not acquisition.psf_file or acquisition.pixel_size_nm is None:
        return acquisition
    camera_nm = acquisition.pixel_size_nm
    psf = read_psf(acquisition.psf_file, acquisition.psf_pixel_size_nm, camera_nm)
    return acquisition.with_values(Origin.FILE, fwhm_nm=psf.fwhm_pixels * camera_nm)


def cleaned(image: np.ndarray, name: str) -> np.ndarray:
    """A PSF's image (height, width) without its background and with little noise around it, summing to 1 float64.

    The background is the level of the border, one pixel wide. What does not stand out of the noise is still light, a
    sixth of an Airy pattern's: it is averaged over rings. Raises DataError.
    """
    from scipy.ndimage import binary_dilation, label

    _check_image(image, name)
    border = np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]]).astype(float)
    light = image - _level(border)
    _check_light(light, name)
    noise = 1.4826 * float(np.median(abs(border - np.median(border))))
    regions, _ = label(light > LIGHT_SIGMAS * noise)
    peak = np.unravel_index(int(light.argmax()), light.shape)
    spot = binary_dilation(regions == regions[peak], np.ones((3, 3), bool))
    light = np.maximum(np.where(spot, light, _over_rings(light, spot)), 0.0)
    _check_sampling(light, name)
    return light / light.sum()


def _level(values: np.ndarray) -> float:
    """The mean without what is far from most: a median of counts comes in whole numbers."""
    middle = np.median(values)
    return float(values[abs(values - middle) <= 5.0 * np.median(abs(values - middle))].mean())


def _over_rings(light: np.ndarray, spot: np.ndarray) -> np.ndarray:
    """The level of the light outside the spot at each distance from its centroid, in steps of one pixel."""
    y, x = np.indices(light.shape)
    weight = np.where(spot, np.maximum(light, 0.0), 0.0)
    distance = np.hypot(y - np.average(y, weights=weight), x - np.average(x, weights=weight)).astype(int)
    levels = np.zeros(distance.max() + 1)
    for ring in np.unique(distance[~spot]):
        levels[ring] = _level(light[~spot & (distance == ring)])
    return levels[distance]


def _read_image(path: Path) -> tuple[np.ndarray, float | None]:
    """The one image of a file, and the side of its pixels in nm where the file states it."""
    from fluogan_app.core.readers.base import read_head
    from fluogan_app.core.readers.open import open_stack

    if read_head(path).startswith(_NUMPY):
        return _read_array(path), None
    stack = open_stack(path, Selection(alone=True))
    try:
        count, stated_nm = stack.shape[0], stack.acquisition.pixel_size_nm
        held = {"planes or frames": count, **_others(path)}
        for what, number in held.items():
            if number > 1:
                raise _not_flat(path.name, f"{number} {what}")
        return stack.frame(0).astype(np.float64), stated_nm
    finally:
        stack.close()


def _others(path: Path) -> dict[str, int]:
    from fluogan_app.core.readers.open import describe

    scenes = describe(path, alone=True).scenes
    return {"scenes": len(scenes), "channels": scenes[0].sizes["C"], "planes": scenes[0].sizes["Z"]}


def _read_array(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"{path.name} could not be read as an array of numbers: {error}.", "Save the PSF as a TIFF image."
        ) from error
    if array.ndim != 2:
        raise _not_flat(path.name, " × ".join(str(length) for length in array.shape) + " values")
    if array.dtype.kind not in "uif":
        raise DataError(f"The values of {path.name} are no real numbers ({array.dtype}).", "Save them as float32.")
    return array.astype(np.float64)


def _not_flat(name: str, held: str) -> DataError:
    return DataError(
        f"The PSF file {name} holds {held}, where one image is needed.",
        "Save the plane in focus as an image of its own.",
    )


def _check_image(image: np.ndarray, name: str) -> None:
    height, width = image.shape
    if not LEAST_SIDE <= min(height, width) <= max(height, width) <= LARGEST_SIDE:
        raise DataError(
            f"The PSF image {name} has {height} × {width} pixels; allowed are sides of {LEAST_SIDE} to {LARGEST_SIDE}.",
            "Cut out a square around one bead, a few times as wide as its spot.",
        )
    bad = int(image.size - np.count_nonzero(np.isfinite(image)))
    if bad:
        raise DataError(f"{bad} pixels of the PSF image {name} are not numbers (NaN or infinite).", "Replace them.")


def _check_light(light: np.ndarray, name: str) -> None:
    if light.max() <= 0 or light.sum() <= 0:
        raise DataError(
            f"The PSF image {name} holds no light above its border: sum {light.sum():g}.",
            "Take a bright spot on a dark ground, with dark pixels all around it.",
        )
    peak = np.unravel_index(int(light.argmax()), light.shape)
    from_border = min(*peak, *(side - 1 - at for side, at in zip(light.shape, peak)))
    if from_border < 2:
        raise DataError(
            f"The peak of the PSF image {name} is at its border (row {peak[0]}, column {peak[1]}).",
            "Cut out a square with the bead in its middle.",
        )


def _check_sampling(light: np.ndarray, name: str) -> None:
    width = half_maximum_width(light)
    if width < LEAST_FWHM:
        raise DataError(
            f"The spot of the PSF image {name} is only {width:.1f} of its pixels wide (FWHM); "
            f"at least {LEAST_FWHM:g} are needed.",
            "Record it with smaller pixels, or use a Gaussian or an Airy PSF.",
        )
    if min(light.shape) < LEAST_SIDE_FWHM * width:
        height, length = light.shape
        raise DataError(
            f"The PSF image {name} is cut off: {height} × {length} pixels for a spot {width:.1f} pixels wide (FWHM).",
            f"Cut out a square of at least {int(np.ceil(LEAST_SIDE_FWHM * width))} pixels around the bead.",
        )
