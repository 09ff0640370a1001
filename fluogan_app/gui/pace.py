"""How long a run will take on this computer, from the runs that it has done."""

from __future__ import annotations

import json
from typing import Protocol

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.jobs.time_left import PhasePace, Phases, TimeRange, scaled, whole_run
from fluogan_app.core.params import Params
from fluogan_app.core.project.model import ProjectDocument, RunRecord
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.settings import Settings

#: A shorter run says more of the start than of the pace.
_ENOUGH_STEPS = 50


class Asked(Protocol):
    """What of a document, or of a run that waits, its time depends on."""

    roi: Roi | None
    settings: RunSettings


class Pace:
    """Seconds per step and million fine pixels, kept for each device and for each way to run (δ)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def learn(self, record: RunRecord, phases: Phases | None = None) -> None:
        """Take note of a run that has ended, and of how its phases went where it was one piece."""
        if phases and record.total_steps == record.params.get("steps"):
            per_unit = scaled(phases, 1.0 / _work(record.roi, record.params.get("zoom", 1), 1))
            kept = {name: [pace.steps, pace.seconds_per_step] for name, pace in per_unit.items()}
            self._settings.keep(_phases_key(record.settings.device, record.params), json.dumps(kept))
        if record.steps >= _ENOUGH_STEPS and record.seconds > 0:
            work = _work(record.roi, record.params.get("zoom", 1), _steps_of_the_field(record))
            self._settings.set_pace(_key(record.settings.device, record.params), record.seconds / work)

    def phases(self, settings: RunSettings, params: dict, roi: Roi) -> Phases:
        """How the phases of the last run of that kind went, scaled to this size; none before the first."""
        try:
            kept = json.loads(self._settings.kept(_phases_key(settings.device, params)) or "{}")
            known = {str(name): PhasePace(int(steps), float(pace)) for name, (steps, pace) in kept.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
        return scaled(known, _work(roi, params.get("zoom", 1), 1))

    def expected(self, asked: Asked, params: dict, shape_yx: tuple[int, int]) -> TimeRange | None:
        """How long a run is expected to take; None before the first of its kind."""
        roi, steps = asked.roi or Roi.whole(shape_yx), params.get("steps")
        known = self.phases(asked.settings, params, roi)
        if steps is None or not known:
            return None
        once = whole_run(known, steps)
        return TimeRange(*(end * (1 + asked.settings.repeats) for end in (once.low_s, once.high_s)))

    def estimate_text(self, document: ProjectDocument, params: Params, shape_yx: tuple[int, int]) -> str:
        """The expected time in words; "" before the first run."""
        values = params.model_dump()
        pace = self._settings.pace(_key(document.settings.device, values))
        steps = values.get("steps")
        if pace is None or steps is None:
            return ""
        roi = document.roi or Roi.whole(shape_yx)
        all_steps = steps * (1 + document.settings.repeats)
        return f"about {seconds_text(pace * _work(roi, values.get('zoom', 1), all_steps))} on this computer"


def _steps_of_the_field(record: RunRecord) -> float:
    """Steps, as if the whole field had taken them: a run in tiles counts those of each tile, not so its repeats."""
    asked = record.params.get("steps", record.total_steps) * (1 + record.settings.repeats)
    return asked * record.steps / max(1, record.total_steps)


def _work(roi: Roi, zoom: int, steps: int) -> float:
    return steps * roi.height * roi.width * zoom**2 / 1e6


def _key(device: str, params: dict) -> str:
    return f"{device}-{params.get('delta', 0)}"


def _phases_key(device: str, params: dict) -> str:
    return f"phases/{_key(device, params)}-{params.get('moments', '')}-{params.get('detail') or ''}"
