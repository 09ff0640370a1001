"""The words of help on a parameter or a group of them, made from their declarations."""

from __future__ import annotations

from fluogan_app.core.params import Params, ParamSpec
from fluogan_app.gui.views.equation_text import typeset


def tip_text(spec: ParamSpec) -> str:
    """Help, equation, limits and default of a parameter, for a tooltip."""
    return _lines(spec, f"<i>{spec.equation}</i>" if spec.equation else "")


def help_text(spec: ParamSpec) -> str:
    """The same with the equation typeset, and the paper that it is from."""
    equation = typeset(spec.equation) if spec.equation else ""
    if equation and spec.source:
        equation = f"{equation}&emsp;[{spec.source}]"
    return _lines(spec, equation)


def group_text(params_type: type[Params], group: str) -> str:
    """What a group of parameters is about; "" where nothing is said."""
    words = params_type.group_help.get(group, "")
    return f"<b>{group}</b><br>{words}" if words else ""


def value_text(value: object) -> str:
    """A value as it stands in a field."""
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _default_text(spec: ParamSpec) -> str:
    if spec.default is None or spec.default == "":
        return spec.none_text or "empty"
    if isinstance(spec.default, bool):
        return "on" if spec.default else "off"
    return f"{value_text(spec.default)} {spec.unit}".strip()


def _lines(spec: ParamSpec, equation: str) -> str:
    allowed = f"Allowed: {spec.limits_text}. Default: {_default_text(spec)}."
    lines = [f"<b>{spec.label}</b>", spec.help, equation, allowed]
    return "<br>".join(line for line in lines if line)
