"""Files that a command is asked to write: of the right kind, no two the same, and none in the way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fluogan_app.core.errors import UsageError


def check_targets(paths: Iterable[Path], overwrite: bool) -> None:
    """Raises UsageError for two equal targets, for a folder, and for a file that exists and may not be replaced."""
    seen: set[Path] = set()
    for path in paths:
        whole = path.resolve()
        if whole in seen:
            raise UsageError(f"{path} was named for two outputs.", "Give each output its own file.")
        seen.add(whole)
        if path.is_dir():
            raise UsageError(f"{path} is a folder.", "Name a file in it.")
        if path.exists() and not overwrite:
            raise UsageError(f"{path} exists already.", "Choose another name, or replace it with --overwrite.")


def check_ending(path: Path, endings: tuple[str, ...], what: str) -> None:
    """Raises UsageError where a file's name does not end as its content asks."""
    if not path.name.lower().endswith(endings):
        raise UsageError(f"{path} is no name for {what}.", f"Let it end in {' or '.join(endings)}.")
