"""A training: the loss of images kept apart falls, the best is kept, and one that was cut off ends as if it had not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from fluogan_app.core.errors import ReadError, SolverError, UsageError
from fluogan_app.core.methods.learned.params import TrainingParams
from fluogan_app.core.methods.learned.training import Trained, train


class Line:
    """Learn to draw a line y = 2x − 1 through noisy points."""

    kind = "line"

    def __init__(self, spoil: float = 0.1) -> None:
        self.network, self._spoil = torch.nn.Linear(1, 1), spoil
        with torch.no_grad():
            for weight in self.network.parameters():
                weight.zero_()

    def loss(self, random: torch.Generator) -> torch.Tensor:
        x = torch.randn(16, 1, generator=random)
        y = 2.0 * x - 1.0 + self._spoil * torch.randn(16, 1, generator=random)
        return (self.network(x) - y).square().mean()

    def validation(self) -> Mapping[str, float]:
        x = torch.linspace(-1, 1, 9)[:, None]
        return {"error": float((self.network(x) - 2.0 * x + 1.0).square().mean().detach())}

    def described(self) -> Mapping[str, object]:
        return {"spoil": self._spoil}


class Heard:
    def __init__(self) -> None:
        self.steps, self.looks = [], []

    def step(self, step: int, total_steps: int, loss: float) -> None:
        self.steps.append((step, total_steps, loss))

    def validated(self, step: int, measures: Mapping[str, float], best: bool) -> None:
        self.looks.append((step, measures["error"], best))


def params(**values: float) -> TrainingParams:
    return TrainingParams(**{"steps": 60, "validate_every": 10, "learning_rate": 0.1, **values})


def after(count: int):
    """Asked before each step, it tells to stop after so many."""
    asked = iter(range(count))
    return lambda: next(asked, None) is None


def same(one: Trained, other: Trained) -> bool:
    return all(torch.equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


def test_it_learns_and_says_how() -> None:
    heard = Heard()
    trained = train(Line(), params(), heard)
    assert [look[0] for look in heard.looks] == [10, 20, 30, 40, 50, 60] and heard.steps[-1][:2] == (60, 60)
    assert heard.looks[-1][1] < 0.02 * heard.looks[0][1]
    assert float(trained.tensors["weight"]) == pytest.approx(2.0, abs=0.2)
    record = trained.record
    assert trained.finished and record["steps_done"] == 60 and record["lesson"] == {"spoil": 0.1}
    assert record["kept"]["error"] == min(look[1] for look in heard.looks) and "torch" in record["versions"]
    assert [point["step"] for point in record["curves"]] == [10, 20, 30, 40, 50, 60]


def test_the_best_is_kept_where_the_last_is_not() -> None:
    heard = Heard()
    trained = train(Line(spoil=3.0), params(learning_rate=1.0, validate_every=3), heard)
    errors = [look[1] for look in heard.looks]
    assert errors[-1] > min(errors)
    with torch.no_grad():
        lesson = Line()
        lesson.network.load_state_dict(dict(trained.tensors))
    assert lesson.validation()["error"] == pytest.approx(min(errors), rel=1e-6)


@pytest.mark.parametrize("cut", [1, 17, 20])
def test_one_that_was_cut_off_ends_as_if_it_had_not_been(cut: int, tmp_path: Path) -> None:
    file = tmp_path / "line.training.safetensors"
    whole = train(Line(), params(), Heard())
    first = train(Line(), params(), Heard(), file, cancelled=after(cut))
    assert not first.finished and first.record["steps_done"] == cut
    heard = Heard()
    rest = train(Line(), params(), heard, file, resume=True)
    assert heard.steps[0][0] == cut + 1 and same(rest, whole)
    assert [point["loss"] for point in rest.record["curves"]] == [point["loss"] for point in whole.record["curves"]]


def test_only_its_own_checkpoint_is_resumed(tmp_path: Path) -> None:
    file = tmp_path / "line.training.safetensors"
    with pytest.raises(ReadError, match="no checkpoint"):
        train(Line(), params(), Heard(), file, resume=True)
    train(Line(), params(), Heard(), file, cancelled=after(12))
    with pytest.raises(UsageError, match="other parameters"):
        train(Line(), params(seed=1), Heard(), file, resume=True)
    with pytest.raises(UsageError, match="other parameters"):
        train(Line(spoil=0.2), params(), Heard(), file, resume=True)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 4]))
    with pytest.raises(ReadError, match="damaged"):
        train(Line(), params(), Heard(), file, resume=True)


def test_a_loss_that_is_no_number_ends_it_in_words() -> None:
    lesson = Line()
    with torch.no_grad():
        lesson.network.weight.fill_(torch.inf)
    with pytest.raises(SolverError, match="no number"):
        train(lesson, params(), Heard())
