"""The preview beside the stack: the square's mean and its reconstruction at one scale, and how far to trust it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.project.preview import DEFAULT_SIDE, SIDES, PreviewPicture
from fluogan_app.core.units import CAMERA_UNIT, seconds_text
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import problem_colour, set_colour, small_font
from fluogan_app.gui.views.arrangement import FittingGrid
from fluogan_app.gui.views.controls import CalmComboBox, WrappedLabel, number_text, row_of
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.view_range import Screen

#: What title, read-out and colour bar of a viewer take of its place.
_FRAME_WH = (64, 44)
_LEAST_WIDTH = 236


class Veil:
    """A CanvasLayer that greys an image which does not belong to the values as they stand."""

    drawn = False

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """See CanvasLayer.paint."""
        if self.drawn:
            painter.fillRect(QRectF(0, 0, screen.width, screen.height), QColor(70, 74, 80, 175))


class PreviewPanel(QWidget):
    """Setters never emit; the user's hands do."""

    side_changed = Signal(int)
    place_requested = Signal()
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preview_panel")
        self.setMinimumWidth(_LEAST_WIDTH)
        self.title = QLabel("Preview")
        self.side = CalmComboBox()
        self.place_button = IconButton(
            "region", "preview_place", "Choose the place again",
            "Put the square where the sample has most structure; drag its frame on the stack to put it elsewhere",
        )  # fmt: skip
        self.close_button = IconButton("clear", "preview_close", "Close the preview")
        self.mean, self.estimate = ImagePane(name="preview_mean"), ImagePane(name="preview_estimate")
        self.words, self.measures = WrappedLabel(), WrappedLabel()
        self.problem = WrappedLabel()
        self._veil = Veil()
        self._grid = FittingGrid()
        self._shape_wh = (1.0, 1.0)
        self._lay_out()
        self._connect()
        self.set_side(DEFAULT_SIDE)
        self.show_nothing()

    @property
    def panes(self) -> tuple[ImagePane, ImagePane]:
        """Mean and reconstruction."""
        return self.mean, self.estimate

    @property
    def stale(self) -> bool:
        """Whether what is shown is greyed."""
        return self._veil.drawn

    # Setters

    def set_side(self, side: int) -> None:
        """Show how large the square is to be."""
        if self.side.findData(side) < 0:
            self.side.addItem(_side_text(side), side)
        self.side.setCurrentIndex(self.side.findData(side))

    def show_nothing(self, words: str = "") -> None:
        """No picture yet."""
        for pane in self.panes:
            pane.set_placeholder(words)
            pane.set_image(None)
        self.words.setText("")
        self.measures.setText("")

    def show_picture(self, picture: PreviewPicture) -> None:
        """Show how the square looks, with the contrast of the picture before it where the place is the same."""
        result, place = picture.result, picture.place
        camera, fine = result.pixel_size_nm, result.fine_pixel_size_nm
        origin = (place.y0 * camera, place.x0 * camera)
        self._shape_wh = (float(place.width), float(place.height))
        self.mean.set_image(result.mean, camera, CAMERA_UNIT, origin_nm=origin)
        self.estimate.set_title("Reconstruction" if result.claims == LIGHT else result.claims.title)
        self.estimate.set_image(result.estimate, fine, result.claims.unit, origin_nm=origin)
        self.words.setText(picture_words(picture))
        self.measures.setText(measure_words(picture))
        doubtful = bool(picture.doubts)
        set_colour(self.measures, problem_colour(self.palette()) if doubtful else self.palette().windowText().color())
        self.set_stale("")
        self._arrange()

    def show_former(self) -> None:
        """Say that the picture is that of the values before; it stays in sight, to be compared with the next one."""
        if self.estimate.image is not None:
            self.words.setText("Preview of the values before; the new one is being computed.")
            self.measures.setText("")

    def set_stale(self, why: str, wrong: bool = False) -> None:
        """Grey what is shown, and say why; "" takes it back. wrong: it is a fault that has to be seen to."""
        self.problem.setText(why)
        self.problem.setVisible(bool(why))
        if wrong:
            set_colour(self.problem, problem_colour(self.palette()))
        else:
            set_colour(self.problem, self.palette().windowText().color())
        self._veil.drawn = bool(why)
        for label in (self.words, self.measures):  # they speak of other values
            label.setVisible(not why)
        for pane in self.panes:
            pane.canvas.update()

    # Inside

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other or one below the other, whichever shows more."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        taken = self.words.height() + self.measures.height() + self.side.height() + 12
        area = (float(self.width()), float(max(self.height() - taken, 1)))
        self._grid.place(self.panes, area, self._shape_wh, _FRAME_WH)

    def _lay_out(self) -> None:
        self.title.setFont(small_font(self, 1.0, bold=True))
        self.side.setObjectName("preview_side")
        self.side.setAccessibleName("Side of the preview's square")
        self.side.setToolTip("How large a square is reconstructed while you set parameters, in camera pixels")
        for side in SIDES:
            self.side.addItem(_side_text(side), side)
        self.mean.set_title("Mean frame")
        self.estimate.set_title("Reconstruction")
        for name, label in (("words", self.words), ("measures", self.measures), ("problem", self.problem)):
            label.setObjectName(f"preview_{name}")
            label.setFont(small_font(self))
        self.problem.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 2, 2)
        column.setSpacing(2)
        column.addLayout(row_of((self.title, self.side, self.place_button, None, self.close_button), (0, 0, 0, 0)))
        column.addLayout(self._grid, 1)
        for label in (self.problem, self.words, self.measures):
            column.addWidget(label)
        for pane in self.panes:
            pane.drop_fit_button()
            pane.alone_button.hide()
            pane.canvas.add_layer(self._veil)
        self._arrange()

    def _connect(self) -> None:
        for pane, other in (self.panes, self.panes[::-1]):
            pane.view_changed.connect(other.zoom_to_nm)
            pane.fit_requested.connect(other.fit)
            pane.pointer_moved.connect(lambda x, y, _, other=other: other.set_marker((x, y)))
            pane.pointer_left.connect(lambda other=other: other.set_marker(None))
        self.side.activated.connect(lambda _: self.side_changed.emit(int(self.side.currentData())))
        self.place_button.clicked.connect(self.place_requested)
        self.close_button.clicked.connect(self.close_requested)


def picture_words(picture: PreviewPicture) -> str:
    """What was computed: "Preview: 120 of 700 steps, zoom 6, 0.4 s"."""
    result = picture.result
    steps = f"{number_text(result.steps)} of {number_text(picture.total_steps)}"
    if picture.finished:
        steps = number_text(result.steps)
    said = [f"{steps} step" + "s" * (picture.total_steps != 1), f"zoom {result.zoom}", _time_text(picture.seconds)]
    tail = "the first steps show coarse things only" if not picture.finished else _how_like_a_run(picture)
    return f"Preview: {', '.join(said)} – {tail}."


def _how_like_a_run(picture: PreviewPicture) -> str:
    if picture.as_run:
        return "a run of this square gives the same numbers"
    if picture.critic_left_out:
        return "without the critic, which a run goes on with"
    return f"a run takes {number_text(picture.asked_steps)} steps"


def measure_words(picture: PreviewPicture) -> str:
    """How well the finished picture explains the frames, in words; "" before."""
    measures, said = picture.result.measures, []
    if (misfit := measures.get("discrepancy")) is not None:
        said.append(f"Residual {misfit**0.5:.2f} times the noise (1: explained)")
    if (balance := measures.get("photon_balance_percent")) is not None:
        said.append(f"photons {balance:+.2f} %".replace("-", "−"))
    whole = "; ".join(said) + "." if said else ""
    return " ".join([f"⚠ {whole}", *picture.doubts]) if picture.doubts else whole


def _time_text(seconds: float) -> str:
    """Tenths of a second count here."""
    return f"{seconds:.1f} s" if seconds < 60 else seconds_text(seconds)


def _side_text(side: int) -> str:
    return f"{side} × {side} px"
