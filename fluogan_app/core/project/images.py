"""Images of a project as TIFF: float32 with pixel size, unit and provenance, read back number by number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from fluogan_app import __version__
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_atomic

_OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMESPACE = "fluogan-app/provenance"
_LARGEST_WHOLE = 2**32 - 1


def write_ome(
    path: Path, image: np.ndarray, pixel_size_nm: float | None, unit: str, provenance: Mapping[str, Any],
    corner_yx_nm: tuple[float, float] = (0.0, 0.0),
) -> None:  # fmt: skip
    """One image [y, x] as OME-TIFF, float32, with PhysicalSize in µm and the provenance as annotation.

    corner_yx_nm: where its first pixel begins in the camera's frame. Raises ProjectError.
    """
    import tifffile  # here and below, not above: a tenth of a second that the window's start does not pay

    pixels = np.ascontiguousarray(image, np.float32)
    xml = _ome_xml(path.name, pixels.shape, pixel_size_nm, unit, provenance, corner_yx_nm)

    def write(temporary: Path) -> None:
        tifffile.imwrite(
            temporary, pixels, photometric="minisblack", description=xml, metadata=None,
            software=f"FluoGAN {__version__}", **_resolution(pixel_size_nm, per_nm=1e7, unit="CENTIMETER"),
        )  # fmt: skip

    write_atomic(path, write)


def write_imagej(
    path: Path, image: np.ndarray, pixel_size_nm: float | None, unit: str, provenance: Mapping[str, Any],
    display_range: tuple[float, float], corner_yx_nm: tuple[float, float] = (0.0, 0.0),
) -> None:  # fmt: skip
    """One image [y, x] as ImageJ TIFF, float32, with pixel size in µm, display range and provenance.

    corner_yx_nm: where its first pixel begins in the camera's frame: the frame's corner is ImageJ's origin then.
    Raises ProjectError.
    """
    import tifffile

    pixels = np.ascontiguousarray(image, np.float32)
    metadata = {
        "axes": "YX",
        "min": display_range[0],
        "max": display_range[1],
        "Info": info_text(unit, provenance),
    }
    if pixel_size_nm is not None:
        metadata["unit"] = "um"
        if any(corner_yx_nm):
            metadata |= {f"{axis}origin": -at / pixel_size_nm for axis, at in zip("yx", corner_yx_nm, strict=True)}

    def write(temporary: Path) -> None:
        tifffile.imwrite(temporary, pixels, imagej=True, metadata=metadata, **imagej_scale(pixel_size_nm))

    write_atomic(path, write)


def read_image(path: Path) -> tuple[np.ndarray, float | None, dict[str, Any]]:
    """An image that `write_ome` wrote: (Y, X) float32, pixel size in nm or None, and its provenance.

    Raises ProjectError.
    """
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            pixels = file.pages[0].asarray()
            root = ElementTree.fromstring(file.pages[0].description)
    except (OSError, ValueError, IndexError, KeyError, tifffile.TiffFileError, ElementTree.ParseError) as error:
        hint = "It may be damaged; restore it from a backup."
        raise ProjectError(f"The image {path} cannot be read.", hint) from error
    header = root.find(f".//{{{_OME}}}Pixels")
    size_um = header.get("PhysicalSizeX") if header is not None else None
    return pixels, float(size_um) * 1e3 if size_um else None, _provenance(root)


def sampled(image: np.ndarray, shape_yx: tuple[int, int]) -> np.ndarray:
    """The image on another grid of the same field, each pixel as its nearest one is."""
    rows, columns = ((np.arange(new) * old + old // 2) // new for new, old in zip(shape_yx, image.shape))
    return image[np.ix_(rows, columns)]


def info_text(unit: str, provenance: Mapping[str, Any]) -> str:
    """Where an image comes from as lines, as ImageJ shows them."""
    info = {"Value unit": unit, **provenance}
    return "\n".join(f"{name} = {_plain(value)}" for name, value in info.items()) + "\n"


def imagej_scale(pixel_size_nm: float | None) -> dict[str, Any]:
    """What tifffile is told so that ImageJ reads the pixel size in µm."""
    return _resolution(pixel_size_nm, per_nm=1e3, unit="NONE")


def _resolution(pixel_size_nm: float | None, per_nm: float, unit: str) -> dict[str, Any]:
    if pixel_size_nm is None:
        return {}
    # The tag holds a ratio of whole numbers below 2³²: the nearest one, so that a third of 80 nm stays a third.
    pixels_per_unit = per_nm / pixel_size_nm
    ratio = Fraction(pixels_per_unit).limit_denominator(int(_LARGEST_WHOLE / max(pixels_per_unit, 1.0)))
    pixels = (ratio.numerator, ratio.denominator)
    return {"resolution": (pixels, pixels), "resolutionunit": unit}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _ome_xml(
    name: str, shape: tuple[int, ...], pixel_size_nm: float | None, unit: str, provenance: Mapping[str, Any],
    corner_yx_nm: tuple[float, float],
) -> bytes:  # fmt: skip
    height, width = shape
    root = ElementTree.Element("OME", {
        "xmlns": _OME, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{_OME} {_OME}/ome.xsd",
        "Creator": f"FluoGAN {__version__}",
    })  # fmt: skip
    image = ElementTree.SubElement(root, "Image", {"ID": "Image:0", "Name": name})
    ElementTree.SubElement(image, "Description").text = f"Values in {unit}."
    size = {"SizeX": width, "SizeY": height, "SizeZ": 1, "SizeC": 1, "SizeT": 1}
    pixels = ElementTree.SubElement(image, "Pixels", {
        "ID": "Pixels:0", "DimensionOrder": "XYZCT", "Type": "float", "SignificantBits": "32",
        "BigEndian": "false", **{key: str(value) for key, value in size.items()}, **_physical_size(pixel_size_nm),
    })  # fmt: skip
    ElementTree.SubElement(pixels, "Channel", {"ID": "Channel:0:0", "SamplesPerPixel": "1"})
    ElementTree.SubElement(pixels, "TiffData", {"IFD": "0", "PlaneCount": "1"})
    if any(corner_yx_nm):
        ElementTree.SubElement(pixels, "Plane", {"TheZ": "0", "TheT": "0", "TheC": "0", **_position(corner_yx_nm)})
    ElementTree.SubElement(image, "AnnotationRef", {"ID": "Annotation:0"})
    _annotate(root, {"Value unit": unit, **provenance})
    # ASCII with character references: a TIFF description is ASCII, and every reader of XML understands them.
    return b'<?xml version="1.0" encoding="UTF-8"?>' + ElementTree.tostring(root)


def _physical_size(pixel_size_nm: float | None) -> dict[str, str]:
    if pixel_size_nm is None:
        return {}
    size_um = repr(pixel_size_nm / 1e3)
    return {f"PhysicalSize{axis}": size_um for axis in "XY"} | {f"PhysicalSize{axis}Unit": "µm" for axis in "XY"}


def _position(corner_yx_nm: tuple[float, float]) -> dict[str, str]:
    places = {f"Position{axis}": repr(at / 1e3) for axis, at in zip("YX", corner_yx_nm, strict=True)}
    return places | {f"{name}Unit": "µm" for name in places}


def _annotate(root: ElementTree.Element, provenance: Mapping[str, Any]) -> None:
    annotations = ElementTree.SubElement(root, "StructuredAnnotations")
    table = ElementTree.SubElement(annotations, "MapAnnotation", {"ID": "Annotation:0", "Namespace": _NAMESPACE})
    values = ElementTree.SubElement(table, "Value")
    for key, value in provenance.items():
        ElementTree.SubElement(values, "M", {"K": key}).text = _written(value)


def _provenance(root: ElementTree.Element) -> dict[str, Any]:
    entries = root.iterfind(f".//{{{_OME}}}MapAnnotation[@Namespace='{_NAMESPACE}']/{{{_OME}}}Value/{{{_OME}}}M")
    return {entry.get("K", ""): _read(entry.text or "null") for entry in entries}


def _written(value: Any) -> str:
    """Words as they are, all else as JSON, so that each is read as what it was."""
    plain = isinstance(value, str) and value and value.isprintable() and _read(value) == value
    return value if plain else json.dumps(value, ensure_ascii=False)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
