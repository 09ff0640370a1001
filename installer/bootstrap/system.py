"""What the operating system must bring: a display to draw on, Qt's libraries, venv, certificates, a graphics driver."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bootstrap.errors import SetupError

TABLE = Path(__file__).resolve().parents[1] / "system_libraries.json"
INSTALL_COMMANDS = {
    "apt": "apt-get install -y --no-install-recommends",
    "dnf": "dnf install -y",
    "pacman": "pacman -S --needed",
}
PROGRAMS = {"apt": "apt-get", "dnf": "dnf", "pacman": "pacman"}


@dataclass(frozen=True)
class Missing:
    """Something that the system lacks, and the package that brings it, by package program."""

    name: str
    packages: dict[str, str]


def missing_basics() -> list[Missing]:
    """What making an environment and downloading into it need: python3-venv and certificates."""
    found: list[Missing] = []
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        packages = {"apt": f"python{version}-venv", "dnf": "python3-pip", "pacman": "python"}
        found.append(Missing("venv, the part of Python that makes environments", packages))
    if sys.platform.startswith("linux") and not _has_certificates():
        packages = {"apt": "ca-certificates", "dnf": "ca-certificates", "pacman": "ca-certificates"}
        found.append(Missing("certificates for secure downloads", packages))
    return found


def missing_libraries(for_screen: bool) -> list[Missing]:
    """The libraries that Qt opens at start and that this Linux lacks. Elsewhere Qt brings its own."""
    if not sys.platform.startswith("linux"):
        return []
    table = json.loads(TABLE.read_text(encoding="utf-8"))["libraries"]
    wanted = [row for row in table if for_screen or not row["screen"]]
    return [Missing(row["file"], row) for row in wanted if not _opens(row["file"])]


def bring(missing: list[Missing], log: Callable[[str], None]) -> str:
    """Install the missing packages where that is possible, else raise with the one command to run.

    Returns what was done, in words. Raises SetupError.
    """
    if not missing:
        return "all found"
    program = _package_program()
    packages = sorted({item.packages[program] for item in missing}) if program else []
    if program == "apt" and _is_root():
        _install_with_apt(packages, log)
        return f"installed {', '.join(packages)}"
    raise SetupError(f"This system lacks {', '.join(item.name for item in missing)}.", _advice(program, packages))


def why_no_display() -> str | None:
    """Why no window can be shown here, or None when one can."""
    if not sys.platform.startswith("linux"):
        return None
    if os.environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal", "vnc"}:
        return None
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    return "neither DISPLAY nor WAYLAND_DISPLAY is set"


def graphics_card() -> tuple[int, float] | None:
    """(driver version, compute capability) of the first NVIDIA card, or None."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-gpu=driver_version,compute_cap", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
        driver, capability = answer.splitlines()[0].split(",")
        return int(driver.split(".")[0]), float(capability)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_certificates() -> bool:
    places = ssl.get_default_verify_paths()
    file = os.environ.get(places.openssl_cafile_env, places.openssl_cafile)
    folder = os.environ.get(places.openssl_capath_env, places.openssl_capath)
    return os.path.isfile(file) or (os.path.isdir(folder) and any(os.scandir(folder)))


def _package_program() -> str | None:
    return next((name for name, program in PROGRAMS.items() if shutil.which(program)), None)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _install_with_apt(packages: list[str], log: Callable[[str], None]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], [*INSTALL_COMMANDS["apt"].split(), *packages]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        log(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}")
        # A failed update is no end: the lists that are there may do.
        if done.returncode != 0 and "install" in command:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise SetupError(f"apt-get could not install {' '.join(packages)}: {reason}", _advice("apt", packages))


def _advice(program: str | None, packages: list[str]) -> str:
    if program is None:
        return "Install these with the system's package program, then start again."
    before = "" if _is_root() else "sudo "
    return f"Run this once, then start again:\n    {before}{INSTALL_COMMANDS[program]} {' '.join(packages)}"
