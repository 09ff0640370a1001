"""A simulated recording on disk: the stack as any microscope program reads it, and its truth beside it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern
from fluogan_app.core.errors import ReadError, UsageError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.params import specs, validated
from fluogan_app.core.simulate.recording_params import RecordingParams
from fluogan_app.core.simulate.registry import SCENARIOS, scenario_of
from fluogan_app.core.units import bytes_text

if TYPE_CHECKING:  # the simulator itself brings SciPy, which reading a truth does not need
    from fluogan_app.core.simulate.scenarios import SimulatedStack

#: ImageJ's TIFF counts bytes in 32 bits, and needs some room for its header.
IMAGEJ_BYTES = 2**32 - 2**20


@dataclass(frozen=True)
class Truth:
    """What a truth file holds; see SimulatedStack for shapes and units."""

    truth: np.ndarray
    emitted: np.ndarray
    background: np.ndarray
    fading: np.ndarray
    params: RecordingParams
    seed: int
    positions: Mapping[str, np.ndarray]
    pattern: LinePattern | None
    hot_pixels_yx: np.ndarray


def write_stack(path: Path, stack: SimulatedStack, compress: bool = False) -> None:
    """Write the frames as an ImageJ TIFF (TYX, uint16) with pixel size and time step; replaces what is at `path`.

    Raises UsageError (too large for the format), ProjectError (cannot be written).
    """
    import tifffile

    if not compress and stack.frames.nbytes > IMAGEJ_BYTES:
        raise UsageError(
            f"A stack of {bytes_text(stack.frames.nbytes)} does not fit into an ImageJ TIFF, which ends at 4 GB.",
            "Simulate fewer frames, rows or line sets.",
        )
    per_micrometre = 1000.0 / stack.pixel_size_nm
    metadata = {"axes": "TYX", "unit": "um", "finterval": stack.params.time_step_ms / 1000, "Info": _provenance(stack)}

    def write(temporary: Path) -> None:
        tifffile.imwrite(
            temporary,
            stack.frames,
            imagej=True,
            resolution=(per_micrometre, per_micrometre),
            compression="zlib" if compress else None,
            predictor=compress,
            metadata=metadata,
        )

    write_atomic(Path(path), write)


def write_truth(path: Path, stack: SimulatedStack) -> None:
    """Write truth, background, positions and parameters (as JSON text, with units) as .npz without pickles.

    Raises ProjectError.
    """
    arrays = {
        "truth": stack.truth.astype(np.float32),
        "emitted": stack.emitted.astype(np.float32),
        "background": stack.background.astype(np.float32),
        "fading": stack.fading,
        "seed": np.array(stack.seed, np.int64),
        "scenario": np.array(scenario_of(stack.params).name),
        "params": np.array(json.dumps(described_params(stack.params), ensure_ascii=False)),
        "hot_pixels_yx": stack.hot_pixels_yx,
        **stack.positions,
    }

    def write(temporary: Path) -> None:
        # A handle, because NumPy adds .npz to a name that has none, and the file would not be found again.
        with open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)

    write_atomic(Path(path), write)


def read_truth(path: Path) -> Truth:
    """The truth that `write_truth` wrote. Raises ReadError."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return _truth(arrays)
    except (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ReadError(
            f"{path} holds no truth of a simulated stack: {error}.",
            "Give the file that was written beside the stack with --truth.",
        ) from error


def _truth(arrays: dict[str, np.ndarray]) -> Truth:
    params = {name: entry["value"] for name, entry in json.loads(str(arrays.pop("params"))).items()}
    # The first files held nothing but line patterns, and did not say so.
    scenario = SCENARIOS[str(arrays.pop("scenario", "lines"))]
    image = {name: arrays.pop(name) for name in ("truth", "emitted", "background", "fading")}
    return Truth(
        **image,
        params=validated(scenario.params_type, params),
        seed=int(arrays.pop("seed")),
        hot_pixels_yx=arrays.pop("hot_pixels_yx", np.empty((0, 2), int)),
        positions=arrays,
        pattern=LinePattern.from_positions(arrays) if scenario.name == "lines" else None,
    )


def described_params(params: RecordingParams) -> dict[str, dict[str, Any]]:
    """Every parameter as {"value", "unit"}."""
    return {spec.name: {"value": getattr(params, spec.name), "unit": spec.unit} for spec in specs(type(params))}


def _provenance(stack: SimulatedStack) -> str:
    entries = described_params(stack.params).items()
    lines = [f"{name}: {entry['value']} {entry['unit']}".rstrip() for name, entry in entries]
    return "\n".join([f"Simulated: {scenario_of(stack.params).title}", f"seed: {stack.seed}", *lines])
