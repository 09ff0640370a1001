"""The stage positions of an ND2 file as scenes, with the frame that holds each plane."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.readers.base import MAX_PLANES, Scene, damaged
from fluogan_app.core.readers.nd2_description import Loop, Nd2Description
from fluogan_app.core.readers.nd2_recording import metadata_of, recording_of
from fluogan_app.core.readers.recorded import recorded_part


@dataclass(frozen=True)
class _Recorded:
    """What all positions share: the description, the numbers of the frames that are there, their times, the words."""

    description: Nd2Description
    held: np.ndarray
    times_ms: np.ndarray
    metadata: dict[str, Any]


def nd2_scenes(
    path: Path, description: Nd2Description, held: np.ndarray, times_ms: np.ndarray
) -> tuple[Scene, ...]:
    """One scene for each stage position. held: numbers of the frames that the file holds. Raises ReadError.

    times_ms: when each frame was taken, by its number; empty where the file does not say.
    """
    loops, words = _loops(description, int(held.max()) + 1)
    shape = tuple(loop.count for loop in loops)
    if math.prod(shape) * description.frames.components > MAX_PLANES:
        raise damaged(path, f"it claims {math.prod(shape)} frames")
    sequences = np.arange(math.prod(shape)).reshape(shape)
    axes = "".join(loop.letter for loop in loops)
    recorded = _Recorded(description, held, times_ms, metadata_of(description))
    names = _position_names(loops, path.stem)
    position = axes.find("P")
    scenes, left_out = [], []
    for index, name in enumerate(names):
        own = sequences if position < 0 else sequences.take(index, axis=position)
        scene = _scene(recorded, name, axes.replace("P", ""), own)
        (left_out.append(name) if scene is None else scenes.append(scene))
    if not scenes:
        raise damaged(path, f"it should hold {sequences.size} frames, but has {len(held)}")
    if left_out:
        words = (*words, f"Left out, since the file holds no complete frames of them: {', '.join(left_out)}.")
    return tuple(_with_words(scene, words) for scene in scenes)


def _loops(description: Nd2Description, held: int) -> tuple[tuple[Loop, ...], tuple[str, ...]]:
    """The loops that the frames run through; frames that no loop explains are pages in a row."""
    loops, stated = description.loops, description.sequences
    words = (f"The file states {stated} frames, but holds {held}.",) if stated != held else ()
    if not loops:
        count = max(held, stated)
        return ((Loop("I", count, None),) if count > 1 else ()), words
    planned = math.prod(loop.count for loop in loops)
    if held <= planned:
        return loops, words
    plan = " × ".join(f"{loop.letter}{loop.count}" for loop in loops)
    sentence = f"The file describes {planned} frames ({plan}), but holds {held}"
    return loops, (*words, f"{sentence}; the first {planned} are used, and may be in the wrong order.")


def _position_names(loops: tuple[Loop, ...], stem: str) -> list[str]:
    loop = next((loop for loop in loops if loop.letter == "P"), None)
    if loop is None:
        return [stem]
    points = list(getattr(loop.parameters, "points", None) or [])
    named = [points[index].name if index < len(points) else None for index in range(loop.count)]
    return [name or f"Position {index + 1}" for index, name in enumerate(named)]


def _scene(recorded: _Recorded, name: str, axes: str, sequences: np.ndarray) -> Scene | None:
    """One position, with the frames that were recorded; None where none are complete. sequences: (loops…)."""
    frames = recorded.description.frames
    there = np.isin(sequences, recorded.held)
    planes = np.stack([np.where(there, sequences, -1), np.zeros_like(sequences)], axis=-1).astype(np.int64)
    planes, cut = recorded_part(planes, axes, name)
    if (planes[..., 0] < 0).any():
        return None
    recording = recording_of(recorded.description, planes[..., 0], axes, recorded.times_ms, recorded.metadata)
    if frames.components > 1:
        planes = np.repeat(planes[..., np.newaxis, :], frames.components, axis=-2)
        planes[..., 1] = np.arange(frames.components)
        axes += "C"
    return Scene(
        name=name,
        axes=axes,
        planes=planes,
        height=frames.height,
        width=frames.width,
        dtype=frames.dtype,
        recording=recording,
        stated="I" not in axes,
        warnings=cut,
    )


def _with_words(scene: Scene, words: tuple[str, ...]) -> Scene:
    return replace(scene, warnings=(*scene.warnings, *words))
