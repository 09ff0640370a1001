"""What the run panel shows, from what the session and the job say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fluogan_app.core.jobs.events import Ended, Progress
from fluogan_app.core.jobs.time_left import TimeRange
from fluogan_app.core.project.run import Run
from fluogan_app.gui.session import Session
from fluogan_app.gui.views.run_panel import RunPanelState


#: A run in tiles names its phases so.
_TILE = re.compile(r"Tile (\d+) of (\d+)\b")
#: To put together and write an estimate of more pixels takes a second or more.
_MANY_PIXELS = 20_000_000


@dataclass(frozen=True)
class PanelNotes:
    """What others add to the panel: what waits, where a run would compute and what it would take, what would help.

    can_go: what waits is not going yet. trouble: why a run may not fit. in_use: how much memory the run holds.
    """

    queue: str = ""
    can_go: bool = False
    trouble: str = ""
    device: str = ""
    device_tip: str = ""
    ways: tuple[str, ...] = ()
    in_use: str = ""


@dataclass(frozen=True)
class JobState:
    """The job as the window knows it; all empty without one."""

    running: bool = False
    paused: bool = False
    cancelling: bool = False
    phase: str = ""
    progress: Progress | None = None
    left: TimeRange | None = None


def panel_state(session: Session, job: JobState, notes: PanelNotes = PanelNotes()) -> RunPanelState:
    """The panel as things stand. With a wrong field the Run button stays alive: pressing it leads to the field."""
    running, progress = job.running, job.progress
    why_not = only_for_reading(session) or reason_against(session)
    message = _running_message(session, job) if running else ""
    return RunPanelState(
        can_run=not running and session.stack is not None and not only_for_reading(session),
        why_not=why_not,
        running=running,
        paused=job.paused,
        cancelling=job.cancelling,
        step=progress.step if progress else 0,
        total_steps=progress.total_steps if progress else int(getattr(session.params, "steps", 0)),
        phase=job.phase if running else "",
        steps_per_second=progress.steps_per_second if progress else None,
        seconds_left=job.left.low_s if job.left else None,
        seconds=progress.seconds if progress else None,
        device_text=_running_text(session, notes) if running else notes.device,
        message=message if running else why_not or notes.trouble,
        can_queue=running and session.stack is not None and not why_not,
        seconds_left_most=job.left.high_s if job.left else None,
        queue=notes.queue,
        can_go=notes.can_go,
        device_tip=notes.device_tip,
        ways=() if running else notes.ways,
    )


def reason_against(session: Session) -> str:
    """Why no run can start; "" where one can."""
    if session.project is None:
        return "Open a stack first."
    if session.stack is None:
        return "The raw stack is not at hand. Locate it to run again."
    return next(iter(session.problems.values()), "")


def only_for_reading(session: Session) -> str:
    """Why nothing may be run or queued in the open project, whatever is set; "" where it may."""
    project = session.project
    if project is None or not project.read_only:
        return ""
    return f"{project.read_only} Save it in another place (File › Save as), and run there."


def final_progress(run: Run, ended: Ended) -> Progress:
    """The last report of a job comes a moment before its end; this one says where it stands for good."""
    return Progress(
        step=ended.steps,
        total_steps=run.record.total_steps,
        phase="",
        paused=False,
        seconds=ended.seconds,
        steps_per_second=None,
        seconds_left=None,
        curves=ended.curves,
    )


def _running_text(session: Session, notes: PanelNotes) -> str:
    return " · ".join(part for part in (_device_text(session), notes.in_use) if part)


def _running_message(session: Session, job: JobState) -> str:
    """What went wrong so far; else what is not to be seen in the images of a large field, or takes its time."""
    progress, run = job.progress, session.shown_run
    if progress is None or progress.message:
        return progress.message if progress else ""
    of_it = run is not None and run.number == session.running_number
    if job.cancelling and of_it and _fine_pixels(run) > _MANY_PIXELS:
        return "What there is of the image is put together and saved. That takes some seconds for so large a field."
    tile = _TILE.match(progress.phase)
    if tile is None or tile[1] == tile[2]:
        return ""
    done = int(tile[1]) - 1
    return f"{done} of {tile[2]} tiles are done. Where no tile has been yet, the images are empty, not dark."


def _fine_pixels(run: Run) -> int:
    return run.record.roi.height * run.record.roi.width * int(run.record.params.get("zoom", 1)) ** 2


def _device_text(session: Session) -> str:
    """The device, or the reason where the wish for a graphics card could not be met."""
    run = session.shown_run
    if run is None or run.number != session.running_number:
        return ""
    record = run.record
    fell_back = record.device == "cpu" and record.settings.device != "cpu"
    return record.device_reason if fell_back else record.device_title
