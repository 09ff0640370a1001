"""What a method is and what its image may be taken for, in sentences: for the window, reports and the command line."""

from __future__ import annotations

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.params import Params
from fluogan_app.core.project.model import RunRecord


def method_title(name: str) -> str:
    """A method's title; its name where it is not known here, as of a project from a newer version."""
    try:
        return method_named(name).title
    except UsageError:
        return name


def run_title(record: RunRecord) -> str:
    """What a run is called among others: "Run 3"; with another method than the usual one, "Run 3 · eSRRF"."""
    if record.method == DEFAULT_METHOD:
        return f"Run {record.number}"
    return f"Run {record.number} · {record.params.get('title') or method_title(record.method)}"


def claims_words(claims: Claims) -> str:
    """What may be read from an image, and what not."""
    if claims.photons:
        said = [f"Its image is light: {claims.unit_words}."]
    else:
        said = [f"The values of its image are no amounts of light; their unit: {claims.unit_words}."]
    if claims.background:
        said.append("A background is told apart from it.")
    if claims.signed:
        said.append("Values below zero belong to it.")
    return " ".join(said)


def method_lines(method: Method, params: Params) -> tuple[str, str, str]:
    """What it does, what its image claims with these parameters, and the paper to cite."""
    return method.summary, claims_words(method.claims(params)), method.citation
