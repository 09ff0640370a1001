"""A page of shapes as SVG or PDF. Words stay words, so that they can be edited, and images keep their own pixels."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from PIL import Image

from fluogan_app import __version__
from fluogan_app.core.files import write_atomic
from fluogan_app.core.project.figure_layout import Box, Colour, Drawn, Page, Picture, Shape, Stroke, Words
from fluogan_app.core.project.letters import runs_of, text_width_pt

#: Share of a text's width that lies before the place it is anchored at.
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}


def write_page(path: Path, page: Page) -> None:
    """Write a page as SVG or PDF, by the name. Raises ProjectError."""
    make: Callable[[Page], bytes] = pdf_of if path.suffix.lower() == ".pdf" else svg_of
    content = make(page)
    write_atomic(path, lambda temporary: temporary.write_bytes(content))


def svg_of(page: Page) -> bytes:
    """The page as SVG 1.1, one unit to the point."""
    drawn = "\n".join(_svg(shape) for shape in page.shapes)
    size = f'width="{page.width:.2f}pt" height="{page.height:.2f}pt" viewBox="0 0 {page.width:.2f} {page.height:.2f}"'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg {names} version="1.1" {size} '
        f'font-family="Helvetica, Arial, sans-serif">\n<title>{escape(page.title)}</title>\n'
        f"<desc>FluoGAN {__version__}</desc>\n"
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{drawn}\n</svg>\n'
    )
    return text.encode("utf-8")


def pdf_of(page: Page) -> bytes:
    """The page as PDF 1.4 with the fonts that every reader has."""
    pictures = [shape for shape in page.shapes if isinstance(shape, Picture)]
    names = {id(picture): f"I{index}" for index, picture in enumerate(pictures)}
    drawn = "\n".join(_pdf(shape, page.height, names) for shape in page.shapes).encode("latin-1")
    first = 8
    images = " ".join(f"/I{index} {first + index} 0 R" for index in range(len(pictures)))
    resources = f"<< /Font << /F1 5 0 R /F2 6 0 R >> /XObject << {images} >> /ExtGState << {_veils(page)} >> >>"
    box = f"[0 0 {page.width:.2f} {page.height:.2f}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources {resources} /Contents 4 0 R >>".encode(),
        _stream("", drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>",
        b"<< /Producer " + _pdf_text(f"FluoGAN {__version__}") + b" /Title " + _pdf_text(page.title) + b" >>",
        *(_pdf_image(picture.pixels) for picture in pictures),
    ]
    return _pdf_file(objects, info=7)


def _svg(shape: Drawn) -> str:
    if isinstance(shape, Words):
        return (
            f'<text x="{shape.x:.2f}" y="{shape.y:.2f}" font-size="{shape.size:g}" text-anchor="{shape.anchor}" '
            f'fill="{_hex(shape.colour)}">{escape(shape.text)}</text>'
        )
    if isinstance(shape, Stroke):
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
        dashes = f' stroke-dasharray="{" ".join(f"{part:g}" for part in shape.dashes)}"' if shape.dashes else ""
        ink = f'stroke="{_hex(shape.colour)}" stroke-width="{shape.thick:g}" stroke-linejoin="round"{dashes}'
        return f'<polyline points="{points}" fill="none" {ink}/>'
    if isinstance(shape, Shape):
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
        return f'<polygon points="{points}" fill="{_hex(shape.fill)}"/>'
    box = f'x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}"'
    if isinstance(shape, Box):
        return f'<rect {box} fill="{_hex(shape.fill)}" fill-opacity="{shape.opacity:g}"/>'
    file = io.BytesIO()
    Image.fromarray(shape.pixels).save(file, "PNG")
    data = quoteattr("data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii"))
    look = 'preserveAspectRatio="none" style="image-rendering:pixelated"'
    return f"<image {box} {look} xlink:href={data}/>"


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _pdf(shape: Drawn, height: float, names: dict[int, str]) -> str:
    """What draws a shape; PDF counts from the lower left corner."""
    if isinstance(shape, Words):
        return _pdf_words(shape, height)
    if isinstance(shape, Stroke):
        return _pdf_stroke(shape, height)
    if isinstance(shape, Shape):
        (x, y), *others = shape.points
        path = f"{x:.2f} {height - y:.2f} m " + " ".join(f"{x:.2f} {height - y:.2f} l" for x, y in others)
        return f"{_ink(shape.fill)} {path} f"
    low = height - shape.y - shape.height
    if isinstance(shape, Picture):
        place = f"{shape.width:.3f} 0 0 {shape.height:.3f} {shape.x:.3f} {low:.3f} cm"
        return f"q {place} /{names[id(shape)]} Do Q"
    veil = f"/V{round(100 * shape.opacity)} gs"
    return f"q {veil} {_ink(shape.fill)} {shape.x:.2f} {low:.2f} {shape.width:.2f} {shape.height:.2f} re f Q"


def _pdf_stroke(stroke: Stroke, height: float) -> str:
    (x, y), *others = stroke.points
    path = f"{x:.2f} {height - y:.2f} m " + " ".join(f"{x:.2f} {height - y:.2f} l" for x, y in others)
    colour = " ".join(f"{part / 255:.3f}" for part in stroke.colour)
    dashes = " ".join(f"{part:g}" for part in stroke.dashes)
    return f"q {colour} RG {stroke.thick:g} w 1 j [{dashes}] 0 d {path} S Q"


def _pdf_words(words: Words, height: float) -> str:
    x = words.x - _BEFORE[words.anchor] * text_width_pt(words.text, words.size)
    shown = " ".join(
        f"/{'F2' if font == 'Symbol' else 'F1'} {words.size:g} Tf <{letters.hex()}> Tj"
        for font, letters in runs_of(words.text)
    )
    return f"BT {_ink(words.colour)} {x:.2f} {height - words.y:.2f} Td {shown} ET"


def _ink(colour: Colour) -> str:
    return " ".join(f"{part / 255:.3f}" for part in colour) + " rg"


def _veils(page: Page) -> str:
    """The opacities that boxes have, by their percent."""
    percents = sorted({round(100 * shape.opacity) for shape in page.shapes if isinstance(shape, Box)})
    return " ".join(f"/V{percent} << /ca {percent / 100:g} >>" for percent in percents)


def _pdf_text(text: str) -> bytes:
    return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode() + b">"


def _pdf_image(pixels: np.ndarray) -> bytes:
    height, width, _ = pixels.shape
    about = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8"
    return _stream(about, np.ascontiguousarray(pixels).tobytes())


def _stream(about: str, data: bytes) -> bytes:
    packed = zlib.compress(data)
    return f"<< {about} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode() + packed + b"\nendstream"


def _pdf_file(objects: list[bytes], info: int) -> bytes:
    file, places = io.BytesIO(), []
    file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    for number, content in enumerate(objects, 1):
        places.append(file.tell())
        file.write(f"{number} 0 obj\n".encode() + content + b"\nendobj\n")
    start = file.tell()
    file.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    file.write(b"".join(f"{place:010d} 00000 n \n".encode() for place in places))
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {info} 0 R >>"
    file.write(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())
    return file.getvalue()
