"""Writing files so that a crash, a full disk or a pulled plug leaves either the old file or the new one."""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fluogan_app.core.errors import ProjectError


def write_atomic(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk, then put it in place in one step.

    Raises ProjectError when the folder is read-only, the disk is full, or the file cannot be replaced; what stood
    at `path` before stands there still.
    """
    temporary = _temporary_beside(path)
    try:
        write(temporary)
        flush_to_disk(temporary)
        replace(temporary, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    flush_folder(path.parent)


def replace(source: Path, target: Path) -> None:
    """Rename over what stands at `target`. Raises OSError.

    Windows refuses while a virus scanner or a viewer has the target open, mostly for a moment: a few tries there.
    """
    tries = 10 if os.name == "nt" else 1
    for left in reversed(range(tries)):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if left == 0:
                raise
            time.sleep(0.05)


def write_text_atomic(path: Path, text: str) -> None:
    """Write UTF-8 text in one step. Raises ProjectError."""
    write_atomic(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_json_atomic(path: Path, content: Any) -> None:
    """Write JSON (no NaN) in one step. Raises ProjectError."""
    write_text_atomic(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def cannot_write(path: Path, error: OSError) -> ProjectError:
    """The sentence for a failed write, with what to do about it."""
    reason = error.strerror or str(error)
    return ProjectError(
        f"{path} could not be written: {reason}.",
        "Free some space or choose another folder; what was saved before is untouched.",
    )


class GoneError(ProjectError):
    """A folder that is not there any more."""


def gone(what: str, folder: Path) -> GoneError:
    """The sentence for a folder that was moved while work went on in it: it must not be made again in part."""
    return GoneError(
        f"The {what} {folder} is not there any more.",
        "It was moved, renamed or deleted: put it back, or open it at its new place.",
    )


def _temporary_beside(path: Path) -> Path:
    temporary = path.with_name(f".{path.stem[:40]}-{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
    except OSError as error:
        raise cannot_write(path, error) from error
    return temporary


def flush_to_disk(path: Path) -> None:
    """Make a file's content reach the disk. Raises OSError."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make a rename reach the disk. Not every file system can, and the files themselves are safe: never an error."""
    if os.name == "nt":  # no handle for a folder there, and no need
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_temporary(path: Path) -> bool:
    """Whether this is a file that a broken-off write left behind, or one that is being written now."""
    return re.fullmatch(r"\..*-[0-9a-f]{12}(\.\w+)?", path.name) is not None
