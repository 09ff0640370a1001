"""What a person says of a run: a name of their own and notes, kept beside the finished record."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from fluogan_app.core.errors import UsageError
from fluogan_app.core.files import gone, write_json_atomic

log = logging.getLogger(__name__)

NOTES = "notes.json"
#: A name that fits in a tree and a table; a note of some pages.
LONGEST_TITLE, LONGEST_NOTE = 80, 100_000


@dataclass(frozen=True)
class RunNotes:
    """title: the user's name of the run, "" for none. note: free text."""

    title: str = ""
    note: str = ""


def read_notes(folder: Path) -> RunNotes:
    """Of a run's folder; empty where there are none, or where they cannot be read."""
    path = folder / NOTES
    if not path.is_file():
        return RunNotes()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return RunNotes(str(kept.get("title", "")), str(kept.get("note", "")))
    except (OSError, ValueError, AttributeError) as error:
        log.warning("%s cannot be read: %s", path, error)
        return RunNotes()


def write_notes(folder: Path, notes: RunNotes) -> None:
    """Keep them in one step. Raises UsageError for a name that is too long, ProjectError."""
    title = " ".join(notes.title.split())
    for what, text, longest in (("name", title, LONGEST_TITLE), ("note", notes.note, LONGEST_NOTE)):
        if len(text) > longest:
            raise UsageError(f"The {what} has {len(text)} letters; at most {longest} are kept.", "Shorten it.")
    if not folder.is_dir():
        raise gone("run", folder)
    write_json_atomic(folder / NOTES, asdict(RunNotes(title, notes.note)))
