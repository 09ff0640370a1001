"""What the unfolded network learns: where sources are, from what recordings say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from fluogan_app.core.methods.lsparcom.fields import SIDE, ZOOMS, Field, drawn_field, width_for
from fluogan_app.core.methods.lsparcom.grid import PIXELS_PER_FWHM
from fluogan_app.core.methods.lsparcom.network import RadialKernel, Unfolding, convolved
from fluogan_app.core.methods.lsparcom.training_params import UnfoldingTraining

#: Pixels along the sides of a patch whose surroundings are cut off: they are shown, and not judged.
MARGIN = 14
#: A pixel with this part of a typical source's variance, or more, is one with a source.
LEAST_SOURCE = 1e-2
#: The truth is drawn this much wider (σ in the network's pixels, 1/12 of the PSF's width), so that a source between two
#: pixels looks like one in a pixel. At 1.0 lines came out wider and farther from the truth; less changed nothing.
TRUTH_SIGMA, TRUTH_SIDE = 0.6, 7
#: A patch with hardly a source counts as one with so large a mean square.
LEAST_SQUARE = 0.05
#: Seeds of validation fields begin here, whatever the number of the others.
APART = 1_000_000


class UnfoldingLesson:
    """Squares of the error, and absolute values where there are no sources, relative to each patch's own light.

    As published, but for squares where there are no sources too, and for the truth's width.
    """

    kind = "unfolding"

    def __init__(self, params: UnfoldingTraining, device: str) -> None:
        self._params, self._device = params, device
        self.network = Unfolding(params.looks_at == "variance", params.folds).to(device)
        first = 100_000 * params.seed
        self._learned = self._drawn(range(first, first + params.fields))
        self._kept = self._drawn(range(APART + first, APART + first + params.validation))

    def loss(self, random: torch.Generator) -> torch.Tensor:
        """See Lesson.loss."""
        heard, noise, truth = self._batch(random)
        return self._cost(self.network(heard, noise), truth)

    def validation(self) -> Mapping[str, float]:
        """See Lesson.validation: the loss, and the error relative to the truth with matched sums, as a median."""
        costs, errors = [], []
        with torch.no_grad():
            for first in range(0, len(self._kept), 16):
                heard, noise, truth = self._kept[first : first + 16].unbind(dim=1)
                found = self.network(heard, noise)
                costs.append(self._cost(found, truth) * len(truth))
                matched = found * (truth.sum(dim=(1, 2)) / found.sum(dim=(1, 2)).clamp(min=1e-12))[:, None, None]
                errors.append((matched - truth).flatten(1).norm(dim=1) / truth.flatten(1).norm(dim=1))
        return {"error": float(sum(costs)) / len(self._kept), "nrmse": float(torch.cat(errors).median())}

    def described(self) -> Mapping[str, Any]:
        """See Lesson.described."""
        return {
            "images": "covariances of camera pixels in simulated recordings, and the variance of each source's light"
            if self._params.looks_at == "pairs"
            else "variance images of simulated recordings, and the variance of each source's light",
            "samples": ["filaments", "points", "bars", "letters"],
            "psf_fwhm_pixels": [round(width_for(zoom) / 100.0, 2) for zoom in sorted(ZOOMS, reverse=True)],
            "pixels_per_fwhm": PIXELS_PER_FWHM,
            "truth_sigma_pixels": TRUTH_SIGMA,
            "photons_per_event": [5, 200],
            "signal_photons": [20, 1600],
            "left_out": "The line pattern of the comparison is not among the fields.",
            "looks_at": self._params.looks_at,
            "folds": self._params.folds,
        }

    def _drawn(self, seeds: range) -> torch.Tensor:
        """(fields, 3, SIDE, SIDE): what is heard, its noise, and the truth, at a typical source's variance of 1."""
        frames = (self._params.fewest_frames, max(self._params.fewest_frames, self._params.most_frames))
        blurred = self._params.looks_at == "variance"
        return torch.stack([_scaled(drawn_field(seed, blurred, frames)) for seed in seeds]).to(self._device)

    def _batch(self, random: torch.Generator) -> torch.Tensor:
        """Squares cut at random, turned and mirrored at random, (3, B, patch, patch)."""
        count, free = self._params.batch, SIDE - self._params.patch + 1
        highs = (len(self._learned), free, free, 8)
        picks = torch.stack([torch.randint(high, (count,), generator=random) for high in highs])
        return torch.stack([self._square(*pick) for pick in picks.T.tolist()], dim=1)

    def _square(self, field: int, top: int, left: int, way: int) -> torch.Tensor:
        side = self._params.patch
        square = self._learned[field, :, top : top + side, left : left + side]
        square = square.transpose(1, 2) if way >= 4 else square
        return torch.rot90(square, way % 4, (1, 2))

    def _cost(self, found: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        inner = slice(MARGIN, -MARGIN)
        found, truth = found[:, inner, inner], truth[:, inner, inner]
        empty = torch.where(truth > LEAST_SOURCE, 0.0, found.abs()).mean(dim=(1, 2))
        squares = (found - truth).square().mean(dim=(1, 2))
        light = truth.square().mean(dim=(1, 2)).clamp(min=LEAST_SQUARE)
        return ((squares + self._params.outside * empty) / light).mean()


def _scaled(field: Field) -> torch.Tensor:
    truth = field.truth
    lit = truth[truth > 0.1 * LEAST_SOURCE * truth.max()]
    typical = lit.square().mean().sqrt() if len(lit) else truth.new_ones(())
    window = RadialKernel(TRUTH_SIDE, TRUTH_SIGMA)().detach()
    wide = convolved(truth, window).clamp(min=0.0)
    images = torch.stack([field.heard.image, field.heard.noise, wide]) / typical
    top, left = ((length - SIDE) // 2 for length in images.shape[1:])
    return images[:, top : top + SIDE, left : left + SIDE]
