"""Curves as a table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.curves_csv import read_curves_csv, write_curves_csv

METRICS = (Metric("loss", "Loss", "", "generator"), Metric("photons_estimate", "Σx", "photons", "photons"))
NUMBERS = st.floats(allow_infinity=False)
TABLES = st.integers(0, 20).flatmap(lambda rows: arrays(np.float64, (2, rows), elements=NUMBERS))


@given(table=TABLES)
def test_they_come_back_number_by_number(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("curves") / "c.csv"
    curves = Curves(METRICS, np.arange(table.shape[1]) * 3, dict(zip(("loss", "photons_estimate"), table, strict=True)))
    write_curves_csv(path, curves)
    back = read_curves_csv(path, METRICS)
    assert np.array_equal(back.steps, curves.steps)
    for name, column in curves.columns.items():
        assert np.array_equal(back.columns[name], column, equal_nan=True)


def test_the_header_names_units_and_a_missing_value_stays_empty(tmp_path):
    columns = {"loss": np.array([0.5, np.nan]), "photons_estimate": np.array([1.0, 2.0])}
    curves = Curves(METRICS, np.array([1, 2]), columns)
    write_curves_csv(tmp_path / "c.csv", curves)
    lines = (tmp_path / "c.csv").read_text().splitlines()
    assert lines == ["step,loss,photons_estimate [photons]", "1,0.5,1.0", "2,,2.0"]


@pytest.mark.parametrize("text", ["", "step,loss\n1,2\n", "step,loss,photons_estimate [photons]\n1,2\n", "a\x00"])
def test_a_damaged_table_is_refused(tmp_path, text):
    (tmp_path / "c.csv").write_text(text)
    with pytest.raises(ProjectError, match="curves"):
        read_curves_csv(tmp_path / "c.csv", METRICS)
