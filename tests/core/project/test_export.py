"""What other programs get: exact images with their pixel size, curves, and a figure whose scale is right."""

from __future__ import annotations

import errno
import os

import numpy as np
import pytest
import tifffile
from PIL import Image

from fluogan_app.core import files
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.project import figure as drawn
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import nice_length, ticks
from fluogan_app.core.project.export import export_image, export_run
from fluogan_app.core.project.figure import draw_figure
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run


@pytest.fixture
def run(project, stack, walk, request_for):
    start_run(project, stack, request_for(steps=20))
    return Project.open(project.folder).run()


def pixel_size_nm(path) -> float:
    from fluogan_app.core.readers.open import open_stack

    stack = open_stack(path)
    stack.close()
    return stack.acquisition.pixel_size_nm


def test_everything_of_a_run_is_exported_exactly(run, tmp_path):
    notes = export_run(run, tmp_path / "x.tif", tmp_path / "b.ome.tif", tmp_path / "c.csv", tmp_path / "f.png")
    result = run.result()
    assert np.array_equal(tifffile.imread(tmp_path / "x.tif"), result.estimate)
    assert np.array_equal(tifffile.imread(tmp_path / "b.ome.tif"), result.background)
    assert pixel_size_nm(tmp_path / "x.tif") == pytest.approx(103.5 / 2)
    assert pixel_size_nm(tmp_path / "b.ome.tif") == pytest.approx(103.5)
    assert (tmp_path / "c.csv").read_text() == (run.folder / "curves.csv").read_text()
    assert Image.open(tmp_path / "f.png").info["dpi"] == pytest.approx((300, 300), abs=1)
    assert notes == ("A note.",)


def test_the_name_decides_between_imagej_and_ome(run, tmp_path):
    export_run(run, estimate=tmp_path / "x.tif", background=tmp_path / "b.OME.TIF")
    with tifffile.TiffFile(tmp_path / "x.tif") as imagej, tifffile.TiffFile(tmp_path / "b.OME.TIF") as ome:
        assert imagej.is_imagej and not imagej.is_ome and ome.is_ome
        assert "source_sha256" in imagej.imagej_metadata["Info"] and "lambda" not in imagej.imagej_metadata["Info"]
        assert run.record.link.sha256 in ome.ome_metadata


def test_an_unfinished_run_gives_its_last_checkpoint_and_says_so(project, stack, walk, request_for, tmp_path):
    control = Control()
    walk.options["during"] = lambda step: control.cancel() if step == 9 else None
    started, _ = start_run(project, stack, request_for(steps=20), control)
    record = started.record.replace(status=RunStatus.INTERRUPTED)
    started.write_record(record)
    notes = export_run(Project.open(project.folder).run(), estimate=tmp_path / "x.tif", figure=tmp_path / "f.png")
    assert notes == ("Unfinished: step 9 of 20, from the last checkpoint.",)
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert "Unfinished: step 9 of 20" in file.imagej_metadata["Info"]


@pytest.mark.parametrize(
    "names", [{"estimate": "x.png"}, {"background": "b"}, {"curves": "c.txt"}, {"figure": "f.jpg"}, {"figure": "f.tif"}]
)
def test_a_wrong_name_is_refused_before_anything_is_written(run, tmp_path, names):
    wanted = {"estimate": "good.tif", "curves": "good.csv"} | names
    with pytest.raises(UsageError, match="no name for"):
        export_run(run, **{what: tmp_path / "out" / name for what, name in wanted.items()})
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_former_export(run, tmp_path, monkeypatch):
    targets = {"estimate": tmp_path / "x.tif", "figure": tmp_path / "f.png"}
    export_run(run, **targets)
    before = {path: path.read_bytes() for path in targets.values()}

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "replace", full)
    for what, path in targets.items():
        with pytest.raises(ProjectError, match="No space left"):
            export_run(run, **{what: path})
        assert path.read_bytes() == before[path]


def test_any_image_may_be_exported(tmp_path):
    export_image(tmp_path / "m.tif", np.full((3, 4), 7, np.uint16), 80.0, unit="counts")
    with tifffile.TiffFile(tmp_path / "m.tif") as file:
        assert file.asarray().dtype == np.float32 and np.all(file.asarray() == 7)
        assert "counts" in file.imagej_metadata["Info"]


def sparse(shape=(600, 600), lit=60) -> np.ndarray:
    image = np.zeros(shape, np.float32)
    random = np.random.default_rng(1)
    image.ravel()[random.choice(image.size, lit)] = random.uniform(1, 5, lit)
    return image


def test_a_sparse_image_is_not_shown_as_black_or_glare():
    image = sparse()
    assert np.percentile(image, 99.9) == 0.0, "percentiles of all pixels would give no range at all"
    low, high = display_range(image)
    assert low == 0.0 and 4.0 < high <= 5.0


EVEN = [np.zeros((4, 4)), np.full((4, 4), -3.0), np.full((3, 3), np.nan), np.full((1, 1), 5e-9)]


@pytest.mark.parametrize("image", EVEN)
def test_an_even_image_still_has_a_range(image):
    low, high = display_range(image)
    assert np.isfinite([low, high]).all() and low < high


def test_one_hot_pixel_does_not_darken_the_rest():
    image = np.random.default_rng(0).uniform(0, 10, (200, 200))
    image[0, 0] = 1e6
    assert display_range(image)[1] <= 10.0


@pytest.mark.parametrize(("length", "nice"), [(1.0, 1.0), (1999.0, 1000.0), (2000.0, 2000.0), (7.3, 5.0), (0.03, 0.02)])
def test_a_scale_bar_has_a_round_length(length, nice):
    assert nice_length(length) == pytest.approx(nice)


@pytest.mark.parametrize("limits", [(0.0, 1.0), (97.3, 98.1), (-2e-5, 3e-5), (0.0, 12345.6), (0.1, 0.7)])
def test_ticks_are_few_round_and_inside(limits):
    low, high = limits
    found = ticks(low, high)
    assert 2 <= len(found) <= 6 and all(low - 1e-9 <= value <= high * (1 + 1e-9) for value in found)
    assert len({f"{value:g}" for value in found}) == len(found)


def result_of(shape, zoom=6, notes=()) -> Result:
    random = np.random.default_rng(0)
    mean = random.uniform(10, 90, shape).astype(np.float32)
    estimate = sparse((shape[0] * zoom, shape[1] * zoom), lit=50)
    return Result(estimate, mean / 2, mean, zoom, 100.0, 10, {}, notes)


def longest_white_row(figure: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Length in dots of the longest run of pure white inside an image's frame: the scale bar."""
    white = (np.asarray(figure.crop(box)) == 255).all(axis=2)
    best = 0
    for row in white:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        best = max(best, int((edges[1::2] - edges[::2]).max(initial=0)))
    return best


def test_the_scale_bar_of_the_figure_is_as_long_as_it_says():
    figure = draw_figure(result_of((60, 60)))
    # 60 pixels of 100 nm on 900 dots: 15 dots a pixel, and the bar for 6 µm is 1 µm, 10 pixels, long.
    assert abs(longest_white_row(figure, (60, 60 + 60, 960, 60 + 56 + 890)) - 150) <= 2


def test_a_shallow_image_keeps_its_scale_bar_in_the_line_of_its_title():
    figure = draw_figure(result_of((12, 240)))
    # 240 pixels of 100 nm on 1800 dots: 7.5 dots a pixel; the bar for 24 µm is 5 µm, 50 pixels, long.
    row = np.asarray(figure.convert("L"))[60 + 34 // 2, 60 : 60 + 1800]
    assert abs(np.count_nonzero(row[1800 - 400 :] < 30) - 375) <= 2 and row[-1] < 30
    # Nothing veils the mean's lower right corner: there it has the colours of its own, brighter than any veil.
    corner = np.asarray(figure.crop((60 + 1500, 60 + 56, 60 + 1800, 60 + 56 + 90)))
    assert corner.max() > 200 and not (corner == 255).all(axis=2).any()


def test_the_numbers_of_a_colour_bar_are_written_as_those_of_an_axis(monkeypatch):
    written = []
    monkeypatch.setattr(drawn, "write_text", lambda pen, place, text, *rest, **how: written.append(text))
    image = np.linspace(-2e6, 2e6, 3600).reshape(60, 60)
    drawn.draw_panels([drawn.Panel(image, 100.0, "Difference", "counts", (-2e6, 2e6))])
    assert {"−2×10⁶", "2×10⁶", "0"} <= set(written)


@pytest.mark.parametrize("shape", [(60, 60), (7, 60), (60, 7), (1, 1), (300, 280)])
def test_a_figure_is_drawn_for_every_shape_and_fits_a_page(shape):
    unfinished = result_of(shape, notes=("Unfinished: step 3 of 9, from the last checkpoint.",))
    figure = draw_figure(unfinished, "a caption " * 40)
    assert figure.mode == "RGB" and max(figure.size) < 4200
    assert len(figure.getcolors(1 << 24)) > 20


def test_a_bright_pixel_survives_when_the_figure_is_smaller_than_the_image():
    result = result_of((300, 280))
    result.estimate[:] = 0.0
    result.estimate[::300, ::280] = 100.0
    figure = np.asarray(draw_figure(result, "").convert("L"))
    third = figure.shape[1] // 3
    assert np.count_nonzero(figure[200:900, third + 60 : 2 * third - 60] > 60) > 5
