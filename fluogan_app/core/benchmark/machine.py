"""The machine in words, so that a number can be read elsewhere."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fluogan_app import __version__
from fluogan_app.core.jobs.memory import machine_memory_bytes

_PROCESSORS = Path("/proc/cpuinfo")


def describe_machine() -> dict[str, str | int | None]:
    """Processor, cores, memory, the threads that were asked for, system and versions."""
    return {
        "processor": processor_name(),
        "cores": os.cpu_count() or 1,
        "memory_bytes": machine_memory_bytes(),
        "threads_asked_for": os.environ.get("OMP_NUM_THREADS") or None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": _version("torch"),
        "fluogan": __version__,
    }


def processor_name() -> str:
    """What the system calls the processor."""
    if _PROCESSORS.is_file():
        for line in _PROCESSORS.read_text(errors="replace").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # a bundle may leave the package's own record out
        return None
