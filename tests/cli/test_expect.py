"""`fluogan expect`."""

from __future__ import annotations

import json
from pathlib import Path

QUICK = ("--zoom", 2, "--steps", 5, "--rows", 4, "--frame-count", 10, "--device", "cpu")
LIGHT = ("--signal-photons", 100, "--background-photons", 5, "--photons-per-event", 0)
CAMERA = ("--pixel-size-nm", 100, "--fwhm-nm", 300)


def test_it_tells_what_can_be_told_apart_and_draws_it(fluogan, make_stack, tmp_path: Path) -> None:
    figure = tmp_path / "lines.png"
    said = fluogan("expect", make_stack("a.tif"), *CAMERA, *LIGHT, *QUICK, "--figure", figure)
    assert said.code == 0, said
    assert "apart" in said.out.splitlines()[0] and "% of the rows" in said.out
    assert "100 photons per frame" in said.out and "model is taken to be right" in said.out
    assert figure.is_file() and "lines.png" in said.out
    fluogan("expect", make_stack("a.tif"), *CAMERA, *LIGHT, *QUICK, "--figure", figure).refused("exists already")


def test_as_one_object(fluogan, make_stack) -> None:
    said = fluogan("expect", make_stack("a.tif"), *CAMERA, *LIGHT, *QUICK, "--tries", 2, "--json")
    told = json.loads(said.out)
    assert said.code == 0 and said.err == ""
    assert len(told["tries"]) == len(told["finest_nm"]) == 2
    assert told["simulated"]["signal_photons"] == {"value": 100.0, "unit": "photons per frame"}
    assert told["asked"]["params"]["zoom"] == 2


def test_bad_values_are_refused(fluogan, make_stack) -> None:
    fluogan("expect", make_stack("a.tif"), *CAMERA, "--tries", 0).refused("Repetitions", "from 1 to 20")
    fluogan("expect", make_stack("a.tif"), *CAMERA, *LIGHT, "--zoom", 99).refused("Zoom")
    fluogan("expect", make_stack("a.tif"), *CAMERA, "--figure", "x.jpg").refused(".png")
    fluogan("expect", "nowhere.tif").refused("nowhere.tif")


def test_by_another_method(fluogan, make_stack) -> None:
    few = ("--rows", 4, "--frame-count", 10, "--device", "cpu", "--zoom", 2)
    said = fluogan("expect", make_stack("a.tif"), "--method", "mean", *CAMERA, *LIGHT, *few)
    assert said.code == 0 and "Mean, Zoom L 2" in said.out
    fluogan("expect", make_stack("a.tif"), "--method", "mean", *CAMERA, "--lambda1", 3).refused("lambda1")
    fluogan("expect", make_stack("a.tif"), "--method", "imported", *CAMERA).refused("cannot be computed here")
    fluogan("expect", make_stack("a.tif"), "--method", "guess", *CAMERA).refused("no method")
