"""What there is to look at: kinds of pictures that a run may have, and which of them a viewer shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fluogan_app.core.project.run import Run
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.pane_image import PaneImage


def _always(_run: Run) -> bool:
    return True


@dataclass(frozen=True)
class PictureKind:
    """A picture that runs have.

    load and available are called on a thread, and may read the run's folder; load raises FluoganError. display: how
    it is shown at first, where that is not as other images are.
    """

    name: str
    title: str
    load: Callable[[Run], PaneImage]
    available: Callable[[Run], bool] = _always
    display: DisplaySettings | None = None


@dataclass(frozen=True)
class PictureChoice:
    """What a viewer shows: a kind of picture of one run, or with None of the run that is shown, whichever it is."""

    kind: str
    run: int | None = None

    @property
    def pinned(self) -> bool:
        """Whether it stays with its run."""
        return self.run is not None
