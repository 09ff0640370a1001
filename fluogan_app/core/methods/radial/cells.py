"""Frames laid out so that what lies at the same place in every camera pixel is worked on in one go.

Each frame gets a rim, and the frames of a batch follow one another in one long line. A neighbour dy rows and dx columns
away then lies a fixed way along the line, for all pixels at once: a sum over neighbours is a sum of shifted lines, each
of them without a gap in memory. What the rim's own places come to means nothing, and is left out at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch

#: So many places are worked on at one time on a processor: a handful of such lines stays in its second cache, and each
#: operation is done by one thread, since sharing out so short a one takes longer than doing it.
BLOCK = 32_000


@dataclass(frozen=True)
class Cells:
    """Camera pixels of `frames` frames of height × width, with a rim of `rim` pixels around each."""

    frames: int
    height: int
    width: int
    rim: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """(frames, rows, columns), rims included."""
        return self.frames, self.height + 2 * self.rim, self.width + 2 * self.rim

    @property
    def length(self) -> int:
        """Of the line."""
        frames, rows, columns = self.shape
        return frames * rows * columns

    def line(self, photons: torch.Tensor) -> torch.Tensor:
        """Frames (frames, Y, X) as a line; in the rim the border goes on."""
        padded = torch.nn.functional.pad(photons[:, None], [self.rim] * 4, mode="replicate")
        return padded.reshape(-1)

    def way(self, rows: int, columns: int) -> int:
        """How far along the line a neighbour lies."""
        return rows * self.shape[2] + columns

    def in_blocks(self, reach: int, device: str, work: Callable[[int, int], None]) -> None:
        """Do `work` for stretches of the line, from and to, that hold all pixels: by as many threads as torch may use.

        Neighbours up to `reach` away are on the line. What a stretch comes to does not depend on who does it.
        """
        first, last = self.way(reach, reach), self.length - self.way(reach, reach)
        block = BLOCK if device == "cpu" else self.length
        starts = range(first, last, block)
        ends = [min(start + block, last) for start in starts]
        threads = min(torch.get_num_threads(), len(starts)) if device == "cpu" else 1
        if threads == 1:
            for start, end in zip(starts, ends):
                work(start, end)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, starts, ends))

    def opened(self, lines: torch.Tensor) -> torch.Tensor:
        """Lines (K, length) as images (K, frames, Y, X)."""
        rim = self.rim
        return lines.reshape(-1, *self.shape)[:, :, rim : rim + self.height, rim : rim + self.width]
