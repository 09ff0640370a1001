"""Whatever a user may get wrong ends in one line that says what, and what to do; never in a traceback."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.cli.main import run
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.params import specs

VALUES = [
    ("--zoom 0", "Zoom L (zoom) is 0", "from 1 to 12"),
    ("--zoom 2.5", "Zoom L (zoom) is 2.5", "a whole number from 1 to 12"),
    ("--zoom six", "Zoom L (zoom) is 'six'", "from 1 to 12"),
    ("--zoom nan", "Zoom L (zoom) is nan", "from 1 to 12"),
    ("--steps 0", "Steps (steps) is 0", "from 1 to 1 000 000"),
    ("--steps 1e12", "Steps (steps) is", "from 1 to 1 000 000"),
    ("--lambda1 -1", "Sparsity λ1 (lambda1) is -1", "from 0"),
    ("--lambda1 nan", "Sparsity λ1 (lambda1) is nan", "from 0"),
    ("--lambda2 inf", "Smooth background λ2 (lambda2) is inf", "from 0"),
    ("--gamma=", "Data weight γ (gamma) is ''", "1 000 000"),
    ("--delta 2", "Adversarial term δ (delta) is '2'", "0 or 1"),
    ("--seed -1", "Seed (seed) is -1", "from 0 to 2 147 483 647"),
    ("--device gpu", "Device (device) is 'gpu'", "auto or cpu or cuda"),
    ("--pixel-size-nm 0", "Pixel size (pixel_size_nm) is 0", "from 1 to 100 000 nm"),
    ("--pixel-size-nm 0,1", "Pixel size (pixel_size_nm) is '0,1'", "from 1 to 100 000 nm"),
    ("--fwhm-nm 3", "PSF width FWHM (fwhm_nm) is 3", "from 10 to 100 000 nm"),
    ("--gain 0", "Camera gain (gain) is 0", "above 0 to 100 000 counts/photon"),
    ("--offset nan", "Camera offset (offset) is nan", "counts"),
    ("--read-noise -0.1", "Read noise (read_noise) is -0.1", "from 0 to 10 000 photons rms"),
    ("--numerical-aperture 2 --emission-nm 600", "Numerical aperture (numerical_aperture) is 2", "to 1.7"),
    ("--emission-nm 90 --numerical-aperture 1.4", "Emission wavelength (emission_nm) is 90", "from 200 to 2 000 nm"),
]

USAGE = [
    ("--fwhm-nm 250 --numerical-aperture 1.4", "--fwhm-nm and --numerical-aperture", "--emission-nm"),
    ("--fwhm-nm 250 --numerical-aperture 1.4 --emission-nm 600", "--fwhm-nm", "--numerical-aperture, --emission-nm"),
    ("--numerical-aperture 1.4", "--numerical-aperture was given without --emission-nm", "--fwhm-nm"),
    ("--emission-nm 600", "--emission-nm was given without --numerical-aperture", "--fwhm-nm"),
    ("--method care", "no method “care”", "fluogan"),
    ("--method", "--method", "--help"),
    ("--frames 5", "“5” is no frame range", "0:100"),
    ("--frames a:b", "“a:b” is no frame range", "0:100"),
    ("--frames 5:5", "5:5", "start < stop ≤ 12"),
    ("--frames 9:3", "9:3", "start < stop ≤ 12"),
    ("--frames 20:", "20:12", "12 frames"),
    ("--roi 1,2,3", "“1,2,3” is no region", "first row, first column, height, width"),
    ("--roi 0,0,x,4", "“0,0,x,4” is no region", "four whole numbers"),
    ("--roi=-1,0,4,4", "row -1", "0 to 10"),
    ("--roi 0,0,0,4", "0 × 4", "11 × 14"),
    ("--channel 3", "channel", "3"),
    ("--channel -1", "“-1” is not a whole number from 0", "--help"),
    ("--scene 2", "scene", "2"),
    ("--zzz 1", "--zzz", "--help"),
    ("extra.tif", "extra.tif", "--help"),
]


@pytest.mark.parametrize(("flags", "what", "how"), [*VALUES, *USAGE], ids=lambda text: text if text[:2] == "--" else "")
@pytest.mark.parametrize("json", [(), ("--json",)], ids=["", "json"])
def test_one_line_names_field_value_and_limits(fluogan, stack_file, project_path, flags, what, how, json) -> None:
    fluogan("reconstruct", stack_file, "-o", project_path, *flags.split(), *json).refused(what, how)
    assert not project_path.exists()


def test_two_wrong_fields_are_both_named(fluogan, stack_file, project_path) -> None:
    said = fluogan("reconstruct", stack_file, "-o", project_path, "--zoom", 0, "--steps", 0)
    said.refused("Zoom L (zoom) is 0", "Steps (steps) is 0")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "COMMAND"),
        ("recontruct x.tif", "recontruct"),
        ("--nope", "COMMAND"),
        ("info", "FILE"),
        ("reconstruct x.tif", "-o"),
        ("resume", "OUT.fluogan"),
        ("resume nowhere.fluogan", "nowhere.fluogan"),
        ("resume nowhere.fluogan --run first", "“first” is not a run's number"),
        ("export nowhere.fluogan --estimate x.tif", "nowhere.fluogan"),
        ("export nowhere.fluogan", "--estimate"),
        ("simulate", "SAMPLE"),
        ("simulate beads -o x.tif", "beads"),
        ("simulate lines -o x.png", "x.png"),
        ("simulate lines -o x.tif --truth x.tif", "x.tif"),
        ("simulate lines -o x.tif --frames 0", "Frames (frames) is 0"),
        ("simulate lines -o x.tif --seed -2", "Seed (seed) is -2"),
        ("open nowhere.tif", "nowhere.tif"),
        ("open", "PATH"),
    ],
)
def test_a_wrong_command_line_is_refused_in_one_line(fluogan, tmp_path, monkeypatch, line: str, what: str) -> None:
    monkeypatch.chdir(tmp_path)
    fluogan(*line.split()).refused(what)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("output", ["", ".", "..", "/"])
def test_a_project_needs_a_name(fluogan, stack_file, output: str) -> None:
    fluogan("reconstruct", stack_file, "-o", output).refused("no name for a project", "-o NAME.fluogan")


def test_what_the_system_refuses_is_told_in_one_line(fluogan, stack_file) -> None:
    fluogan("info", "a" * 300).refused("name too long")
    fluogan("reconstruct", stack_file, "-o", "a" * 300).refused("name too long")


FLAGS = [item.flag for declared in (Acquisition, FluoganParams, RunSettings) for item in specs(declared)]


@given(flags=st.dictionaries(st.sampled_from([*FLAGS, "--roi", "--frames", "--channel"]), st.text(), max_size=3))
def test_no_value_whatever_ends_in_a_traceback(flags: dict[str, str]) -> None:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["reconstruct", "absent.tif", "-o", "out", *(f"{flag}={text}" for flag, text in flags.items())])
    assert (code, out.getvalue(), err.getvalue().count("\n")) == (2, "", 1), err.getvalue()


def test_a_fault_inside_is_told_with_its_log(fluogan, stack_file, fluogan_home, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("seven\nlines")

    monkeypatch.setattr("fluogan_app.core.readers.open.describe", broken)
    said = fluogan("info", stack_file)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    (log,) = fluogan_home.rglob("*.log")
    assert str(log) in said.err
    assert "ZeroDivisionError: seven" in log.read_text()


def test_a_name_in_a_foreign_encoding_is_refused(fluogan, stack_file, tmp_path) -> None:
    named = tmp_path / b"zelle-\xe4.tif".decode("utf-8", "surrogateescape")
    fluogan("reconstruct", named, "-o", tmp_path / "out").refused("\\udce4.tif", "UTF-8 locale")
    fluogan("reconstruct", stack_file, "-o", f"{named}.fluogan").refused("UTF-8 locale")
    assert list(tmp_path.iterdir()) == [stack_file]
