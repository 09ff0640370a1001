"""The table of methods: medians over seeds, kept and read again, and what is left to measure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.benchmark.comparison import TABLE, Comparison, Row, read_comparison
from fluogan_app.core.benchmark.rivals import Asked, cases_left, pattern_of, score
from fluogan_app.core.errors import ReadError
from fluogan_app.core.metrics.fidelity import nrmse, nrmse_fitted


def row(method: str, seed: int, finest_nm: float | None, **values: object) -> Row:
    return Row(method, method.title(), "dim", seed, finest_nm, processor_seconds=float(seed), **values)


def table(*rows: Row) -> Comparison:
    return Comparison("2024-01-01", {"processor": "any"}, {"sample": "lines"}, rows)


def test_a_summary_holds_medians_and_the_worst() -> None:
    (found,) = table(row("a", 1, 150.0, nrmse=0.2), row("a", 2, 120.0, nrmse=0.4), row("a", 3, 180.0)).summary("dim")
    assert (found.finest_nm, found.finest_worst_nm, found.seconds, found.runs) == (150.0, 180.0, 2.0, 3)
    assert found.nrmse == pytest.approx(0.3) and found.nrmse_photons is None


def test_a_method_that_splits_nothing_in_half_of_the_runs_has_no_finest_distance() -> None:
    (found,) = table(row("a", 1, 150.0), row("a", 2, None)).summary("dim")
    assert found.finest_nm is None and found.finest_worst_nm is None
    (found,) = table(row("a", 1, 150.0), row("a", 2, None), row("a", 3, 150.0)).summary("dim")
    assert found.finest_nm == 150.0 and found.finest_worst_nm is None


def test_what_failed_counts_in_no_median_and_is_told() -> None:
    (found,) = table(row("a", 1, 150.0), Row("a", "A", "dim", 2, failed="Too few frames.")).summary("dim")
    assert (found.runs, found.finest_nm, found.failed) == (1, 150.0, "Too few frames.")


def test_it_is_read_as_it_was_kept(tmp_path: Path) -> None:
    kept = table(row("a", 1, 150.0, shares={"150": 1.0}, memory_bytes=7), row("b", 1, None))
    kept.save(tmp_path)
    assert read_comparison(tmp_path) == kept


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99, "rows": []}', '{"format": 1, "rows": [{"x": 1}]}'])
def test_a_damaged_table_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / TABLE).write_text(text)
    with pytest.raises(ReadError, match="cannot be read"):
        read_comparison(tmp_path)


def test_only_what_is_missing_or_failed_is_measured() -> None:
    asked = Asked(("a", "b"), ("dim",), (1, 2))
    known = [row("a", 1, None), Row("b", "B", "dim", 1, failed="Out of memory.")]
    assert cases_left(asked, known) == (("dim", "a", 2), ("dim", "b", 1), ("dim", "b", 2))


def test_a_newer_row_takes_the_place_of_the_older() -> None:
    changed = table(row("a", 1, 150.0), row("a", 2, 150.0)).with_rows([row("a", 1, 120.0)])
    assert [one.finest_nm for one in changed.rows] == [120.0, 150.0]


def test_the_mean_frame_is_scored_on_lines_that_it_cannot_split() -> None:
    found = score(Asked(("mean",), rows=12, frames=20), "bright", "mean", 1)
    assert found.row.finest_nm is None and 0.5 < found.row.nrmse < found.row.nrmse_photons < 1.0
    assert found.row.seconds > 0 and found.row.shares["120"] == 0.0 and found.row.parameters == {}
    assert found.strip.shape[0] == 72 and len(pattern_of(Asked(("mean",))).sets) == 10


def test_the_fitted_error_forgives_scale_and_level_and_nothing_else() -> None:
    truth = np.random.default_rng(1).random((9, 12))
    assert nrmse_fitted(3.0 * truth + 5.0, truth) == pytest.approx(0.0, abs=1e-12)
    assert nrmse(3.0 * truth + 5.0, truth) > 0.1
    # An image turned over has no better scale than none: the level alone is left.
    assert nrmse_fitted(-truth, truth) == pytest.approx(truth.std() / np.sqrt(np.mean(truth**2)))
