"""The methods there are. Looking here loads no torch: a method's solver is imported when it is prepared."""

from __future__ import annotations

from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.mean.method import MeanMethod

METHODS: dict[str, Method] = {
    method.name: method for method in (
        FluoganMethod(),
        MeanMethod(),
    )
}  # fmt: skip
DEFAULT_METHOD = "fluogan"


def method_named(name: str) -> Method:
    """The method of that name. Raises UsageError."""
    if name not in METHODS:
        raise UsageError(f"There is no method “{name}”.", f"Known are {', '.join(METHODS)}.")
    return METHODS[name]
