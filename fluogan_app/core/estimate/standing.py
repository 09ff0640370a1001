"""Frames of a sample that moved, moved back, and what their own noise looks like then."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.shifted import moved_back


def standing(frames: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """What all frames (T, Y, X) saw of a sample at positions (T, 2), moved back to their mean, float32."""
    middle = positions.mean(axis=0)
    still = np.stack([moved_back(frame, *place) for frame, place in zip(frames, positions - middle)])
    rim = np.minimum(np.ceil(np.ptp(positions, axis=0)).astype(int), np.array(frames.shape[1:]) // 3)
    return still[:, rim[0] : still.shape[1] - rim[0], rim[1] : still.shape[2] - rim[1]]


def steady_twin(frames: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """The same as `standing`, of a steady sample with the same path, brightness and noise of each pixel.

    Moving a frame by a fraction of a pixel spreads the noise of each pixel over its neighbours, most of it where the
    light is: neighbours fluctuate together, although nothing does. The noise is that between successive frames, with a
    sign by chance in each pixel, so that neighbours share nothing before they are moved.
    """
    middle, rng = positions.mean(axis=0), np.random.default_rng(0)
    mean = np.mean([moved_back(frame, *place) for frame, place in zip(frames, positions - middle)], axis=0)
    light = frames.mean(axis=(1, 2), dtype=np.float64)
    level = light / max(float(light.mean()), 1e-12)
    steps = np.diff(frames.astype(np.float32), axis=0, append=frames[-2:-1].astype(np.float32)) / np.sqrt(2.0)
    noise = steps * rng.choice(np.array([-1.0, 1.0], np.float32), size=steps.shape)
    moving = [bright * moved_back(mean, *-place) for bright, place in zip(level, positions - middle)]
    return standing((np.stack(moving) + noise).astype(np.float32), positions)
