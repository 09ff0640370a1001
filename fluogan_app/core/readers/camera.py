"""What a camera's own words tell of its gain and offset, in whatever file they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import finite, positive

#: Names by their letters and digits alone, as programs spell them differently and put the camera's name before.
#: Hamamatsu's DCAM: electrons = (counts − offset) · coefficient, per DCAM_IDPROP_CONVERSIONFACTOR_COEFF and _OFFSET.
_COEFFICIENT, _OFFSET = "conversionfactorcoeff", "conversionfactoroffset"
#: Teledyne's PVCAM, PARAM_ACTUAL_GAIN as Micro-Manager names it: electrons per count.
_ELECTRONS_PER_COUNT = "actualgaineadu"
#: Electrons are multiplied before they are counted, by a factor that is not exact.
_MULTIPLIER = "multipliergain"


def camera_recording(words: Iterable[tuple[str, Any]], camera: str = "") -> Recording:
    """Gain and offset where the words of a camera state them; other settings are steps without a unit, and left out.

    camera: the name of the one that took the frames, where the words are of several.
    """
    named = [(_letters(name), value) for name, value in words]
    own = [(name, value) for name, value in named if name.startswith(_letters(camera))]
    coefficient, offset = _one(own, _COEFFICIENT), finite(_one(own, _OFFSET))
    if positive(coefficient) == 1 and not offset:
        # What a camera reports that was never calibrated.
        return Recording()
    multiplied = positive(_one(own, _MULTIPLIER)) not in (None, 1.0)
    per_count = positive(coefficient) or (None if multiplied else positive(_one(own, _ELECTRONS_PER_COUNT)))
    return Recording(gain=None if per_count is None else float(f"{1 / per_count:.12g}"), offset=offset)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _one(words: list[tuple[str, Any]], ending: str) -> Any:
    """The value whose name ends so, None where there is none, or several that differ."""
    found = {str(value) for name, value in words if name.endswith(ending)}
    return found.pop() if len(found) == 1 else None
