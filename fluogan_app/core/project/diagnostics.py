"""All that somebody who helps needs to see, in one archive: no images, no raw data, no name of the home folder."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

from fluogan_app.core import folders
from fluogan_app.core.device import choose_device
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.project.environment import describe_environment

log = logging.getLogger(__name__)

#: Of a longer text the end is taken: what went wrong stands there.
MOST_BYTES = 1_000_000
_MOST_LOGS = 20
#: What of a project goes in: values, records and logs.
_OF_A_PROJECT = ("project.json", "runs/*/run.json", "runs/*/run.log", "runs/*/metrics.json")


def write_diagnostics(target: Path, project: Path | None = None, remarks: str = "") -> Path:
    """Write the archive: environment and self-test, logs, traces of crashes, settings, a project's texts.

    project: folder of a project whose values, records and logs go in too. remarks: what only the caller knows, as the
    screens of a window. Takes a second or more: the device's self-test is run. Raises ProjectError.
    """
    about = "\n".join(part for part in (_environment(), remarks) if part)

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("about.txt", _without_home(about) + "\n")
            for name, source in _sources(project):
                archive.writestr(name, _text_of(source))

    write_atomic(target, write)
    return target


def _environment() -> str:
    try:
        choice = choose_device("auto")
        about = describe_environment(choice.device, choice.title, choice.reason, 0)
    except (FluoganError, ImportError, OSError, RuntimeError) as error:  # a broken torch is what is to be told
        log.exception("the device could not be asked")
        about = {"trouble": f"{type(error).__name__}: {error}"}
    return "\n".join(f"{name}: {value}" for name, value in about.items() if name != "seed")


def _sources(project: Path | None) -> Iterator[tuple[str, Path]]:
    """Names in the archive, and files."""
    logs = [path for path in folders.log_folder().glob("*") if path.is_file()]
    for path in sorted(logs, key=lambda path: path.stat().st_mtime)[-_MOST_LOGS:]:
        yield f"logs/{path.name}", path
    if folders.settings_file().is_file():
        yield "settings.ini", folders.settings_file()
    for pattern in _OF_A_PROJECT if project is not None else ():
        for path in sorted(project.glob(pattern)):
            yield f"project/{path.relative_to(project).as_posix()}", path


def _text_of(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_BYTES))
            text = file.read(MOST_BYTES).decode("utf-8", errors="replace")
    except OSError as error:
        return f"(could not be read: {error.strerror})"
    return _without_home(text)


def _without_home(text: str) -> str:
    """Paths below the home folder, in both spellings of a separator, without the user's name."""
    home = str(Path.home())
    for spelling in (home, home.replace("\\", "\\\\"), home.replace("\\", "/")):
        text = text.replace(spelling, "~") if len(spelling) > 1 else text
    return text
