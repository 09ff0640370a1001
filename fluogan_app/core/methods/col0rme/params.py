"""The parameters of COL0RME, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fluogan_app.core.methods.support_params import SupportParams
from fluogan_app.core.params import param


class Col0rmeParams(SupportParams):
    """The penalty of the first stage, its weight and steps, beside what the second stage needs."""

    penalty: Literal["l1", "cel0", "tv"] = param(
        "l1", label="Penalty", group="Support", equation="λ Σ r, λ Φ_CEL0(r) or λ Σ |∇r|",
        source="Stergiopoulou et al. 2022",
        help="What keeps the support small. “l1” asks for little light: continuous lines. “cel0” asks for few "
        "places: dots, sharp but broken, of which several reconstructions are laid over each other. “tv” asks for few "
        "edges: areas rather than lines.",
    )  # fmt: skip
    gamma: float = param(
        0.02, label="Sparsity γ", gt=0, lt=1, group="Support", logarithmic=True,
        equation="λ = γ λ_max", source="Stergiopoulou et al. 2022",
        help="Weight of the penalty, as a part of the one that leaves nothing (for “tv”, of that of “l1”). Larger "
        "gives thinner and fewer structures.",
    )  # fmt: skip
    support_steps: int = param(
        240, label="Steps for the support", ge=1, le=100_000, group="Support", logarithmic=True,
        help="Steps of the first stage; with “cel0”, of each of its reconstructions.",
    )  # fmt: skip
    restarts: int = param(
        4, label="Restarts", ge=0, le=50, group="Support", advanced=True,
        help="With “cel0”: how often the support is looked for again, each time from places midway between the dots "
        "found before. The support is all dots together.",
    )  # fmt: skip

    def without_effect(self) -> Mapping[str, str]:
        """See Params: restarts with other penalties than CEL0."""
        idle = dict(super().without_effect())
        if self.penalty != "cel0":
            idle["restarts"] = "Of no effect with this penalty: its result does not depend on where it begins."
        return idle

    @property
    def searches(self) -> int:
        """How often the support is looked for."""
        return 1 + (self.restarts if self.penalty == "cel0" else 0)
