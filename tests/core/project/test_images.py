"""Images as TIFF: number by number, with pixel size, unit and provenance, for this program and for others."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.images import read_image, write_imagej, write_ome

IMAGES = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(width=32))
)
ABOUT = {"params": {"lambda1": 0.1}, "notes": ["“µ” is a letter"], "seed": 3, "source": "a <b> & c.tif", "none": None,
         "number": "12", "empty": "", "lines": "a\nb"}  # fmt: skip


@given(image=IMAGES, pixel_size_nm=st.one_of(st.none(), st.floats(1, 100_000)))
def test_an_ome_image_comes_back_exactly(tmp_path_factory, image, pixel_size_nm):
    path = tmp_path_factory.mktemp("i") / "x.ome.tif"
    write_ome(path, image, pixel_size_nm, "photons", ABOUT)
    back, size, about = read_image(path)
    assert back.dtype == np.float32 and np.array_equal(back, image, equal_nan=True)
    assert size == pixel_size_nm or size == pytest.approx(pixel_size_nm, rel=1e-15)
    assert about == {"Value unit": "photons"} | ABOUT


def test_other_programs_find_axes_and_pixel_size_in_an_ome_image(tmp_path):
    image = np.arange(15, dtype=np.float64).reshape(3, 5)
    write_ome(tmp_path / "x.ome.tif", image, 13.375, "photons", ABOUT)
    with tifffile.TiffFile(tmp_path / "x.ome.tif") as file:
        assert file.is_ome and file.series[0].axes == "YX" and file.series[0].shape == (3, 5)
        pixels = ElementTree.fromstring(file.ome_metadata).find(".//{*}Pixels")
        per_cm = file.pages[0].tags["XResolution"].value
        unit = file.pages[0].tags["ResolutionUnit"].value
    assert float(pixels.get("PhysicalSizeX")) == 0.013375 == float(pixels.get("PhysicalSizeY"))
    assert pixels.get("PhysicalSizeXUnit") == "µm" and (pixels.get("SizeX"), pixels.get("SizeY")) == ("5", "3")
    assert per_cm[0] / per_cm[1] == pytest.approx(1e7 / 13.375) and unit == 3


def test_words_stand_in_an_ome_image_as_they_are(tmp_path):
    write_ome(tmp_path / "x.ome.tif", np.ones((2, 3)), 10.0, "photons", ABOUT)
    with tifffile.TiffFile(tmp_path / "x.ome.tif") as file:
        entries = ElementTree.fromstring(file.ome_metadata).iterfind(".//{*}M")
        texts = {entry.get("K"): entry.text for entry in entries}
    assert texts["source"] == "a <b> & c.tif" and texts["Value unit"] == "photons"
    assert texts["number"] == '"12"', "a word that could be read as a number stays a word"


def test_an_image_of_a_region_knows_where_it_lies(tmp_path):
    corner, image = (400.0, 250.0), np.ones((2, 3))
    write_ome(tmp_path / "x.ome.tif", image, 20.0, "photons", ABOUT, corner)
    write_imagej(tmp_path / "x.tif", image, 20.0, "photons", ABOUT, (0.0, 1.0), corner)
    with tifffile.TiffFile(tmp_path / "x.ome.tif") as file:
        plane = ElementTree.fromstring(file.ome_metadata).find(".//{*}Plane")
    assert (plane.get("PositionY"), plane.get("PositionX"), plane.get("PositionXUnit")) == ("0.4", "0.25", "µm")
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        about = file.imagej_metadata
    # ImageJ: place = (pixel − origin) · pixel size.
    assert (about["yorigin"], about["xorigin"]) == (-20.0, -12.5)


def test_our_own_reader_finds_the_pixel_size(tmp_path):
    from fluogan_app.core.readers.open import open_stack

    image = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    for name, write in (("x.ome.tif", write_ome), ("x.tif", lambda *args: write_imagej(*args, (0.0, 1.0)))):
        write(tmp_path / name, image, 13.375, "photons", ABOUT)
        stack = open_stack(tmp_path / name)
        assert stack.acquisition.pixel_size_nm == pytest.approx(13.375)
        assert np.array_equal(stack.frame(0), image)
        stack.close()


def test_an_imagej_image_carries_numbers_scale_range_and_provenance(tmp_path):
    image = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    write_imagej(tmp_path / "x.tif", image, 26.8, "photons per frame", ABOUT, (0.25, 7.5))
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert np.array_equal(file.asarray(), image) and file.asarray().dtype == np.float32
        about = file.imagej_metadata
        per_um = file.pages[0].tags["XResolution"].value
        assert file.pages[0].tags["YResolution"].value == per_um
    assert about["unit"] == "um" and per_um[1] / per_um[0] == pytest.approx(0.0268, rel=1e-12)
    assert (about["min"], about["max"]) == (0.25, 7.5)
    for words in ("Value unit = photons per frame", '"lambda1": 0.1', "µ"):
        assert words in about["Info"]


def test_an_image_without_a_pixel_size_claims_none(tmp_path):
    write_imagej(tmp_path / "x.tif", np.ones((2, 2)), None, "counts", {}, (0, 1))
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert "unit" not in file.imagej_metadata


def test_a_damaged_image_is_refused(tmp_path):
    path = tmp_path / "x.ome.tif"
    write_ome(path, np.ones((30, 40)), 10.0, "photons", {})
    for content in (b"", b"no tiff", path.read_bytes()[:-300], path.read_bytes()[:400]):
        path.write_bytes(content)
        with pytest.raises(ProjectError, match="cannot be read"):
            read_image(path)
