"""A blind comparison: two pictures in an order that chance decides, and how far the answers are from guessing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

#: Fewer answers than these say nothing either way; an outcome rarer than this is no guessing.
ENOUGH, RARE = 10, 0.05


@dataclass(frozen=True)
class BlindGame:
    """How many pairs were judged, and how many rightly."""

    asked: int = 0
    right: int = 0

    def answered(self, rightly: bool) -> BlindGame:
        """After one more answer."""
        return replace(self, asked=self.asked + 1, right=self.right + int(rightly))

    @property
    def chance(self) -> float:
        """Probability of at least so many right answers by guessing, Σ_{k ≥ right} C(n, k) / 2ⁿ."""
        return sum(math.comb(self.asked, count) for count in range(self.right, self.asked + 1)) / 2**self.asked

    @property
    def words(self) -> str:
        """The score, and what can be said from it."""
        if self.asked == 0:
            return "Which of the two was recorded?"
        score = f"{self.right} of {self.asked} right"
        if self.chance < RARE:
            return f"{score}: you can tell them apart (guessing does so well in {100 * self.chance:.2g} % of games)."
        if self.asked < ENOUGH:
            return f"{score}: go on, {ENOUGH} answers or more tell something."
        return f"{score}: no better than guessing (which does so well in {100 * self.chance:.0f} % of games)."
