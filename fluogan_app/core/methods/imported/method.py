"""Images of other programs as a method that makes none: so that they stand wherever runs do."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.imported.params import ImportedParams
from fluogan_app.core.units import NO_UNIT


class ImportedMethod:
    """A result that was made elsewhere. It can be shown, measured and exported, and not computed."""

    name = "imported"
    title = "Imported"
    summary = "An image that another program made of the same field, placed by its pixel size."
    citation = "See the program that made the image."
    params_type = ImportedParams
    presets = (Preset("default", "Defaults", "Nothing is set.", {}),)

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        unit = params.unit or NO_UNIT
        return Claims(params.title or self.title, unit, unit, signed=True)

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """Raises UsageError: there is nothing to compute."""
        raise not_computed()

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        return 0


def not_computed() -> UsageError:
    """The sentence for whoever wants an imported image computed."""
    return UsageError(
        "An imported image was made by another program and cannot be computed here.",
        "Make it anew there, and import it again.",
    )
