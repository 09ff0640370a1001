"""What belongs to a run and not to a method: where it runs, from which seed, and in how large pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from fluogan_app.core.device import CARD_PATTERN
from fluogan_app.core.params import Params, param

Card = Annotated[str, StringConstraints(pattern=f"^{CARD_PATTERN}$")]


class RunSettings(Params):
    """Seed, device, repeats and tiles of one run."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Run": "What belongs to a run and not to the method: where it is computed, and from which random numbers.",
    }
    seed: int = param(
        0, label="Seed", ge=0, le=2**31 - 1, group="Run",
        help="Start of the random numbers. The same seed gives the same result on the same machine.",
    )  # fmt: skip
    device: Literal["auto", "cpu", "cuda"] | Card = param(
        "auto", label="Device", group="Run",
        help="Where to compute. “auto” takes a graphics card if a self-test passes on it, else the processor; "
        "“cuda:1” is the second of several cards.",
    )  # fmt: skip
    repeats: int = param(
        0, label="Repeats for uncertainty", ge=0, le=1000, group="Run", advanced=True,
        help="Reconstructs so many random halves of the frames beside all of them, and tells from their spread the "
        "standard deviation of each fine pixel: what changes from half to half is not to be trusted. The image itself "
        "stays as it is. Each repeat takes as long as the run; 8 give a first impression, 20 a measure.",
    )  # fmt: skip
    tile: int | None = param(
        None, label="Tile side", unit="camera pixels", ge=32, le=65_536, group="Run", advanced=True,
        none_text="chosen by memory",
        help="A field larger than this is reconstructed tile by tile, with overlaps that leave no seam, so that a few "
        "tiles' memory is enough for any field. Empty takes one piece where that needs less than 3 GB. "
        "Periodic borders always take one piece.",
    )  # fmt: skip
    stop_when_still: bool = param(
        False, label="Stop when nothing changes any more", group="Run",
        help="Ends the run before its last step where it has converged: where, over the last 200 steps or more, the "
        "simulated mean moved by less than 0.1 % and the discrepancy by less than a hundredth of its noise. Looked at "
        "every 50 steps, after the fits. A run against the critic seldom comes to rest; one in tiles or repeats goes "
        "through all its steps.",
    )  # fmt: skip
