"""How much memory there is, and the refusal of a job that cannot fit: the system would kill it without a word."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from fluogan_app.core.errors import OutOfMemoryError
from fluogan_app.core.jobs.faults import MEMORY_ADVICE
from fluogan_app.core.units import bytes_text

_CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_CONTAINERS = tuple(
    (limit, limit.with_name(used), limit.with_name("memory.stat"))
    for limit, used in zip(_CONTAINER_LIMITS, ("memory.current", "memory.usage_in_bytes"), strict=True)
)


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


def free_memory_bytes() -> int | None:
    """The memory that this process could still take, or None where the system does not tell."""
    known = [size for size in (_available_bytes(), _left_in_container()) if size is not None]
    return min(known, default=None)


def process_memory_bytes() -> int | None:
    """What this process holds in memory now, or None where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def card_memory_bytes(device: str) -> tuple[int, int] | None:
    """Free and whole memory of a graphics card, "cuda:0". What this program set aside and does not use is free."""
    import torch

    try:
        free, whole = torch.cuda.mem_get_info(device)
        idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    except (RuntimeError, ValueError, AssertionError):  # a driver that went away meanwhile
        return None
    return int(free + idle), int(whole)


def _available_bytes() -> int | None:
    if os.name == "nt":
        return _windows_bytes("free")
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


def _left_in_container() -> int | None:
    """What a container may take beyond what it holds; files that it has read give way and do not count."""
    for limit, used, stat in _CONTAINERS:
        size, held = _limit_bytes(limit), _limit_bytes(used)
        if size is not None and held is not None:
            return max(0, size - held + _given_back_bytes(stat))
    return None


def _given_back_bytes(stat: Path) -> int:
    try:
        entries = dict(line.split() for line in stat.read_text().splitlines())
        return int(entries.get("inactive_file", 0)) + int(entries.get("active_file", 0))
    except (OSError, ValueError):
        return 0


def _physical_bytes() -> int | None:
    if os.name == "nt":
        return _windows_bytes("total")
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


def _windows_bytes(what: str) -> int | None:
    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "page_total", "page_free", "virtual_total", "virtual_free", "extended_free")
        ]

    status = Status(length=ctypes.sizeof(Status))
    asked = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
    return int(getattr(status, what)) if asked else None
