"""What changes where another method is chosen: each keeps its own values, and the fine grid goes with the choice."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params, problem_with, specs
from fluogan_app.core.project.differences import fitting, parameters_of
from fluogan_app.core.project.model import ProjectDocument


def with_method(current: ProjectDocument, name: str) -> dict[str, Any]:
    """The parts of a document that change with the method, by name. Raises UsageError.

    Its values are those that it had last; the grid is that of the method before, as far as it is allowed.
    """
    if name == current.method:
        return {}
    declared = method_named(name).params_type
    kept = fitting(declared, current.params.get(name, {}))
    grid = _grid_of(parameters_of(current), declared)
    return {"method": name, "params": {**current.params, name: {**kept.model_dump(), **grid}}}


def _grid_of(params: Params, declared: type[Params]) -> dict[str, Any]:
    """What both methods declare of the grid, with values that are allowed in both."""
    shared = [spec.name for spec in specs(GridParams) if spec.name in declared.model_fields]
    values = {name: getattr(params, name) for name in shared if name in type(params).model_fields}
    return {name: value for name, value in values.items() if problem_with(declared, name, value) is None}
