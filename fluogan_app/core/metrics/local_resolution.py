"""Where in the field two reconstructions agree, and down to which period: a correlation of bands, place by place.

A field may hold well and badly repeated structure side by side; the ring correlation of the whole says their mean.
Both images are split into bands of spatial frequency, and in each band their correlation is taken around each place,

    c(f, place) = ⟨a b⟩ / √(⟨a²⟩ ⟨b²⟩),   ⟨·⟩ a Gaussian window of three periods of f as standard deviation,

so that about as many independent values enter at every f. The images agree where c is above 1/7, and above three times
what chance gives so many values. Bands are cut from the spectrum of the whole field: blocks with a taper each would let
bright coarse structure leak into all their rings. (Ring correlation in blocks: Zhao et al., Light Sci. Appl. 12, 298,
2023; in local windows: Cardone et al., J. Struct. Biol. 184, 226, 2013.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft2
from scipy.ndimage import gaussian_filter

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.resolution_scaled import binned
from fluogan_app.core.metrics.ring_correlation import ONE_SEVENTH, RING_TAPER
from fluogan_app.core.metrics.spectrum import checked_image, frequencies, tapered_transform, window

#: Bands to an octave of frequency, and how far each reaches to either side, in octaves.
BANDS_PER_OCTAVE, REACH_OCTAVES = 4, 0.5
#: The coarsest band has so many periods in the shorter side; the finest is at so many cycles per pixel.
LEAST_PERIODS, FINEST = 6.0, 0.42
#: Standard deviation of the window in periods.
WINDOW_PERIODS = 3.0
#: Fields with a shorter side than this have no places to tell apart.
LEAST_SIDE = 64
#: Side of a pixel of the map in pixels: the least, and so many of them along the shorter side of a large field.
LEAST_STEP, MOST_PLACES = 8, 64
#: A place with less than this share of the light of an even field tells nothing: in the dark the faint surroundings of
#: what is bright agree, and whatever both images share beside the sample.
LEAST_LIGHT = 0.2


@dataclass(frozen=True)
class LocalResolution:
    """resolution_nm: (rows, columns), NaN where nothing is told: too dark, or no agreement even in coarse structure.

    step_nm: side of a pixel of the map. finest_nm: the end of the scale, a little over two pixels.
    """

    resolution_nm: np.ndarray
    step_nm: float
    finest_nm: float

    @property
    def told_percent(self) -> float:
        """Share of the places with a number, in %."""
        return 100.0 * float(np.mean(np.isfinite(self.resolution_nm)))

    @property
    def to_the_end_percent(self) -> float:
        """Share of the places with a number that agree down to the end of the scale, in %."""
        known = self.resolution_nm[np.isfinite(self.resolution_nm)]
        return 100.0 * float(np.mean(known <= self.finest_nm)) if known.size else 0.0

    @property
    def sample_nm(self) -> np.ndarray:
        """The same, NaN also where the images agree to the end of the scale: what both share does that."""
        at_end = np.nan_to_num(self.resolution_nm, nan=np.inf) <= self.finest_nm
        return np.where(at_end, np.nan, self.resolution_nm)

    @property
    def quartiles_nm(self) -> tuple[float, float, float] | None:
        """Lower quartile, median and upper quartile of the places that do not agree to the end of the scale.

        None where they are fewer than half of those with a number: the others would not be told by them.
        """
        known = self.sample_nm[np.isfinite(self.sample_nm)]
        if not known.size or self.to_the_end_percent >= 50.0:
            return None
        return tuple(float(value) for value in np.percentile(known, (25, 50, 75)))


def local_resolution(first: np.ndarray, second: np.ndarray, pixel_size_nm: float) -> LocalResolution:
    """Of two images [y, x] of one field. Raises DataError where their shapes differ or the field is too small."""
    images = [checked_image(image, "half") for image in (first, second)]
    if images[0].shape != images[1].shape or min(images[0].shape) < LEAST_SIDE:
        raise DataError(
            f"Images of {first.shape} and {second.shape} pixels: local resolution takes two equal ones of at least "
            f"{LEAST_SIDE} × {LEAST_SIDE}.",
            "Choose a larger region.",
        )
    step = max(LEAST_STEP, min(images[0].shape) // MOST_PLACES)
    centres = _centres(min(images[0].shape))
    curves = np.stack(list(_correlations(images, centres, step)))
    limits = np.array([_limit(centre, images[0].size) for centre in centres])
    found = _first_crossings(centres, curves - limits[:, None, None])
    found[_dark(images, step)] = np.nan
    return LocalResolution(pixel_size_nm / found, step * pixel_size_nm, pixel_size_nm / float(centres[-1]))


def _centres(side: int) -> np.ndarray:
    """Middles of the bands in cycles per pixel, rising."""
    count = int(np.log2(FINEST * side / LEAST_PERIODS) * BANDS_PER_OCTAVE) + 1
    return FINEST / 2.0 ** (np.arange(count)[::-1] / BANDS_PER_OCTAVE)


def _correlations(images: list[np.ndarray], centres: np.ndarray, step: int) -> Iterator[np.ndarray]:
    """The local correlation (rows, columns) of each band."""
    shape = images[0].shape
    weights, frequency = window(shape, RING_TAPER), np.maximum(frequencies(shape), 1e-9)
    spectra = [tapered_transform(image, weights) for image in images]
    octaves = np.log2(frequency)
    for centre in centres:
        away = np.abs(octaves - np.log2(centre)) / REACH_OCTAVES
        passed = np.where(away < 1.0, np.cos(np.pi / 2.0 * np.minimum(away, 1.0)) ** 2, 0.0)
        one, two = (irfft2(spectrum * passed, shape) for spectrum in spectra)
        sigma = max(WINDOW_PERIODS / centre / step, 0.5)
        both, ones, twos = (gaussian_filter(binned(part, step), sigma) for part in (one * two, one**2, two**2))
        power = np.sqrt(ones * twos)
        yield np.divide(both, power, out=np.zeros_like(both), where=power > 1e-12 * power.max(initial=1e-300))


def _limit(centre: float, field_pixels: int) -> float:
    """1/7, or three standard deviations of the correlation of noise, 1/√n of n independent values, if it is more.

    A band of amplitudes cos² has as many as an even one of 1.03 its reach: n = window · 2π f · 1.03 ln 2 · reach · f.
    """
    pixels = min(4.0 * np.pi * (WINDOW_PERIODS / centre) ** 2, float(field_pixels))
    values = pixels * 2.0 * np.pi * 1.03 * np.log(2.0) * REACH_OCTAVES * centre**2
    return max(ONE_SEVENTH, 3.0 / np.sqrt(values))


def _first_crossings(centres: np.ndarray, above: np.ndarray) -> np.ndarray:
    """(rows, columns): where (bands, rows, columns) first fall below 0, between bands by a straight line.

    The last band's where they do not; NaN where they begin below.
    """
    at = np.argmax(above < 0, axis=0)
    never = ~np.any(above < 0, axis=0)
    before = np.maximum(at - 1, 0)
    high, low = (np.take_along_axis(above, index[None], axis=0)[0] for index in (before, at))
    share = np.divide(high, high - low, out=np.zeros_like(high), where=high > low)
    crossing = centres[before] * (centres[at] / centres[before]) ** share
    return np.where(never, centres[-1], np.where(at == 0, np.nan, crossing))


def _dark(images: list[np.ndarray], step: int) -> np.ndarray:
    light = binned(images[0] + images[1], step)
    return gaussian_filter(light, 2.0) < LEAST_LIGHT * light.mean()
