"""The folder of a project: found, made, copied and put in its place in one step."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write, flush_folder, flush_to_disk, is_temporary
from fluogan_app.core.project.lock import OWN_FILES, is_running
from fluogan_app.core.project.open_lock import holder_of

SUFFIX = ".fluogan"
DOCUMENT = "project.json"


def project_folder(path: str | Path) -> Path:
    """The folder that a user means: with the suffix, absolute, links followed. project.json itself means its folder.

    Raises ProjectError for a path without a name.
    """
    folder = Path(os.path.abspath(Path(path).expanduser()))
    if folder.name == DOCUMENT:
        folder = folder.parent
    if not folder.name:
        raise ProjectError(f"{folder} cannot be a project.", "Give the project a name.")
    named = folder if folder.suffix == SUFFIX else folder.with_name(folder.name + SUFFIX)
    return Path(os.path.realpath(named))


def is_project(path: str | Path) -> bool:
    """Whether there is a FluoGAN project at this place."""
    return (existing_folder(path) / DOCUMENT).is_file()


def existing_folder(path: str | Path) -> Path:
    """The folder to open: as given where it is there, else with the suffix."""
    given = Path(os.path.realpath(Path(path).expanduser()))
    if given.name == DOCUMENT and given.is_file():
        return given.parent
    return given if given.exists() else project_folder(path)


def check_free(target: Path, overwrite: bool) -> None:
    """Nothing that must not be lost is at this place. Raises ProjectError."""
    if not target.exists() or _is_empty(target):
        return
    if not overwrite:
        raise ProjectError(f"{target} exists already.", "Choose another name, or overwrite it (--overwrite).")
    if not (target / DOCUMENT).is_file():
        raise ProjectError(f"{target} is not a FluoGAN project and is not overwritten.", "Choose another name.")
    running = [folder.name for folder in (target / "runs").glob("*") if is_running(folder)]
    holder = holder_of(target)
    if holder is not None:
        raise ProjectError(f"{target} is not overwritten: it is open {holder.words}.", "Close it there first.")
    if running:
        raise ProjectError(f"{target} is not overwritten: its run {running[0]} is going on.", "Cancel that run first.")


def _is_empty(folder: Path) -> bool:
    try:
        return folder.is_dir() and not any(folder.iterdir())
    except OSError as error:
        raise cannot_write(folder, error) from error


def put_in_place(target: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` make a complete folder beside the target, then rename it there. Raises ProjectError.

    What stood there stands still when anything fails; else it is replaced.
    """
    staged = target.with_name(f".{target.stem[:40]}-{uuid.uuid4().hex[:12]}")
    try:
        staged.mkdir(parents=True)
        fill(staged)
        _swap(staged, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _swap(staged: Path, target: Path) -> None:
    """Rename the complete folder to its place; what is there steps aside first and comes back if that fails."""
    aside = staged.with_name(staged.name + "-replaced")
    if target.exists():
        os.rename(target, aside)
    try:
        os.rename(staged, target)
    except OSError:
        if aside.exists():
            os.rename(aside, target)
        raise
    flush_folder(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a project's files. What a running job replaces meanwhile is passed over: it keeps two checkpoints."""
    for folder, _, names in os.walk(source):
        place = target / os.path.relpath(folder, source)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            if name in OWN_FILES or is_temporary(Path(name)):
                continue
            with suppress(FileNotFoundError):
                shutil.copy2(Path(folder, name), place / name)
                flush_to_disk(place / name)
