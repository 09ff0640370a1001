"""Broken files on the command line: each ends within seconds, in bounded memory, in one clear line or right frames.

All files are run in one process of its own, whose address space is limited: what would ask for more dies there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile

LONGEST_SECONDS = 10
MOST_BYTES = 1_000_000_000

#: Runs `fluogan info` and reads every frame of each file, and prints a line of JSON for each; then its peak memory.
PROGRAM = """
import contextlib, io, json, sys, time
from fluogan_app.cli.main import run
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import open_stack

def read(path):
    try:
        stack = open_stack(path)
    except ReadError:
        return None
    try:
        return sum(stack.frame(index).shape == stack.shape[1:] for index in range(stack.shape[0]))
    finally:
        stack.close()

limit = int(sys.argv[1])
if limit:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for path in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    started = time.perf_counter()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["info", path])
        frames = read(path)
    print(json.dumps({"path": path, "code": code, "out": out.getvalue(), "err": err.getvalue(), "frames": frames,
                      "seconds": time.perf_counter() - started}), flush=True)
"""


@dataclass(frozen=True)
class Outcome:
    """How one file ended on the command line."""

    path: str
    code: int
    out: str
    err: str
    frames: int | None
    seconds: float


def outcomes(paths: list[Path]) -> list[Outcome]:
    """Run the command on each file, in one process with bounded memory."""
    limit = MOST_BYTES if sys.platform.startswith("linux") else 0
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(limit)],
        input=json.dumps([str(path) for path in paths]), capture_output=True, text=True, timeout=100,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "only the command's own lines may reach the terminal"
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]


def complaints(outcome: Outcome) -> list[str]:
    """What is wrong with the way a file ended."""
    lines = outcome.err.splitlines()
    wrong = {
        "took too long": outcome.seconds > LONGEST_SECONDS,
        "has an exit code of its own": outcome.code not in (0, 2),
        "shows a traceback": "Traceback" in outcome.out + outcome.err,
        "is refused, but not in one line": outcome.code == 2 and (len(lines) != 1 or outcome.out != ""),
        "does not name the file": outcome.code == 2 and Path(outcome.path).name not in outcome.err,
        "is described and then not read": outcome.code == 0 and not outcome.frames,
        "is refused and then read": outcome.code == 2 and outcome.frames is not None,
    }
    return [f"{Path(outcome.path).name} {what}" for what, is_wrong in wrong.items() if is_wrong]


def broken_files(folder: Path) -> list[Path]:
    """A few files as they come off failing disks and interrupted copies, and one that is whole."""
    whole = folder / "whole.tif"
    frames = np.random.default_rng(4).integers(90, 700, (20, 31, 45)).astype(np.uint16)
    tifffile.imwrite(whole, frames, imagej=True, metadata={"axes": "TYX"})
    data = whole.read_bytes()
    flipped = bytearray(data)
    flipped[data.index(b"ImageJ=") + 3] ^= 0x40
    contents = {
        "half.tif": data[: len(data) // 2], "flipped.tif": bytes(flipped), "empty.tif": b"",
        "text.tif": b"this is not an image\n", "czi.tif": b"ZISRAWFILE" + bytes(500),
        "noise.tif": b"II*\0" + data[900:],
        "header.tif": data[:8], "zeros.tif": b"II*\0" + bytes(9000),
    }  # fmt: skip
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [whole, *(folder / name for name in contents)]


def test_broken_files_end_clearly(tmp_path: Path) -> None:
    ended = outcomes(broken_files(tmp_path))
    assert [complaint for outcome in ended for complaint in complaints(outcome)] == []
    codes = {Path(outcome.path).name: outcome.code for outcome in ended}
    assert codes["whole.tif"] == 0
    assert {name for name, code in codes.items() if code == 0} <= {"whole.tif", "flipped.tif"}


def test_the_complaints_are_raised_where_they_should_be() -> None:
    assert complaints(Outcome("a.tif", 1, "", "Traceback (most recent call last):\n  x\n", None, 11.0)) == [
        "a.tif took too long", "a.tif has an exit code of its own", "a.tif shows a traceback",
    ]  # fmt: skip
    assert complaints(Outcome("a.tif", 2, "", "fluogan: a.tif is damaged.\n", None, 0.1)) == []


def test_the_memory_limit_is_real(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("the address space of a process is limited on Linux only")
    program = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MOST_BYTES},) * 2); bytearray({MOST_BYTES})"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode != 0


def test_the_broken_files_at_hand_end_clearly(shared_data: Path) -> None:
    paths = sorted(path for path in (shared_data / "broken").rglob("*") if path.is_file())
    ended = outcomes(paths)
    assert len(ended) == len(paths)
    assert [complaint for outcome in ended for complaint in complaints(outcome)] == []


def test_a_damaged_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    path = broken_files(tmp_path)[1]
    done = subprocess.run(
        [sys.executable, "-m", "fluogan_app", "reconstruct", str(path), "-o", str(tmp_path / "out.fluogan")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "half.tif is damaged" in done.stderr
    assert not (tmp_path / "out.fluogan").exists()
