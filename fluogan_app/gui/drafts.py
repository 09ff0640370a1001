"""Changes to a saved project that were not saved yet, kept aside so that a crash does not lose them."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.files import cannot_write, write_json_atomic
from fluogan_app.core.folders import recovery_folder
from fluogan_app.core.project.migrations import read_record
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.run import read_json

log = logging.getLogger(__name__)


class Drafts:
    """One file per project, beside the unsaved projects; the project itself is left alone until the user saves."""

    def keep(self, folder: Path, document: ProjectDocument) -> None:
        """Write the document as it stands. Raises ProjectError."""
        write_json_atomic(self._path(folder), document.model_dump(mode="json"))

    def forget(self, folder: Path) -> None:
        """The changes were saved, or given up. Raises ProjectError."""
        path = self._path(folder)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error

    def find(self, folder: Path, saved: ProjectDocument) -> ProjectDocument | None:
        """The changes that were made to this very state of the project, or None. Asks the disk."""
        path = self._path(folder)
        if not path.exists():
            return None
        try:
            draft = read_record(ProjectDocument, read_json(path), str(path))
        except FluoganError as error:
            log.warning("%s", error)
            return None
        # A project that was saved since has left the draft behind.
        return draft if draft.modified == saved.modified else None

    def _path(self, folder: Path) -> Path:
        # A project's folder is the real one already: no question to its drive is needed here.
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:24]
        return recovery_folder() / "drafts" / f"{name}.json"
