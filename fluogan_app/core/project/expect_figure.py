"""An expectation as a picture: truth, mean frame and reconstruction one below the other, with what was found."""

from __future__ import annotations

from pathlib import Path

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.project.drawing import save_picture
from fluogan_app.core.project.expect import Expectation
from fluogan_app.core.project.expect_asked import parameters_text
from fluogan_app.core.project.expect_words import conditions, headline, spread_words
from fluogan_app.core.project.figure import Panel, draw_panels


def _named(claims: Claims) -> tuple[str, str]:
    """Title and unit of the reconstruction."""
    return ("Reconstruction", "photons per fine pixel") if claims == LIGHT else (claims.title, claims.unit_words)


def export_expectation(path: Path, found: Expectation) -> None:
    """Write it as PNG at 300 dpi. Raises ProjectError, UsageError."""
    fine_nm = found.pixel_size_nm / found.zoom
    panels = (
        Panel(found.truth, fine_nm, "Truth", "photons per fine pixel"),
        Panel(found.mean, found.pixel_size_nm, "Mean of the simulated frames", "photons per pixel"),
        Panel(found.estimate, fine_nm, *_named(found.claims)),
    )
    about = ", ".join(f"{name} {value}" for name, value in conditions(found))
    footer = (headline(found), spread_words(found), f"Simulated: {about}.",
              f"Reconstructed with {parameters_text(found.asked)}.", *found.notes)  # fmt: skip
    save_picture(path, draw_panels(panels, footer), headline(found))
