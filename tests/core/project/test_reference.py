"""References: cut to the region that was measured, with the lines that lie in it, and compared as what they are."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.line_pattern import LinePattern, LineSet
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import DataError
from fluogan_app.core.project.measure import Picture
from fluogan_app.core.project.reference import Reference, compare

WHOLE, ZOOM, CAMERA_NM = (20, 60), 3, 100.0
ROI = Roi(2, 25, 16, 30)


@pytest.fixture
def field() -> np.ndarray:
    return np.random.default_rng(0).uniform(size=(WHOLE[0] * ZOOM, WHOLE[1] * ZOOM))


@pytest.fixture
def truth(field) -> Reference:
    """Two sets of lines, of which the second lies in the region."""
    pattern = LinePattern((LineSet(300.0, 1200.0, 500.0), LineSet(200.0, 4000.0, 500.0)), 100.0)
    return Reference("t.npz", Picture(field, CAMERA_NM / ZOOM), WHOLE, CAMERA_NM, pattern)


def test_a_region_of_a_truth_has_its_pixels_and_its_lines(truth, field):
    part = truth.within(ROI, WHOLE, CAMERA_NM)
    np.testing.assert_array_equal(part.picture.image, field[6:54, 75:165])
    assert part.camera == (16, 30) and part.is_truth
    (line_set,) = part.pattern.sets
    assert line_set.spacing_nm == 200.0 and line_set.centre_nm == pytest.approx(4000.0 - 2500.0)


def test_a_line_that_the_region_cuts_is_left_out(truth):
    assert truth.within(Roi(0, 36, 20, 24), WHOLE, CAMERA_NM).pattern.sets == ()
    # The set reaches from 3.35 to 4.65 µm.
    assert len(truth.within(Roi(0, 33, 20, 14), WHOLE, CAMERA_NM).pattern.sets) == 1
    assert len(truth.within(Roi(0, 34, 20, 13), WHOLE, CAMERA_NM).pattern.sets) == 0


def test_what_shows_the_region_already_stays(truth, field):
    whole = Roi.whole(WHOLE)
    assert truth.within(whole, WHOLE, CAMERA_NM) is truth
    odd = Reference("m.tif", Picture(field[:48, :90], None))
    assert odd.within(ROI, WHOLE, CAMERA_NM) is odd


def test_the_pixel_size_tells_a_finer_image_of_half_the_frame_from_a_coarser_one_of_the_whole(field):
    half = Roi(0, 0, 10, 30)
    same = Reference("x.tif", Picture(field, CAMERA_NM / ZOOM / 2))
    assert same.within(half, WHOLE, CAMERA_NM) is same
    whole = Reference("x.tif", Picture(field, CAMERA_NM / ZOOM))
    assert whole.within(half, WHOLE, CAMERA_NM).picture.image.shape == (30, 90)


def test_the_right_region_of_the_truth_is_perfect_and_another_is_not(truth, field):
    estimate = field[6:54, 75:165]
    right = compare(estimate, CAMERA_NM / ZOOM, truth.within(ROI, WHOLE, CAMERA_NM)).values()
    wrong = compare(estimate, CAMERA_NM / ZOOM, truth.within(Roi(0, 0, 16, 30), WHOLE, CAMERA_NM)).values()
    assert right["nrmse"] == pytest.approx(0, abs=1e-12)
    assert wrong["nrmse"] > 0.3
    assert "finest_split_nm" in right and "rse" not in right
    with pytest.raises(DataError, match="48 × 90"):
        compare(estimate, CAMERA_NM / ZOOM, truth)


def test_the_number_of_pixels_decides_what_an_image_is(field):
    coarse = field.reshape(20, 3, 60, 3).sum(axis=(1, 3))
    seen = compare(field, 100 / 3, Reference("m.tif", Picture(coarse, 100.0)))
    assert "rsp" in seen.values() and "nrmse" not in seen.values()
    fine = compare(coarse, 100.0, Reference("x.tif", Picture(field, 100 / 3)))
    assert fine.values()["nrmse"] == pytest.approx(0, abs=1e-12) and "rsp" not in fine.values()
    both = compare(field, 100 / 3, Reference("x.tif", Picture(field, 50.0)))
    assert {"rsp", "nrmse"} <= set(both.values())
    assert "Check both pixel sizes" in both.notes[0] and "once as the truth" in both.notes[-1]
