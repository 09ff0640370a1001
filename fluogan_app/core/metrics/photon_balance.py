"""Where the light of the recorded frames went: structure, background, and what the model does not account for."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.errors import DataError


@dataclass(frozen=True)
class PhotonBalance:
    """Photons per frame over the whole field. recorded: Σȳ; structure: Σ(Ψx); background: Σb; frames: how many."""

    recorded: float
    structure: float
    background: float
    frames: int

    @property
    def difference(self) -> float:
        """Photons per frame that the model holds beyond those recorded; negative where light is missing."""
        return self.structure + self.background - self.recorded

    @property
    def difference_percent(self) -> float:
        """100 (Σ(Ψx) + Σb − Σȳ) / Σȳ."""
        return 100.0 * self.difference / self.recorded

    def rows(self) -> tuple[tuple[str, float, float, float], ...]:
        """Each entry: its name, photons per frame, photons in all frames, and % of those recorded."""
        parts = (
            ("Recorded", self.recorded),
            ("Structure (x, blurred)", self.structure),
            ("Background (b)", self.background),
            ("Difference", self.difference),
        )
        return tuple((name, value, value * self.frames, 100.0 * value / self.recorded) for name, value in parts)


def photon_balance(
    recorded: float, structure: float, background: float, frames: int, told_percent: float | None = None
) -> PhotonBalance:
    """The balance of one run, sums over the field in photons per frame.

    told_percent: the difference as the run told it, which knew the light that reaches in from beyond a region's border;
    the structure's share is then what this leaves. Raises DataError where nothing was recorded.
    """
    if not recorded > 0:
        raise DataError(
            f"The recorded frames hold {recorded:.4g} photons: there is no light to account for.",
            "Check the camera offset.",
        )
    if told_percent is not None:
        structure = recorded * (1.0 + told_percent / 100.0) - background
    return PhotonBalance(recorded, structure, background, frames)
