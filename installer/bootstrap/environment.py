"""The environment in .venv: whether it stands, and making it, step by step, so that an interruption costs little."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bootstrap import system, torch_build
from bootstrap.console import Console, Step
from bootstrap.errors import SetupError
from bootstrap.lock import alone
from bootstrap.pip import Pip
from bootstrap.torch_build import Build

FRESH = ": once, about 2 GB, a few minutes."
PIP_THAT_SHOWS_BYTES = (24, 1)

# What a start can ask for beyond the program itself: the tests' packages, Qt's libraries, those for a real screen.
TEST, QT, SCREEN = "test", "qt", "screen"


@dataclass(frozen=True)
class Places:
    """Where things are in this checkout."""

    checkout: Path

    @property
    def folder(self) -> Path:
        """The environment."""
        return self.checkout / ".venv"

    @property
    def python(self) -> Path:
        """The environment's own Python."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """Written last: says for which pins, which place and which extras the environment stands."""
        return self.folder / "fluogan-setup.json"

    @property
    def log(self) -> Path:
        """All that the set-up did. Outside the environment, which may have to be made anew."""
        return self.checkout / "installer" / "setup.log"

    @property
    def lock(self) -> Path:
        """Held by the one start that sets up."""
        return self.checkout / "installer" / "setup.lock"

    @property
    def pins(self) -> Path:
        """The exact version of every package."""
        return self.checkout / "installer" / "constraints.txt"


def stands(places: Places, needs: frozenset[str]) -> bool:
    """Whether nothing is left to set up. Takes a millisecond: every start asks."""
    met = _met_needs(places)
    return met is not None and needs <= met and places.python.exists()


def set_up(places: Places, needs: frozenset[str]) -> None:
    """Make the environment or mend it. Raises SetupError; what was done before stays done."""
    if not os.access(places.checkout, os.W_OK):
        raise SetupError(f"{places.checkout} cannot be written to.", "Put FluoGAN in a folder of your own.")
    fresh = not places.python.exists()
    print(f"Setting FluoGAN up in {places.folder}{FRESH if fresh else ', as far as needed.'}", flush=True)
    with alone(places.lock):
        console = Console(steps=4, log_path=places.log)
        try:
            _take_steps(console, places, needs)
        except SetupError as error:
            error.hint = f"{error.hint}\nLog: {places.log}".strip()
            raise
        finally:
            console.close()


def _take_steps(console: Console, places: Places, needs: frozenset[str]) -> None:
    _step_system(console, needs)
    pip = _step_environment(console, places)
    _step_torch(console, places, pip)
    _step_packages(console, places, pip, needs & {TEST})
    _write_stamp(places, needs)


def _step_system(console: Console, needs: frozenset[str]) -> None:
    with console.step("System") as step:
        missing = system.missing_basics()
        if needs & {QT, SCREEN}:
            missing += system.missing_libraries(for_screen=SCREEN in needs)
        step.detail = "installing with apt-get" if missing else ""
        step.detail = system.bring(missing, console.log)


def _step_environment(console: Console, places: Places) -> Pip:
    with console.step("Python environment") as step:
        if not _python_runs(places):
            step.detail = "making .venv"
            _make_environment(places, console)
        pip = Pip(places.python, console)
        step.detail = "pip"
        pip.install(step, ["--constraint", str(places.pins), "--upgrade", "pip"])
        if _version(pip.version_of("pip")) >= PIP_THAT_SHOWS_BYTES:
            pip.show_bytes()
        step.detail = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return pip


def _step_torch(console: Console, places: Places, pip: Pip) -> None:
    build = torch_build.choose_build(system.graphics_card())
    with console.step(f"PyTorch {build.version}") as step:
        step.detail = f"{build.title}, {build.reason}"
        if build.is_met_by(pip.version_of("torch")):
            return
        _check_room(places, build.disk_gb)
        word = _install_torch(console, pip, build, step)
        step.detail = f"{build.title}, {build.reason}{word}"


def _install_torch(console: Console, pip: Pip, build: Build, step: Step) -> str:
    """From PyTorch's own index where the build is only there; else, or if that fails, from the default registry."""
    arguments = ["--no-deps", f"torch=={build.version}"]
    if build.index is None:
        pip.install(step, arguments)
        return ""
    try:
        pip.install(step, ["--retries", "1", "--timeout", "15", "--index-url", build.index, *arguments], attempts=1)
        return ""
    except SetupError as error:
        console.log(f"{build.index}: {error.message}")
        pip.install(step, arguments)
        return "; PyTorch's own index was not reached, the default registry served its own build"


def _step_packages(console: Console, places: Places, pip: Pip, extras: frozenset[str]) -> None:
    wanted = f"{places.checkout}[{','.join(extras)}]" if extras else str(places.checkout)
    with console.step("FluoGAN and the rest") as step:
        pins = ["--constraint", str(places.pins)]
        tally = pip.install(step, [*pins, *_build_pins(pip, places), "--editable", wanted])
        step.detail = f"{tally.installed} packages"


def _build_pins(pip: Pip, places: Places) -> list[str]:
    # What is built from source is built with pinned tools too; older pips have no such option.
    return ["--build-constraint", str(places.pins)] if _version(pip.version_of("pip")) >= (25, 3) else []


def _check_room(places: Places, needed_gb: float) -> None:
    free_gb = shutil.disk_usage(places.checkout).free / 1e9
    if free_gb < needed_gb:
        raise SetupError(
            f"Only {free_gb:.1f} GB are free on the disk of {places.checkout}; FluoGAN needs {needed_gb:.0f} GB.",
            "Free some space, then start again.",
        )


def _make_environment(places: Places, console: Console) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(places.folder)], capture_output=True, text=True, check=False
    )
    console.log(done.stdout + done.stderr)
    if done.returncode != 0:
        raise SetupError(f"Python could not make an environment in {places.folder}.", "The log says why.")


def _python_runs(places: Places) -> bool:
    """Whether .venv has a Python that starts, finds pip, and is of the version that runs this."""
    code = "import pip, sys; print(sys.version_info[:2], sys.prefix)"
    try:
        done = subprocess.run([places.python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == f"{sys.version_info[:2]} {places.folder}"


def _key(places: Places) -> str:
    """Changes whenever the pins, the project's own declaration, or the checkout's place do."""
    digest = hashlib.sha256(str(places.checkout).encode())
    for path in (places.pins, places.checkout / "pyproject.toml", torch_build.TABLE):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _met_needs(places: Places) -> frozenset[str] | None:
    """The needs for which the environment stands as it is; None where it does not."""
    try:
        stamp = json.loads(places.stamp.read_text(encoding="utf-8"))
        return frozenset(stamp["needs"]) if stamp["key"] == _key(places) else None
    except (OSError, ValueError, KeyError):
        return None


def _write_stamp(places: Places, needs: frozenset[str]) -> None:
    content = {"key": _key(places), "needs": sorted(needs | (_met_needs(places) or frozenset()))}
    temporary = places.stamp.with_suffix(".new")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    os.replace(temporary, places.stamp)


def _version(text: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in (text or "0").split(".")[:2] if part.isdigit())
