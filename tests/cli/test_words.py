"""Progress, numbers and sentences as people read them: never a number without its unit."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pytest

from fluogan_app.cli import words
from fluogan_app.cli.logfile import logged
from fluogan_app.cli.progress import FrameLine, ProgressLine, bar_line
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.result import Curves
from fluogan_app.core.jobs.events import Progress


class Screen:
    """A terminal, or a pipe, that keeps what was written."""

    encoding = "utf-8"

    def __init__(self, is_terminal: bool) -> None:
        self.is_terminal = is_terminal
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


def at(step: int, phase: str = "Mean fit", rate: float | None = 20.0) -> Progress:
    left = None if rate is None else (200 - step) / rate
    return Progress(step, 200, phase, False, step / 20, rate, left, Curves())


def test_a_terminal_shows_one_line_that_is_written_over(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen(is_terminal=True)
    line = ProgressLine(screen)
    for step in (1, 50, 100):
        line.progress(at(step))
    line.done()
    assert "\n" not in screen.text
    shown = screen.text.split("\r")
    assert shown[3].rstrip() == "━" * 4 + "─" * 4 + " Mean fit: step 100 of 200 (50 %), 20 steps/s, 5 s left"
    assert shown[-2].strip() == "" and len(shown[-2]) >= len(shown[3])


def test_a_pipe_gets_a_line_every_tenth_and_at_every_phase() -> None:
    screen = Screen(is_terminal=False)
    line = ProgressLine(screen)
    for step in range(1, 201):
        line.progress(at(step, "Mean fit" if step < 130 else "Against the critic"))
    line.done()
    lines = screen.text.splitlines()
    assert [text.split(",")[0] for text in lines] == [
        "Mean fit: step 1 of 200 (0 %)",
        *(f"Mean fit: step {step} of 200 ({step // 2} %)" for step in range(20, 121, 20)),
        "Against the critic: step 130 of 200 (65 %)",
        *(f"Against the critic: step {step} of 200 ({step // 2} %)" for step in range(140, 201, 20)),
    ]


def test_a_narrow_or_old_terminal_gets_what_fits() -> None:
    assert bar_line(at(10), 30, "utf-8") == "Mean fit: step 10 of 200 (5 %)"
    assert bar_line(at(100, rate=None), 100, "ascii") == "#" * 12 + "." * 12 + " Mean fit: step 100 of 200 (50 %)"


@pytest.mark.parametrize("width", [79, 99, 200])
def test_the_bar_is_there_from_the_first_step_to_the_last_and_keeps_its_length(width) -> None:
    later = (at(100, "Against the critic", 1234.0), at(199, "Against the critic"))
    shown = [at(1, rate=None), at(10, rate=2000.0), *later]
    lines = [bar_line(progress, width, "ascii") for progress in shown]
    bars = [len(line) - len(line.lstrip("#.")) for line in lines]
    assert len(set(bars)) == 1 and bars[0] >= 8
    assert all(len(line) <= width for line in lines)


def test_without_a_stream_nothing_is_shown() -> None:
    ProgressLine(None).progress(at(3))
    FrameLine(None).frame(1, 2)


def test_frames_are_counted_on_a_terminal_only() -> None:
    terminal, pipe = Screen(True), Screen(False)
    for screen in (terminal, pipe):
        line = FrameLine(screen)
        line.frame(10, 20)
        line.done()
    assert "frame 10 of 20 (50 %)" in terminal.text
    assert pipe.text == ""


@pytest.mark.parametrize(
    ("name", "value", "row"),
    [
        ("photon_balance_percent", -0.31424, ("Photon balance", "-0.3142 %")),
        ("resolution_nm", 151.26, ("Resolution", "151.3 nm")),
        ("discrepancy", 1.5, ("Discrepancy", "1.5")),
        ("correlation_time_frames", 1.0, ("Correlation time", "1 frame")),
        ("correlation_time_frames", 3.312, ("Correlation time", "3.312 frames")),
    ],
)
def test_a_measure_is_shown_with_the_unit_in_its_name(name: str, value: float, row: tuple[str, str]) -> None:
    assert words.measure_row(name, value) == row


def test_what_was_stated_is_not_called_assumed() -> None:
    nothing = Acquisition().with_values(Origin.FILE, pixel_size_nm=100).complete()
    assert words.assumed(nothing) == ["fwhm_nm", "gain", "offset", "read_noise"]
    stated = nothing.with_values(Origin.USER, gain=1.0, offset=0.0).with_values(Origin.ESTIMATED, read_noise=0.0)
    assert words.assumed(stated.with_values(Origin.FILE, fwhm_nm=240)) == []
    (known,) = words.recording_sentences(stated.with_values(Origin.FILE, fwhm_nm=240))
    assert known.startswith("Known: Pixel size 100 nm (from the file), PSF width FWHM 240 nm (from the file),")
    assert "Camera gain 1 counts/photon (as given)" in known and "Read noise 0 photons rms (estimated)" in known


def test_a_command_can_be_copied_into_a_shell() -> None:
    assert words.command("resume", "/data/my cell.fluogan") == "fluogan resume '/data/my cell.fluogan'"


def test_what_libraries_complain_of_goes_to_the_log_and_not_to_the_terminal(fluogan_home: Path, capfd) -> None:
    with logged() as path:
        logging.getLogger("tifffile").warning("odd tag")
        warnings.warn("odd number", RuntimeWarning, stacklevel=1)
    assert capfd.readouterr() == ("", "")
    assert path.is_relative_to(fluogan_home)
    assert "odd tag" in path.read_text() and "odd number" in path.read_text()


def test_a_log_that_cannot_be_written_disturbs_nobody(fluogan_home: Path, capfd) -> None:
    (fluogan_home / "logs").write_text("in the way")
    with logged():
        logging.getLogger("tifffile").warning("odd tag")
    assert capfd.readouterr() == ("", "")
