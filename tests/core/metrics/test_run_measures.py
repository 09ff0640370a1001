"""What a run's own measures are."""

from fluogan_app.core.metrics.run_measures import meaning_of


def test_known_measures_say_what_they_are_and_others_who_told_them() -> None:
    assert "share of the fine pixels" in meaning_of("support_percent") and meaning_of("new_nm") == "told by the run"
