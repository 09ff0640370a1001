"""A run on one page: image, what of it can be trusted, what it was made from and with, and how to make it again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fluogan_app import __version__
from fluogan_app.core.check.check import check_data
from fluogan_app.core.check.result import DataCheck, Severity
from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.data.result import Curves, Result
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.errors import FluoganError, UsageError
from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.project import report_page as html
from fluogan_app.core.project import report_words as words
from fluogan_app.core.project.figure import Panel, draw_figure, draw_panels
from fluogan_app.core.project.model import RunRecord, now_text
from fluogan_app.core.project.plot import Line, Plot, draw_plots
from fluogan_app.core.project.quality import Judgement, judge
from fluogan_app.core.project.quality_map import QualityMap
from fluogan_app.core.project.recipe import lineage, recipe_of
from fluogan_app.core.project.report_methods import papers_of
from fluogan_app.core.project.repeating import command_of
from fluogan_app.core.project.run import BACKGROUND, DEVIATION, ESTIMATE, Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import raw_stack

#: The diagrams of the curves, with the words at their axes.
_PLOTS = {
    "generator": ("Terms of the fit", "Loss"), "critic": ("Critic", "Loss and scores"),
    "photons": ("Photons", "Photons per frame"), "convergence": ("Convergence", "Value"),
}  # fmt: skip
_RESULTS = {ESTIMATE: "Estimate x", BACKGROUND: "Background b", DEVIATION: "Standard deviation"}
#: Of each curve so many points are drawn; more could not be told apart.
_POINTS = 2000


@dataclass(frozen=True)
class ReportContent:
    """All that goes on the page. check: what was found in the frames, None where `unchecked` says why nobody looked.

    judgement: what the images say of themselves; None where they could not be judged. hashes: SHA-256 by what it is of.
    cautions: in what the command's images will differ. before: the runs that this one went on from.
    """

    project: str
    run: Run
    result: Result
    curves: Curves
    check: DataCheck | None = None
    unchecked: str = ""
    judgement: Judgement | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    command: str = ""
    cautions: tuple[str, ...] = ()
    before: tuple[RunRecord, ...] = ()


def write_report(
    project: Project, run: Run, path: Path, with_check: bool = True, cancelled: Callable[[], bool] | None = None
) -> Path | None:
    """Write the report of a run as one file of HTML; None where it was cancelled. Blocks: the frames are read once.

    with_check: look at the raw frames, where they are at hand. Raises UsageError, ProjectError.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{path.name} is no name for a report.", "Let it end in .html.")
    content = gather(project, run, with_check, cancelled or (lambda: False))
    if content is None:
        return None
    write_text_atomic(path, report_html(content))
    return path


def gather(
    project: Project, run: Run, with_check: bool, cancelled: Callable[[], bool]
) -> ReportContent | None:
    """Read, check and judge; None where it was cancelled. Raises ProjectError where the run has no result."""
    result = run.result()
    check, unchecked = _checked(project, run, cancelled) if with_check else (None, "The frames were not looked at.")
    if cancelled():
        return None
    try:
        judgement = judge(run, result)
    except FluoganError:
        judgement = None
    made = {"hashes": _hashes(run), **_repetition(project, run), "before": _before(project, run)}
    return ReportContent(project.folder.stem, run, result, run.curves(), check, unchecked, judgement, **made)


def report_html(content: ReportContent) -> str:
    """The page."""
    record, result = content.run.record, content.result
    title = f"{content.project}, run {content.run.number}"
    begun = words.time_text(record.started)
    written = f"Reconstructed with FluoGAN {__version__} from {words.raw_name(record.link)}; run of {begun}."
    unfinished = next((note for note in result.notes if note.startswith(("Unfinished", "Cancelled", "Failed"))), "")
    return html.page(title, (
        f"<h1>{html.text(title)}</h1>",
        html.paragraph(f"{written} {words.standing_text(record, result.steps)}", "quiet"),
        html.paragraph(unfinished, "unfinished"),
        html.picture(draw_figure(result), f"Mean of the frames, {_shown(result)} with scale and colour bars"),
        _trust(content),
        html.section("Frames", _check(content)),
        html.section("Methods", html.paragraph(_methods(content))),
        html.beside(
            html.section("Recording", html.table(words.recording_rows(record.acquisition))),
            html.section("Reconstruction", html.table(words.method_rows(record))),
        ),
        _curves(content.curves),
        html.section("Please cite", html.items(papers_of(record))),
        html.section("To compute it again", *_again(content)),
        html.section("Files and machine", html.table(_origin_rows(content))),
        html.paragraph(f"Report written {words.time_text(now_text())} by FluoGAN {__version__}.", "quiet"),
    ))  # fmt: skip


def _shown(result: Result) -> str:
    if result.claims == LIGHT:
        return "estimate x and background b"
    return f"“{result.claims.title}”" + " and background" * result.claims.background


def _checked(
    project: Project, run: Run, cancelled: Callable[[], bool]
) -> tuple[DataCheck | None, str]:
    """What is found in the frames of the run's region, or why nobody could look."""
    record = run.record
    try:
        with closing(raw_stack(project, run.number)) as stack:
            moved = corrected(stack, record.drift)
            return check_data(moved, record.acquisition, record.roi, record.frames, cancelled=cancelled), ""
    except FluoganError as error:
        return None, f"The frames could not be looked at: {error.message}"


def _hashes(run: Run) -> dict[str, str]:
    link = run.record.link
    found = {f"Raw data ({words.raw_name(link)})": link.sha256} if link is not None and link.sha256 else {}
    names = {} if run.record.claims == LIGHT else {ESTIMATE: run.record.claims.title}
    for name, what in (_RESULTS | names).items():
        if name == BACKGROUND and not run.record.claims.background:
            continue
        path = run.folder / name
        if path.is_file():
            found[f"{what} ({name})"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _repetition(project: Project, run: Run) -> dict[str, Any]:
    """The command that computes the run again and what is to be said of it, which may be why there is none."""
    try:
        recipe = recipe_of(project, run)
    except FluoganError as error:
        return {"command": "", "cautions": (error.message,)}
    return {"command": command_of(recipe), "cautions": recipe.cautions}


def _before(project: Project, run: Run) -> tuple[RunRecord, ...]:
    try:
        return tuple(one.record for one in lineage(project, run)[:-1])
    except FluoganError:
        return ()


def _methods(content: ReportContent) -> str:
    return words.methods_paragraph(content.run.record, content.result.fine_pixel_size_nm, content.before)


def _again(content: ReportContent) -> list[str]:
    command = [html.code(content.command)] if content.command else []
    return [*command, *(html.paragraph(caution, "quiet") for caution in content.cautions)]


def _trust(content: ReportContent) -> str:
    """Sentences first, then the numbers, then where in the image."""
    result, judgement = content.result, content.judgement
    if judgement is None:
        rows = [words.named_measure(name, value) for name, value in result.measures.items()]
        return html.section("How far it can be trusted", html.items(result.notes), html.table(rows))
    rows = [words.measure_row(one) for one in judgement.findings.measures]
    said = (*judgement.summary, *(note for note in result.notes if note not in judgement.summary))
    maps = [html.picture(_map_picture(one), one.title, one.meaning) for one in judgement.maps]
    return html.section("How far it can be trusted", html.items(said), html.table(rows), html.gallery(maps))


def _map_picture(one: QualityMap) -> Image.Image:
    limits = None
    if one.two_sided:
        most = float(np.nanmax(np.abs(one.image), initial=0.0)) or 1.0
        limits = (-most, most)
    colours = "colorbrewer:RdBu_r" if one.two_sided else "viridis"
    drawn = draw_panels([Panel(one.image, one.pixel_size_nm, one.title, one.unit, limits, colours)])
    return drawn.resize((drawn.width * 2 // 3, drawn.height * 2 // 3), Image.Resampling.LANCZOS)


def _check(content: ReportContent) -> str:
    check = content.check
    if check is None:
        return html.paragraph(content.unchecked)
    told = [one for one in check.by_severity if one.severity is not Severity.FINE]
    found = [(f"{one.label}: {one.found} {one.advice}".strip(), one.severity.value) for one in told]
    sound = ", ".join(one.label.lower() for one in check.findings if one.severity is Severity.FINE)
    looked = f"Looked at: {check.used}."
    return html.items(found) + html.paragraph(f"Nothing amiss: {sound}. {looked}" if sound else looked, "quiet")


def _curves(curves: Curves) -> str:
    plots = [plot for name in _PLOTS if (plot := _plot(curves, name)) is not None]
    if not plots:
        return ""
    drawn = draw_plots(plots, columns=2 if len(plots) == 4 else 3)
    return html.section("Curves", html.picture(drawn, "What the run measured of itself, against the step"))


def _plot(curves: Curves, name: str) -> Plot | None:
    title, label = _PLOTS[name]
    every = max(1, len(curves.steps) // _POINTS)
    drawn, lines = [one for one in curves.metrics if one.plot == name], []
    for index, one in enumerate(drawn):
        values = np.asarray(curves.columns[one.name], float)
        known = np.flatnonzero(np.isfinite(values))[::every]
        if known.size > 1:
            lines.append(Line(curves.steps[known], values[known], one.label, index))
    if not lines:
        return None
    least, most = (float(bound(np.concatenate([line.y for line in lines]))) for bound in (np.min, np.max))
    wide = least > 0 and most > 50 * least
    return Plot("Step", label, tuple(lines), title, y_logarithmic=wide)


def _origin_rows(content: ReportContent) -> list[tuple[str, str]]:
    record = content.run.record
    rows = [(f"SHA-256 of {what}", value) for what, value in content.hashes.items()]
    environment = dict(record.environment)
    shown = ("program", "device_title", "device_reason", "platform", "processor", "cores", "threads", "python", "torch",
             "numpy", "scipy", "cuda", "cudnn", "seed")  # fmt: skip
    return rows + [(name.replace("_", " ").capitalize(), environment[name]) for name in shown if name in environment]
