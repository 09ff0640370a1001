"""The sample stacks that come with the program, with what is known of their optics and their licence."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import ReadError


@dataclass(frozen=True)
class Sample:
    """One stack to try the program on.

    acquisition: what is known of the recording beyond the file itself; what it leaves open, the file states.
    truth_path: the known truth of a simulated stack, None for a real one.
    """

    name: str
    title: str
    description: str
    path: Path
    acquisition: Acquisition
    licence: str
    licence_path: Path | None = None
    truth_path: Path | None = None


def samples() -> tuple[Sample, ...]:
    """All sample stacks, the one to start with first. Raises ReadError where the installation lacks them."""
    return _mitochondria(), _line_pattern()


def sample(name: str) -> Sample:
    """One sample by its name. Raises ReadError."""
    found = {entry.name: entry for entry in samples()}
    if name not in found:
        raise ReadError(f"There is no sample “{name}”.", f"Known are {', '.join(found)}.")
    return found[name]


def _mitochondria() -> Sample:
    return Sample(
        name="mitochondria",
        title="Mitochondria in a heart-muscle cell",
        description="H9c2 cell, dsRed in the mitochondria, 50 frames of 67 × 74 pixels of 80 nm every 24 ms, "
        "widefield, NA 1.4.",
        path=_file("mitochondria.tif"),
        acquisition=Acquisition().with_values(Origin.FILE, numerical_aperture=1.4, emission_nm=608.0),
        licence="BSD-2-Clause, © 2018 Krishna Agarwal, Sebastian Acuña",
        licence_path=_file("mitochondria_LICENSE.txt"),
    )


def _line_pattern() -> Sample:
    return Sample(
        name="line-pattern",
        title="Simulated line pattern",
        description="Pairs of lines 360, 300, 240, 180 and 120 nm apart at tens of photons per pixel, with known "
        "truth; 200 frames, pixels of 100 nm, FWHM 324 nm.",
        path=_file("line_pattern.tif"),
        acquisition=Acquisition().with_values(Origin.FILE, fwhm_nm=324.0),
        licence="BSD-3-Clause, as the program",
        truth_path=_file("line_pattern_truth.npz"),
    )


def _file(name: str) -> Path:
    path = Path(str(resources.files("resources").joinpath("samples", name)))
    if not path.is_file():
        raise ReadError(f"The sample file {name} is missing from the installation.", "Install the program again.")
    return path
