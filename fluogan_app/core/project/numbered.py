"""Folders of a project that are counted: 0001, 0002, …, each made by nobody else."""

from __future__ import annotations

from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write, flush_folder


def new_numbered(parent: Path) -> Path:
    """Make the next folder. Raises ProjectError."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        number = max((number_of(folder) for folder in parent.iterdir()), default=0) + 1
        while True:
            folder = parent / f"{number:04d}"
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
            else:
                flush_folder(parent)
                return folder
    except OSError as error:
        raise cannot_write(parent, error) from error


def numbered(parent: Path) -> list[Path]:
    """The folders that there are, by their numbers. Raises ProjectError."""
    try:
        folders = [folder for folder in parent.iterdir() if number_of(folder)] if parent.is_dir() else []
    except OSError as error:
        raise ProjectError(f"{parent} cannot be read: {error.strerror}.", "Check the drive.") from error
    return sorted(folders, key=number_of)


def number_of(folder: Path) -> int:
    """A folder's number, 0 where its name is none."""
    return int(folder.name) if folder.name.isdecimal() and folder.name.isascii() else 0
