"""On a graphics card, a step of many small operations takes as long as it takes to ask for them one by one.

A function whose tensors keep their shapes is recorded there once, and replayed as a whole. The recording is checked
against the function itself before it is trusted; wherever it cannot be had, the function is called as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import torch

Function = Callable[..., Sequence[torch.Tensor]]

#: Calls before recording, in which the libraries choose their ways.
WARM_UP = 3
#: A replay may differ from a call by the order of sums.
TOLERANCE = 1e-3


class Recorder(Protocol):
    """Makes the replay of a function on fixed input tensors; it fills, and returns, the same outputs every time."""

    def record(self, function: Function, inputs: Sequence[torch.Tensor]) -> Callable[[], Sequence[torch.Tensor]]:
        """Run the function on its inputs, in their place, and remember how."""


class CudaRecorder:
    """CUDA graphs."""

    def record(self, function: Function, inputs: Sequence[torch.Tensor]) -> Callable[[], Sequence[torch.Tensor]]:
        """See Recorder.record."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                function(*inputs)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = function(*inputs)

        def replay() -> Sequence[torch.Tensor]:
            graph.replay()
            return outputs

        return replay


class Replayed:
    """A function of tensors that draws no random numbers and changes none of its inputs.

    What it returns is its own memory where it is replayed, and holds until the next call.
    """

    def __init__(self, function: Function, recorder: Recorder | None) -> None:
        self._function, self._recorder = function, recorder
        self._inputs: list[torch.Tensor] = []
        self._replay: Callable[[], Sequence[torch.Tensor]] | None = None

    def __call__(self, *inputs: torch.Tensor) -> Sequence[torch.Tensor]:
        """The function's results."""
        if self._recorder is None:
            return self._function(*inputs)
        if self._replay is None:
            return self._begin(inputs)
        for kept, given in zip(self._inputs, inputs, strict=True):
            kept.copy_(given)
        return self._replay()

    def _begin(self, inputs: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        wanted = self._function(*inputs)
        try:
            self._inputs = [given.clone() for given in inputs]
            self._replay = self._recorder.record(self._function, self._inputs)
            if not _alike(self._replay(), wanted):
                raise RuntimeError("its results differ")
        except RuntimeError as error:
            # Torch's errors of the graphics card are RuntimeErrors, and each only means: call the function as it is.
            self._recorder, self._replay, self._inputs = None, None, []
            logging.getLogger(__name__).info("Not replayed on the graphics card: %s", error)
        return wanted


def recorder_for(device: str) -> Recorder | None:
    """CUDA graphs on CUDA; nothing elsewhere."""
    return CudaRecorder() if device.startswith("cuda") else None


def _alike(found: Sequence[torch.Tensor], wanted: Sequence[torch.Tensor]) -> bool:
    return all(
        bool(torch.linalg.vector_norm(one - other) <= TOLERANCE * torch.linalg.vector_norm(other))
        for one, other in zip(found, wanted, strict=True)
    )
