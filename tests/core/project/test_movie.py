"""The film of a run: as many frames as the history has, with one scale of colours and the pixel size."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.methods.base import Preview, State
from fluogan_app.core.project.history import HistoryWriter, load_moment, moments_of
from fluogan_app.core.project.movie import LAST_MS, Cancelled, has_movie, write_movie
from fluogan_app.core.project.workflow import start_run


class Painter:
    """A solver whose image grows with the step."""

    total_steps = 30

    def image(self, state: State) -> Preview:
        rows, columns = np.mgrid[:12, :16].astype(np.float32)
        return Preview(state.step, state.step * rows * columns, rows[:6, :8] + state.step)


@pytest.fixture
def run(project, stack, walk, request_for):
    """A run with five moments, of a region of 6 × 8 pixels."""
    made, _ = start_run(project, stack, request_for(steps=30))
    writer = HistoryWriter(made, Silent())
    for step in (1, 3, 9, 20, 30):
        writer.look(Painter(), State(step), None)
    return made


@pytest.mark.parametrize("suffix", [".gif", ".png"])
def test_a_film_has_a_frame_for_each_moment_and_stands_at_the_end(run, tmp_path, suffix):
    path = tmp_path / f"film{suffix}"
    count = write_movie(run, path)
    assert count == len(moments_of(run)) == 5
    with Image.open(path) as film:
        assert film.n_frames == count
        pictures, times = [], []
        for index in range(count):
            film.seek(index)
            times.append(film.info["duration"])
            pictures.append(np.asarray(film.convert("RGB")).copy())
    assert times[-1] == LAST_MS and set(times[:-1]) == {80}
    assert len({picture.shape for picture in pictures}) == 1
    assert not np.array_equal(pictures[0], pictures[-1])
    # The colour bar's ramp is the same in all: one scale for the whole film.
    height = pictures[0].shape[0]
    bar = [picture[int(0.87 * height) : int(0.88 * height)].astype(int) for picture in pictures]
    assert all(np.abs(one - bar[-1]).mean() < 8 for one in bar)


def test_a_stack_holds_the_numbers_the_pixel_size_and_the_steps(run, tmp_path):
    path = tmp_path / "film.tif"
    count = write_movie(run, path, "background")
    with tifffile.TiffFile(path) as file:
        images, about = file.asarray(), file.imagej_metadata
        numerator, denominator = file.pages[0].tags["XResolution"].value
    moments = moments_of(run)
    assert images.shape[0] == count == len(moments)
    np.testing.assert_array_equal(images[1], load_moment(moments[1]).background)
    assert about["Labels"] == [f"step {moment.step}" for moment in moments]
    assert about["unit"] in ("um", "\\u00B5m", "µm")
    assert denominator / numerator == pytest.approx(0.1035)
    assert "source = my stack.tif" in about["Info"] and run.record.link.sha256 in about["Info"]


def test_a_damaged_moment_is_left_out(run, tmp_path):
    moments = moments_of(run)
    moments[1].path.write_bytes(b"damaged")
    assert write_movie(run, tmp_path / "film.tif") == len(moments) - 1


def test_a_film_that_is_not_wanted_any_more_leaves_nothing(run, tmp_path):
    with pytest.raises(Cancelled):
        write_movie(run, tmp_path / "film.gif", noted=lambda done, total: done < 2)
    assert list(tmp_path.glob("*film*")) == []


def test_what_cannot_be_filmed_is_refused(project, stack, walk, request_for, tmp_path, run):
    with pytest.raises(UsageError, match="film.mp4"):
        write_movie(run, tmp_path / "film.mp4")
    unseen, _ = start_run(project, stack, request_for(steps=3))
    assert has_movie(run) and not has_movie(unseen)
    with pytest.raises(ProjectError, match="no history"):
        write_movie(unseen, tmp_path / "film.gif")
