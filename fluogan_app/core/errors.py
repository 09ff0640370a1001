"""Errors that a user can act on: what was wrong, which value, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping


class FluoganError(Exception):
    """A fault that the user can understand and mend.

    `message` says what was wrong and names the value; `hint` says what to do next.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @property
    def one_line(self) -> str:
        """The whole sentence on one line, for a terminal or a status bar."""
        return " ".join(str(self).split())


class UsageError(FluoganError):
    """The request itself makes no sense: flags that exclude each other, an output that is in the way."""


class ReadError(FluoganError):
    """A file is missing, damaged, or no stack."""


class DataError(FluoganError):
    """The pixels or the region cannot be reconstructed: NaN, constant frames, a region outside the frame."""


class ParameterError(FluoganError):
    """One or more parameters are out of range. `problems` maps each field's name to its sentence."""

    def __init__(self, problems: Mapping[str, str], hint: str = "") -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()), hint)


class DeviceError(FluoganError):
    """The wanted device is not there or does not work."""


class OutOfMemoryError(FluoganError):
    """The job does not fit in memory; the hint says what makes it smaller."""


class SolverError(FluoganError):
    """The computation itself failed, for example with values that are not finite."""


class ProjectError(FluoganError):
    """A project or a run cannot be read or written."""
