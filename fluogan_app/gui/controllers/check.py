"""The data check: made in the background whenever other frames or values are chosen, shown, and acted upon."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.core.check.result import CheckFinding, DataCheck, Severity
from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError, ReadError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.patience import Patience
from fluogan_app.gui.views.check_badge import CheckBadge
from fluogan_app.gui.views.check_panel import CheckPanel
from fluogan_app.gui.watched_frames import watched
from fluogan_app.gui.watched_work import Watch, WatchedWork
from fluogan_app.gui.wording import without_flags

if TYPE_CHECKING:
    from fluogan_app.core.estimate.result import DriftEstimate

#: What the findings depend on.
_SHAPED_BY = frozenset(("roi", "frames", "acquisition", "drift"))
#: After a change so long is waited for the next one, as while a number is typed or a region drawn.
_REST_MS = 700
#: Findings that better values of the camera change.
_OF_THE_CAMERA = frozenset(("photons", "fluctuation"))


class CheckController(QObject):
    """One check at a time, of the stack that is open; the first frame and a run do not wait for it."""

    shown_wanted = Signal()
    drift_wanted = Signal()
    camera_wanted = Signal()

    def __init__(self, context: Context, panel: CheckPanel, badge: CheckBadge) -> None:
        super().__init__(context.window)
        self._context, self._panel, self._badge = context, panel, badge
        self._work = WatchedWork(context.workbench, self)
        self._patience = Patience(context.notices, "checking", self)
        self._check: DataCheck | None = None
        self._waits_for_image = False
        self._told: frozenset[str] = frozenset()
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.repeat)
        session = context.session
        session.stack_changed.connect(self._take_stack)
        session.document_changed.connect(self._take_change)
        session.job_changed.connect(self._take_job)
        self._work.progressed.connect(self._show_progress)
        self._work.read_began.connect(lambda: self._patience.begin(session.stack_name, self._give_up))
        self._work.read_ended.connect(self._patience.end)
        panel.repeat_requested.connect(self.repeat)
        panel.save_requested.connect(self._ask_where)
        panel.action_requested.connect(self._act)
        badge.clicked.connect(self.shown_wanted)

    @property
    def check(self) -> DataCheck | None:
        """What the last check found, if it is of the frames and values as they stand."""
        return None if self._work.busy or self._rest.isActive() else self._check

    def drift_found(self) -> DriftEstimate | None:
        """The sample's path, where a check of the recorded frames has found it."""
        corrected = self._context.session.document.drift is not None
        return None if self.check is None or corrected else self.check.drift

    def repeat(self) -> None:
        """Look at the frames now. While a run goes on, when it has ended."""
        session = self._context.session
        if session.stack is None:
            return
        if session.busy:
            self._rest.start()
            return
        self._rest.stop()
        self._show_progress(0.0)
        self._work.start(partial(check_of, session.shown_stack, session.document), self._show, self._fail)

    def image_shown(self) -> None:
        """The first frame is in sight: now there is time."""
        if self._waits_for_image:
            self._waits_for_image = False
            self.repeat()

    def stop(self) -> None:
        """Give up what goes on."""
        self._work.stop()
        self._rest.stop()

    # From the session

    def _take_stack(self) -> None:
        self.stop()
        self._check, self._told = None, frozenset()
        self._context.notices.clear("check")
        session = self._context.session
        self._waits_for_image = session.stack is not None
        self._badge.show_words("")
        self._panel.show_words("" if session.stack is not None else "The frames can be checked when a stack is open.")

    def _take_change(self, changed: frozenset[str]) -> None:
        if changed & _SHAPED_BY and self._context.session.stack is not None and not self._waits_for_image:
            self._work.stop()
            self._rest.start()

    def _take_job(self) -> None:
        if self._context.session.busy and self._work.busy:
            self._work.stop()
            self._rest.start()

    # What came of it

    def _show_progress(self, fraction: float) -> None:
        self._panel.show_progress(fraction)
        self._badge.show_words(f"Data check… {fraction:.0%}" if 0 < fraction < 1 else "Data check…")

    def _show(self, check: DataCheck | None) -> None:
        if check is None:
            return
        self._check = check
        actions = {finding.name: label for finding in check.findings if (label := self._action(finding))}
        self._panel.show_check(check, actions, self._context.session.document.acquisition.pixel_size_nm)
        self._badge.show_check(check)
        self._tell(check)

    def _fail(self, error: FluoganError) -> None:
        self._check = None
        self._panel.show_words(error.one_line)
        self._badge.show_words("Data check: not possible")

    def _give_up(self) -> None:
        """The drive may never answer. The check can be made again."""
        self.stop()
        name = self._context.session.stack_name
        self._fail(ReadError(f"The drive of {name} did not answer.", "Check again when it is there."))

    def _tell(self, check: DataCheck) -> None:
        """What is serious is said once for each stack, and goes away when it is mended."""
        serious = [finding for finding in check.by_severity if finding.severity is Severity.SERIOUS]
        new = [finding for finding in serious if finding.name not in self._told]
        self._told |= {finding.name for finding in serious}
        if not serious:
            self._context.notices.clear("check")
        if not new:
            return
        first = new[0]
        offers = [Offer("Details", lambda: self._lead_to(first.name))]
        label = self._action(first)
        if label:
            offers.insert(0, Offer(label, lambda: self._act(first.name)))
        self._context.notices.show_notice("check", f"{first.found} {without_flags(first.advice)}".strip(), offers)

    def _lead_to(self, name: str) -> None:
        self._panel.select(name)
        self.shown_wanted.emit()

    # What can be done at once

    def _action(self, finding: CheckFinding) -> str:
        frames = _frames_worth_keeping(finding)
        if frames is not None:
            return f"Use {frames}"
        if finding.name == "drift":
            corrected = self._context.session.document.drift is not None
            return "See the drift…" if corrected or finding.severity is Severity.FINE else "Correct drift…"
        camera = self._context.session.document.acquisition
        assumed = any(camera.origin(name) is Origin.ASSUMED for name in ("gain", "offset"))
        return "Estimate camera…" if finding.name in _OF_THE_CAMERA and assumed else ""

    def _act(self, name: str) -> None:
        if self._check is None:
            return
        finding = self._check.finding(name)
        frames = _frames_worth_keeping(finding)
        if frames is not None:
            self._context.session.change(frames=frames)
        elif name == "drift":
            self.drift_wanted.emit()
        else:
            self.camera_wanted.emit()

    def _ask_where(self) -> None:
        session, settings = self._context.session, self._context.settings
        name = f"{Path(session.stack_name).stem}-check.png"
        choose_new_file(
            self._context.window, "choose_check_figure", "Save the data check as a figure", settings.folder("export"),
            name, "PNG picture (*.png)", self._write,
        )  # fmt: skip

    def _write(self, path: Path) -> None:
        if self._check is None:
            return
        self._context.settings.set_folder("export", path.parent)
        work = partial(write_check, path, self._check, self._context.session.stack_name)
        done, failed = (
            lambda _: self._context.say(f"Wrote {path}"),
            partial(self._context.fail, "The figure could not be written"),
        )
        self._context.workbench.do(work, done, failed)


def check_of(stack: Stack, document: ProjectDocument, watch: Watch) -> DataCheck | None:
    """Look at the chosen frames. On a thread. None where it was given up. Raises FluoganError."""
    # Brings the numerical libraries that the window's start does not need.
    from fluogan_app.core.check.check import check_data

    seen = watched(stack, watch)
    return check_data(seen, document.acquisition, document.roi, document.frames, watch.note, watch.cancelled)


def write_check(path: Path, check: DataCheck, name: str) -> None:
    """Draw all findings. On a thread. Raises UsageError, ProjectError."""
    from fluogan_app.core.project.check_figure import export_check

    export_check(path, check, name)


def _frames_worth_keeping(finding: CheckFinding) -> FrameRange | None:
    """The frames that are left without the ones that a finding is about, where it names them."""
    values = finding.values
    if finding.severity is Severity.FINE or not {"first_frame", "last_frame"} <= set(values):
        return None
    return FrameRange(int(values["first_frame"]), int(values["last_frame"]) + 1)
