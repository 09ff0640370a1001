"""The fits of the mean one after the other, and what is made of them.

With the finest detail left to the data there are two: of coarse and wide spots, then of fine and wide ones. Each begins
in the dark, so that neither is led by what the other found; choice.py then shows the fine one where it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from fluogan_app.core.methods.fluogan.choice import on_grid, share_of_fine
from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.moment_splitting import MomentSplitting
from fluogan_app.core.methods.fluogan.moment_term import MomentTerm
from fluogan_app.core.methods.fluogan.schedule import Schedule
from fluogan_app.core.methods.fluogan.splitting import Splitting
from fluogan_app.core.methods.fluogan.support import prices, typical_light
from fluogan_app.core.methods.fluogan.texture import Texture
from fluogan_app.core.optics.waves import Waves
from fluogan_app.core.optimise.replay import Replayed, recorder_for

#: What λ1 asks for spots of the fit that is not shown at a place, so that the common fit leaves them dark.
BANNED = 5.0

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Picture:
    """Spots of each texture of a model, and the background.

    kappa: photons per event at which second moments were fitted too, 0 where none were found; None without them.
    """

    model: Model
    spots: list[torch.Tensor]
    background: torch.Tensor
    kappa: torch.Tensor | None = None


class MeanFits:
    """All fits of one recording. Holds nothing that changes, but for what a graphics card has recorded of the steps."""

    def __init__(
        self, model: Model, schedule: Schedule, waves: Waves, zoom: int, sigma_pixels: float,
        term_of: Callable[[Sequence[Texture]], MomentTerm] | None = None,
    ) -> None:  # fmt: skip
        self._model, self._schedule, self._zoom, self._sigma = model, schedule, zoom, sigma_pixels
        last = len(model.textures) - 1
        indices = [(1, last), (0, last)] if schedule.fits == 2 else [tuple(range(last + 1))]
        self._models = [model.part(chosen) for chosen in indices]
        self._fits = [
            Splitting(part, waves) if term_of is None else MomentSplitting(part, waves, term_of(part.textures))
            for part in self._models
        ]
        self._steps = {
            (number, settled): _step_of(fit, settled, model.mean.device.type)
            for number, fit in enumerate(self._fits)
            for settled in (False, True)
        }

    def model(self, step: int) -> Model:
        """The terms that the step works on, at their present prices."""
        return self._models[self._schedule.place(step)[0]]

    def begin(self) -> Tensors:
        """The state before the first step."""
        mean = self._model.mean
        return self._fits[0].start() | {"typical": mean.new_zeros(()), "simulated": mean.clone()}

    def step(self, tensors: Tensors, step: int) -> None:
        """One step, in place; after the last of a fit, what it found is kept."""
        number, place = self._schedule.place(step)
        fit, event = self._fits[number], self._schedule.event(place)
        if event == "begin" and number > 0:
            self._clear(tensors)
            tensors |= fit.start() | {"typical": torch.zeros_like(tensors["typical"])}
        elif event in ("reweight", "settle"):
            self._reweight(tensors, number, place)
            if event == "settle":
                fit.settle(tensors)
        self._steps[number, self._schedule.settled(place)](tensors)
        if place == self._schedule.fit_steps - 1 and number == 0 and len(self._fits) == 2:
            self._keep(tensors)

    def picture(self, tensors: Tensors, step: int) -> Picture:
        """What to show after so many steps: a finished fit until the next one is finished too."""
        number, place = self._schedule.place(max(step - 1, 0))
        if number > 0:
            kinds = (texture.kind.name for texture in self._models[0].textures)
            spots = [tensors[f"kept.{kind}"] for kind in kinds]
            return Picture(self._models[0], spots, tensors["kept.b"], tensors.get("kept.kappa"))
        return self._present(tensors, number, place)

    def present(self, tensors: Tensors, step: int) -> list[torch.Tensor]:
        """The spots of the fit that a step has just worked on."""
        number, place = self._schedule.place(step)
        return self._fits[number].spots(tensors, self._schedule.settled(place))

    def finish(self, tensors: Tensors) -> tuple[Picture, list[torch.Tensor]]:
        """The picture of all fits together, and the prices of its spots. What the fits held is let go."""
        last = len(self._fits) - 1
        shown = self._present(tensors, last, self._schedule.fit_steps - 1)
        asked = [tensors[f"price.{texture.kind.name}"] for texture in shown.model.textures]
        if last == 1:
            shown, asked = self._chosen(tensors, shown, asked)
        self._clear(tensors)
        for name in [name for name in tensors if name.startswith("kept.")] + ["typical", "simulated"]:
            del tensors[name]
        return shown, asked

    def _present(self, tensors: Tensors, number: int, place: int) -> Picture:
        fit = self._fits[number]
        spots = fit.spots(tensors, self._schedule.settled(place))
        return Picture(self._models[number], spots, tensors["b"], tensors.get("kappa"))

    def _reweight(self, tensors: Tensors, number: int, place: int) -> None:
        model, fit = self._models[number], self._fits[number]
        spots = fit.spots(tensors, settled=False)
        estimate = model.estimate(spots)
        if not bool(tensors["typical"] > 0):
            tensors["typical"] = typical_light(estimate)
        judged = self._schedule.judges(place)
        fit.reprice(tensors, prices(model, spots, estimate, tensors["typical"], self._zoom, self._sigma, judged))

    def _keep(self, tensors: Tensors) -> None:
        model = self._models[0]
        shown = self._present(tensors, 0, self._schedule.fit_steps - 1)
        for texture, part in zip(model.textures, shown.spots):
            tensors[f"kept.{texture.kind.name}"] = part
            tensors[f"kept.price.{texture.kind.name}"] = tensors[f"price.{texture.kind.name}"]
        tensors["kept.b"] = shown.background.clone()
        if shown.kappa is not None:
            tensors["kept.kappa"] = shown.kappa
        tensors["kept.misfit"] = model.misfit(model.light(shown.spots) + shown.background)

    def _chosen(
        self, tensors: Tensors, shown: Picture, asked: list[torch.Tensor]
    ) -> tuple[Picture, list[torch.Tensor]]:
        """Fine spots where they are needed, coarse ones elsewhere, and of the rest as much of either fit."""
        (fine, wide), misfit = shown.spots, shown.model.misfit(shown.model.light(shown.spots) + shown.background)
        share = share_of_fine(tensors["kept.misfit"], misfit, self._sigma)
        finely, widely = on_grid(share, fine.shape), on_grid(share, wide.shape)
        spots = [
            finely * fine,
            (1.0 - finely) * tensors["kept.coarse"],
            torch.lerp(tensors["kept.wide"], wide, widely),
        ]
        background = torch.lerp(tensors["kept.b"], shown.background, share)
        together = [
            asked[0] + BANNED * (1.0 - finely),
            tensors["kept.price.coarse"] + BANNED * finely,
            torch.lerp(tensors["kept.price.wide"], asked[1], widely),
        ]
        return Picture(self._model, spots, background), together

    @staticmethod
    def _clear(tensors: Tensors) -> None:
        """Let go of what a fit held."""
        held = ("data", "data.dual", "b.dual", "moments", "moments.dual")
        for name in [name for name in tensors if name in held or name.startswith(("governing.", "price."))]:
            del tensors[name]


def _step_of(fit: Splitting, settled: bool, device: str) -> Callable[[Tensors], None]:
    """One step, in place; on a graphics card it is recorded once and replayed."""

    def step(tensors: Tensors) -> None:
        tensors["simulated"] = fit.step(tensors, settled)

    def apart(*given: torch.Tensor) -> list[torch.Tensor]:
        tensors = {name: tensor.clone() for name, tensor in zip(fit.names, given)}
        step(tensors)
        return [tensors[name] for name in made]

    def replay(tensors: Tensors) -> None:
        results = replayed(*(tensors[name] for name in fit.names))
        tensors.update({name: result.clone() for name, result in zip(made, results)})

    made = (*fit.names, "simulated")
    recorder = recorder_for(device)
    replayed = Replayed(apart, recorder)
    return step if recorder is None else replay
