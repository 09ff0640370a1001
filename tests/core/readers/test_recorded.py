"""What is left of a recording that was stopped early: whole, as much as can be, and told."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.readers.recorded import recorded_part


def planes_of(present: np.ndarray) -> np.ndarray:
    """Addresses (…, 2) that count the planes, −1 where one is missing."""
    numbers = np.where(present, np.arange(present.size).reshape(present.shape), -1)
    return np.stack([numbers, numbers], axis=-1)


@given(counts=st.tuples(*[st.integers(1, 5)] * 3), data=st.data())
def test_what_is_left_is_whole_and_as_much_as_one_axis_keeps(counts, data) -> None:
    missing = data.draw(st.lists(st.integers(0, int(np.prod(counts)) - 1), max_size=3))
    present = np.ones(counts, bool)
    present.reshape(-1)[missing] = False
    planes = planes_of(present)
    part, words = recorded_part(planes, "TZC", "a")
    # By brute force: the best that cutting the end of one axis can keep.
    cuts = [(axis, kept) for axis in range(3) for kept in range(counts[axis] + 1)]
    whole = [present.take(range(kept), axis) for axis, kept in cuts]
    best = max(cut.size for cut in whole if cut.all())
    if present.all() or best == 0:
        np.testing.assert_array_equal(part, planes)
        assert words == ()
    else:
        assert (part >= 0).all() and part[..., 0].size == best
        assert len(words) == 1 and "and these are used" in words[0]


def test_a_stopped_time_lapse_is_cut_in_time() -> None:
    present = np.ones((5, 2), bool)
    present[3, 1] = present[4] = False
    part, (sentence,) = recorded_part(planes_of(present), "TZ", "cells")
    assert part.shape == (3, 2, 2)
    assert sentence == "“cells” should have 5 time points; the file holds the first 3 complete, and these are used."


def test_one_plane_alone_has_no_axis_to_cut() -> None:
    planes = planes_of(np.zeros((), bool))
    part, words = recorded_part(planes, "", "a")
    assert part is planes and words == ()
