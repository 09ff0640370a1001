"""Cross-cumulants of neighbouring pixels over a block of frames."""

from __future__ import annotations

from functools import reduce
from operator import mul

import torch

from fluogan_app.core.methods.sofi.combinations import REACH, Offset, groups_of


class BlockMoments:
    """Products over time of the pixels around each camera pixel, in one block of frames.

    rest: (T, Y, X) frames whose mean over time is zero in every pixel.
    """

    def __init__(self, rest: torch.Tensor) -> None:
        self._count, self._shape = len(rest), rest.shape[1:]
        self._padded = torch.nn.functional.pad(rest, (REACH,) * 4)
        self._pairs: dict[tuple[Offset, Offset], torch.Tensor] = {}

    def cumulant(self, offsets: tuple[Offset, ...]) -> torch.Tensor:
        """The unbiased cross-cumulant of order 2, 3 or 4 of the pixels at these offsets, (Y, X).

        The multivariate k-statistics (Fisher 1930): with central moments m over T frames,
        k₂ = T/(T−1) m_ab,  k₃ = T²/((T−1)(T−2)) m_abc,
        k₄ = T²/((T−1)(T−2)(T−3)) ((T+1) m_abcd − (T−1)(m_ab m_cd + m_ac m_bd + m_ad m_bc)).
        """
        count, order = self._count, len(offsets)
        if order == 2:
            return self._pair(*offsets) * (count / (count - 1))
        whole = reduce(mul, (self._seen(offset) for offset in offsets)).mean(dim=0)
        if order == 3:
            return whole * (count**2 / ((count - 1) * (count - 2)))
        a, b, c, d = offsets
        paired = sum(self._pair(*one) * self._pair(*other) for one, other in (
            ((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c)),
        ))  # fmt: skip
        factor = count**2 / ((count - 1) * (count - 2) * (count - 3))
        return factor * ((count + 1) * whole - (count - 1) * paired)

    def _pair(self, one: Offset, other: Offset) -> torch.Tensor:
        """m_ab, (Y, X)."""
        if (one, other) not in self._pairs:
            self._pairs[one, other] = (self._seen(one) * self._seen(other)).mean(dim=0)
        return self._pairs[one, other]

    def _seen(self, offset: Offset) -> torch.Tensor:
        """Each pixel's neighbour at an offset, zero beyond the border, (T, Y, X)."""
        (height, width), (y, x) = self._shape, offset
        return self._padded[:, REACH + y : REACH + y + height, REACH + x : REACH + x + width]


def block_cumulants(rest: torch.Tensor, order: int) -> torch.Tensor:
    """Mean over each group's sets of their cross-cumulants, (n², Y, X) in the order of `groups_of`, float64.

    Only sets inside the field count; 0 where there is none (see `inside`).
    """
    moments, shape = BlockMoments(rest), rest.shape[1:]
    found = torch.zeros((order**2, *shape), dtype=torch.float64, device=rest.device)
    for index, group in enumerate(groups_of(order)):
        for offsets in group.sets:
            found[index] += moments.cumulant(offsets) * _within(offsets, shape, rest.device)
    return found / inside(shape, order, rest.device).clamp(min=1)


def inside(shape_yx: tuple[int, int], order: int, device: str | torch.device = "cpu") -> torch.Tensor:
    """How many sets of each group lie inside the field, (n², Y, X)."""
    return torch.stack(
        [sum(_within(offsets, shape_yx, device) for offsets in group.sets) for group in groups_of(order)]
    )


def fewest_frames(order: int) -> int:
    """Frames of a block that tell a cumulant at all."""
    return order + 1


def _within(offsets: tuple[Offset, ...], shape_yx: tuple[int, int], device: str | torch.device) -> torch.Tensor:
    """1 where all of a set's pixels are inside the field, else 0; (Y, X) float64."""
    mask = torch.zeros(shape_yx, dtype=torch.float64, device=device)
    (low_y, low_x), (high_y, high_x) = ([pick(part) for part in zip(*offsets)] for pick in (min, max))
    height, width = shape_yx
    mask[max(0, -low_y) : height - max(0, high_y), max(0, -low_x) : width - max(0, high_x)] = 1.0
    return mask


def without_level(frames: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """Frames of a block (T, Y, X) without their mean over time, which goes with the field's brightness `level` (T,)."""
    return frames - frames.mean(dim=0) * (level / level.mean())[:, None, None]
