"""What there is to choose in a file: whether it holds one stack only, and what each choice would open."""

from __future__ import annotations

from dataclasses import replace

from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import ONE_FRAME, OTHER_STEP
from fluogan_app.core.readers.roles import Roles, assign_roles

TIME, CHANNEL, PLANE = "time", "channel", "plane"


def is_clear(description: FileDescription) -> bool:
    """Whether nothing has to be chosen: one image, one channel, one plane, and time where there is a series."""
    if len(description.scenes) != 1:
        return False
    scene = description.scenes[0]
    alternatives = scene.sizes["T"] == 1 and any(count > 1 for count in scene.axis_counts.values())
    return scene.sizes["C"] == scene.sizes["Z"] == 1 and not alternatives


def longest_scene(description: FileDescription) -> int:
    """The scene with most frames, the first of several."""
    lengths = [scene.sizes["T"] for scene in description.scenes]
    return lengths.index(max(lengths))


def roles_of(scene: SceneDescription) -> dict[str, str]:
    """What each of the file's own axes before Y and X is taken as: TIME, CHANNEL or PLANE."""
    channel = "C" if scene.sizes["C"] > 1 else ""
    return {
        letter: TIME if letter == scene.time_axis else CHANNEL if letter == channel else PLANE
        for letter in scene.axis_counts
    }


def with_time_axis(scene: SceneDescription, letter: str) -> SceneDescription:
    """The scene as it is when another of its axes is taken as time, or none (NO_TIME).

    What is said of it stays, except for what is said of the axes. Raises ReadError where it has no such axis.
    """
    if not letter or letter == scene.time_axis:
        return scene
    axes, counts = "".join(scene.axis_counts), tuple(scene.axis_counts.values())
    roles = assign_roles(axes, counts, stated=True, wish=letter)
    planes = 1
    for axis, count in enumerate(counts):
        planes *= 1 if axis in (roles.time, roles.channel) else count
    channels = 1 if roles.channel is None else counts[roles.channel]
    times, taken = (1, "") if roles.time is None else (counts[roles.time], axes[roles.time])
    sizes = {**scene.sizes, "T": times, "C": channels, "Z": planes}
    recording, warnings = _said(scene, axes, counts, roles)
    return replace(
        scene, sizes=sizes, time_axis=taken, time_guessed=False, recording=recording, warnings=warnings,
        channel=0, plane=0,
    )  # fmt: skip


def _said(
    scene: SceneDescription, axes: str, counts: tuple[int, ...], roles: Roles
) -> tuple[Recording, tuple[str, ...]]:
    """What the file states, and all warnings, when its axes are taken otherwise; as at opening it so."""
    guesses = [assign_roles(axes, counts, stated).warnings for stated in (True, False)]
    of_the_axes = {ONE_FRAME, *(sentence for guess in guesses for sentence in guess)}
    warnings = [sentence for sentence in scene.warnings if sentence not in of_the_axes]
    recording = scene.recording
    is_t = roles.time is not None and axes[roles.time] == "T"
    if recording.time_step_ms is not None and "T" in axes and not is_t:
        recording = replace(recording, time_step_ms=None, warnings=(*recording.warnings, OTHER_STEP))
        warnings.append(OTHER_STEP)
    if roles.time is None or counts[roles.time] == 1:
        warnings.append(ONE_FRAME)
    return recording, tuple(dict.fromkeys((*warnings, *roles.warnings)))


def kept_place(channel: int, plane: int, before: SceneDescription, after: SceneDescription) -> tuple[int, int]:
    """Channel and plane of one scene in another, or in the same with other axes; where there are none, its default.

    A channel is the same by its name, or by its number where neither has names; a plane where both count the same.
    """
    names = after.channels if before.channels else ()
    if channel < len(before.channels) and before.channels[channel] in names:
        channel = names.index(before.channels[channel])
    elif (before.channels and names) or channel >= after.sizes["C"]:
        channel = after.channel
    return channel, plane if _plane_counts(before) == _plane_counts(after) else after.plane


def _plane_counts(scene: SceneDescription) -> dict[str, int]:
    return {letter: scene.axis_counts[letter] for letter, role in roles_of(scene).items() if role == PLANE}


def fitting(selection: Selection | None, description: FileDescription) -> Selection:
    """A selection made earlier, where the file still has all that it names; else what is taken by default."""
    if selection is not None and selection.scene < len(description.scenes):
        try:
            scene = with_time_axis(description.scenes[selection.scene], selection.time_axis)
        except ReadError:
            return _default(description)
        if selection.channel < scene.sizes["C"] and selection.plane < scene.sizes["Z"]:
            return selection
    return _default(description)


def _default(description: FileDescription) -> Selection:
    """What the opened file is of where it is one of several; else channel and plane 0 of the longest scene."""
    index = longest_scene(description) if description.scene is None else description.scene
    scene = description.scenes[index]
    return Selection(scene=index, channel=scene.channel, plane=scene.plane)
