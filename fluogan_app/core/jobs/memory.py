"""How much memory there is, and the refusal of a job that cannot fit: the system would kill it without a word."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from fluogan_app.core.errors import OutOfMemoryError
from fluogan_app.core.jobs.faults import MEMORY_ADVICE
from fluogan_app.core.units import bytes_text

_CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def check_fits(needed_bytes: int) -> None:
    """Raises OutOfMemoryError where an estimate exceeds all the memory there is."""
    present = machine_memory_bytes()
    if present is not None and needed_bytes > present:
        raise OutOfMemoryError(
            f"The run needs about {bytes_text(needed_bytes)} of memory; this machine has {bytes_text(present)}.",
            MEMORY_ADVICE,
        )


def machine_memory_bytes() -> int | None:
    """The memory that this process may use at most, or None where the system does not tell."""
    known = [size for size in (_physical_bytes(), *map(_limit_bytes, _CONTAINER_LIMITS)) if size]
    return min(known, default=None)


def _physical_bytes() -> int | None:
    if os.name == "nt":
        return _windows_bytes()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _limit_bytes(path: Path) -> int | None:
    """What a container is given; the file is missing or says "max" where there is no limit."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _windows_bytes() -> int | None:
    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "page_total", "page_free", "virtual_total", "virtual_free", "extended_free")
        ]

    status = Status(length=ctypes.sizeof(Status))
    asked = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
    return int(status.total) if asked else None
