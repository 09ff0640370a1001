"""Random halves of a recording: how much a result changes with the frames that it happens to stand on.

The frames are cut into blocks in time, and of each two neighbouring blocks one is taken. Bleaching is then as in the
whole recording, molecules that blink more slowly than frames follow each other stay together, and for whatever is
linear in the frames the spread over such halves is that of the whole recording's noise: a half mean differs from the
mean by half the difference of its pairs, Σ ±(aᵢ − bᵢ)/2N, of variance σ²/2N for N pairs of blocks of variance σ².
(Half-sample replication: McCarthy, Review of the International Statistical Institute 37, 239, 1969.)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError

#: Blocks into which the frames are cut; more would be shorter than molecules stay bright.
MOST_BLOCKS = 32
#: With fewer frames the halves say nothing of noise.
FEWEST_FRAMES = 8


def half_of(problem: Problem, number: int, seed: int) -> Problem:
    """The problem with one half of its frames; each number is another half. Raises DataError for too few frames."""
    kept = half_frames(len(problem.frames), np.random.default_rng((seed, number)))
    frames = problem.frames[kept]
    frames.setflags(write=False)
    return replace(problem, frames=frames)


def half_frames(frame_count: int, random: np.random.Generator) -> np.ndarray:
    """Indices of one of each two neighbouring blocks of frames, rising. Raises DataError for too few frames."""
    if frame_count < FEWEST_FRAMES:
        raise DataError(
            f"Repeats need at least {FEWEST_FRAMES} frames; there {'is' if frame_count == 1 else 'are'} {frame_count}.",
            "Take more frames, or no repeats.",
        )
    blocks = np.array_split(np.arange(frame_count), min(MOST_BLOCKS, frame_count // 2 * 2))
    choices = random.integers(0, 2, len(blocks) // 2)
    return np.concatenate([blocks[2 * pair + choice] for pair, choice in enumerate(choices)])
