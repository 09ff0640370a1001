"""What a method says that its image is: the unit of its values, and what may be concluded from them."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.units import FINE_UNIT


@dataclass(frozen=True)
class Claims:
    """What the values of an estimate are.

    title: what the image is called ("Estimate", "Variance"). unit: as it stands beside a picture; unit_words: written
    out, as in files. photons: whether the values are light, so that their sums can be compared with the recorded ones.
    background: whether a background was told apart from it; else the result's background is zero everywhere and means
    nothing. signed: whether values below zero belong to it. blurred: whether it shows the sample as the microscope
    does, so that nothing is to be blurred again where it is compared with the recorded light.
    """

    title: str
    unit: str
    unit_words: str
    photons: bool = False
    background: bool = False
    signed: bool = False
    blurred: bool = False


#: Of the methods that tell how much light comes from each fine pixel, and how much from out of focus.
LIGHT = Claims("Estimate", FINE_UNIT, "photons per frame per fine pixel", photons=True, background=True)
