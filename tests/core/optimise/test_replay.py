"""A recorded function: replayed on new inputs, checked once, and left alone where recording does not work.

A recorder in memory stands for the graphics card: what it returns changes in place, as a card's graph does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch

from fluogan_app.core.optimise.replay import CudaRecorder, Function, Replayed, recorder_for


class InMemory:
    """Records like CUDA: fixed inputs, fixed outputs. `wrong` is added to the first output at every replay."""

    def __init__(self, wrong: float = 0.0) -> None:
        self.records, self.replays, self._wrong = 0, 0, wrong

    def record(self, function: Function, inputs: Sequence[torch.Tensor]) -> Callable[[], Sequence[torch.Tensor]]:
        self.records += 1
        outputs = [value.clone() for value in function(*inputs)]

        def replay() -> Sequence[torch.Tensor]:
            self.replays += 1
            for output, value in zip(outputs, function(*inputs)):
                output.copy_(value)
            outputs[0].add_(self._wrong)
            return outputs

        return replay


class Refusing:
    def record(self, function: Function, inputs: Sequence[torch.Tensor]) -> Callable[[], Sequence[torch.Tensor]]:
        raise RuntimeError("operation not permitted when stream is capturing")


def products(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return one * other, one.sum()[None]


def inputs(number: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.arange(3.0) + number, torch.full((3,), 2.0 + number)


def test_replays_follow_their_inputs_and_leave_them_as_they_were() -> None:
    recorder = InMemory()
    replayed = Replayed(products, recorder)
    for number in range(4):
        given = inputs(number)
        found = replayed(*given)
        for value, wanted in zip(found, products(*inputs(number))):
            assert torch.equal(value, wanted)
        assert all(torch.equal(one, other) for one, other in zip(given, inputs(number)))
    assert (recorder.records, recorder.replays) == (1, 4)


@pytest.mark.parametrize("recorder", [InMemory(wrong=0.1), Refusing(), None])
def test_what_cannot_be_recorded_rightly_is_called_as_it_is(recorder) -> None:
    replayed = Replayed(products, recorder)
    for number in range(3):
        for value, wanted in zip(replayed(*inputs(number)), products(*inputs(number))):
            assert torch.equal(value, wanted)
    if isinstance(recorder, InMemory):
        assert (recorder.records, recorder.replays) == (1, 1)


def test_only_a_cuda_device_records() -> None:
    assert recorder_for("cpu") is None and isinstance(recorder_for("cuda:0"), CudaRecorder)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_cuda_graphs_replay() -> None:
    replayed = Replayed(products, recorder_for("cuda:0"))
    for number in range(3):
        given = [value.cuda() for value in inputs(number)]
        for value, wanted in zip(replayed(*given), products(*inputs(number))):
            torch.testing.assert_close(value.cpu(), wanted)
