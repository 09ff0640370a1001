"""Writing files so that a crash, a full disk or a pulled plug leaves either the old file or the new one."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
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
        _flush_to_disk(temporary)
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


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


def _temporary_beside(path: Path) -> Path:
    temporary = path.with_name(f".{path.stem[:40]}-{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
    except OSError as error:
        raise cannot_write(path, error) from error
    return temporary


def _flush_to_disk(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    # The rename itself must reach the disk too; Windows has no handle for a folder and needs none.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
