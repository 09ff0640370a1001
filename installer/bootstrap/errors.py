"""What can go wrong while setting up, in words."""

from __future__ import annotations


class SetupError(Exception):
    """A step that failed: what was wrong in one line, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
