"""What an OME-XML, its names without namespaces, says of an image's recording: calibration, optics, axes in axes."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import islice
from xml.etree import ElementTree

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import duration_ms, length_nm, names_of, positive, uneven
from fluogan_app.core.units import milliseconds_text

#: Letters of the axes that can lie within another, by what OME calls them.
_MODULO_LETTERS = {"lifetime": "H", "lambda": "L", "angle": "A", "phase": "P", "tile": "M"}
_OTHER_LETTER = "Q"
_MOST_STEPS = 100_000
#: Enough for a median; recordings have up to a million.
_MOST_PLANES = 10_000
#: A time step that is off the frames' own times by more is told.
_AT_ODDS = 0.2


@dataclass(frozen=True)
class Modulo:
    """A second axis within the axis `along`: what it is, its letter, and how many steps it has."""

    along: str
    kind: str
    letter: str
    count: int


def ome_recording(image: ElementTree.Element, pixels: ElementTree.Element, root: ElementTree.Element) -> Recording:
    """Calibration and optics of one image; detector settings are no counts per photon and are left out."""
    channels = pixels.findall("Channel")
    objective = _referred(root, "Objective", image, "ObjectiveSettings", "ObjectiveRef")
    detector = _referred(root, "Detector", pixels, "DetectorSettings")
    stated = duration_ms(pixels.get("TimeIncrement"), pixels.get("TimeIncrementUnit", "s"))
    steps = _steps_between_planes_ms(pixels)
    measured = positive(statistics.median(steps)) if steps else None
    bits = positive(pixels.get("SignificantBits"))
    return Recording(
        pixel_size_y_nm=length_nm(pixels.get("PhysicalSizeY"), pixels.get("PhysicalSizeYUnit", "µm")),
        pixel_size_x_nm=length_nm(pixels.get("PhysicalSizeX"), pixels.get("PhysicalSizeXUnit", "µm")),
        plane_step_nm=length_nm(pixels.get("PhysicalSizeZ"), pixels.get("PhysicalSizeZUnit", "µm")),
        time_step_ms=stated if stated is not None else measured,
        exposure_ms=_exposure_ms(pixels),
        numerical_aperture=positive(objective.get("LensNA")),
        objective=_words(objective, "Manufacturer", "Model"),
        camera=_words(detector, "Manufacturer", "Model"),
        channels=names_of(channel.get("Name") for channel in channels),
        emissions_nm=tuple(_emission_nm(channel) for channel in channels),
        bits_in_use=int(bits) if bits is not None and bits <= 64 else None,
        warnings=() if measured is None else uneven(steps) or _at_odds(stated, measured),
    )


def modulo_of(
    image: ElementTree.Element, pixels: ElementTree.Element, root: ElementTree.Element, sizes: dict[str, int]
) -> tuple[Modulo, ...]:
    """The axes within the axes of an image, where their steps divide the lengths."""
    wanted = {each.get("ID") for owner in (image, pixels) for each in owner.findall("AnnotationRef")}
    found = {}
    for annotation in root.iter("XMLAnnotation"):
        if annotation.get("ID") not in wanted:
            continue
        for along in "TCZ":
            for element in annotation.iter(f"ModuloAlong{along}"):
                count = _steps(element)
                if 1 < count <= sizes[along] and sizes[along] % count == 0:
                    kind = element.get("Type", "other").lower()
                    found[along] = Modulo(along, kind, _MODULO_LETTERS.get(kind, _OTHER_LETTER), count)
    return tuple(found.values())


def _referred(root: ElementTree.Element, name: str, owner: ElementTree.Element, *references: str) -> dict[str, str]:
    """What is said of a part of the instrument that an image refers to, {} where it refers to none."""
    found = (each.get("ID") for reference in references for each in owner.iter(reference))
    wanted = next((part for part in found if part), None)
    return next((each.attrib for each in root.iter(name) if wanted and each.get("ID") == wanted), {})


def _words(part: dict[str, str], *names: str) -> str:
    return " ".join(part[name] for name in names if part.get(name))


def _emission_nm(channel: ElementTree.Element) -> float | None:
    return length_nm(channel.get("EmissionWavelength"), channel.get("EmissionWavelengthUnit", "nm"))


def _exposure_ms(pixels: ElementTree.Element) -> float | None:
    """Exposure of the first plane that states one."""
    stated = (plane for plane in pixels.iter("Plane") if plane.get("ExposureTime") is not None)
    plane = next(stated, None)
    return None if plane is None else duration_ms(plane.get("ExposureTime"), plane.get("ExposureTimeUnit", "s"))


def _at_odds(stated_ms: float | None, measured_ms: float) -> tuple[str, ...]:
    """A sentence where the frames' own times contradict the time step that is stated."""
    if stated_ms is None or abs(measured_ms - stated_ms) <= _AT_ODDS * stated_ms:
        return ()
    stated, measured = milliseconds_text(stated_ms), milliseconds_text(measured_ms)
    return (f"The file states a time step of {stated}, and frames that are {measured} apart; the former is taken.",)


def _steps_between_planes_ms(pixels: ElementTree.Element) -> list[float]:
    """Distances in time of the planes of the first channel and depth."""
    times: dict[int, float] = {}
    for plane in islice(pixels.iter("Plane"), _MOST_PLANES):
        if plane.get("TheC", "0") == "0" and plane.get("TheZ", "0") == "0" and plane.get("DeltaT") is not None:
            index = positive(plane.get("TheT", "0")) or 0.0
            # The very first plane may stand at zero, which is no duration.
            times[int(index)] = duration_ms(plane.get("DeltaT"), plane.get("DeltaTUnit", "s")) or 0.0
    ordered = sorted(times)
    pairs = zip(ordered, ordered[1:], strict=False)
    return [(times[later] - times[earlier]) / (later - earlier) for earlier, later in pairs]


def _steps(modulo: ElementTree.Element) -> int:
    """How many steps a second axis has: its labels, or from start to end."""
    labels = len(modulo.findall("Label"))
    if labels:
        return labels
    try:
        start, end, step = (float(modulo.get(name, default)) for name, default in
                            (("Start", "0"), ("End", "0"), ("Step", "1")))  # fmt: skip
        count = round((end - start) / step) + 1
    except (ValueError, ZeroDivisionError, OverflowError):
        return 1
    return count if 0 < count <= _MOST_STEPS else 1
