"""How long a run will take on this computer, from the runs that it has done."""

from __future__ import annotations

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.params import Params
from fluogan_app.core.project.model import ProjectDocument, RunRecord
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.settings import Settings

#: A shorter run says more of the start than of the pace.
_ENOUGH_STEPS = 50


class Pace:
    """Seconds per step and million fine pixels, kept for each device and for each way to run (δ)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def learn(self, record: RunRecord) -> None:
        """Take note of a run that has ended."""
        if record.steps >= _ENOUGH_STEPS and record.seconds > 0:
            work = _work(record.roi, record.params.get("zoom", 1), _steps_of_the_field(record))
            self._settings.set_pace(_key(record.settings.device, record.params), record.seconds / work)

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
