"""`fluogan info`: what is in a file, or which runs a project holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fluogan_app.cli import words
from fluogan_app.cli.arguments import SELECTED, add_stack_selection, frame_range, selection
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, stack_path
from fluogan_app.cli.records import project_object, steps_kept
from fluogan_app.cli.report import Report
from fluogan_app.cli.scene_table import scene_lines
from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.facts import Fact, facts
from fluogan_app.core.data.metadata_text import metadata_lines, plain
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.folder import DOCUMENT, is_project
from fluogan_app.core.project.store import Project


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, --json, --metadata, and the flags that choose one image of a file."""
    parser.add_argument("file", metavar="FILE", help=f"{FILE_HELP} Of a project, its runs are listed.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
    parser.add_argument(
        "--metadata", action="store_true", help="All that the file says of itself, in its own words, as a tree."
    )
    add_stack_selection(parser)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Describe the file or the project. Raises ReadError, ProjectError, DataError."""
    from fluogan_app.core.readers.open import describe

    path = stack_path(arguments.file)
    if (Path(path).is_dir() or Path(path).name == DOCUMENT) and is_project(path):
        return _project(Project.open(path), arguments.json, report)
    if _chooses(arguments):
        return _one_image(path, arguments, report)
    description = describe(path, arguments.alone)
    if arguments.json:
        scenes = [_scene_object(scene, _known(scene), arguments.metadata) for scene in description.scenes]
        report.json({**description.to_json(), "scenes": scenes})
        return Exit.DONE
    report.text(*_table(description, report.coloured))
    if arguments.metadata:
        report.text(*_trees(description))
    report.warnings(description.warnings)
    return Exit.DONE


def _chooses(arguments: argparse.Namespace) -> bool:
    named = [getattr(arguments, name) for name in ("frames", "roi", *SELECTED)]
    return bool(arguments.time_axis) or any(value is not None for value in named)


def _one_image(path: str, arguments: argparse.Namespace, report: Report) -> Exit:
    """What a reconstruction with the same flags would work on."""
    from fluogan_app.core.readers.open import open_stack

    with closing(open_stack(path, selection(arguments))) as stack:
        frames = frame_range(arguments.frames, stack.shape[0]) or FrameRange(0, stack.shape[0])
        roi = (arguments.roi or Roi(0, 0, *stack.shape[1:])).checked(stack.shape[1:])
    known = facts(stack.scene, stack.acquisition, stack.selection.channel)
    if arguments.json:
        taken = {"frames": [frames.start, frames.stop], "roi": [roi.y0, roi.x0, roi.height, roi.width]}
        chosen = {name: getattr(stack.selection, name) for name in SELECTED}
        scene = _scene_object(stack.scene, known, arguments.metadata)
        about = {**stack.description.to_json(), "warnings": list(stack.warnings)}
        report.json({**about, "scenes": [scene], "taken": {**chosen, **taken}})
        return Exit.DONE
    report.text(f"{stack.path.name} (read as {stack.reader})", _scene_title(stack.selection.scene, stack.scene))
    report.text(*scene_lines(stack.scene, known, report.coloured), _taken_sentence(stack, frames, roi))
    if arguments.metadata:
        report.text("", *_tree(stack.selection.scene, stack.scene))
    report.warnings(stack.warnings)
    return Exit.DONE


def _taken_sentence(stack: Stack, frames: FrameRange, roi: Roi) -> str:
    selected = stack.selection
    image = f"channel {selected.channel}, plane {selected.plane}"
    span = f"frames {frames.start} to {frames.stop - 1} ({len(frames)} of {stack.shape[0]})"
    return f"Taken: {image}, {span}, {roi.height} × {roi.width} pixels from row {roi.y0}, column {roi.x0}."


def _project(project: Project, as_json: bool, report: Report) -> Exit:
    damaged: list[ProjectError] = []
    runs = project.runs(damaged.append)
    warnings = [*project.trouble_with_stack(), *(error.one_line for error in damaged)]
    if as_json:
        report.json(project_object(project, runs, warnings))
        return Exit.DONE
    report.text(f"{project.folder.name} (FluoGAN project)", *words.table(words.project_rows(project.document)))
    for run in runs:
        report.text(words.run_line(run.record, steps_kept(run)))
    report.warnings(warnings)
    return Exit.DONE


def _table(description: FileDescription, coloured: bool) -> list[str]:
    lines = [f"{description.path.name} (read as {description.reader})"]
    count, said = len(description.scenes), None
    for number, scene in enumerate(description.scenes):
        if count > 1 or scene.name != description.path.stem:
            lines.append(f"{_scene_title(number, scene)} ({number + 1} of {count})")
        known = _known(scene)
        # Scenes of one file are mostly recorded alike: what holds for the one before is not said again.
        lines += scene_lines(scene, known if known != said else (), coloured)
        said = known
    return lines


def _known(scene: SceneDescription) -> tuple[Fact, ...]:
    """What the file alone tells of the channel that is taken where nobody chooses."""
    from fluogan_app.core.readers.recording import acquisition_of

    return facts(scene, acquisition_of(scene.recording, scene.channel), scene.channel)


def _scene_title(number: int, scene: SceneDescription) -> str:
    return f"Scene {number}: {scene.name or 'without a name'}"


def _trees(description: FileDescription) -> list[str]:
    lines: list[str] = []
    for number, scene in enumerate(description.scenes):
        before = description.scenes[number - 1].recording.metadata if number else None
        same = scene.recording.metadata == before
        lines += ["", f"{_scene_title(number, scene)}: the same."] if same else ["", *_tree(number, scene)]
    return lines


def _tree(number: int, scene: SceneDescription) -> list[str]:
    metadata = scene.recording.metadata
    if not metadata:
        return [f"{_scene_title(number, scene)}: the file says nothing more of itself."]
    return [f"{_scene_title(number, scene)}, in the file's own words:", *metadata_lines(metadata, depth=1)]


def _scene_object(scene: SceneDescription, known: Iterable[Fact], with_metadata: bool) -> dict[str, Any]:
    """An image with its facts: of those that nothing states, the text and the origin say so."""
    told = {**scene.to_json(), "facts": [asdict(fact) for fact in known]}
    return {**told, "metadata": plain(scene.recording.metadata)} if with_metadata else told
