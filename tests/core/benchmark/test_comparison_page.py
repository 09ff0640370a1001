"""The page on all methods: numbers with units, honest words for every method, and words where there is no table."""

from __future__ import annotations

from fluogan_app.core.benchmark.comparison import Comparison, Row
from fluogan_app.core.benchmark.comparison_page import HEADS, comparison_page
from fluogan_app.core.benchmark.method_advice import ADVICE
from fluogan_app.core.methods.registry import METHODS

MACHINE = {"processor": "Some processor", "cores": 2, "fluogan": "0.9"}
STACK = {"rows": 50, "frames": 500, "line_width_nm": 100.0, "pixel_size_nm": 100.0, "fwhm_nm": 324.0, "zoom": 6}


def row(method: str, seed: int = 1, **values) -> Row:
    return Row(method, method.title(), "dim", seed, **values)


def table() -> Comparison:
    fine = {"finest_nm": 120.0, "nrmse": 0.29, "spacing_error_nm": 3.14, "processor_seconds": 3.5}
    other = {"finest_nm": 150.0, "nrmse": 0.31, "spacing_error_nm": 2.9, "processor_seconds": 3.7}
    rows = (
        row("mean", nrmse=0.9, processor_seconds=0.05, memory_bytes=40_000_000),
        row("fluogan", **fine, memory_bytes=310_000_000),
        row("fluogan", 2, **other, memory_bytes=300_000_000),
        row("sofi", failed="Too few frames."),
    )
    return Comparison("2026-01-02T03:04:05+00:00", MACHINE, STACK, rows)


def test_medians_worst_and_best_stand_under_their_heads(tmp_path) -> None:
    page = comparison_page(table(), tmp_path)
    (light,) = page.lights
    assert light.title == "Dim" and light.figure is None and len(light.rows[0]) == len(HEADS)
    assert light.rows[0] == ("Mean", "none", "none", "–", "0.900", "0.05", "40")
    assert light.rows[1] == ("Fluogan", "150", "150", "3.0", "0.300", "3.6", "310")
    assert light.best == {(0, 5), (0, 6), (1, 4)}, "of a column with one number there is no best"
    assert light.failed == ("Sofi: Too few frames.",)
    assert "324 nm" in page.about and "Some processor" in page.about and "2026-01-02" in page.about
    (tmp_path / "figure-dim.png").touch()
    assert comparison_page(table(), tmp_path).lights[0].figure == tmp_path / "figure-dim.png"


def test_without_a_table_the_methods_are_there_all_the_same(tmp_path) -> None:
    page = comparison_page(None, tmp_path)
    assert page.lights == () and [part.title for part in page.methods] == [one.title for one in METHODS.values()]


def test_every_method_is_told_of_what_it_is_for_and_where_it_fails() -> None:
    assert set(METHODS) <= set(ADVICE), "a method without a word on where it fails"
    for advice in ADVICE.values():
        assert advice.use.endswith(".") and advice.beware.endswith(".")
