"""Behind crops, repeats and tiles: the solver that works on the frames themselves, and its own state."""

from __future__ import annotations

from fluogan_app.core.methods.base import Solver, State


def at_work(solver: Solver, state: State) -> tuple[Solver, State] | None:
    """The innermost solver with its own part of the state; None while none is at work on what will be shown.

    A solver that wraps another one says by `inside(state)` which.
    """
    inside = getattr(solver, "inside", None)
    if inside is None:
        return solver, state
    found = inside(state)
    return None if found is None else at_work(*found)


def is_in_parts(solver: Solver) -> bool:
    """Whether the solver at work sees only a part of the field, as with tiles."""
    return bool(getattr(solver, "in_parts", False))
