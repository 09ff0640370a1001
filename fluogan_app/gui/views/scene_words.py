"""What an image of a file is, in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.units import length_text

#: What the letters of axes stand for, as far as there is a word.
AXIS_WORDS = {
    "T": "time", "C": "channel", "Z": "depth", "I": "pages", "Q": "pages", "M": "tile", "H": "phase", "R": "rotation",
    "P": "position", "V": "view", "B": "block", "S": "sample",
}  # fmt: skip


def count_text(count: int, one: str) -> str:
    """ "1 frame", "500 frames"."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def scene_names(scenes: Sequence[SceneDescription]) -> list[str]:
    """The names in the file, with their numbers where several are called alike: "cell (image 2)"; else "Image 2"."""
    counts = Counter(scene.name for scene in scenes)

    def name_of(number: int, name: str) -> str:
        if not name:
            return f"Image {number}"
        return f"{name} (image {number})" if counts[name] > 1 else name

    return [name_of(number, scene.name) for number, scene in enumerate(scenes, 1)]


def channel_name(scene: SceneDescription, index: int) -> str:
    """The name in the file, else its number, to stand after the word "channel"."""
    named = index < len(scene.channels) and scene.channels[index]
    return scene.channels[index] if named else f"{index + 1}"


def channel_title(scene: SceneDescription, index: int) -> str:
    """The name in the file, else "Channel 2"."""
    name = channel_name(scene, index)
    return f"Channel {name}" if name == f"{index + 1}" else name


def pixel_text(scene: SceneDescription) -> str:
    """The side of a pixel, or that it is not stated."""
    height, width = scene.pixel_size_y_nm, scene.pixel_size_x_nm
    if height is None or width is None:
        return "pixel size not stated"
    square = scene.recording.pixel_size_nm
    return length_text(square) if square is not None else f"{length_text(height)} × {length_text(width)}"


def scene_line(scene: SceneDescription) -> str:
    """Its counts: "500 frames, 2 channels, 11 planes"."""
    sizes = scene.sizes
    parts = [count_text(sizes["T"], "frame")]
    parts += [count_text(sizes["C"], "channel")] if sizes["C"] > 1 else []
    parts += [count_text(sizes["Z"], "plane")] if sizes["Z"] > 1 else []
    return ", ".join(parts)


def opening_line(scene: SceneDescription, selection: Selection, frames: FrameRange) -> str:
    """What a choice opens: "500 frames of 512 × 512 pixels, 80 nm (file), channel GFP, plane 3 of 11"."""
    sizes = scene.sizes
    stated = "" if scene.pixel_size_y_nm is None or scene.pixel_size_x_nm is None else " (file)"
    parts = [
        f"{count_text(len(frames), 'frame')} of {sizes['Y']} × {sizes['X']} pixels",
        f"{pixel_text(scene)}{stated}",
    ]
    if len(frames) < sizes["T"]:
        parts[0] += f" ({frames} of {sizes['T']})"
    if sizes["C"] > 1 or scene.channels:
        parts.append(f"channel {channel_name(scene, selection.channel)}")
    if sizes["Z"] > 1:
        parts.append(f"plane {selection.plane + 1} of {sizes['Z']}")
    return ", ".join(parts)
