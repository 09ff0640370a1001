"""Projects of older versions are brought up to date on a copy; projects of newer versions are refused."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.model import SCHEMA_VERSION, ProjectDocument, RunRecord

Content = dict[str, Any]
#: For each record, what turns the content of a version n file into version n + 1. It may change what it is given.
MIGRATIONS: Mapping[type[BaseModel], Mapping[int, Callable[[Content], Content]]] = {ProjectDocument: {}, RunRecord: {}}

_DAMAGED = "It may be damaged; restore it from a backup."

M = TypeVar("M", bound=BaseModel)


class NewerFormat(ProjectError):
    """A file of a later version of this program: sound, and not to be put back to what was before."""


def read_record(model: type[M], content: Any, where: str) -> M:
    """A checked record from what a file holds, of this or an older version. Raises ProjectError."""
    if not isinstance(content, dict):
        raise ProjectError(f"{where} does not hold a FluoGAN record.", _DAMAGED)
    try:
        return model.model_validate(migrated(model, content, where))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise ProjectError(
            f"{where} cannot be understood: {place}: {fault['msg']}.", _DAMAGED
        ) from error


def migrated(model: type[BaseModel], content: Content, where: str) -> Content:
    """A copy of the content in the version of this program. Raises ProjectError for a newer or unknown version."""
    version = content.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise ProjectError(f"{where} states no version of its format.", _DAMAGED)
    if version > SCHEMA_VERSION:
        raise NewerFormat(
            f"{where} was written by a newer FluoGAN (format {version}; this program knows up to {SCHEMA_VERSION}).",
            "Open it with that version, or update this one. Nothing was changed.",
        )
    content = copy.deepcopy(content)
    for step in range(version, SCHEMA_VERSION):
        if step not in MIGRATIONS.get(model, {}):
            raise ProjectError(f"{where} has the unknown format {step}.", _DAMAGED)
        content = {**MIGRATIONS[model][step](content), "schema_version": step + 1}
    return content
