"""One colour scale for all images of one unit on pixels of one size."""

from __future__ import annotations

from collections.abc import Iterable

from fluogan_app.gui.views.image_pane import ImagePane


def share_levels(panes: Iterable[ImagePane], same: bool) -> None:
    """Give the viewers whose values mean the same the levels that span all of them, or each its own again."""
    groups: dict[str, list[ImagePane]] = {}
    for pane in panes:
        if pane.image is not None:
            groups.setdefault(pane.scale_group, []).append(pane)
    for group, alike in groups.items():
        own = [pane.own_levels() for pane in alike] if same and group and len(alike) > 1 else []
        common = (min(low for low, _ in own), max(high for _, high in own)) if own else None
        for pane in alike:
            pane.share_levels(common)
