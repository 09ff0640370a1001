"""`fluogan judge`: sentences, numbers and files of a run, and what it refuses."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def project(make_stack, fluogan, project_path, quick):
    """A run on 24 frames of 20 × 24 pixels."""
    said = fluogan("reconstruct", make_stack("spots.tif", (24, 20, 24)), "-o", project_path, *quick)
    assert said.code == 0, said
    return project_path


def test_a_run_is_judged_and_the_judgement_kept(fluogan, project):
    said = fluogan("judge", project)
    assert said.code == 0 and said.err == ""
    for words in ("Run 1 of spots.fluogan", "account for the recorded light", "Recorded", "not measured yet"):
        assert words in said.out
    folder = next((project / "runs").iterdir()) / "quality"
    assert {path.name for path in folder.iterdir()} == {"quality.json", "error-map.ome.tif", "residual.ome.tif"}


def test_halves_repeats_and_variance_as_one_object(fluogan, project):
    flags = ("--halves", "--repeats", 3, "--variance", "--doubtful-from", 30, "--json")
    said = fluogan("judge", project, "--run", 1, *flags)
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert found["run"] == 1 and found["doubtful_from_variation"] == 0.3 and found["frames"] == 24
    assert {"frc_nm", "doubtful_halves_percent", "variance_rms_sd", "residual_rms_sd"} <= set(found["measures"])
    assert set(found["meanings"]) == set(found["measures"])
    again = json.loads(fluogan("judge", project, "--doubtful-from", 30, "--json").out)
    assert again["measures"] == found["measures"] and again["summary"] == found["summary"]


def test_what_makes_no_sense_is_refused(fluogan, project, tmp_path):
    fluogan("judge", project, "--repeats", 4, "--over", "seeds").refused("every seed gives the same image")
    fluogan("judge", project, "--repeats", 2).refused("3 to 1000")
    fluogan("judge", project, "--doubtful-from", "many").refused("1 to 1000 %")
    fluogan("judge", project, "--run", 7).refused("no run 7")
    fluogan("judge", tmp_path / "nothing").refused("is not there")
