"""What project.json and a run's run.json hold, as frozen, checked models."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fluogan_app import __version__
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import DataError
from fluogan_app.core.jobs.settings import RunSettings

SCHEMA_VERSION = 1


def now_text() -> str:
    """The time now, in UTC, as written to disk."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Record(BaseModel):
    """Base of all that is written to a project: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def replace(self, **changes: Any):
        """A copy with some values changed."""
        return self.model_copy(update=changes)

    def content(self) -> dict[str, Any]:
        """Plain values for JSON, checked to be readable again: what cannot be read must never be written."""
        content = self.model_dump(mode="json", warnings=False)
        type(self).model_validate(content)
        return content


class InputLink(Record):
    """Where the raw stack is, and how to know it again when it was moved.

    `relative_path` is relative to the project's folder ("" on another drive); `sha256` is "" until it was computed,
    and begins with "sampled:" where the file is so large that only parts of it went in. Where the frames come from
    several files, `path` is the one that was opened, and hash and `total_bytes` are of all (0 in older projects).
    """

    path: str
    relative_path: str = ""
    size_bytes: int = 0
    files: int = 1
    total_bytes: int = 0
    modified_ns: int = 0
    sha256: str = ""
    selection: Selection = Selection()
    shape_tyx: tuple[int, int, int]
    dtype: str


class ProjectDocument(Record):
    """Everything that a project remembers beside its runs. `params` holds plain values by method name.

    drift: what the stack is corrected for, None where it is used as recorded. drawn: what the user drew on images to
    measure it, as plain values.
    """

    schema_version: int = SCHEMA_VERSION
    app_version: str = __version__
    created: str = Field(default_factory=now_text)
    modified: str = Field(default_factory=now_text)
    link: InputLink | None = None
    roi: Roi | None = None
    frames: FrameRange | None = None
    drift: Drift | None = None
    acquisition: Acquisition = Acquisition()
    method: str = "fluogan"
    params: dict[str, dict[str, Any]] = Field(default_factory=dict)
    settings: RunSettings = RunSettings()
    drawn: tuple[dict[str, Any], ...] = ()
    view: dict[str, Any] = Field(default_factory=dict)

    def fitting(self, shape_tyx: tuple[int, int, int]) -> ProjectDocument:
        """Without the region, range of frames and drift that are not ones of a stack of that shape."""
        count, *shape_yx = shape_tyx
        fits = {
            "roi": _fits(self.roi, tuple(shape_yx)),
            "frames": _fits(self.frames, count),
            "drift": _fits(self.drift, shape_tyx),
        }
        return self.replace(**{name: None for name, fit in fits.items() if not fit})

    def for_another_image(self, before: Selection, after: Selection) -> ProjectDocument:
        """What of this document holds for another channel, plane or scene of the same file, and nothing else.

        The range of frames does where time is the same axis. In one scene the region and the drift do too: the sample
        moved alike in all channels. Pixels of the camera that stand still do not: a channel may have its own camera.
        """
        if before.time_axis != after.time_axis or before.alone != after.alone:
            return ProjectDocument()
        kept = ProjectDocument(frames=self.frames)
        if before.scene != after.scene:
            return kept
        drift = self.drift
        return kept.replace(roi=self.roi, drift=None if drift is None else replace(drift, defects_yx=None))


def _fits(part: Roi | FrameRange | Drift | None, of: Any) -> bool:
    try:
        return part is None or part.checked(of) is not None
    except DataError:
        return False


class RunStatus(StrEnum):
    """How far a run came. A run that was killed reads "interrupted" when its project is opened again."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class RunCost(Record):
    """What a run took beside its steps' time by the clock; all of the program counts meanwhile.

    prepare_seconds: from the reading of the frames to the first step. processor_seconds: of all processors together,
    preparing included. peak_memory_bytes: the most memory beyond what the program held before; peak_card_bytes: on a
    graphics card. None where it is not known.
    """

    prepare_seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_memory_bytes: int | None = None
    peak_card_bytes: int | None = None


class RunRecord(Record):
    """What is known of one run: what it was asked, how it ended, and on what machine. Times are UTC.

    earlier_goals: where it was stopped and given another number of steps in all, the step and the number before.
    claims: what its image is. cost: None of runs of older programs, and of imported results.
    """

    schema_version: int = SCHEMA_VERSION
    number: int
    name: str
    link: InputLink | None = None
    method: str
    params: dict[str, Any]
    settings: RunSettings
    acquisition: Acquisition
    selection: Selection = Selection()
    roi: Roi
    frames: FrameRange
    drift: Drift | None = None
    status: RunStatus = RunStatus.RUNNING
    steps: int = 0
    total_steps: int
    seconds: float = 0.0
    device: str = ""
    device_title: str = ""
    device_reason: str = ""
    started: str = Field(default_factory=now_text)
    ended: str = ""
    parent: int | None = None
    earlier_goals: tuple[tuple[int, int], ...] = ()
    measures: dict[str, float] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str = ""
    environment: dict[str, str] = Field(default_factory=dict)
    claims: Claims = LIGHT
    cost: RunCost | None = None
    process_id: int = 0
    host: str = ""

    @property
    def takes_more_steps(self) -> bool:
        """Whether it can go on from its end: not one in tiles or repeats, nor where their number is no parameter."""
        return self.total_steps == self.params.get("steps")
