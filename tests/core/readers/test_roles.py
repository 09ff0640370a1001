"""Which axis is time: what the file states, what the user wishes, and a guess that is put into words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.core.readers.roles import arrange, assign_roles


@pytest.mark.parametrize(
    ("axes", "counts", "stated", "time", "said"),
    [
        ("T", (50,), False, "T", ""), ("Z", (50,), False, "Z", "Axis Z is taken as time"),
        ("I", (300,), False, "I", "does not name its axes"), ("Q", (5,), False, "Q", "does not name its axes"),
        ("TZC", (9, 4, 2), False, "T", ""), ("ZC", (40, 2), False, "Z", "Axis Z is taken as time"),
        ("TZ", (1, 40), False, "Z", "Axis Z is taken as time"), ("QQ", (3, 40), False, "Q", "does not name"),
        ("Z", (5,), True, None, "take axis Z as time"), ("C", (3,), False, None, ""), ("", (), False, None, ""),
    ],
)  # fmt: skip
def test_the_guess_and_its_sentence(
    axes: str, counts: tuple[int, ...], stated: bool, time: str | None, said: str
) -> None:
    roles = assign_roles(axes, counts, stated)
    assert (None if roles.time is None else axes[roles.time]) == time
    assert (said in " ".join(roles.warnings)) if said else not roles.warnings


def test_planes_go_to_time_channel_and_depth() -> None:
    planes = np.arange(3 * 4 * 2).reshape(3, 4, 2)[..., None].repeat(2, axis=-1)
    arranged = arrange(planes, assign_roles("TZC", (3, 4, 2), False))
    assert arranged.shape == (3, 2, 4, 2)
    assert (arranged[2, 1, 3] == planes[2, 3, 1]).all()
    swapped = arrange(planes, assign_roles("TZC", (3, 4, 2), False, "Z"))
    assert swapped.shape == (4, 2, 3, 2)
    assert (swapped[3, 1, 2] == planes[2, 3, 1]).all()


def test_channels_may_be_time_by_wish() -> None:
    planes = np.zeros((6, 2), int)
    assert arrange(planes, assign_roles("C", (6,), True, "c")).shape == (6, 1, 1, 2)


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(ReadError, match="no axis Q.*T, Z"):
        assign_roles("TZ", (2, 3), False, "Q")


def test_the_user_takes_depth_as_time(tmp_path: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 99, (6, 5, 4)).astype(np.uint16)
    path = tmp_path / "depth.ome.tif"
    tifffile.imwrite(path, frames, ome=True, metadata={"axes": "ZYX"}, photometric="minisblack")
    assert describe(path).scenes[0].sizes == {"T": 1, "C": 1, "Z": 6, "Y": 5, "X": 4}
    assert any("take axis Z as time" in sentence for sentence in describe(path).warnings)
    stack = open_stack(path, Selection(time_axis="Z"))
    assert stack.shape == (6, 5, 4)
    np.testing.assert_array_equal(stack.frame(4), frames[4])
    stack.close()


@pytest.mark.parametrize(
    "selection",
    [Selection(scene=1), Selection(channel=1), Selection(plane=7), Selection(time_axis="Q"), Selection(scene=-1)],
)
def test_a_selection_outside_the_file_is_refused(selection: Selection, tmp_path: Path) -> None:
    path = tmp_path / "stack.ome.tif"
    frames = np.ones((3, 2, 5, 4), np.uint16)
    tifffile.imwrite(path, frames, ome=True, metadata={"axes": "TZYX"}, photometric="minisblack")
    with pytest.raises(ReadError) as caught:
        open_stack(path, selection)
    assert caught.value.hint
