"""Blocks of frames of nearly equal length, one to a step, over which cumulants are taken and averaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.sofi.cumulants import block_cumulants, fewest_frames, inside, without_level


def block_count(frames: int, window_frames: int) -> int:
    """So many blocks, none shorter than two thirds of what is asked for; one where there are too few frames."""
    return max(1, round(frames / window_frames))


class Blocks:
    """The blocks of a recording. frames: (T, Y, X) photons; level: (T,) brightness of each frame, mean 1."""

    def __init__(self, frames: np.ndarray, level: np.ndarray, window_frames: int, orders: Sequence[int]) -> None:
        """Raises DataError where there are too few frames for the highest order."""
        fewest = 2 * fewest_frames(max(orders))
        if len(frames) < fewest:
            raise DataError(
                f"A cumulant of order {max(orders)} needs {fewest} frames at least, and there "
                f"{'is 1' if len(frames) == 1 else f'are {len(frames)}'}.",
                "Choose a longer frame range, or a lower order; some hundred frames are usual.",
            )
        self._frames, self._level, self._orders = frames, level, tuple(orders)
        self.count = block_count(len(frames), window_frames)
        self._ends = np.linspace(0, len(frames), self.count + 1).round().astype(int)

    def start(self, device: str) -> dict[str, torch.Tensor]:
        """Sums before the first block, by name."""
        shape = self._frames.shape[1:]
        return {
            f"cumulants.{order}": torch.zeros((order**2, *shape), dtype=torch.float64, device=device)
            for order in self._orders
        }

    def add(self, sums: dict[str, torch.Tensor], number: int, device: str) -> None:
        """Add the cumulants of a block, weighted by its frames, in place."""
        here = slice(self._ends[number], self._ends[number + 1])
        frames = torch.from_numpy(np.ascontiguousarray(self._frames[here])).to(device)
        level = torch.from_numpy(self._level[here]).to(frames)
        rest = without_level(frames, level)
        for order in self._orders:
            name = f"cumulants.{order}"
            sums[name] = sums[name] + len(frames) * block_cumulants(rest, order)

    def mean(self, sums: dict[str, torch.Tensor], order: int, blocks: int) -> np.ndarray:
        """Mean cumulants after so many blocks, (n², Y, X); zeros before the first."""
        return sums[f"cumulants.{order}"].cpu().numpy() / max(1, int(self._ends[blocks]))

    def counts(self, order: int) -> np.ndarray:
        """Sets inside the field behind each of them, (n², Y, X)."""
        return inside(self._frames.shape[1:], order).numpy()
