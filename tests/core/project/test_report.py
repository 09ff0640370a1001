"""The page on a run: whole, alone, true to the record, and harmless whatever a name in it says."""

from __future__ import annotations

import base64
import hashlib
import io
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from fluogan_app import __version__
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.metrics.findings import Measure
from fluogan_app.core.project import report
from fluogan_app.core.project import report_page as html
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.report import write_report
from fluogan_app.core.project.report_words import measure_row, methods_paragraph, recording_rows
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest, start_run
from fluogan_app.core.readers.open import open_stack
from tests.cli.conftest import two_spots

#: A name that a page must not take for its own markup; Windows would refuse it, so it is only noted.
EVIL = '<script>alert("1")</script>&amp;'
VOID = {"meta", "img", "br", "hr", "link"}


class Page(HTMLParser):
    """What a browser would find: every tag closed in its order, and what each refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags.append(tag)
        self.references += [value for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def pictures(self) -> list[Image.Image]:
        data = [one.removeprefix("data:image/png;base64,") for one in self.references]
        return [Image.open(io.BytesIO(base64.b64decode(one, validate=True))) for one in data]


CAMERA = (
    Acquisition().with_values(Origin.FILE, pixel_size_nm=100.0).with_values(Origin.USER, fwhm_nm=253.0)
    .with_values(Origin.ESTIMATED, gain=2.5)
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Project, Run]:
    """A run on a file; its drift is corrected."""
    folder = tmp_path_factory.mktemp("report")
    raw = folder / "cells & <b>.tif"
    tifffile.imwrite(raw, two_spots((20, 40, 44)), imagej=True, metadata={"axes": "TYX"})
    params = METHODS["fluogan"].params_type(delta=0, steps=30, zoom=3, lambda1=1.5)
    drift = Drift.of(np.stack([np.linspace(0, 2, 20), np.zeros(20)], 1), "by hand", 0.05, ())
    request = RunRequest("fluogan", params, RunSettings(seed=11, device="cpu"), CAMERA, None, None, drift)
    stack = open_stack(raw)
    project = Project.create(folder / "day 1")
    run, _ = start_run(project, stack, request)
    stack.close()
    return project, run


@pytest.fixture(scope="module")
def written(made, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("out") / "report.html"
    assert write_report(*made, path) == path
    return path.read_text(encoding="utf-8")


@pytest.fixture
def small_pictures(monkeypatch) -> None:
    """Pictures that are drawn at once, for pages of which the words matter."""
    for name in ("draw_figure", "draw_plots", "draw_panels"):
        monkeypatch.setattr(report, name, lambda *_, **__: Image.new("RGB", (9, 6)))


def test_the_page_is_whole_and_stands_alone(written) -> None:
    page = Page(written)
    assert page.references and all(one.startswith("data:image/png;base64,") for one in page.references)
    assert not {"script", "iframe", "link", "object"} & set(page.tags)
    assert "http:" not in written and "https:" not in written
    pictures = page.pictures
    assert len(pictures) >= 3 and all(picture.width <= 2000 for picture in pictures)
    assert all(np.asarray(picture.convert("L")).std() > 5 for picture in pictures), "a picture is blank"
    assert written.count('alt="') == len(pictures) and 'alt=""' not in written


def test_it_says_what_was_done_with_units_and_origins(written, made) -> None:
    text = Page(written).text
    for words in (
        "20 frames of 38 × 44 camera pixels of 100 nm", f"FluoGAN {__version__}", "on a grid of 33.33 nm (3 × finer)",
        "253 nm full width at half maximum, set by hand", "2.5 counts per photon (estimated from the frames)",
        "offset of 0 counts (assumed)", "a read noise of 0 photons rms (assumed)", "given by the user", "UTC",
        "in 30 steps", "λ1 = 1.5", "random seed 11", "Sample drift of 200 nm in all",
        "Cachia", "Mentagui", "054006", "cells & <b>.tif", "changed; the default is 1", "fluogan reconstruct",
        "Finished at step 30 of 30",
    ):  # fmt: skip
        assert words in text, words
    run = made[1]
    assert hashlib.sha256((run.folder / "x.ome.tif").read_bytes()).hexdigest() in text
    assert run.record.link.sha256 in text and "Saturation" in text or "saturation" in text


def test_it_is_honest_about_a_run_that_was_not_finished(made, tmp_path, small_pictures) -> None:
    project, run = made
    cancelled = Run(run.folder, run.record.replace(status=RunStatus.CANCELLED, steps=12))
    page = write_report(project, cancelled, tmp_path / "r.html", with_check=False).read_text(encoding="utf-8")
    assert '<p class="unfinished">Cancelled at step 12 of 30.' in page and "were not looked at" in page


def test_without_the_raw_file_it_says_so_and_all_else(made, tmp_path, small_pictures) -> None:
    project, run = made
    gone = run.record.link.replace(path=str(tmp_path / "gone.tif"), relative_path="")
    lost = Run(run.folder, run.record.replace(link=gone))
    page = write_report(Project(project.folder, project.document.replace(link=gone)), lost, tmp_path / "r.html")
    text = Page(page.read_text(encoding="utf-8")).text
    assert "Methods" in text and "gone.tif" in text


def test_no_name_can_bring_markup_into_the_page(made, tmp_path, small_pictures) -> None:
    project, run = made
    link = run.record.link.replace(path=f"/data/{EVIL}")
    record = run.record.replace(link=link, notes=(EVIL,), device_title=EVIL, environment={"program": EVIL})
    page = write_report(project, Run(run.folder, record), tmp_path / "r.html", with_check=False)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "script" not in Page(text).tags
    assert EVIL in Page(text).text


def test_markup_would_be_noticed() -> None:
    assert "script" in Page(f"<p>{EVIL}</p>").tags and Page(html.paragraph(EVIL)).text == EVIL


def test_a_report_that_is_cancelled_or_misnamed_is_not_written(made, tmp_path, small_pictures) -> None:
    assert write_report(*made, tmp_path / "r.html", cancelled=lambda: True) is None
    with pytest.raises(UsageError, match="html"):
        write_report(*made, tmp_path / "r.pdf")
    with pytest.raises(ProjectError, match="could not be written"):
        (tmp_path / "file").write_text("")
        write_report(*made, tmp_path / "file" / "r.html", with_check=False)
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (Measure("decorrelation_nm", "D", 123.456, ""), "123.5 nm"),
        (Measure("photon_balance_percent", "P", -0.5, ""), "−0.5 %"),
        (Measure("frc_nm", "F", 200.0, "", 12.3), "200 ± 12 nm"),
        (Measure("rsp", "R", 0.99, ""), "0.99"),
        (Measure("frc_nm", "F", None, ""), "cannot be told"),
        (Measure("residual_p_value", "R", 1.026e-163, ""), "below 0.000001"),
        (Measure("residual_p_value", "R", 0.02, ""), "0.02"),
    ],
)
def test_a_number_has_its_unit(measure, value) -> None:
    assert measure_row(measure).value == value


def test_a_width_that_follows_from_the_lens_says_so(made) -> None:
    lens = Acquisition().with_values(Origin.FILE, pixel_size_nm=80.0, numerical_aperture=1.4, emission_nm=600.0)
    rows = {row.label: row for row in recording_rows(lens.complete())}
    assert rows["PSF width FWHM"] == ("PSF width FWHM", "218.6 nm", "computed from numerical aperture and wavelength")
    record = made[1].record.replace(acquisition=lens.complete(), drift=None)
    words = methods_paragraph(record, 20.0)
    assert "computed from numerical aperture" in words and "drift" not in words


def test_the_methods_name_which_frames_and_how_the_critic_came_in(made) -> None:
    record = made[1].record
    part = record.replace(frames=FrameRange(2, 12), params=record.params | {"delta": 1, "warmup_steps": 640})
    words = methods_paragraph(part, 20.0)
    assert "10 frames (numbers 2 to 11 of the file's 20, from 0)" in words
    how = "the mean of the frames and, after 27 steps, against a critic network, to the single frames in 30 steps"
    assert how in words
    assert "from 0)" not in methods_paragraph(record, 20.0)


def test_the_command_line_writes_it(made, tmp_path, capsys, small_pictures) -> None:
    from fluogan_app.cli.main import run as command_line

    target = Path(tmp_path, "r.html")
    assert command_line(["report", str(made[0].folder), "-o", str(target), "--no-check"]) == 0
    assert "Report of run 1" in capsys.readouterr().out and target.stat().st_size > 5_000
    assert command_line(["report", str(made[0].folder), "-o", str(target)]) == 2
    assert command_line(["report", str(made[0].folder), "-o", str(tmp_path / "r.txt")]) == 2
