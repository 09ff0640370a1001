"""When nothing changes any more: a run may end before its last step, if its user wants that.

Judged from the curves alone, in the last phase, every EVERY steps, so that the same run ends at the same step wherever
and however often it is interrupted. Over the last steps (WINDOW, or a tenth of those of the phase where that is more)

- the simulated mean Ψx + b moved by less than MOVED of itself, in all: ‖s_n − s_m‖ ≤ Σ ‖s_{k+1} − s_k‖, the sum of
  the relative changes; and
- the discrepancy, a mean over N pixels of squared deviations in units of their noise, differs between the two halves
  of these steps by less than a hundredth of its own standard deviation by noise, √(2/N).

Against the critic the image goes on moving by the critic's own noise, and a run ends at its last step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.result import Curves

EVERY, WINDOW = 50, 200
MOVED = 1e-3
#: Of the discrepancy's standard deviation by noise.
DISCREPANCY_SHARE = 0.01


@dataclass(frozen=True)
class RestRule:
    """Tells from the curves whether a run has come to rest. pixels: camera pixels of the field."""

    pixels: int

    def is_due(self, step: int) -> bool:
        """Whether to look after this step."""
        return step % EVERY == 0

    def why(self, curves: Curves, from_step: int) -> str:
        """Why the run may end, as a sentence; "" where it goes on. from_step: where the last phase began."""
        present = [name in curves.columns for name in ("relative_change", "discrepancy")]
        rows = np.flatnonzero(curves.steps > from_step)
        window = max(WINDOW, len(rows) // 10)
        # Not before the phase has gone on for two windows: it begins slowly.
        if not all(present) or len(rows) < 2 * window:
            return ""
        last = rows[-window:]
        moved = float(np.sum(curves.columns["relative_change"][last]))
        early, late = np.array_split(curves.columns["discrepancy"][last], 2)
        drift = abs(float(np.mean(late)) - float(np.mean(early)))
        if not (moved < MOVED and drift < DISCREPANCY_SHARE * math.sqrt(2.0 / self.pixels)):
            return ""
        return (
            f"Ended at step {int(curves.steps[-1])}, as nothing changed any more: in the last {window} steps the "
            f"simulated mean moved by {100.0 * moved:.2g} %, the discrepancy by {drift:.1g}."
        )
