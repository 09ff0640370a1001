"""What SRRF and eSRRF share: maps of each frame, a few frames a step, and what becomes of them over time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.base import Phase
from fluogan_app.core.methods.covariance_fit import fluctuations
from fluogan_app.core.methods.fluctuations import motion_remarks, opposed_share
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.radial.fine_pixels import drawn
from fluogan_app.core.methods.radial.memory import frames_per_step, frames_together
from fluogan_app.core.methods.radial.temporal import Analysis, Maximum, Mean


class RadialSolver(ImageSolver):
    """A method writes `maps` of a batch of frames; `take` may keep more of them than `analysis` does.

    too_near: by how much it moves lines together that are one width of the blur apart, as measured on simulated lines,
    100 nm wide, of FWHM 324 nm, at three levels of light.
    """

    too_near: str

    def __init__(self, problem: Problem, zoom: int, claims: Claims, device: str, analysis: Analysis) -> None:
        """Raises DataError, also where there are too few frames."""
        self.frame_count, self.analysis = len(problem.frames), analysis
        self._per_step = frames_per_step(self.frame_count)
        if self.frame_count < analysis.frames_needed:
            raise DataError(
                f"This temporal analysis needs {analysis.frames_needed} frames or more; there "
                f"{'is 1 frame' if self.frame_count == 1 else f'are {self.frame_count} frames'}.",
                "Choose the average (AVG), or more frames.",
            )
        super().__init__(problem, zoom, claims, -(-self.frame_count // self._per_step), device)

    @abstractmethod
    def maps(self, photons: torch.Tensor) -> torch.Tensor:
        """Of frames (b, Y, X), each fine pixel's value, (zoom², b, Y, X)."""

    def take(self, tensors: dict[str, torch.Tensor], photons: torch.Tensor, done: int) -> None:
        """Take in frames (b, Y, X)."""
        values = self.maps(photons)
        for k in range(len(photons)):
            self.analysis.add(tensors, values[:, k], done + k)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        blank = torch.zeros(self.zoom**2, *self.shape_yx, dtype=torch.float64, device=self.device)
        return self.analysis.begin(blank)

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        first, end = self._frames_done(step), self._frames_done(step + 1)
        height, width = self.shape_yx
        together = frames_together(self.frame_count, height * width)
        for start in range(first, end, together):
            photons = torch.from_numpy(self.frames[start : min(start + together, end)]).to(self.device)
            self.take(tensors, photons, start)
        return {}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        done = self._frames_done(step)
        if done < self.analysis.frames_needed:
            return Images(torch.zeros(self.fine_shape_yx, device=self.device))
        return Images(drawn(self.analysed(tensors, done)).float())

    def analysed(self, tensors: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        """What the frames so far come to, (zoom², Y, X)."""
        return self.analysis.image(tensors, done)

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        return Phase("Frame by frame", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        width_nm = self.problem.acquisition.fwhm_nm
        return (
            f"Of simulated pairs of lines, those as far apart as the blur is wide (here {width_nm:.0f} nm) came out "
            f"{self.too_near} too near to each other, and nearer ones moved together into one sharp line: a sharp line "
            "is no proof of a single one, and such distances are not to be measured here. The values are no amounts of "
            "light.",
            *self._moving(),
        )

    def _moving(self) -> tuple[str, ...]:
        """What has to be said of analyses that look at changes, where something moves."""
        if isinstance(self.analysis, (Mean, Maximum)) or self.frame_count < 2:
            return ()
        found = fluctuations(self.frames, self.noise.level)
        return motion_remarks(opposed_share(found, blur_pixels(self.problem)))

    def _frames_done(self, step: int) -> int:
        return min(step * self._per_step, self.frame_count)

