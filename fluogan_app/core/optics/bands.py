"""A banded matrix along one axis of an image, as dense blocks of rows on the windows of columns that they see.

Each block's product is written straight to its place: nothing is added up or joined, and a caller who keeps the memory
of the last product gives it again. On large images new memory costs more than the product itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from scipy.sparse import csr_array

#: Rows of a block on a processor: of a matrix that gathers many columns, and of one that spreads few. Fewer waste less
#: on the window's ends; multiples of 16 fill the processor's registers (15 rows take twice the time of 16).
GATHERING_ROWS, SPREADING_ROWS = 16, 64
#: On a graphics card each block is a launch that costs as much as many rows.
CARD_FACTOR = 8
#: Blocks are only taken where they leave at least this part of the dense matrix's work undone.
WORTH_CUTTING = 0.4


@dataclass(frozen=True)
class Block:
    """Some rows of the matrix, the window of columns that is not zero in them, and their elements."""

    rows: slice
    window: slice
    elements: torch.Tensor


class Bands:
    """A matrix (N, M) cut into blocks. Its products are not followed by autograd: the gradient is the transpose's."""

    def __init__(self, matrix: csr_array, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        self.shape: tuple[int, int] = matrix.shape
        self.blocks = tuple(
            Block(rows, window, torch.tensor(matrix[rows, window].toarray(), dtype=dtype, device=device))
            for rows, window in _cuts(matrix, _block_rows(matrix.shape, device))
        )

    def along_columns(self, image: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """The product with the last axis: (…, M) → (…, N)."""
        result = image.new_empty((*image.shape[:-1], self.shape[0])) if out is None else out
        for block in self.blocks:
            torch.matmul(image[..., block.window], block.elements.T, out=result[..., block.rows])
        return result

    def along_rows(self, image: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """The product with the axis before the last: (…, M, K) → (…, N, K)."""
        result = image.new_empty((*image.shape[:-2], self.shape[0], image.shape[-1])) if out is None else out
        for block in self.blocks:
            torch.matmul(block.elements, image[..., block.window, :], out=result[..., block.rows, :])
        return result


def _block_rows(shape: tuple[int, int], device: str) -> int:
    rows = GATHERING_ROWS if shape[1] > shape[0] else SPREADING_ROWS
    return rows if device == "cpu" else CARD_FACTOR * rows


def _cuts(matrix: csr_array, block_rows: int) -> list[tuple[slice, slice]]:
    """Blocks of rows with the columns that are not zero in them; one block where that saves little."""
    count, width = matrix.shape
    cuts = list(_windows(matrix, block_rows))
    work = sum((rows.stop - rows.start) * (window.stop - window.start) for rows, window in cuts)
    return cuts if work < (1.0 - WORTH_CUTTING) * count * width else [(slice(0, count), slice(0, width))]


def _windows(matrix: csr_array, block_rows: int) -> Iterator[tuple[slice, slice]]:
    for start in range(0, matrix.shape[0], block_rows):
        rows = slice(start, min(start + block_rows, matrix.shape[0]))
        seen = matrix.indices[matrix.indptr[rows.start] : matrix.indptr[rows.stop]]
        yield rows, slice(int(seen.min()), int(seen.max()) + 1) if seen.size else slice(0, 1)
