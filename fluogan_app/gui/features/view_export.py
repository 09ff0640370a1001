"""The viewers as they are seen, as a figure: the part in sight, with its contrast and colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QUrl
from PySide6.QtGui import QDesktopServices

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.sight import Placed, cut_alike
from fluogan_app.core.units import length_text
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.views.display import colour_table
from fluogan_app.gui.views.view_range import Screen

if TYPE_CHECKING:
    from fluogan_app.core.project.figure import Panel

_KIND = "Figures (*.png *.svg *.pdf)"


class Exporting(Feature):
    """Writes what the viewers of a result show."""

    name = "view_export"
    commands = (
        Command("export_view", "&File", "Export the &view…", ("Ctrl+Alt+Shift+E",),
                "Write the viewers as they are seen, with scale bars and colour bars: PNG, SVG or PDF", needs="run",
                before="locate"),
    )  # fmt: skip

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"export_view": self.ask}

    def ask(self) -> None:
        """Ask where the figure is to go; it shows what is in sight now."""
        run = self.session.shown_run
        panes = self.window.workspace.panes
        images = panes.images()
        if run is None or not images:
            self.context.say("There is no image in the viewers yet.")
            return
        placed = [Placed(one.array, one.pixel_size_nm or 1.0, one.origin_nm) for one in images.values()]
        canvas = panes.canvases()[0]
        screen = Screen(canvas.view, canvas.width(), canvas.height())
        left, top = screen.sample(QPointF(0, 0))
        right, bottom = screen.sample(QPointF(canvas.width(), canvas.height()))
        parts = cut_alike(placed, (top, left), (bottom, right))
        looks = [(panes.pane(name).levels, _colours(panes.pane(name).display)) for name in images]
        described = [(one.pixel_size_nm, _title(one.title, one.pixel_size_nm), one.unit) for one in images.values()]
        shown = list(zip(parts, described, looks, strict=True))
        folder, name = self.context.settings.folder("export"), f"{Path(self.session.stack_name).stem}-view.png"
        write = partial(self._write, run, shown)
        choose_new_file(self.window, "choose_view", "Write the view as", folder, name, _KIND, write)

    def _write(self, run: Run, shown: list, path: Path) -> None:
        self.context.settings.set_folder("export", path.parent)
        work = partial(write_view, path, run, shown)
        self.context.workbench.do(work, self._written, self._failed)

    def _written(self, path: Path) -> None:
        self.context.say(f"The view is in {path}")
        show = Offer("Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        self.context.notices.show_notice("export", f"The view is in {path}", [show])

    def _failed(self, error: FluoganError) -> None:
        self.context.fail("The view could not be written", error)


def write_view(path: Path, run: Run, shown: list) -> Path:
    """Draw and write. On a thread. Raises UsageError, ProjectError."""
    # Drawing figures needs an image library that the window's start does not.
    from fluogan_app.core.project.export import caption_of, export_panels
    from fluogan_app.core.project.figure import Panel

    panels: list[Panel] = [
        Panel(part, size_nm, title, unit, levels, table=table)
        for part, (size_nm, title, unit), (levels, table) in shown
    ]
    export_panels(path, panels, [caption_of(run, run.result())])
    return path


def _title(title: str, pixel_size_nm: float | None) -> str:
    return title if pixel_size_nm is None else f"{title}, {length_text(pixel_size_nm)} pixels"


def _colours(display) -> np.ndarray:
    """The colours of a viewer, (N, 3) uint8."""
    packed = colour_table(display.colormap, display.gamma, display.scale)
    return np.stack([(packed >> shift) & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.uint8)
