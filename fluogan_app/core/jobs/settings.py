"""What belongs to a run and not to a method: where it runs and from which seed."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.params import Params, param


class RunSettings(Params):
    """Seed and device of one run."""

    seed: int = param(
        0, label="Seed", ge=0, le=2**31 - 1, group="Run",
        help="Start of the random numbers. The same seed gives the same result on the same machine.",
    )  # fmt: skip
    device: Literal["auto", "cpu", "cuda"] = param(
        "auto", label="Device", group="Run",
        help="Where to compute. “auto” takes a graphics card if a self-test passes on it, else the processor.",
    )  # fmt: skip
