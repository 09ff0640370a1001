"""The training of a network: Adam with a falling rate, validation now and then, the best kept, resumed to the bit."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from fluogan_app import __version__
from fluogan_app.core.errors import SolverError, UsageError
from fluogan_app.core.methods.learned.lesson import Lesson
from fluogan_app.core.methods.learned.params import TrainingParams
from fluogan_app.core.methods.learned.training_file import TrainingState, read_training, write_training
from fluogan_app.core.rng import generator_state, make_generator, set_generator_state

#: Gradients longer than this are shortened to it: one odd batch must not undo what was learned.
LONGEST_GRADIENT = 1.0


class Listener(Protocol):
    """Who hears of a training as it goes. Must return at once."""

    def step(self, step: int, total_steps: int, loss: float) -> None: ...

    def validated(self, step: int, measures: Mapping[str, float], best: bool) -> None: ...


@dataclass(frozen=True)
class Trained:
    """How a training ended: the best network's weights, its record, and whether all steps were done."""

    tensors: Mapping[str, torch.Tensor]
    record: Mapping[str, Any]
    finished: bool


@dataclass
class _Curves:
    """What was seen of a training: mean loss since the validation before, and the measures there."""

    points: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def best(self) -> dict[str, float] | None:
        return min(self.points, key=lambda point: point["judged"], default=None)


class Training:
    """A training at some step. Everything that changes is in `state()`."""

    def __init__(self, lesson: Lesson, params: TrainingParams) -> None:
        self.lesson, self.params = lesson, params
        self.done_steps = 0
        self._random = make_generator(params.seed + 1)
        self._weights = dict(lesson.network.named_parameters())
        self._optimiser = torch.optim.Adam(self._weights.values(), lr=params.learning_rate)
        self._losses: list[float] = []
        self._curves = _Curves()
        self._best = self._copy()

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.done_steps >= self.params.steps

    def step(self) -> float:
        """Learn from one batch; its loss. Raises SolverError where it is no number."""
        before = time.perf_counter()
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        self._optimiser.zero_grad(set_to_none=True)
        loss = self.lesson.loss(self._random)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._weights.values(), LONGEST_GRADIENT)
        self._optimiser.step()
        self.done_steps += 1
        value = float(loss.detach())
        if not math.isfinite(value):
            raise SolverError("The training's loss is no number any more.", "Take a lower learning rate.")
        self._losses.append(value)
        self._curves.seconds += time.perf_counter() - before
        return value

    def validate(self) -> tuple[Mapping[str, float], bool]:
        """Measures on the images kept apart, and whether this is the best network so far, which is then kept."""
        before, measures = time.perf_counter(), dict(self.lesson.validation())
        judged, best = next(iter(measures.values())), self._curves.best
        loss = sum(self._losses) / max(1, len(self._losses))
        self._losses.clear()
        better = best is None or judged < best["judged"]
        if better:
            self._best = self._copy()
        self._curves.points.append({"step": self.done_steps, "loss": loss, "judged": judged, **measures})
        self._curves.seconds += time.perf_counter() - before
        return measures, better

    def trained(self) -> Trained:
        """The best network so far with its record."""
        return Trained(self._best, self._record(), self.finished)

    def state(self) -> TrainingState:
        """All that is needed to go on, as copies on the processor."""
        tensors = {f"weights/{name}": tensor for name, tensor in self._copy().items()}
        tensors |= {f"best/{name}": tensor.clone() for name, tensor in self._best.items()}
        for name, weight in self._weights.items():
            moments = self._optimiser.state.get(weight, {})
            tensors |= {f"adam/{name}/{key}": value.detach().cpu().clone() for key, value in moments.items()}
        tensors["random"] = generator_state(self._random)
        about = {"points": list(self._curves.points), "seconds": self._curves.seconds, "losses": list(self._losses)}
        return TrainingState(self.done_steps, tensors, {**about, "asked": self._asked()})

    def restore(self, state: TrainingState) -> None:
        """Go on from a kept state. Raises UsageError where it is that of another training."""
        if state.about.get("asked") != self._asked():
            raise UsageError(
                "The checkpoint belongs to a training with other parameters or images.",
                "Give the same parameters as then, or start anew without --resume.",
            )
        with torch.no_grad():
            for name, weight in self._weights.items():
                weight.copy_(state.tensors[f"weights/{name}"])
                keys = [key for key in state.tensors if key.startswith(f"adam/{name}/")]
                moments = {key.rpartition("/")[2]: state.tensors[key].clone() for key in keys}
                # Adam counts its steps on the processor wherever the weights are.
                self._optimiser.state[weight] = {
                    key: value if key == "step" else value.to(weight.device) for key, value in moments.items()
                }
        self._best = {name: state.tensors[f"best/{name}"].clone() for name in self._weights}
        set_generator_state(self._random, state.tensors["random"])
        self._curves = _Curves(list(state.about["points"]), float(state.about["seconds"]))
        self._losses, self.done_steps = list(state.about["losses"]), state.step

    def _rate(self) -> float:
        return 0.5 * self.params.learning_rate * (1.0 + math.cos(math.pi * self.done_steps / self.params.steps))

    def _copy(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().to("cpu", copy=True) for name, weight in self._weights.items()}

    def _asked(self) -> dict[str, Any]:
        return {"params": self.params.model_dump(), "lesson": dict(self.lesson.described())}

    def _record(self) -> dict[str, Any]:
        points = [{key: value for key, value in one.items() if key != "judged"} for one in self._curves.points]
        best = self._curves.best or {}
        return {
            "kind": self.lesson.kind,
            **self._asked(),
            "weights": sum(tensor.numel() for tensor in self._best.values()),
            "steps_done": self.done_steps,
            "seconds": round(self._curves.seconds, 1),
            "kept": {key: value for key, value in best.items() if key not in ("judged", "loss")},
            "curves": points,
            "versions": {"fluogan": __version__, "torch": torch.__version__, "python": platform.python_version()},
        }


def train(
    lesson: Lesson,
    params: TrainingParams,
    listener: Listener,
    checkpoint: Path | None = None,
    resume: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train to the end, or until `cancelled`, which is heard within one step; a checkpoint follows each validation.

    Raises ReadError (nothing to resume), UsageError (of another training), SolverError (a loss that is no number),
    ProjectError.
    """
    training = Training(lesson, params)
    if resume and checkpoint is not None:
        training.restore(read_training(checkpoint))
    while not training.finished and not cancelled():
        loss = training.step()
        listener.step(training.done_steps, params.steps, loss)
        if training.done_steps % params.validate_every == 0 or training.finished:
            _look(training, listener)
            _keep(training, checkpoint)
    if not training.finished:
        # As it stands, without a validation that an uninterrupted training would not have had.
        _keep(training, checkpoint)
    return training.trained()


def _look(training: Training, listener: Listener) -> None:
    measures, best = training.validate()
    listener.validated(training.done_steps, measures, best)


def _keep(training: Training, checkpoint: Path | None) -> None:
    if checkpoint is not None:
        write_training(checkpoint, training.state())
