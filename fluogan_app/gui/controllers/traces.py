"""Reads the light of drawn places over the frames, in the background, and tells what it says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shape import AREAS, Shape
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.metrics.trace import Trace, TraceFacts, trace_facts, traces_of
from fluogan_app.core.project.measurement_tables import Camera
from fluogan_app.core.units import milliseconds_text
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.measurements import Measurements
from fluogan_app.gui.patience import Patience
from fluogan_app.gui.views.controls import number_text
from fluogan_app.gui.views.measure_panel import MeasurePanel
from fluogan_app.gui.watched_frames import watched
from fluogan_app.gui.watched_work import Watch, WatchedWork

NO_PLACE = "Click a pixel (Shift+F9) or draw a region: its light over the frames appears here. Or read the whole frame."
#: After a change so long is waited for the next one, as while a region is drawn.
_REST_MS = 300
_SHAPED_BY = frozenset(("frames", "drift", "acquisition", "roi"))
#: Traces of what was not drawn to measure.
REGION, WHOLE = "Region to reconstruct", "Whole frame"


class TracesController(QObject):
    """One reading at a time, of all regions and points at once."""

    def __init__(self, context: Context, panel: MeasurePanel, measurements: Measurements) -> None:
        super().__init__(context.window)
        self._context, self._panel, self._measurements = context, panel, measurements
        self._work, self._patience = WatchedWork(context.workbench, self), Patience(context.notices, "tracing", self)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.read)
        self._read_for: tuple | None = None
        self.traces: Mapping[str, Trace] = {}
        session = context.session
        measurements.changed.connect(self.renew)
        session.stack_changed.connect(self._forget)
        session.document_changed.connect(lambda changed: changed & _SHAPED_BY and self.renew())
        panel.view_chosen.connect(lambda _: self.renew())
        panel.seen.connect(self.renew)
        panel.traces_wanted.connect(self.read)
        panel.traces_left.connect(self._cancel)
        self._work.progressed.connect(panel.show_reading)
        self._work.read_began.connect(lambda: self._patience.begin(session.stack_name, self._cancel))
        self._work.read_ended.connect(self._patience.end)

    def renew(self) -> None:
        """Something has changed: read again in a moment, if the traces are in sight."""
        if self._panel.view != "traces" or not self._panel.isVisible() or self._wish() == self._read_for:
            return
        if self._shapes():
            self._rest.start()
        elif self._read_for is not None or not self.traces:
            # The whole frame is read when it is asked for: that may take its time.
            self._read_for = None
            self._take({}, ())

    def read(self) -> None:
        """Read the frames now."""
        self._rest.stop()
        wish = self._read_for = self._wish()
        stack = self._context.session.shown_stack
        if stack is None:
            self._panel.show_traces({}, 0, "", None, [], "Traces are read from the raw stack, which is not open.")
            return
        shapes = self._shapes() or {WHOLE: _as_shape(Roi.whole(stack.shape[1:]), wish[2].pixel_nm)}
        self._panel.show_reading(0.0)
        work = partial(_read, stack, tuple(shapes.values()), wish[2], wish[3])
        self._work.start(work, partial(self._take, shapes), self._fail)

    def stop(self) -> None:
        """Read no further."""
        self._rest.stop()
        self._work.stop()

    @property
    def camera(self) -> Camera:
        """What turns counts into photons and frames into seconds, as far as it is known."""
        session = self._context.session
        acquisition = session.document.acquisition
        known = acquisition.origin("gain") not in (Origin.ASSUMED, Origin.MISSING)
        step = session.stack.time_step_ms if session.stack is not None else None
        return Camera(acquisition.gain if known else None, acquisition.offset, step)

    # Inside

    def _shapes(self) -> dict[str, Shape]:
        """What was drawn, and the region that was chosen for a reconstruction."""
        document, places = self._context.session.document, self._measurements.of(*AREAS, "point")
        shapes = {item.name: item.shape for item in places if not item.shape.crosses_itself}
        if document.roi is not None:
            shapes[REGION] = _as_shape(document.roi, document.acquisition.pixel_size_nm or 1.0)
        return shapes

    def _wish(self) -> tuple:
        """All that traces depend on."""
        session = self._context.session
        pixel = Placement(session.document.acquisition.pixel_size_nm or 1.0)
        return session.shown_stack, tuple(self._shapes().items()), pixel, session.document.frames, self.camera

    def _forget(self) -> None:
        self.stop()
        self._patience.end()
        self._read_for = None
        self._take({}, ())

    def _cancel(self) -> None:
        self._work.stop()
        self._patience.end()
        self._panel.show_reading(None)
        self._panel.show_traces({}, 0, "", None, [], "The frames were not read to the end.")

    def _fail(self, error: FluoganError) -> None:
        self._panel.show_reading(None)
        self._panel.show_traces({}, 0, "", None, [], error.one_line)

    def _take(self, shapes: Mapping[str, Shape], traces: tuple[Trace, ...] | None) -> None:
        self._panel.show_reading(None)
        self.traces = dict(zip(shapes, traces or (), strict=False))
        camera = self.camera
        unit = "photons/px" if camera.gain is not None else "counts/px"
        drawn, rows = {}, []
        for name, trace in self.traces.items():
            light = trace.photons(camera.gain or 1.0, camera.offset)
            shown = light if camera.gain is not None else trace.counts
            drawn[name] = shown / trace.pixels
            rows.append(fact_row(name, trace_facts(light), float(drawn[name].mean()), unit, camera))
        first = next(iter(self.traces.values())).first if self.traces else 0
        words = "" if camera.gain is not None or not rows else "Counts: the camera's gain is not known."
        self._panel.show_traces(drawn, first, unit, camera.time_step_ms, rows, words if rows else NO_PLACE)


def fact_row(name: str, facts: TraceFacts, mean: float, unit: str, camera: Camera) -> list[str]:
    """What a trace tells, in words."""
    of = "photons" if camera.gain is not None else "counts"
    over = f"{number_text(facts.variance_over_mean)} {of}" if facts.mean > 0 else "no light"
    alike = "not known"
    if facts.correlation_frames == facts.correlation_frames:  # not NaN
        number = f"{facts.correlation_frames:.3g}"
        alike = f"{number} frame" if number == "1" else f"{number} frames"
        if camera.time_step_ms is not None:
            alike += f" ({milliseconds_text(facts.correlation_frames * camera.time_step_ms)})"
    return [name, f"{number_text(mean)} {unit}", over, alike]


def _as_shape(roi: Roi, pixel_nm: float) -> Shape:
    corners = ((roi.x0, roi.y0), (roi.x0 + roi.width, roi.y0 + roi.height))
    return Shape("rectangle", tuple((x * pixel_nm, y * pixel_nm) for x, y in corners))


def _read(
    stack: Stack, shapes: tuple[Shape, ...], placement: Placement, frames: FrameRange | None, watch: Watch
) -> tuple[Trace, ...] | None:
    """On a thread. Raises DataError, ReadError."""
    return traces_of(watched(stack, watch), shapes, placement, frames, watch.note, watch.cancelled)
