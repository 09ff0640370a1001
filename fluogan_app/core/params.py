"""Parameters, declared once. Form, flags, JSON and help are all made from the declaration.

A set of parameters is a frozen model whose fields are made with `param()`:

    class Weights(Params):
        lambda1: float = param(2.0, label="Sparsity λ1", unit="1/photon", ge=0, le=1e6, help="…")

`specs(Weights)` lists the declarations, `validated(Weights, values)` builds a checked instance or raises
`ParameterError`, and `problem_with(Weights, "lambda1", "abc")` gives the sentence to show beside a field.
"""

from __future__ import annotations

import math
import copy
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from fluogan_app.core.errors import ParameterError

Kind = Literal["int", "float", "bool", "choice", "text"]


class Params(BaseModel):
    """Base of every parameter set: frozen, no unknown keys, no NaN or infinity.

    `group_help` says what each group of its parameters is about.
    """

    group_help: ClassVar[Mapping[str, str]] = {}
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    def without_effect(self) -> Mapping[str, str]:
        """Parameters that change nothing as the others stand, by name, each with the reason in a sentence."""
        return {}

    def replace(self, **changes: Any):
        """A checked copy with some values changed. Raises ParameterError."""
        return validated(type(self), {**self.model_dump(), **changes})


@dataclass(frozen=True)
class ParamSpec:
    """One declared parameter, as the form, the command line and the help show it.

    `minimum`/`maximum` are None where there is no limit; `minimum_open` says that the limit itself is excluded.
    `optional` parameters may be None, which `none_text` puts into words ("from the file"). `source` names the paper
    that the equation is of. In an equation “_” begins what is written below: y_sim,t.
    """

    name: str
    kind: Kind
    default: Any
    label: str
    help: str
    unit: str
    group: str
    equation: str
    source: str
    minimum: float | None
    maximum: float | None
    minimum_open: bool
    maximum_open: bool
    choices: tuple[Any, ...]
    optional: bool
    none_text: str
    advanced: bool
    logarithmic: bool

    @property
    def flag(self) -> str:
        """The command-line flag: `batch_size` becomes `--batch-size`."""
        return "--" + self.name.replace("_", "-")

    @property
    def limits_text(self) -> str:
        """The allowed values in words: "from 1 to 12", "above 0", "0 or 1"."""
        return _limits_text(self)


def param(
    default: Any,
    *,
    label: str,
    help: str,
    unit: str = "",
    group: str = "",
    equation: str = "",
    source: str = "",
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    lt: float | None = None,
    none_text: str = "",
    advanced: bool = False,
    logarithmic: bool = False,
) -> Any:
    """Declare one parameter. Limits are inclusive (`ge`, `le`) or exclusive (`gt`, `lt`)."""
    extra = {
        "label": label, "unit": unit, "group": group, "equation": equation, "source": source,
        "none_text": none_text, "advanced": advanced, "logarithmic": logarithmic,
    }  # fmt: skip
    return Field(default, description=help, ge=ge, le=le, gt=gt, lt=lt, json_schema_extra={"param": extra})


def redeclared(declared: type[Params], name: str, default: Any) -> Any:
    """A parameter of a base class with another default: words, unit and limits stay as they were declared there."""
    info = copy.copy(declared.model_fields[name])
    info.default = default
    return info


P = TypeVar("P", bound=Params)


@cache
def specs(cls: type[Params]) -> tuple[ParamSpec, ...]:
    """The declarations of a parameter set in their order. Fields made without `param()` are left out."""
    return tuple(_spec(name, info) for name, info in cls.model_fields.items() if _extra(info) is not None)


def spec(cls: type[Params], name: str) -> ParamSpec:
    """The declaration of one parameter. Raises KeyError for an unknown name."""
    return _spec(name, cls.model_fields[name])


def validated(cls: type[P], values: Mapping[str, Any]) -> P:
    """A checked parameter set from plain values. Raises ParameterError with one sentence per wrong field."""
    try:
        return cls.model_validate(dict(values))
    except ValidationError as error:
        raise ParameterError(_problems(cls, error)) from error


def problem_with(cls: type[Params], name: str, value: Any) -> str | None:
    """The sentence to show beside a field that holds `value`, or None where the value is fine."""
    try:
        cls.__pydantic_validator__.validate_assignment(_blank(cls).model_copy(), name, value)
    except ValidationError as error:
        return _problems(cls, error).get(name)
    return None


@cache
def _blank(cls: type[Params]) -> Params:
    """A set to check single values in, as it is declared."""
    return cls.model_construct()


def value_text(declared: ParamSpec, value: Any, digits: int = 6) -> str:
    """A value of a parameter as a person writes it, with its unit: "6 fine pixels per pixel", "from the data"."""
    if value is None:
        return declared.none_text or "empty"
    if isinstance(value, bool):
        return "on" if value else "off"
    text = f"{value:.{digits}g}" if isinstance(value, float) else str(value)
    return f"{text.replace('-', '−') if not isinstance(value, str) else text} {declared.unit}".strip()


def _extra(info: FieldInfo) -> dict[str, Any] | None:
    extra = info.json_schema_extra
    return extra.get("param") if isinstance(extra, dict) else None  # type: ignore[return-value]


def _spec(name: str, info: FieldInfo) -> ParamSpec:
    extra = _extra(info) or {}
    annotation, optional = _without_none(info.annotation)
    bounds = ("ge", "le", "gt", "lt")
    limits = {key: getattr(part, key) for part in info.metadata for key in bounds if hasattr(part, key)}
    return ParamSpec(
        name=name,
        kind=_kind(annotation),
        default=None if info.default is PydanticUndefined else info.default,
        label=extra.get("label", name),
        help=info.description or "",
        unit=extra.get("unit", ""),
        group=extra.get("group", ""),
        equation=extra.get("equation", ""),
        source=extra.get("source", ""),
        minimum=limits.get("ge", limits.get("gt")),
        maximum=limits.get("le", limits.get("lt")),
        minimum_open="gt" in limits,
        maximum_open="lt" in limits,
        choices=get_args(annotation) if get_origin(annotation) is Literal else (),
        optional=optional,
        none_text=extra.get("none_text", ""),
        advanced=extra.get("advanced", False),
        logarithmic=extra.get("logarithmic", False),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return members[0], len(members) < len(get_args(annotation))
    return annotation, False


def _kind(annotation: Any) -> Kind:
    if get_origin(annotation) is Literal:
        return "choice"
    return {int: "int", float: "float", bool: "bool", str: "text"}[annotation]


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if float(value).is_integer() and abs(value) < 1e12 else f"{value:g}"


_ANY = {"int": "any whole number", "float": "any number", "bool": "on or off"}


def _limits_text(spec: ParamSpec) -> str:
    if spec.choices:
        return " or ".join(str(choice) for choice in spec.choices)
    low, high = spec.minimum, spec.maximum
    parts = []
    if low is not None:
        parts.append(f"{'above' if spec.minimum_open else 'from'} {_number(low)}")
    if high is not None:
        to = "and below" if spec.maximum_open else "to"
        below = "below" if spec.maximum_open else "at most"
        parts.append(f"{below if low is None else to} {_number(high)}")
    words = " ".join(parts) or _ANY.get(spec.kind, "any value")
    return f"{words} {spec.unit}".strip()


def _problems(cls: type[Params], error: ValidationError) -> dict[str, str]:
    problems: dict[str, str] = {}
    for fault in error.errors():
        name = str(fault["loc"][0]) if fault["loc"] else ""
        problems.setdefault(name, _sentence(cls, name, fault))
    return problems


def _sentence(cls: type[Params], name: str, fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        known = ", ".join(cls.model_fields)
        return f"There is no parameter “{name}”; known are {known}."
    info = cls.model_fields.get(name)
    if info is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    declared = _spec(name, info)
    label = f"{declared.label} ({name})"
    if fault["type"] == "missing":
        return f"{label} is missing."
    whole = "a whole number " if declared.kind == "int" else ""
    given = fault["input"]
    text = _number(given) if isinstance(given, float) and math.isfinite(given) else repr(given)
    return f"{label} is {text}; allowed is {whole}{declared.limits_text}."
