"""Where the user looks, and how: gathered into the project's document, and brought back from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from PySide6.QtWidgets import QTabWidget

from fluogan_app.gui.controllers.results import ResultsController
from fluogan_app.gui.controllers.stack import StackController
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.session import Session
from fluogan_app.gui.views.display import COLOUR_MAPS, SCALES, DisplaySettings
from fluogan_app.gui.views.linked_panes import LinkedPanes
from fluogan_app.gui.views.stack_browser import VIEWS, StackBrowser
from fluogan_app.gui.views.view_range import ViewRange

log = logging.getLogger(__name__)

_NOT_FITTING = (TypeError, ValueError, AttributeError, KeyError)


class ViewState:
    """Reads the views, and sets them. What an older or newer program has written is taken as far as it fits."""

    def __init__(
        self,
        session: Session,
        browser: StackBrowser,
        panes: LinkedPanes,
        tabs: Mapping[str, QTabWidget],
        stacks: StackController,
        results: ResultsController,
        features: Callable[[], Iterable[Feature]],
    ) -> None:
        self._session, self._browser, self._panes, self._tabs, self._stacks = session, browser, panes, tabs, stacks
        self._features = features
        self._stack_range: ViewRange | None = None
        self._result_range: ViewRange | None = None
        stacks.image_shown.connect(self._place_stack)
        results.result_shown.connect(self._place_result)

    def gather(self) -> dict[str, Any]:
        """The views as they are, as plain values."""
        shown = self._session.shown_run
        return {
            "shown_run": shown.number if shown is not None else None,
            "tabs": {name: tabs.currentWidget().objectName() for name, tabs in self._tabs.items()},
            "stack": {
                "view": self._browser.view,
                "frame": self._browser.slider.value(),
                "range": _range_values(None if self._browser.pane.canvas.fitted else self._browser.pane.view),
                "display": _display_values(self._browser.pane.display),
            },
            "result": {
                "range": _range_values(self._panes.view),
                "linked": self._panes.linked,
                "same_scale": self._panes.same_scale,
                "shown": list(self._panes.shown),
                "displays": {name: _display_values(display) for name, display in self._panes.displays().items()},
            },
            "features": {feature.name: kept for feature in self._features() if (kept := feature.gather())},
        }

    def restore(self) -> None:
        """Set the views to what the document remembers."""
        view = self._session.document.view
        try:
            self._restore_tabs(view.get("tabs", {}))
            self._restore_result(view.get("result", {}))
            self._restore_stack(view.get("stack", {}))
        except _NOT_FITTING:
            # How things looked is worth no error: the project itself is sound.
            log.exception("the views could not be restored")
        kept = view.get("features", {})
        for feature in self._features():
            try:
                feature.restore(kept.get(feature.name, {}))
            except _NOT_FITTING:
                log.exception("how %s looked could not be restored", feature.name)

    def _restore_tabs(self, chosen: Mapping[str, str | int]) -> None:
        """Bring the chosen tabs to the front; older projects name them by their number."""
        for name, tabs in self._tabs.items():
            wanted = chosen.get(name, 0)
            names = [tabs.widget(index).objectName() for index in range(tabs.count())]
            tabs.setCurrentIndex(names.index(wanted) if wanted in names else int(wanted))

    def _restore_result(self, view: Mapping[str, Any]) -> None:
        panes = self._panes
        names = tuple(name for name in view.get("shown", ()) if name in panes.panes)
        panes.set_shown(names or panes.usual)
        panes.set_linked(bool(view.get("linked", True)))
        panes.set_same_scale(bool(view.get("same_scale", False)))
        stored = view.get("displays", {})
        panes.set_displays({name: _display(stored.get(name, {})) for name in panes.panes})
        panes.fit()
        self._result_range = _range(view.get("range"))

    def _restore_stack(self, view: Mapping[str, Any]) -> None:
        self._browser.pane.set_display(_display(view.get("display", {})))
        self._stack_range = _range(view.get("range"))
        kind = view.get("view", "frame")
        self._stacks.look_at(kind if kind in VIEWS else "frame", int(view.get("frame", 0)))

    # A place can be gone to when the image is there, which comes from a thread.

    def _place_stack(self) -> None:
        part, self._stack_range = self._stack_range, None
        if part is not None:
            self._browser.pane.zoom_to_nm(part)

    def _place_result(self) -> None:
        part, self._result_range = self._result_range, None
        if part is not None:
            self._panes.set_view(part)


def _range_values(view: ViewRange | None) -> dict[str, float] | None:
    return None if view is None else asdict(view)


def _range(values: Mapping[str, float] | None) -> ViewRange | None:
    if values is None:
        return None
    return ViewRange(**{field.name: float(values[field.name]) for field in fields(ViewRange)})


def _display_values(display: DisplaySettings) -> dict[str, Any]:
    return asdict(display) | {"levels": list(display.levels) if display.levels is not None else None}


def _display(values: Mapping[str, Any]) -> DisplaySettings:
    known = {field.name: values[field.name] for field in fields(DisplaySettings) if field.name in values}
    if known.get("levels") is not None:
        low, high = known["levels"]
        known["levels"] = (float(low), float(high))
    if known.get("colormap") not in COLOUR_MAPS:
        known.pop("colormap", None)
    if known.get("scale") not in SCALES:
        known.pop("scale", None)
    return DisplaySettings(**known)
