"""How the outcome of a data check is said in a few words, and drawn as a sign."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QIcon, QPalette

from fluogan_app.core.check.result import DataCheck, Severity
from fluogan_app.gui.icons import coloured_icon
from fluogan_app.gui.style import severity_colour

#: Each has a shape of its own, so that nobody depends on its colour.
_ICONS = {
    Severity.FINE: "done", Severity.NOTE: "note", Severity.WARNING: "problem", Severity.SERIOUS: "serious",
}  # fmt: skip
_ONE_AND_MORE = {
    Severity.SERIOUS: ("serious problem", "serious problems"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.NOTE: ("note", "notes"),
}


def severity_icon(severity: Severity, palette: QPalette) -> QIcon:
    """The sign of a severity in its colour."""
    return coloured_icon(_ICONS[severity], severity_colour(severity, palette))


def summary(check: DataCheck) -> str:
    """"fine", or how many findings of the worst two kinds there are: "1 serious problem, 2 warnings"."""
    counts = Counter(finding.severity for finding in check.findings)
    said = [f"{counts[one]} {words[counts[one] > 1]}" for one, words in _ONE_AND_MORE.items() if counts[one]]
    return ", ".join(said[:2]) or "fine"
