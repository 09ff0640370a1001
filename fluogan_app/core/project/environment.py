"""On what machine and with which versions a run was computed, for whoever wants to repeat it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from fluogan_app import __version__

_PACKAGES = ("torch", "numpy", "scipy", "tifffile", "safetensors", "pydantic")


def describe_environment(device: str, device_title: str, device_reason: str, seed: int) -> dict[str, str]:
    """Names and values in words: program, versions, system, device, threads, seed."""
    import torch

    about = {
        "program": f"FluoGAN {__version__}",
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count() or 1),
        "threads": str(torch.get_num_threads()),
        "device": device,
        "device_title": device_title,
        "device_reason": device_reason,
        "seed": str(seed),
    }
    return about | {name: _version(name) for name in _PACKAGES} | _cuda(torch, device)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a bundle may leave the package's own record out
        return "not known"


def _cuda(torch, device: str) -> dict[str, str]:
    if not device.startswith("cuda"):
        return {}
    return {"cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}
