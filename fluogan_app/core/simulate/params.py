"""What can be set of each simulated sample beside its light, optics and camera, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.errors import ParameterError
from fluogan_app.core.params import param, redeclared
from fluogan_app.core.simulate.phantoms.glyphs import GLYPHS
from fluogan_app.core.simulate.recording_params import FieldParams, RecordingParams, ScatteredParams

MOST_SETS = 200
MOST_LETTERS = 200
MOST_POINTS = 1_000_000


class LinesParams(RecordingParams):
    """A target of line sets that come ever closer."""

    rows: int = param(50, label="Rows", unit="pixels", ge=1, le=1024, group="Pattern", help="Height of the field.")
    line_width_nm: float = param(
        100.0, label="Line width", unit="nm", gt=0, le=10_000, group="Pattern",
        help="Lines 100 nm wide merge at a spacing of 100 nm, so the truth itself shows no more than 120 nm; "
        "lines 40 nm wide show 60 nm.",
    )  # fmt: skip
    spacing_from_nm: float = param(
        390.0, label="Widest spacing", unit="nm", gt=0, le=100_000, group="Pattern",
        help="Distance of the middle lines in the first set.",
    )  # fmt: skip
    spacing_to_nm: float = param(
        30.0, label="Narrowest spacing", unit="nm", gt=0, le=100_000, group="Pattern",
        help="Distance of the middle lines in the last set.",
    )  # fmt: skip
    spacing_step_nm: float = param(
        30.0, label="Spacing step", unit="nm", gt=0, le=100_000, group="Pattern",
        help="How much closer the middle lines are from one set to the next.",
    )  # fmt: skip
    outer_gap_nm: float = param(
        660.0, label="Outer line gap", unit="nm", gt=0, le=100_000, group="Pattern", advanced=True,
        help="Distance from a middle line to its outer neighbour.",
    )  # fmt: skip
    set_pitch_nm: float = param(
        2730.0, label="Set pitch", unit="nm", gt=0, le=1_000_000, group="Pattern", advanced=True,
        help="Distance from the centre of one set to the next.",
    )  # fmt: skip
    margin_nm: float = param(
        150.0, label="Margin", unit="nm", ge=0, le=100_000, group="Pattern", advanced=True,
        help="Least dark space between the outermost lines and the left and right border.",
    )  # fmt: skip

    @property
    def set_count(self) -> int:
        """Number of line sets from the widest to the narrowest spacing."""
        # A step that does not divide the range must not lose its last set to rounding.
        return int((self.spacing_from_nm - self.spacing_to_nm) / self.spacing_step_nm + 1e-9) + 1

    def check(self) -> None:
        """Raises ParameterError where the sets do not fit."""
        if self.spacing_to_nm > self.spacing_from_nm:
            sentence = (
                f"Narrowest spacing (spacing_to_nm) is {self.spacing_to_nm:g} nm; "
                f"allowed is at most the widest spacing, {self.spacing_from_nm:g} nm."
            )
            raise ParameterError({"spacing_to_nm": sentence})
        if self.set_count > MOST_SETS:
            sentence = (
                f"Spacing step (spacing_step_nm) is {self.spacing_step_nm:g} nm, which makes {self.set_count} sets; "
                f"allowed are at most {MOST_SETS}."
            )
            raise ParameterError({"spacing_step_nm": sentence})
        widest = self.spacing_from_nm + 2 * self.outer_gap_nm + self.line_width_nm
        if self.set_pitch_nm < widest and self.set_count > 1:
            sentence = (
                f"Set pitch (set_pitch_nm) is {self.set_pitch_nm:g} nm; "
                f"the widest set takes {widest:g} nm, and allowed is no less."
            )
            raise ParameterError({"set_pitch_nm": sentence})


class FlatParams(FieldParams):
    """An even field without any structure: what a method makes of it is made of noise."""

    background_photons: float | None = redeclared(RecordingParams, "background_photons", 75.0)
    background_variation: float = redeclared(RecordingParams, "background_variation", 0.0)
    bleaching_frames: float | None = redeclared(RecordingParams, "bleaching_frames", 0.0)


class BarParams(FieldParams):
    """One straight line or bar through the whole field: there is nothing in it to split."""

    bar_width_nm: float = param(
        100.0, label="Bar width", unit="nm", gt=0, le=100_000, group="Bar", help="Width of the bar, evenly lit."
    )
    angle_degrees: float = param(
        0.0, label="Angle", unit="degrees", ge=-180, le=180, group="Bar",
        help="How far the bar is turned from upright, clockwise as the image is shown.",
    )  # fmt: skip
    shift_nm: float = param(
        0.0, label="Shift", unit="nm", ge=-1e6, le=1e6, group="Bar",
        help="How far the bar's middle is to the right of the field's.",
    )  # fmt: skip


class FilamentsParams(ScatteredParams):
    """Filaments that cross: drawn as worm-like chains, or molecules at the positions of a file."""

    positions_file: str = param(
        "", label="File of positions", group="Filaments",
        help="Text table with the columns x and y in nm, for example xnano,ynano or x [nm],y [nm]; an intensity column "
        "weighs the molecules. The field then fits the positions. Empty: filaments are drawn.",
    )  # fmt: skip
    count: int = param(12, label="Filaments", ge=1, le=1000, group="Filaments", help="Number of drawn filaments.")
    filament_width_nm: float = param(
        40.0, label="Filament width", unit="nm", gt=0, le=10_000, group="Filaments",
        help="Width of a drawn filament; a microtubule is 25 nm wide, with antibodies 60 nm.",
    )  # fmt: skip
    length_nm: float = param(
        8000.0, label="Filament length", unit="nm", gt=0, le=200_000, group="Filaments",
        help="Length along a drawn filament; what leaves the field is not seen.",
    )  # fmt: skip
    persistence_nm: float = param(
        6000.0, label="Persistence length", unit="nm", ge=10, le=1e8, group="Filaments",
        equation="⟨cos(θ(s) − θ(0))⟩ = exp(−s / (2 · persistence length))",
        help="How straight a drawn filament is: directions forget each other over about twice this length.",
    )  # fmt: skip
    margin_nm: float = param(
        200.0, label="Margin", unit="nm", ge=0, le=100_000, group="Filaments", advanced=True,
        help="Dark space around the positions of a file.",
    )  # fmt: skip

    def check(self) -> None:
        """Raises ParameterError where the filaments would be wider than long."""
        if not self.positions_file and self.filament_width_nm > self.length_nm:
            sentence = (
                f"Filament width (filament_width_nm) is {self.filament_width_nm:g} nm; "
                f"allowed is at most the filaments' length, {self.length_nm:g} nm."
            )
            raise ParameterError({"filament_width_nm": sentence})


class PointsParams(ScatteredParams):
    """Point emitters: at random, on a grid, or in pairs."""

    arrangement: Literal["random", "grid", "pairs"] = param(
        "random", label="Arrangement", group="Points",
        help="random: anywhere, independently. grid: in rows and columns. pairs: two and two on a grid, each pair "
        "turned at random.",
    )  # fmt: skip
    density_per_um2: float = param(
        1.0, label="Density", unit="points/µm²", gt=0, le=10_000, group="Points",
        help="Mean number of points per area where they lie at random.",
    )  # fmt: skip
    pitch_nm: float = param(
        1200.0, label="Grid pitch", unit="nm", gt=0, le=1e6, group="Points",
        help="Distance of neighbours on the grid, of points or of the middles of pairs.",
    )  # fmt: skip
    pair_distance_nm: float = param(
        150.0, label="Pair distance", unit="nm", gt=0, le=1e6, group="Points", help="Distance of the two of a pair."
    )
    brightness_spread: float = param(
        0.0, label="Brightness spread", ge=0, le=3, group="Points", advanced=True,
        equation="brightness ∝ exp(spread · N(0, 1))",
        help="How unequal the points are: standard deviation of the logarithm of their brightness.",
    )  # fmt: skip

    @property
    def expected_points(self) -> float:
        """About how many points the field holds."""
        area_nm2 = self.rows * self.columns * self.pixel_size_nm**2
        if self.arrangement == "random":
            return self.density_per_um2 * area_nm2 / 1e6
        return area_nm2 / self.pitch_nm**2 * (2 if self.arrangement == "pairs" else 1)

    def check(self) -> None:
        """Raises ParameterError for too many points, and for pairs that would reach into each other."""
        name, label = ("density_per_um2", "Density") if self.arrangement == "random" else ("pitch_nm", "Grid pitch")
        if self.expected_points > MOST_POINTS:
            sentence = (
                f"{label} ({name}) is {getattr(self, name):g}, which makes {self.expected_points:.3g} points; "
                f"allowed are at most {MOST_POINTS}."
            )
            raise ParameterError({name: sentence})
        if self.arrangement == "pairs" and 2 * self.pair_distance_nm > self.pitch_nm:
            sentence = (
                f"Pair distance (pair_distance_nm) is {self.pair_distance_nm:g} nm; "
                f"allowed is at most half the grid pitch, {self.pitch_nm / 2:g} nm."
            )
            raise ParameterError({"pair_distance_nm": sentence})


class TextParams(RecordingParams):
    """Lines of writing that become ever smaller."""

    text: str = param(
        "FLUORESCENCE", label="Text", group="Text",
        help="What is written in every line: letters A to Z, digits, spaces, and . , - + : / ( ).",
    )  # fmt: skip
    letter_height_nm: float = param(
        1600.0, label="Letter height", unit="nm", gt=0, le=1e6, group="Text", help="Height of the first line's letters."
    )
    text_lines: int = param(4, label="Lines", ge=1, le=50, group="Text", help="Number of lines of writing.")
    shrinkage: float = param(
        0.7, label="Shrinkage", gt=0, le=1, group="Text", help="Height of each line as a share of the line above."
    )
    stroke_share: float = param(
        0.1, label="Stroke width", gt=0, le=0.5, group="Text", help="Width of a stroke as a share of the letter height."
    )
    margin_nm: float = param(
        400.0, label="Margin", unit="nm", ge=0, le=100_000, group="Text", advanced=True,
        help="Dark space around the writing.",
    )  # fmt: skip

    def check(self) -> None:
        """Raises ParameterError for letters that have no shape here, or none at all."""
        unknown = sorted(set(self.text.upper()) - set(GLYPHS))
        if unknown or not self.text.strip() or len(self.text) > MOST_LETTERS:
            sentence = (
                f"Text (text) is {self.text[:40]!r}; allowed are 1 to {MOST_LETTERS} of the characters "
                f"{''.join(GLYPHS).strip()} and spaces."
            )
            raise ParameterError({"text": sentence})
