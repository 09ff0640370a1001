"""Which step does what: fits of the mean by splitting, each with its reweighting, then all spots together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fluogan_app.core.methods.fluogan.params import FluoganParams, warmup_length

#: Steps of a whole fit: before the first reweighting, in all reweightings, and while prices stay.
START, REWEIGHTED, SETTLED = 60, 160, 100
FULL_FIT = START + REWEIGHTED + SETTLED
#: Times that the prices are set anew.
REWEIGHTINGS = 8

Event = Literal["begin", "reweight", "settle"]


@dataclass(frozen=True)
class Schedule:
    """`fits` fits of `fit_steps` steps each, then the rest up to `total_steps` with all spots together."""

    fits: int
    fit_steps: int
    total_steps: int

    @property
    def joint_from(self) -> int:
        """The first step at which all spots are fitted together."""
        return self.fits * self.fit_steps

    def place(self, step: int) -> tuple[int, int]:
        """Which fit a step before `joint_from` belongs to, and the step's number in it."""
        return divmod(step, self.fit_steps)

    def event(self, step_of_fit: int) -> Event | None:
        """What happens before that step of a fit."""
        if step_of_fit == 0:
            return "begin"
        start, settle = self._scaled(START), self._scaled(START + REWEIGHTED)
        if step_of_fit == settle:
            return "settle"
        due = {start + (settle - start) * turn // REWEIGHTINGS for turn in range(REWEIGHTINGS)}
        return "reweight" if step_of_fit in due else None

    def settled(self, step_of_fit: int) -> bool:
        """Whether prices stay as they are from here to the end of the fit."""
        return step_of_fit >= self._scaled(START + REWEIGHTED)

    def judges(self, step_of_fit: int) -> bool:
        """Whether the picture has come far enough to tell what is faint: after half of the reweighting."""
        return step_of_fit >= self._scaled(START + REWEIGHTED // 2)

    def _scaled(self, step: int) -> int:
        return round(step * self.fit_steps / FULL_FIT)


def make_schedule(params: FluoganParams, kinds: int) -> Schedule:
    """For so many kinds of spots. A fit takes FULL_FIT steps, or its share of the mean's where those are fewer."""
    fits = 2 if kinds == 3 else 1
    return Schedule(fits, min(FULL_FIT, warmup_length(params) // fits), params.steps)
