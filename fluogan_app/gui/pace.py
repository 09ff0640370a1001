"""How long a run will take on this computer, from the runs that it has done."""

from __future__ import annotations

import json
from typing import Protocol

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.jobs.time_left import PhasePace, Phases, TimeRange, scaled, whole_run
from fluogan_app.core.methods.registry import DEFAULT_METHOD
from fluogan_app.core.params import Params
from fluogan_app.core.project.model import ProjectDocument, RunRecord
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.settings import Settings

#: A shorter run says more of the start than of the pace.
_ENOUGH_STEPS, _ENOUGH_S = 50, 0.5


class Asked(Protocol):
    """What of a document, or of a run that waits or is done, its time depends on."""

    method: str
    roi: Roi | None
    frames: FrameRange | None
    settings: RunSettings


class Pace:
    """Seconds per step and million fine pixels, kept for each device, method and way to run (δ).

    A method whose steps nobody sets goes through the frames: then it is seconds per frame and million fine pixels.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def learn(self, record: RunRecord, phases: Phases | None = None) -> None:
        """Take note of a run that has ended, and of how its phases went where it was one piece."""
        if phases and record.total_steps == record.params.get("steps"):
            per_unit = scaled(phases, 1.0 / _work(record.roi, record.params.get("zoom", 1), 1))
            kept = {name: [pace.steps, pace.seconds_per_step] for name, pace in per_unit.items()}
            self._settings.keep(_phases_key(record, record.params), json.dumps(kept))
        if _tells_a_pace(record):
            work = _work(record.roi, record.params.get("zoom", 1), _rounds_of_the_field(record))
            self._settings.set_pace(_key(record, record.params), record.seconds / work)

    def phases(self, asked: Asked, params: dict, roi: Roi) -> Phases:
        """How the phases of the last run of that kind went, scaled to this size; none before the first."""
        try:
            kept = json.loads(self._settings.kept(_phases_key(asked, params)) or "{}")
            known = {str(name): PhasePace(int(steps), float(pace)) for name, (steps, pace) in kept.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
        return scaled(known, _work(roi, params.get("zoom", 1), 1))

    def expected(self, asked: Asked, params: dict, shape_yx: tuple[int, int]) -> TimeRange | None:
        """How long a run is expected to take; None before the first of its kind."""
        roi, steps = asked.roi or Roi.whole(shape_yx), params.get("steps")
        known = self.phases(asked, params, roi)
        if steps is None or not known:
            alone = self._seconds(asked, params, roi)
            return None if alone is None else TimeRange(alone, alone)
        once = whole_run(known, steps)
        return TimeRange(*(end * (1 + asked.settings.repeats) for end in (once.low_s, once.high_s)))

    def estimate_text(self, document: ProjectDocument, params: Params, shape_yx: tuple[int, int]) -> str:
        """The expected time in words; "" before the first run."""
        seconds = self._seconds(document, params.model_dump(), document.roi or Roi.whole(shape_yx))
        return "" if seconds is None else f"about {seconds_text(seconds)} on this computer"

    def _seconds(self, asked: Asked, params: dict, roi: Roi) -> float | None:
        pace, rounds = self._settings.pace(_key(asked, params)), _rounds(asked, params)
        if pace is None or rounds is None:
            return None
        return pace * _work(roi, params.get("zoom", 1), rounds * (1 + asked.settings.repeats))


def _tells_a_pace(record: RunRecord) -> bool:
    if "steps" in record.params:
        return record.steps >= _ENOUGH_STEPS and record.seconds > 0
    return record.steps > 0 and record.seconds >= _ENOUGH_S


def _rounds(asked: Asked, params: dict) -> int | None:
    """Steps, where they are set; else frames, where it is known how many."""
    if "steps" in params:
        return int(params["steps"])
    shape = getattr(asked, "shape_tyx", None) or (asked.link.shape_tyx if getattr(asked, "link", None) else None)
    return len(asked.frames) if asked.frames else shape[0] if shape else None


def _rounds_of_the_field(record: RunRecord) -> float:
    """Steps, as if the whole field had taken them: a run in tiles counts those of each tile, not so its repeats."""
    asked = (_rounds(record, record.params) or 1) * (1 + record.settings.repeats)
    return asked * record.steps / max(1, record.total_steps)


def _work(roi: Roi, zoom: int, rounds: float) -> float:
    return rounds * roi.height * roi.width * zoom**2 / 1e6


def _key(asked: Asked, params: dict) -> str:
    kind = params.get("delta", 0) if asked.method == DEFAULT_METHOD else asked.method
    return f"{asked.settings.device}-{kind}"


def _phases_key(asked: Asked, params: dict) -> str:
    return f"phases/{_key(asked, params)}-{params.get('moments', '')}-{params.get('detail') or ''}"
