"""Covariance images to learn from: samples drawn at random, whose molecules blink, and the variance of each fine pixel.

Spatial patterns → fluctuating sequences → variance over time, as Stergiopoulou (2023) trains PnP-COL0RME. The line
pattern on which methods are compared is not among them: lines here lie at any angle and distance.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.simulate.emission import blinking_emission
from fluogan_app.core.simulate.phantoms.chains import chain_coverage
from fluogan_app.core.simulate.phantoms.filaments import worm_like_chain
from fluogan_app.core.simulate.phantoms.glyphs import GLYPHS, glyph_strokes
from fluogan_app.core.simulate.phantoms.points import deposit

#: Frames of a sequence; their number decides how rough a variance is, as on a real stack.
FRAMES = 300
#: Brightness that counts as 1: this part of an image's pixels is brighter.
BRIGHTEST_SHARE = 5e-3

Rng = np.random.Generator
#: Draws light (side, side) from 0 to about 1; all lengths are in fine pixels.
Pattern = Callable[[int, Rng], np.ndarray]


def covariance_images(count: int, side: int, rng: Rng) -> np.ndarray:
    """(count, side, side) float32: variances from 0, scaled so that the brightest pixels are at 1."""
    names = list(PATTERNS)
    drawn = [covariance_image(PATTERNS[names[number % len(names)]], side, rng) for number in range(count)]
    return np.stack(drawn).astype(np.float32)


def covariance_image(pattern: Pattern, side: int, rng: Rng) -> np.ndarray:
    """The variance in time of one sample's blinking, (side, side), scaled by `as_parts_of_brightest`."""
    light = pattern(side, rng)
    lit = light > 1e-3
    if not lit.any():
        return np.zeros((side, side))
    variance = np.zeros((side, side))
    variance[lit] = _variance(light[lit], rng)
    # Between κ·rate, where molecules are many, and its square, where one molecule alone makes all the light.
    return as_parts_of_brightest(variance)


def as_parts_of_brightest(variance: np.ndarray) -> np.ndarray:
    """An image from 0 scaled by the brightness that `BRIGHTEST_SHARE` of its pixels exceed."""
    level = np.sort(variance.ravel())[-max(1, round(BRIGHTEST_SHARE * variance.size)) :].mean()
    return variance / level if level > 0 else variance


def _variance(light: np.ndarray, rng: Rng) -> np.ndarray:
    """Sample variance over the frames of molecules whose number follows the light, one pixel after another."""
    density = rng.choice([40.0, 100.0, 300.0])
    molecules = rng.poisson(density * light).astype(float)
    frames = np.fromiter(
        (pixels for pixels in blinking_emission(molecules, np.ones(FRAMES), 0.9, 0.1, 2.0, rng)),
        dtype=np.dtype((float, light.shape)),
        count=FRAMES,
    )
    return frames.var(axis=0, ddof=1)


def _brightness(rng: Rng) -> float:
    """Of one structure among others: all orders between the brightest and a tenth of it are as likely."""
    return float(np.exp(rng.uniform(np.log(0.1), 0.0)))


def _filaments(side: int, rng: Rng) -> np.ndarray:
    light, width = np.zeros((side, side)), rng.uniform(1.0, 4.0)
    for _ in range(rng.integers(2, 7)):
        chain = rng.uniform(0, side, 2) + worm_like_chain(3.0 * side, rng.uniform(1, 8) * side, 1.0, rng)
        light = np.maximum(light, _brightness(rng) * chain_coverage([chain], width, (side, side), 1.0))
    return light


def _straight_lines(side: int, rng: Rng) -> np.ndarray:
    """A few lines side by side at some angle, as near to one another as they like."""
    angle, light = rng.uniform(0, np.pi), np.zeros((side, side))
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    width, offset = rng.uniform(1.0, 6.0), rng.uniform(-side / 3, side / 3)
    for _ in range(rng.integers(1, 5)):
        middle = side / 2 + offset * across
        line = np.stack([middle - 2 * side * along, middle + 2 * side * along])
        light = np.maximum(light, _brightness(rng) * chain_coverage([line], width, (side, side), 1.0))
        offset += width + rng.uniform(1.0, 16.0)
    return light


def _rings(side: int, rng: Rng) -> np.ndarray:
    light, turn = np.zeros((side, side)), np.linspace(0, 2 * np.pi, 200)
    for _ in range(rng.integers(1, 6)):
        radii, tilt = rng.uniform(2.0, side / 3, 2), rng.uniform(0, np.pi)
        y, x = radii[0] * np.sin(turn), radii[1] * np.cos(turn)
        ring = np.stack([y * np.cos(tilt) + x * np.sin(tilt), x * np.cos(tilt) - y * np.sin(tilt)], axis=1)
        chain = rng.uniform(0, side, 2) + ring
        covered = chain_coverage([chain], rng.uniform(1.0, 4.0), (side, side), 1.0)
        light = np.maximum(light, _brightness(rng) * covered)
    return light


def _curves(side: int, rng: Rng) -> np.ndarray:
    """Curves of a few waves, of which each goes through the whole field."""
    light, at = np.zeros((side, side)), np.linspace(0, 1, 200)
    for _ in range(rng.integers(1, 4)):
        waves = sum(rng.normal(0, side / 8 / n) * np.sin(np.pi * n * at + rng.uniform(0, 6)) for n in (1, 2, 3))
        curve = np.stack([rng.uniform(0, side) + waves, -2 + (side + 4) * at], axis=1)
        curve = curve[:, ::-1] if rng.random() < 0.5 else curve
        covered = chain_coverage([curve], rng.uniform(1.0, 4.0), (side, side), 1.0)
        light = np.maximum(light, _brightness(rng) * covered)
    return light


def _points(side: int, rng: Rng) -> np.ndarray:
    count = int(rng.integers(1, 60))
    places = rng.uniform(1.0, side - 1.0, (count, 2))
    return np.minimum(deposit(places, np.exp(0.4 * rng.standard_normal(count)), (side, side), 1.0), 2.0)


def _writing(side: int, rng: Rng) -> np.ndarray:
    unit, width, letters = rng.uniform(1.5, 5.0), rng.uniform(1.0, 3.0), sorted(set(GLYPHS) - {" "})
    strokes = []
    for _ in range(6):
        corner = rng.uniform(-unit, side, 2)
        glyph = glyph_strokes(letters[rng.integers(len(letters))])
        strokes += [corner + unit * np.array([(y, x) for x, y in stroke], float) for stroke in glyph]
    return chain_coverage(strokes, width, (side, side), 1.0)


def _patches(side: int, rng: Rng) -> np.ndarray:
    """Filled spots of some size, even inside."""
    y, x = np.mgrid[:side, :side]
    light = np.zeros((side, side))
    for _ in range(rng.integers(1, 5)):
        middle, radius = rng.uniform(0, side, 2), rng.uniform(2.0, side / 6)
        inside = np.clip(radius + 0.5 - np.hypot(y - middle[0], x - middle[1]), 0.0, 1.0)
        light = np.maximum(light, _brightness(rng) * inside)
    return light


PATTERNS: dict[str, Pattern] = {
    "filaments": _filaments,
    "straight lines": _straight_lines,
    "rings": _rings,
    "curves": _curves,
    "points": _points,
    "writing": _writing,
    "filled spots": _patches,
    "filaments again": _filaments,
}
