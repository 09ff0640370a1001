"""Figures as SVG and PDF: whole files, with the very pixels, and words that stay words."""

from __future__ import annotations

import base64
import io
import re
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.drawing import colours_of
from fluogan_app.core.project.export import export_panels
from fluogan_app.core.project.figure import Panel
from fluogan_app.core.project.figure_layout import Box, Picture, Shape, Words, laid_out
from fluogan_app.core.project.letters import runs_of, text_width_pt, wrapped_pt
from fluogan_app.core.project.vector_files import pdf_of, svg_of

_SVG = "{http://www.w3.org/2000/svg}"
RAMP = np.linspace(0, 10, 35 * 24).reshape(24, 35).astype(np.float32)
PANELS = [
    Panel(RAMP, 80.0, "Mean, 80 nm pixels", "photons per frame", (2.0, 8.0)),
    Panel(np.kron(RAMP, np.ones((2, 2), np.float32)), 40.0, "Estimate x <1> & λ1", "photons", (0.0, 10.0), "viridis"),
]


def alike(image: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether an image is the wanted one, each of its pixels a square of equal dots."""
    times = image.shape[0] // wanted.shape[0]
    if times < 1 or image.shape[:2] != (times * wanted.shape[0], times * wanted.shape[1]):
        return False
    return np.abs(image.astype(int) - np.kron(wanted, np.ones((times, times, 1), int))).max() <= 3


def expected(panel: Panel, colourmap: str = "inferno") -> np.ndarray:
    low, high = panel.limits
    shade = np.floor(np.clip((panel.image.astype(float) - low) / (high - low), 0, 1) * 255 + 0.5).astype(int)
    return colours_of(panel.colourmap or colourmap)[np.minimum(shade, 255)]


class Pdf:
    """What a reader of PDF sees: objects at the places that the table states, streams unpacked."""

    def __init__(self, data: bytes) -> None:
        assert data.startswith(b"%PDF-1.4") and data.rstrip().endswith(b"%%EOF")
        start = int(re.search(rb"startxref\s+(\d+)", data)[1])
        table = data[start:].split(b"trailer")[0].split(b"\n")
        assert table[0] == b"xref"
        count = int(table[1].split()[1])
        entries = [line for line in table[2 : 2 + count]]
        assert all(len(entry) == 19 for entry in entries), "each entry has 20 bytes with its line end"
        self.objects = {}
        for number, entry in enumerate(entries[1:], 1):
            at = int(entry[:10])
            head = re.match(rb"(\d+) 0 obj\n", data[at:])
            assert int(head[1]) == number
            self.objects[number] = self._object(data[at + head.end() :])

    def _object(self, rest: bytes) -> tuple[bytes, bytes]:
        if (stream := re.match(rb"(<<[^\n]*>>)\nstream\n", rest)) is None:
            return rest.split(b"\nendobj")[0], b""
        length = int(re.search(rb"/Length (\d+)", stream[1])[1])
        packed = rest[stream.end() : stream.end() + length]
        assert rest[stream.end() + length :].startswith(b"\nendstream\nendobj")
        return stream[1], zlib.decompress(packed)

    @property
    def images(self) -> list[np.ndarray]:
        found = []
        for about, data in self.objects.values():
            if b"/Subtype /Image" in about:
                width, height = (int(re.search(rb"/%s (\d+)" % key, about)[1]) for key in (b"Width", b"Height"))
                found.append(np.frombuffer(data, np.uint8).reshape(height, width, 3))
        return found

    @property
    def words(self) -> str:
        content = self.objects[4][1].decode("latin-1")
        pieces = re.findall(r"/F([12]) [\d.]+ Tf <([0-9a-f]*)> Tj", content)
        return " ".join(bytes.fromhex(text).decode("cp1252") for _, text in pieces)


def test_a_pdf_holds_the_very_pixels_and_words(tmp_path) -> None:
    export_panels(tmp_path / "f.pdf", PANELS, ["cells.tif · 12 µm"])
    pdf = Pdf((tmp_path / "f.pdf").read_bytes())
    images = pdf.images
    for panel in PANELS:
        assert any(alike(image, expected(panel)) for image in images)
    for words in ("Mean, 80 nm pixels", "500 nm", "photons per frame", "cells.tif · 12 µm", "Estimate x <1> & "):
        assert words in pdf.words, words
    assert b"/MediaBox" in pdf.objects[3][0] and b"FluoGAN".hex().encode() not in pdf.objects[3][0]


def test_an_svg_is_sound_and_holds_the_very_pixels(tmp_path) -> None:
    export_panels(tmp_path / "f.svg", PANELS, ["cells & <b>.tif"])
    root = ElementTree.parse(tmp_path / "f.svg").getroot()
    assert root.find(f"{_SVG}title").text == "cells & <b>.tif"
    texts = [item.text for item in root.iter(f"{_SVG}text")]
    assert {"Mean, 80 nm pixels", "Estimate x <1> & λ1", "500 nm", "cells & <b>.tif"} <= set(texts)
    images = []
    for item in root.iter(f"{_SVG}image"):
        data = item.get("{http://www.w3.org/1999/xlink}href").removeprefix("data:image/png;base64,")
        images.append(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))))
    for panel in PANELS:
        assert any(alike(image, expected(panel)) for image in images)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    page = laid_out(PANELS[:1])
    image = next(shape for shape in page.shapes if isinstance(shape, Picture) and shape.height > 50)
    bar = next(shape for shape in page.shapes if isinstance(shape, Box) and shape.fill == (255, 255, 255))
    nm_per_point = 35 * 80.0 / image.width
    assert bar.width * nm_per_point == pytest.approx(500.0) and bar.x + bar.width <= image.x + image.width


def test_arrows_tell_that_pixels_lie_beyond_the_colours() -> None:
    assert len([shape for shape in laid_out(PANELS[:1]).shapes if isinstance(shape, Shape)]) == 2
    assert not [shape for shape in laid_out(PANELS[1:]).shapes if isinstance(shape, Shape)]


@pytest.mark.parametrize("shape_yx", [(24, 35), (200, 20), (9, 90), (1, 1)])
def test_everything_lies_on_the_page(shape_yx) -> None:
    panel = Panel(np.random.default_rng(0).random(shape_yx).astype(np.float32), 65.0, "A title", "a long unit " * 3)
    page = laid_out([panel, panel], ["a caption " * 40])
    for shape in page.shapes:
        if isinstance(shape, Words):
            wide = text_width_pt(shape.text, shape.size)
            left = shape.x - {"start": 0, "middle": 0.5, "end": 1}[shape.anchor] * wide
            assert left >= -1e-6 and left + wide <= page.width + 1e-6 and 0 < shape.y <= page.height
        elif isinstance(shape, Picture):
            assert shape.x >= 0 and shape.x + shape.width <= page.width and shape.y + shape.height <= page.height
    assert Pdf(pdf_of(page)).images and svg_of(page)


def test_pixels_that_are_no_numbers_are_drawn_as_the_lowest() -> None:
    image = RAMP.copy()
    image[3, 4] = np.nan
    page = laid_out([Panel(image, None, "", "", (2.0, 8.0))])
    picture = next(shape for shape in page.shapes if isinstance(shape, Picture))
    times = picture.pixels.shape[0] // 24
    assert tuple(picture.pixels[3 * times, 4 * times]) == tuple(colours_of("inferno")[0])


def test_greek_comes_from_the_font_that_has_it() -> None:
    assert runs_of("λ1 = −2 µm") == [("Symbol", b"l"), ("Helvetica", b"1 = "), ("Symbol", b"-"),
                                     ("Helvetica", b"2 \xb5m")]  # fmt: skip
    assert runs_of("漢") == [("Helvetica", b"?")]
    assert text_width_pt("Wi", 1000) == 944 + 222
    assert wrapped_pt("aa bb cc", 10, text_width_pt("aa bb", 10)) == ["aa bb", "cc"]


def test_another_ending_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match=r"\.svg"):
        export_panels(tmp_path / "f.jpg", PANELS)
