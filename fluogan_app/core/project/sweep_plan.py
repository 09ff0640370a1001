"""Which values a sweep tries: one or two parameters, each with a few values, on a square of the stack."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params, ParamSpec, problem_with, specs
from fluogan_app.core.project.prepare import RunRequest

MOST_CELLS = 100
MOST_AXES = 2
#: A quick cell takes this part of the steps, and at least so many.
_QUICK_SHARE, _QUICK_LEAST = 3, 120
#: What a sweep does not vary: it is made without the critic, and a file is no value.
_WITHOUT = ("delta", "psf_file")
#: What is varied most often; and what is varied for the grid's sake alone.
_FIRST, _GRID = "lambda1", ("zoom", "steps")
_TIGHT = re.compile(r"\d+(?:,\d+)+")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_SPREAD = re.compile(r"(?P<low>[^:]+):(?P<high>[^:]+):(?P<count>\d+)(?P<how>log|lin)?")


@dataclass(frozen=True)
class SweepAxis:
    """One parameter and the values that it takes. section: "method" or "acquisition"."""

    section: str
    name: str
    values: tuple[Any, ...]

    def spec(self, method: str) -> ParamSpec:
        """Its declaration. Raises KeyError."""
        return next(item for item in specs(_declared(self.section, method)) if item.name == self.name)


@dataclass(frozen=True)
class SweepPlan:
    """What is computed: every combination of the axes' values on a square of the stack, else as the request says.

    place: the square; None for one that the program finds. quick: a third of the steps.
    """

    request: RunRequest
    axes: tuple[SweepAxis, ...]
    place: Roi | None = None
    quick: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid: the second parameter's values, and the first one's."""
        first, *others = self.axes
        return (len(others[0].values) if others else 1), len(first.values)

    @property
    def claims(self) -> Claims:
        """What the pictures are, with the parameters that the sweep began from."""
        return method_named(self.request.method).claims(self.request.params)

    def places(self) -> Iterator[tuple[int, int]]:
        """(row, column) of every cell, row by row."""
        rows, columns = self.shape
        return ((row, column) for row in range(rows) for column in range(columns))

    def values_at(self, cell: tuple[int, int]) -> dict[str, Any]:
        """The values of a cell's parameters by their names."""
        return {axis.name: axis.values[index] for axis, index in zip(self.axes, reversed(cell))}

    def request_at(self, cell: tuple[int, int]) -> RunRequest:
        """What a run with a cell's values would be asked. Raises ParameterError."""
        request = self.request
        for axis, index in zip(self.axes, reversed(cell)):
            values = {axis.name: axis.values[index]}
            if axis.section == "acquisition":
                request = replace(request, acquisition=request.acquisition.with_values(Origin.USER, **values))
            else:
                request = replace(request, params=request.params.replace(**values))
        return request

    def claims_at(self, cell: tuple[int, int]) -> Claims:
        """What the picture of a cell is, with its own values. Raises ParameterError."""
        request = self.request_at(cell)
        return method_named(request.method).claims(request.params)

    def asked_at(self, cell: tuple[int, int]) -> RunRequest:
        """The same with as many steps as a cell takes."""
        request = self.request_at(cell)
        steps = getattr(request.params, "steps", 0)
        if not self.quick or steps <= _QUICK_LEAST or any(axis.name == "steps" for axis in self.axes):
            return request
        return replace(request, params=request.params.replace(steps=max(_QUICK_LEAST, steps // _QUICK_SHARE)))


def sweepable(method: str) -> dict[str, tuple[str, ParamSpec]]:
    """What can be varied, by name: the section that it belongs to, and its declaration."""
    found = {}
    for section in ("method", "acquisition"):
        for item in specs(_declared(section, method)):
            numeric = item.kind in ("int", "float") or (item.kind == "choice" and item.choices)
            if numeric and item.name not in _WITHOUT and item.group != "Critic":
                found[item.name] = (section, item)
    return found


def first_to_vary(method: str) -> str:
    """What is offered first: the first parameter of the method's own, its grid where it has no other."""
    own = [name for name, (section, _) in sweepable(method).items() if section == "method"]
    return _FIRST if _FIRST in own else next((name for name in own if name not in _GRID), own[0])


def checked_plan(plan: SweepPlan) -> SweepPlan:
    """The plan, if it can be carried out. Raises UsageError, ParameterError."""
    if not 1 <= len(plan.axes) <= MOST_AXES or len({axis.name for axis in plan.axes}) < len(plan.axes):
        raise UsageError("A sweep varies one or two different parameters.", "Name each once, with its values.")
    count = math.prod(plan.shape)
    if count > MOST_CELLS:
        raise UsageError(f"That makes {count} cells; allowed are {MOST_CELLS}.", "Try fewer values.")
    for cell in plan.places():
        plan.request_at(cell)
    return plan


def axis_of(method: str, name: str, text: str) -> SweepAxis:
    """An axis from a parameter's name and values as a person writes them: "0.3, 1, 3", "0.3:3:5log", "2:6:3".

    Raises UsageError for a name or value that does not fit.
    """
    known = sweepable(method)
    if name not in known:
        raise UsageError(f"“{name}” cannot be varied.", f"Known are {', '.join(known)}.")
    section, item = known[name]
    values = tuple(dict.fromkeys(_value(item, part) for part in _parts(item, text)))
    for value in values:
        sentence = problem_with(_declared(section, method), name, value)
        if sentence is not None:
            raise UsageError(sentence, "Give other values.")
    return SweepAxis(section, name, values)


def usual_values(item: ParamSpec, current: Any) -> tuple[Any, ...]:
    """Values around the present one that are worth a try."""
    if item.kind == "choice":
        return item.choices
    if not isinstance(current, (int, float)) or isinstance(current, bool):
        current = 1 if item.minimum is None else max(item.minimum, 1)
    if item.logarithmic:
        tried = [current * factor for factor in (0.1, 0.3, 1, 3, 10)] if current else [0, 0.1, 0.3, 1, 3]
    elif item.kind == "int":
        tried = [current - 2, current - 1, current, current + 1]
    else:
        tried = [current * factor for factor in (0.8, 0.9, 1, 1.1, 1.2)] if current else [0.0, 0.25, 0.5, 1.0]
    return tuple(dict.fromkeys(_rounded(item, value) for value in tried if _allowed(item, value)))


def values_text(values: Sequence[Any]) -> str:
    """As they are typed."""
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def _declared(section: str, method: str) -> type[Params]:
    return Acquisition if section == "acquisition" else method_named(method).params_type


def _allowed(item: ParamSpec, value: float) -> bool:
    low, high = item.minimum, item.maximum
    above = low is None or value > low or (value == low and not item.minimum_open)
    return above and (high is None or value < high or (value == high and not item.maximum_open))


def _rounded(item: ParamSpec, value: float) -> Any:
    return round(value) if item.kind == "int" else float(f"{value:.3g}")


def _parts(item: ParamSpec, text: str) -> list[Any]:
    spread = _SPREAD.fullmatch(text.replace(" ", ""))
    if spread is not None and item.kind != "choice":
        return _spread(item, spread)
    parts = [part.strip() for part in re.split(r"[;,]", text) if part.strip()]
    if not parts:
        raise UsageError(f"{item.label} has no values to try.", "Give some, as in 0.3, 1, 3, or 0.3:3:5log.")
    _refuse_two_readings(item, text)
    return parts


def _refuse_two_readings(item: ParamSpec, text: str) -> None:
    """Three tenths are 0,3 to some, and two values to others. Raises UsageError where nothing in the text tells."""
    for found in _TIGHT.findall(text):
        decimal = item.kind == "float" and "." not in text and (found.count(",") == 1 or found.startswith("0,"))
        if decimal or (item.kind == "int" and _THOUSANDS.fullmatch(found)):
            one, several = found.replace(",", "." if decimal else "", 1), found.replace(",", ", ")
            raise UsageError(
                f"{item.label}: “{found}” may be one number or several.",
                f"Write {one} for one number; for several put a gap behind each comma: {several}.",
            )


def _spread(item: ParamSpec, match: re.Match[str]) -> list[float]:
    """So many values from one to the other, in even steps, or in even ratios."""
    low, high = (_value(item, match[name]) for name in ("low", "high"))
    count, logarithmic = int(match["count"]), match["how"] == "log"
    if count > MOST_CELLS or count < 1 or (logarithmic and not 0 < min(low, high)):
        raise UsageError(
            f"“{match[0]}” makes no values of {item.label}.",
            f"Give first, last and how many (at most {MOST_CELLS}), as in 0.3:3:5log; ratios need values above 0.",
        )
    shares = [index / max(count - 1, 1) for index in range(count)]
    if logarithmic:
        return [_rounded(item, low * (high / low) ** share) for share in shares]
    return [_rounded(item, low + (high - low) * share) for share in shares]


def _value(item: ParamSpec, part: Any) -> Any:
    if not isinstance(part, str):
        return part
    if item.kind == "choice":
        return next((choice for choice in item.choices if str(choice) == part), part)
    try:
        number = float(part)
    except ValueError:
        raise UsageError(f"{item.label}: “{part}” is no number.", f"Allowed is {item.limits_text}.") from None
    return int(number) if item.kind == "int" and number.is_integer() else number
