"""A large field tile by tile: one solver after the other, each with the frames of its own tile alone in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.problem import Field, Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.survey import Survey
from fluogan_app.core.data.tiles import Tiling
from fluogan_app.core.errors import SolverError
from fluogan_app.core.methods.base import Phase, Preview, Solver, State
from fluogan_app.core.methods.cropped import CroppedSolver
from fluogan_app.core.methods.mosaic import Piece, Thinned, joined_image, joined_measures, joined_notes

if TYPE_CHECKING:
    import torch

#: Before the names of what a state holds beside its tile's own tensors.
_SUM = "sum."


@dataclass(frozen=True)
class TiledField:
    """A field, how it is cut, and what its tiles agree on. zoom: fine pixels per camera pixel along an axis."""

    field: Field
    tiling: Tiling
    margin_pixels: int
    survey: Survey
    zoom: int

    def problem(self, index: int) -> Problem:
        """Read one tile with its margin. Raises ReadError."""
        tile = self.tiling.tiles[index]
        return self.field.part(tile.region, self.margin_pixels, tile.cell, self.survey)


class TiledSolver:
    """Steps through the tiles, all with the same number of steps. A state is that of the tile in work.

    What a tile gave goes to the state's `finished`, as the part with its number. A tile without light stays empty and
    takes no time.
    """

    def __init__(self, field: TiledField, prepare: Callable[[Problem, int], Solver]) -> None:
        """`prepare` makes the solver of one tile from its frames and its number. Raises as it does."""
        self._field, self._tiling, self._prepare = field, field.tiling, prepare
        self._count = len(field.tiling.tiles)
        self._index, self._solver = -1, None
        lit = self._first_lit()
        self._steps, self.metrics, self.claims = lit.total_steps, lit.metrics, lit.claims
        self.total_steps = self._steps * self._count
        self._additive = [metric.name for metric in self.metrics if metric.plot == "photons"]
        self._one_phase = False
        self._pieces: dict[int, Piece] = {}
        self._start_drawing()

    def init(self) -> State:
        """Before the first tile: nothing."""
        return State(0)

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        index, within = divmod(state.step, self._steps)
        whole = State(state.step, {}, dict(state.finished))
        self._check(whole, index)
        if within:
            solver, (own, sums) = self._solver_of(index), _parted(state.tensors)
            if solver is None:
                raise _foreign()
            whole.tensors = {**solver.restore(State(within, own)).tensors, **sums}
        return whole

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step of the tile in work; the first one of a tile reads its frames."""
        index, within = divmod(state.step, self._steps)
        solver, (own, sums) = self._solver_of(index), _parted(state.tensors)
        if solver is None:
            return self._done(state, index, self._empty(index)), {}
        part = State(within, own) if within else solver.init()
        self._one_phase = self._one_phase or not within and solver.phase(part).end_step == self._steps
        part, values = solver.step(part)
        sums |= {_SUM + name: values[name] for name in self._additive if name in values}
        shown = {**values, **self._added(state, values)}
        if part.step < self._steps:
            return State(index * self._steps + part.step, {**part.tensors, **sums}, state.finished), shown
        last = {name.removeprefix(_SUM): float(value) for name, value in sums.items()}
        return self._done(state, index, Piece.of(solver.result(part), self._tiling, index, last)), shown

    #: The solver at work sees one tile.
    in_parts = True

    def inside(self, state: State) -> tuple[Solver, State] | None:
        """See at_work: the tile in work, None between two."""
        index, within = divmod(state.step, self._steps)
        solver = self._solver_of(index) if within else None
        return None if solver is None else (solver, State(within, _parted(state.tensors)[0]))

    def phase(self, state: State) -> Phase:
        """See Solver.phase."""
        index, within = divmod(min(state.step, self.total_steps - 1), self._steps)
        name, end = f"Tile {index + 1} of {self._count}", (index + 1) * self._steps
        if self._index == index and self._solver is not None:
            phase = self._solver.phase(State(within, _parted(state.tensors)[0]))
            name, end = f"{name}, {phase.name.lower()}", index * self._steps + phase.end_step
        return Phase(name, self.total_steps if self._one_phase else end, self._steps)

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        pieces = self._pieces_of(state)
        if not self._drawn <= set(pieces):
            self._start_drawing()
        for index in set(pieces) - self._drawn:
            self._draw(pieces[index], index, self._estimate, self._background)
            self._drawn.add(index)
        estimate, background = self._estimate.copy(), self._background.copy()
        index, within = divmod(state.step, self._steps)
        if within:
            shown = self._solver_of(index).image(State(within, _parted(state.tensors)[0]))
            piece = Piece.of(shown, self._tiling, index)
            self._draw(piece, index, estimate, background)
        return Preview(state.step, estimate.image(), background.image())

    def result(self, state: State) -> Result:
        """See Solver.result."""
        field, pieces = self._field, dict(self._pieces_of(state))
        index, within = divmod(state.step, self._steps)
        if within:
            part = self._solver_of(index).result(State(within, _parted(state.tensors)[0]))
            pieces[index] = Piece.of(part, self._tiling, index)
        cells = [tile.cell.inside(self._tiling.roi).slices for tile in self._tiling.tiles]
        return Result(
            estimate=self._joined(pieces, "estimate", field.zoom),
            background=self._joined(pieces, "background"),
            mean=field.survey.mean,
            zoom=field.zoom,
            pixel_size_nm=field.field.acquisition.pixel_size_nm,
            steps=state.step,
            measures=joined_measures(pieces, [float(field.survey.mean[cell].sum()) for cell in cells]),
            notes=joined_notes(pieces, self._count),
            deviation=self._joined(pieces, "deviation", field.zoom),
            claims=self.claims,
        )

    def _joined(self, pieces: Mapping[int, Piece], name: str, zoom: int = 1) -> np.ndarray | None:
        images = {index: getattr(piece, name) for index, piece in pieces.items()}
        present = {index: image for index, image in images.items() if image is not None}
        return joined_image(self._tiling, present, zoom) if present or name != "deviation" else None

    # One tile after the other

    def _first_lit(self) -> Solver:
        """The solver of the first tile with light; all have the same steps and metrics."""
        for index in range(self._count):
            if (solver := self._solver_of(index)) is not None:
                return solver
        return self._prepare(self._field.problem(0), 0)  # which tells what is wrong with a field without light

    def _solver_of(self, index: int) -> Solver | None:
        """The solver of a tile, None where it has no light; that of the tile before is let go first."""
        if index != self._index:
            self._index, self._solver = index, None
            problem = self._field.problem(index)
            if problem.frames.mean(dtype=np.float64) > problem.acquisition.offset:
                region = self._tiling.tiles[index].region.inside(problem.roi)
                self._solver = CroppedSolver(self._prepare(problem, index), region)
        return self._solver

    def _done(self, state: State, index: int, piece: Piece) -> State:
        if not piece.is_finite:
            raise SolverError(
                f"The computation diverged in tile {index + 1} of {self._count}: its image holds no finite numbers.",
                "Check gain, offset and pixel size; the last good state is kept.",
            )
        tensors = {f"{index:04d}.{name}": tensor for name, tensor in piece.tensors().items()}
        return State((index + 1) * self._steps, {}, {**state.finished, **tensors})

    def _empty(self, index: int) -> Piece:
        region, zoom = self._tiling.tiles[index].region, self._field.zoom
        fine = np.zeros((zoom * region.height, zoom * region.width), np.float32)
        return Piece(fine, np.zeros((region.height, region.width), np.float32))

    # What is finished

    def _pieces_of(self, state: State) -> dict[int, Piece]:
        present = {int(name.split(".")[0]) for name in state.finished}
        known = {index: piece for index, piece in self._pieces.items() if index in present}
        for index in sorted(present - set(known)):
            own = f"{index:04d}."
            known[index] = Piece.from_tensors(
                {name.removeprefix(own): part for name, part in state.finished.items() if name.startswith(own)}
            )
        self._pieces = known
        return known

    def _check(self, state: State, index: int) -> None:
        """Raises SolverError where the finished tiles are not those before `index`, or of another run."""
        self._pieces = {}
        try:
            pieces = self._pieces_of(state)
        except (KeyError, ValueError, TypeError) as error:
            raise _foreign() from error
        for number in range(self._count):
            region, zoom = self._tiling.tiles[number].region, self._field.zoom
            shape = (zoom * region.height, zoom * region.width)
            if number < index and (number not in pieces or pieces[number].estimate.shape != shape):
                raise _foreign()
        if len(pieces) != index or any(piece.steps not in (0, self._steps) for piece in pieces.values()):
            raise _foreign()

    def _added(self, state: State, values: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """What counts photons, with what the finished tiles add to it."""
        pieces = self._pieces_of(state).values()
        names = [name for name in self._additive if name in values]
        return {name: values[name] + sum(piece.sums.get(name, 0.0) for piece in pieces) for name in names}

    # Previews

    def _start_drawing(self) -> None:
        roi, zoom = self._tiling.roi, self._field.zoom
        self._drawn: set[int] = set()
        self._estimate = Thinned((zoom * roi.height, zoom * roi.width))
        self._background = Thinned((roi.height, roi.width))

    def _draw(self, piece: Piece, index: int, estimate: Thinned, background: Thinned) -> None:
        estimate.add(piece.estimate, self._tiling.place(index, self._field.zoom))
        background.add(piece.background, self._tiling.place(index))


def _parted(tensors: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """What belongs to the tile's solver, and its newest sums of photons."""
    sums = {name: tensor for name, tensor in tensors.items() if name.startswith(_SUM)}
    return {name: tensor for name, tensor in tensors.items() if name not in sums}, sums


def _foreign() -> SolverError:
    return SolverError(
        "The checkpoint does not belong to these tiles and steps.",
        "Start the run again; a run in tiles cannot go on with more steps.",
    )
