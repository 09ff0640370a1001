"""What is measured: fields of a size, with frames like those of a dim filament recording, and one step on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.presets import PRESETS
from fluogan_app.core.units import sigma_from_fwhm

PIXEL_SIZE_NM, FWHM_NM = 100.0, 324.0
SIGMA_PIXELS = sigma_from_fwhm(FWHM_NM / PIXEL_SIZE_NM)
#: A step takes the same time however many frames there are: so many pixels of them are enough, but this many frames.
FRAMES_PIXELS, FEWEST_FRAMES, MOST_FRAMES = 2**22, 4, 100
#: Side of the smallest field that the published critic's three layers fit on.
SMALLEST_PUBLISHED = 36

What = Literal["program", "plain", "convolutions"]
Critic = Literal["", "patch", "paper-2023"]


@dataclass(frozen=True)
class Case:
    """One kind of step on one field.

    what: takes the step, the program, its plain form, or the published critic's convolutions alone. critic: "" for the
    mean fit (δ = 0), "patch" for the default critic, "paper-2023" for the published one.
    """

    what: What
    shape_yx: tuple[int, int]
    zoom: int
    critic: Critic
    device: str

    @property
    def delta(self) -> int:
        """Whether there is a critic."""
        return 1 if self.critic else 0

    @property
    def pixels(self) -> int:
        """Camera pixels of the field."""
        return self.shape_yx[0] * self.shape_yx[1]

    def params(self) -> FluoganParams:
        """The program's parameters: its defaults or the paper's, with the critic from the first step on."""
        paper = {preset.name: preset.values for preset in PRESETS}.get(self.critic, {})
        own = {"zoom": self.zoom, "delta": self.delta, "steps": 1_000_000, "warmup_steps": 0}
        return FluoganParams(**{**paper, **own})


def make_frames(shape_yx: tuple[int, int], count: int | None = None) -> np.ndarray:
    """Poisson frames of bright stripes of uneven width over a background, (T, Y, X) uint16."""
    height, width = shape_yx
    frames = count or int(np.clip(FRAMES_PIXELS // (height * width), FEWEST_FRAMES, MOST_FRAMES))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    mean = 15.0 + 60.0 * (np.sin(x / 3.0) * np.cos(y / 5.0) > 0.7)
    random = np.random.default_rng(0)
    return np.stack([random.poisson(mean).astype(np.uint16) for _ in range(frames)])


def make_case_problem(shape_yx: tuple[int, int], count: int | None = None) -> Problem:
    """The frames as a reconstruction gets them."""
    acquisition = Acquisition().with_values(Origin.USER, pixel_size_nm=PIXEL_SIZE_NM, fwhm_nm=FWHM_NM)
    return make_problem(Stack("benchmark", "memory", ArraySource(make_frames(shape_yx, count))), acquisition)
