"""How a command ended, as its exit code."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes that scripts may rely on."""

    DONE = 0
    INTERNAL = 1
    BAD_INPUT = 2
    CANCELLED = 130
