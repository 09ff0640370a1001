"""What becomes of a series of maps over time, summed up frame by frame so that no map needs to be kept.

Values are taken relative to those of the first frame, in double precision: the moments about the mean, which is known
only at the end, then follow from the sums without loss. Maps and images are (K, Y, X).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch

Tensors = dict[str, torch.Tensor]


class Analysis(ABC):
    """An image of a series of maps. frames_needed: with fewer there is none. held: maps that it keeps, for memory."""

    frames_needed = 1
    held = 1

    @abstractmethod
    def begin(self, blank: torch.Tensor) -> Tensors:
        """The sums before the first map; `blank`: zeros (K, Y, X) in double precision."""

    @abstractmethod
    def add(self, sums: Tensors, values: torch.Tensor, done: int) -> None:
        """Take in one map; `done` were taken in before."""

    @abstractmethod
    def image(self, sums: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        """What `done` ≥ frames_needed maps come to."""


class Mean(Analysis):
    """⟨r⟩: AVG, temporal radiality average."""

    def begin(self, blank: torch.Tensor) -> Tensors:
        return {"sum": blank.clone()}

    def add(self, sums: Tensors, values: torch.Tensor, done: int) -> None:
        sums["sum"].add_(values)

    def image(self, sums: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        return sums["sum"] / done


class Maximum(Analysis):
    """max r of all frames: MIP, maximum intensity projection."""

    def begin(self, blank: torch.Tensor) -> Tensors:
        return {"most": blank.to(torch.float32)}

    def add(self, sums: Tensors, values: torch.Tensor, done: int) -> None:
        torch.maximum(sums["most"], values, out=sums["most"]) if done else sums["most"].copy_(values)

    def image(self, sums: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        return sums["most"]


class PairProducts(Analysis):
    """The mean of r_s r_t over all pairs s ≤ t of frames, values below zero counted as zero: TRPPM.

    Σ_{s≤t} r_s r_t = ((Σ r)² + Σ r²) / 2, so that no pair needs to be formed.
    """

    held = 2

    def begin(self, blank: torch.Tensor) -> Tensors:
        return {"sum": blank.clone(), "squares": blank.clone()}

    def add(self, sums: Tensors, values: torch.Tensor, done: int) -> None:
        positive = values.clamp(min=0.0).double()
        sums["sum"].add_(positive)
        sums["squares"].addcmul_(positive, positive)

    def image(self, sums: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        return (sums["sum"] ** 2 + sums["squares"]) / (done * (done + 1))


class Variance(Analysis):
    """⟨(r − ⟨r⟩)²⟩: VAR."""

    frames_needed = 2
    held = 3

    def begin(self, blank: torch.Tensor) -> Tensors:
        return {"first": blank.clone(), "sum": blank.clone(), "squares": blank.clone()}

    def add(self, sums: Tensors, values: torch.Tensor, done: int) -> None:
        if not done:
            sums["first"].copy_(values)
        apart = values - sums["first"]
        sums["sum"].add_(apart)
        sums["squares"].addcmul_(apart, apart)

    def image(self, sums: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        return (sums["squares"] / done - (sums["sum"] / done) ** 2).clamp_(min=0.0)


class LagCumulant(Analysis):
    """The cumulant of `order` frames that follow one another, its sign left out: TRAC 2 to 4.

    With d = r − ⟨r⟩: κ2 = ⟨d_t d_t+1⟩, κ3 = ⟨d_t d_t+1 d_t+2⟩, κ4 = ⟨d_t d_t+1 d_t+2 d_t+3⟩ − c1² − c2² − c1 c3, where
    c_l = ⟨d_t d_t+l⟩ are taken over the same windows. signed: κ2 with its sign, the TAC2 of eSRRF.

    Sums of all products of k frames of a window (elementary symmetric polynomials) give Σ Π (r − δ) for any δ:
    Π (y_i − δ) = Σ_k (−δ)^(n−k) e_k(y).
    """

    def __init__(self, order: int, signed: bool = False) -> None:
        self.order, self._signed, self.frames_needed = order, signed, order
        self._pairs = (1, 2, 3) if order == 4 else ()
        self.held = 2 + (order - 1) + order + (7 if order == 4 else 0)

    def begin(self, blank: torch.Tensor) -> Tensors:
        names = ["first", "sum", *(f"products{k}" for k in range(1, self.order + 1))]
        names += [f"pairs{lag}" for lag in self._pairs] + [f"single{k}" for k in range(4) if self._pairs]
        recent = {"recent": blank.expand(self.order - 1, *blank.shape).clone()}
        return {name: blank.clone() for name in names} | recent

    def add(self, sums: Tensors, values: torch.Tensor, done: int) -> None:
        if not done:
            sums["first"].copy_(values)
        latest = values - sums["first"]
        sums["sum"].add_(latest)
        window = [*sums["recent"], latest]
        if done + 1 >= self.order:
            self._take_window(sums, window)
        sums["recent"] = torch.stack(window[1:])

    def image(self, sums: Mapping[str, torch.Tensor], done: int) -> torch.Tensor:
        windows, mean = done - self.order + 1, sums["sum"] / done
        total = windows * (-mean) ** self.order
        for k in range(1, self.order + 1):
            total = total + (-mean) ** (self.order - k) * sums[f"products{k}"]
        cumulant = total / windows
        if self._pairs:
            c1, c2, c3 = (self._covariance(sums, lag, mean, windows) for lag in self._pairs)
            cumulant = cumulant - c1**2 - c2**2 - c1 * c3
        return cumulant if self._signed else cumulant.abs()

    def _take_window(self, sums: Tensors, window: list[torch.Tensor]) -> None:
        for k, product in enumerate(symmetric_products(window), start=1):
            sums[f"products{k}"].add_(product)
        for lag in self._pairs:
            sums[f"pairs{lag}"].addcmul_(window[0], window[lag])
        for k in range(4 if self._pairs else 0):
            sums[f"single{k}"].add_(window[k])

    @staticmethod
    def _covariance(sums: Mapping[str, torch.Tensor], lag: int, mean: torch.Tensor, windows: int) -> torch.Tensor:
        both = sums["single0"] + sums[f"single{lag}"]
        return (sums[f"pairs{lag}"] - mean * both) / windows + mean**2


def symmetric_products(values: list[torch.Tensor]) -> list[torch.Tensor]:
    """Sums of the products of each 1, 2, … of the values: elementary symmetric polynomials e_1, e_2, …"""
    found: list[torch.Tensor] = []
    for value in values:
        lower = [torch.ones_like(value), *found]
        found = [lower[k] * value + (found[k] if k < len(found) else 0.0) for k in range(len(lower))]
    return found
