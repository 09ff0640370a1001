"""project.json: read, with the version before it in reserve, and kept before it is written over."""

from __future__ import annotations

import logging
import shutil
from contextlib import suppress
from pathlib import Path

from fluogan_app.core.errors import DataError, ProjectError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.project.folder import DOCUMENT
from fluogan_app.core.project.migrations import NewerFormat, read_record
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.run import read_json

#: The document as it was before the last save, and one that could not be understood.
PREVIOUS, DAMAGED = "project.previous.json", "project.damaged.json"

log = logging.getLogger(__name__)


def read_document(folder: Path) -> tuple[ProjectDocument, str]:
    """The document of a project, and a sentence where it is the one before the last save; else "".

    Raises ProjectError where the present one is damaged and there is none before it, or is of a newer format.
    """
    try:
        return _read(folder / DOCUMENT), ""
    except NewerFormat:
        raise
    except ProjectError as error:
        return _before(folder, error)


def keep_previous(folder: Path, damaged: bool) -> None:
    """Keep the document that is about to be replaced: as the one before, or for what it is. Raises ProjectError."""
    kept = folder / (DAMAGED if damaged else PREVIOUS)
    write_atomic(kept, lambda temporary: shutil.copyfile(folder / DOCUMENT, temporary))


def with_fitting_drift(document: ProjectDocument) -> ProjectDocument:
    """A drift is one of a stack's frames: with another stack it is dropped."""
    link, drift = document.link, document.drift
    if link is None or drift is None:
        return document
    try:
        drift.checked(link.shape_tyx)
    except DataError as error:
        log.warning("%s The drift of the project is not used any more.", error.message)
        return document.replace(drift=None)
    return document


def _read(path: Path) -> ProjectDocument:
    """A document in today's format; one of an older format is kept as it was. Raises ProjectError."""
    content = read_json(path)
    document = with_fitting_drift(read_record(ProjectDocument, content, str(path)))
    if content["schema_version"] < document.schema_version:
        _keep_original(path, content["schema_version"])
    return document


def _before(folder: Path, error: ProjectError) -> tuple[ProjectDocument, str]:
    if not (folder / PREVIOUS).is_file():
        raise error
    try:
        document = _read(folder / PREVIOUS)
    except ProjectError:
        raise error from None
    log.warning("%s", error.one_line)
    return document, f"{folder / DOCUMENT} is damaged. What was saved before, at {document.modified}, is open instead."


def _keep_original(path: Path, version: int) -> None:
    """Before an older document is rewritten in today's format, keep it as it was. A read-only project needs no copy."""
    with suppress(OSError):
        kept = path.with_name(f"project.v{version}.json")
        if not kept.exists():
            shutil.copy2(path, kept)
