"""The light of a run adds up, and what is missing is said with its sign."""

from __future__ import annotations

import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.photon_balance import photon_balance


def test_the_parts_and_the_difference_add_up_per_frame_and_in_all():
    found = photon_balance(recorded=1000.0, structure=700.0, background=250.0, frames=40)
    assert found.difference == pytest.approx(-50.0) and found.difference_percent == pytest.approx(-5.0)
    rows = {name: values for name, *values in found.rows()}
    assert rows["Recorded"] == [1000.0, 40_000.0, 100.0]
    structure, background, difference = (row for name, row in rows.items() if name != "Recorded")
    for column in range(3):
        total = structure[column] + background[column] - difference[column]
        assert total == pytest.approx(rows["Recorded"][column])


def test_what_the_run_told_of_its_margin_is_kept():
    found = photon_balance(1000.0, structure=690.0, background=250.0, frames=1, told_percent=1.5)
    assert found.difference_percent == pytest.approx(1.5) and found.structure == pytest.approx(765.0)


@pytest.mark.parametrize("recorded", [0.0, -3.0, float("nan")])
def test_without_light_there_is_no_balance(recorded):
    with pytest.raises(DataError, match="no light"):
        photon_balance(recorded, 1.0, 1.0, 1)
