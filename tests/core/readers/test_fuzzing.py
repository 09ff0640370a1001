"""Files whose bytes were changed by chance: each opens and can be read, or is refused in one clear line.

The harness itself is shown to find an exception, a crash, a hang and a greedy allocation.
"""

from __future__ import annotations

import ctypes
import io
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from tests.core.readers import fuzzing
from tests.core.readers.fuzzing import fuzz, mutated

FRAMES = np.random.default_rng(7).integers(90, 700, (6, 19, 23)).astype(np.uint16)
#: How `tifffile.imwrite` is asked for each dialect.
DIALECTS: dict[str, dict[str, object]] = {
    "plain": {"photometric": "minisblack", "metadata": None},
    "imagej": {"imagej": True, "metadata": {"axes": "TYX", "unit": "um", "finterval": 0.05}, "resolution": (10, 10)},
    "ome": {"ome": True, "metadata": {"axes": "TYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}},
    "bigtiff": {"bigtiff": True, "photometric": "minisblack"},
    "lzw": {"compression": "lzw", "predictor": True, "photometric": "minisblack", "metadata": None},
    "deflate, big-endian": {"compression": "zlib", "byteorder": ">", "photometric": "minisblack", "metadata": None},
    "tiled": {"tile": (16, 16), "photometric": "minisblack", "metadata": None},
}


def written(dialect: str) -> bytes:
    """A small TIFF in one of the dialects."""
    file = io.BytesIO()
    tifffile.imwrite(file, FRAMES, **DIALECTS[dialect])
    return file.getvalue()


def tries(dialect: str, count: int) -> range:
    """Other seeds for each dialect."""
    start = 10_000 * list(DIALECTS).index(dialect)
    return range(start, start + count)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tiff_damaged_by_chance_opens_or_is_refused(dialect: str, tmp_path: Path) -> None:
    assert [str(failure) for failure in fuzz(written(dialect), ".tif", tries(dialect, 150), tmp_path)] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tiff_damaged_in_thousands_of_ways_opens_or_is_refused(dialect: str, tmp_path: Path) -> None:
    assert [str(failure) for failure in fuzz(written(dialect), ".tif", tries(dialect, 5000), tmp_path)] == []


def test_damage_is_the_same_for_a_seed_and_real() -> None:
    content = written("plain")
    assert all(mutated(content, seed) == mutated(content, seed) for seed in range(50))
    assert sum(mutated(content, seed) != content for seed in range(200)) > 190
    assert len({mutated(content, seed) for seed in range(200)}) > 190
    hot = [(100, 110)]
    changed = [first_difference(content, mutated(content, seed, hot)) for seed in range(300)]
    assert sum(90 <= place < 120 for place in changed) > 60


def first_difference(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def fails(path: Path) -> None:
    if path.stem == "damaged":
        raise RuntimeError("no such thing")


def crashes(path: Path) -> None:
    if path.stem == "damaged":
        ctypes.string_at(0)


def hangs(path: Path) -> None:
    if path.stem == "damaged":
        threading.Event().wait(60)


def asks_for_too_much(path: Path) -> None:
    if path.stem == "damaged":
        bytearray(fuzzing.MOST_BYTES)


def mumbles(path: Path) -> None:
    if path.stem == "damaged":
        raise ReadError("a line\nand another", "hint")


#: What a reader might do wrong with a damaged file, and the word that the harness has for it.
FAULTS = {
    fails: "RuntimeError: no such thing", crashes: "ended with -11", hangs: "Timeout (0:00:01)",
    asks_for_too_much: "MemoryError", mumbles: "no clear line",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_harness_finds_what_must_not_be(fault: Callable[[Path], None], tmp_path: Path) -> None:
    if not sys.platform.startswith("linux") and fault in (crashes, asks_for_too_much):
        pytest.skip("ends in another way where this is not Linux")
    failures = fuzz(written("plain"), ".tif", [3, 4], tmp_path, look=f"{__name__}:{fault.__name__}", seconds=1)
    assert [failure.seed for failure in failures] == [3, 4]
    assert all(FAULTS[fault] in failure.what for failure in failures), failures
    assert failures[0].kept.read_bytes() == mutated(written("plain"), 3)
