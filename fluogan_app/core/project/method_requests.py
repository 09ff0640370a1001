"""What is asked of each of several methods that are to be compared: the same stack, region, frames and grid."""

from __future__ import annotations

from collections.abc import Sequence

from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.project.another_method import with_method
from fluogan_app.core.project.differences import differences, parameters_of
from fluogan_app.core.project.model import ProjectDocument, RunStatus
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.presets import built_in
from fluogan_app.core.project.run import Run

#: The values that the form has for a method: those that were set there last.
AS_SET = "as set"


def ways_of(document: ProjectDocument, name: str) -> dict[str, str]:
    """Which values a method can be compared with, by a key, in words: its presets, and the form's where they differ.

    Raises UsageError.
    """
    method = method_named(name)
    ways = {preset.key: preset.name for preset in built_in(method)}
    usual = {request_of(document, name, key).params.model_dump_json() for key in ways}
    if request_of(document, name, AS_SET).params.model_dump_json() not in usual:
        ways[AS_SET] = "As set in the form"
    return ways


def request_of(document: ProjectDocument, name: str, way: str) -> RunRequest:
    """A run by a method with the values of one of its ways, on the grid of the document. Raises UsageError."""
    chosen = document.replace(**with_method(document, name))
    as_set = parameters_of(chosen)
    if way == AS_SET:
        params = as_set
    else:
        values = next(preset.values["method"] for preset in built_in(method_named(name)) if preset.key == way)
        grid = {"zoom": as_set.zoom} if "zoom" in type(as_set).model_fields else {}
        params = parameters_of(chosen.replace(params={name: {**values, **grid}}))
    return RunRequest(
        name, params, document.settings, document.acquisition, document.roi, document.frames, document.drift
    )


def document_of(document: ProjectDocument, request: RunRequest) -> ProjectDocument:
    """The document as it would stand if the form held what a request asks."""
    return document.replace(method=request.method, params={request.method: request.params.model_dump(mode="json")})


def run_like(document: ProjectDocument, request: RunRequest, runs: Sequence[Run]) -> Run | None:
    """The newest finished run that was asked the same of the same frames; None where there is none.

    Where it was computed, and in which tiles, is no difference.
    """
    asked = document_of(document, request)
    for run in reversed(runs):
        record = run.record
        same_stack = record.link is None or document.link is None or record.link.path == document.link.path
        if record.method != request.method or record.status is not RunStatus.FINISHED or not same_stack:
            continue
        if record.selection == (document.link.selection if document.link else record.selection):
            if not [one for one in differences(record, asked) if one.section != "settings"]:
                return run
    return None
