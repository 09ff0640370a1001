"""One colour scale for all images of one unit."""

from __future__ import annotations

from collections.abc import Iterable

from fluogan_app.gui.views.image_pane import ImagePane


def share_levels(panes: Iterable[ImagePane], same: bool) -> None:
    """Give the viewers of each unit the levels that span all of them, or each its own again."""
    units: dict[str, list[ImagePane]] = {}
    for pane in panes:
        if pane.image is not None:
            units.setdefault(pane.unit, []).append(pane)
    for alike in units.values():
        own = [pane.own_levels() for pane in alike] if same and len(alike) > 1 else []
        common = (min(low for low, _ in own), max(high for _, high in own)) if own else None
        for pane in alike:
            pane.share_levels(common)
