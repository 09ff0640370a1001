"""From a file that any reader has opened to its description, and to the stack of one scene, channel and plane."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import ONE_FRAME, OTHER_STEP, OpenFile, Scene, chosen, damaged
from fluogan_app.core.readers.guard import guarded_source
from fluogan_app.core.readers.recording import acquisition_of, checked
from fluogan_app.core.readers.roles import Roles, arrange, assign_roles


def described(path: Path, opened: OpenFile) -> FileDescription:
    """What an open file holds. Raises ReadError."""
    if not opened.scenes:
        raise ReadError(f"{path.name} holds no image.", "Open the file that holds the frames.")
    views = [_view(scene) for scene in opened.scenes]
    scenes = tuple(map(_described, opened.scenes, views))
    # What holds for every scene is said once.
    warnings = dict.fromkeys(sentence for scene in scenes for sentence in scene.warnings)
    with_opened = [index for index, scene in enumerate(opened.scenes) if scene.opened_at is not None]
    own = with_opened[0] if len(with_opened) == 1 else None
    return FileDescription(path, opened.dialect, scenes, tuple(warnings), opened.files, own)


def stack_of(path: Path, opened: OpenFile, wanted: Selection | Wanted) -> Stack:
    """The lazy stack of one scene, channel and plane of an open file; closing it closes the file. Raises ReadError."""
    description = described(path, opened)
    number = chosen(path, "scene", _settled(wanted.scene, description.scene or 0), len(opened.scenes))
    scene = opened.scenes[number]
    view = _view(scene, wanted.time_axis)
    channel = chosen(path, "channel", _settled(wanted.channel, view.channel), view.planes.shape[1])
    plane = chosen(path, "plane", _settled(wanted.plane, view.plane), view.planes.shape[2])
    selection = Selection(number, channel, plane, wanted.time_axis, wanted.alone)
    addresses = view.planes[:, channel, plane]
    if (addresses[:, 0] < 0).any():
        raise _lacking(path, scene, addresses)
    return Stack(
        path=path,
        reader=opened.dialect,
        source=guarded_source(path, opened.source(scene, addresses)),
        selection=selection,
        acquisition=acquisition_of(view.recording, channel),
        time_step_ms=view.recording.time_step_ms,
        metadata=view.recording.metadata,
        warnings=view.warnings,
        description=description,
        scene=_described(scene, view),
        files=opened.files,
    )


def _settled(wanted: int | None, default: int) -> int:
    return default if wanted is None else wanted


def _lacking(path: Path, scene: Scene, addresses: np.ndarray) -> ReadError:
    missing = int((addresses[:, 0] < 0).sum())
    return damaged(path, f"{missing} of {len(addresses)} frames of “{scene.name}” are in no file that is here")


@dataclass(frozen=True)
class _View:
    """One scene with the roles of its axes settled: plane addresses (T, C, Z, n) and all that is said of it.

    channel, plane: those that are taken where nobody chooses.
    """

    planes: np.ndarray
    roles: Roles
    recording: Recording
    warnings: tuple[str, ...]
    channel: int = 0
    plane: int = 0


def _view(scene: Scene, time_axis: str = "") -> _View:
    roles = assign_roles(scene.axes, scene.planes.shape[:-1], scene.stated, time_axis)
    recording = _timed(checked(scene.recording, 8 * scene.dtype.itemsize), scene.axes, roles)
    planes = arrange(scene.planes, roles)
    words = [*scene.warnings, *recording.warnings, *roles.warnings]
    if planes.shape[0] == 1:
        words.append(ONE_FRAME)
    if not (planes[..., 0] >= 0).all(axis=0).any():
        words.append(f"“{scene.name}” cannot be opened: frames of it are in no file that is here.")
    return _View(planes, roles, recording, tuple(dict.fromkeys(words)), *_default_place(scene, roles))


def _default_place(scene: Scene, roles: Roles) -> tuple[int, int]:
    """Channel and plane that the file that was opened is of, 0 where that makes no choice."""
    if scene.opened_at is None:
        return 0, 0
    mark = np.zeros((*scene.planes.shape[:-1], 1), bool)
    mark[scene.opened_at] = True
    _, channel, plane, _ = np.argwhere(arrange(mark, roles))[0]
    return int(channel), int(plane)


def _timed(recording: Recording, axes: str, roles: Roles) -> Recording:
    """The recording without its time step where that belongs to another axis than the one taken as time."""
    other = "T" in axes and (roles.time is None or axes[roles.time] != "T")
    if not other or recording.time_step_ms is None:
        return recording
    return replace(recording, time_step_ms=None, warnings=(*recording.warnings, OTHER_STEP))


def _described(scene: Scene, view: _View) -> SceneDescription:
    times, channels, depth, _ = view.planes.shape
    return SceneDescription(
        name=scene.name,
        sizes={"T": times, "C": channels, "Z": depth, "Y": scene.height, "X": scene.width},
        axes=scene.axes + "YX",
        dtype=scene.dtype.name,
        recording=view.recording,
        axis_counts=dict(zip(scene.axes, scene.planes.shape[:-1], strict=True)),
        time_axis="" if view.roles.time is None else scene.axes[view.roles.time],
        time_guessed=view.roles.guessed,
        warnings=view.warnings,
        channel=view.channel,
        plane=view.plane,
    )
