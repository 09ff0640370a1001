"""Files larger than memory, and two threads that read one stack."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack

#: A frame of 2 MB, 1024 of them.
LARGE = (1024, 1024, 1024)


@pytest.mark.skipif(sys.platform == "win32", reason="files are not sparse there without asking")
@pytest.mark.parametrize("options", [{"bigtiff": True}, {"imagej": True, "metadata": {"axes": "TYX"}}])
def test_two_gigabytes_are_looked_at_in_little_time_and_memory(options: dict, tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    frames = tifffile.memmap(path, shape=LARGE, dtype="uint16", photometric="minisblack", **options)
    frames[1000] = 77
    frames.flush()
    del frames
    assert path.stat().st_size > 2_000_000_000
    tracemalloc.start()
    started = time.perf_counter()
    stack = open_stack(path)
    first = stack.frame(0)
    seconds = time.perf_counter() - started
    assert (stack.frame(1000) == 77).all()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stack.shape == LARGE
    assert first.max() == 0
    assert seconds < 1
    assert peak < 20_000_000
    stack.close()


@pytest.mark.skipif(sys.platform == "win32", reason="files are not sparse there without asking")
def test_an_imagej_stack_above_4_gb_has_all_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "imagej.tif"
    count, frame = 3000, np.full((1024, 1024), 5, np.uint16)
    # ImageJ writes one directory, and goes on with bare pixels where 32-bit offsets end.
    tifffile.imwrite(path, frame, description=f"ImageJ=1.53t\nimages={count}\nframes={count}\n", metadata=None)
    with tifffile.TiffFile(path) as tiff:
        start = tiff.pages[0].dataoffsets[0]
    with open(path, "r+b") as file:
        file.truncate(start + count * frame.nbytes)
        file.seek(start + 2999 * frame.nbytes)
        file.write(frame.tobytes())
    assert path.stat().st_size > 6_000_000_000
    stack = open_stack(path)
    assert stack.shape == (count, 1024, 1024)
    assert (stack.frame(0) == 5).all()
    assert not stack.frame(2998).any()
    assert (stack.frame(2999) == 5).all()
    stack.close()


#: Frames of 2 MB, 3000 of them: 6 GB.
SIDE, COUNT = 1024, 3000


def page_by_page(path: Path) -> None:
    """A sparse BigTIFF of 6 GB with a directory before each frame; the last frame is all 7."""
    tags = {256: (4, SIDE), 257: (4, SIDE), 258: (3, 16), 259: (3, 1), 262: (3, 1), 273: (16, 0), 277: (3, 1),
            278: (4, SIDE), 279: (16, 2 * SIDE * SIDE)}  # fmt: skip
    size = 8 + 20 * len(tags) + 8
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16))
        for number in range(COUNT):
            pixels = file.tell() + size
            each = [struct.pack("<HHQQ", tag, kind, 1, value or pixels) for tag, (kind, value) in tags.items()]
            following = pixels + 2 * SIDE * SIDE
            link = struct.pack("<Q", following if number < COUNT - 1 else 0)
            file.write(struct.pack("<Q", len(tags)) + b"".join(each) + link)
            file.seek(following)
        file.seek(pixels)
        file.write(np.full(SIDE * SIDE, 7, "<u2").tobytes())


def behind_one_directory(path: Path) -> None:
    """A sparse TIFF of 6 GB as ImageJ writes it, all frames behind the first one's directory; the last is all 7."""
    note = f"ImageJ=1.53t\nimages={COUNT}\nframes={COUNT}\n"
    tifffile.imwrite(path, np.zeros((SIDE, SIDE), np.uint16), description=note, metadata=None)
    with tifffile.TiffFile(path) as tiff:
        start = tiff.pages[0].dataoffsets[0]
    with open(path, "r+b") as file:
        file.seek(start + (COUNT - 1) * 2 * SIDE * SIDE)
        file.write(np.full(SIDE * SIDE, 7, "<u2").tobytes())


#: Prints frames, seconds to the first one, anonymous and peak memory in kB of a process that looks at a stack.
BROWSE = """
import sys, time
from fluogan_app.core.readers.open import open_stack
started = time.perf_counter()
stack = open_stack(sys.argv[1])
first = stack.frame(0)
seconds = time.perf_counter() - started
for index in range(0, stack.shape[0], 40):
    stack.frame(index)
assert not first.any() and (stack.frame(stack.shape[0] - 1) == 7).all()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(stack.shape[0], seconds, int(status["RssAnon"].split()[0]), int(status["VmHWM"].split()[0]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is read from /proc")
@pytest.mark.parametrize("write", [page_by_page, behind_one_directory])
def test_six_gigabytes_are_browsed_below_500_megabytes(write: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    write(path)
    assert path.stat().st_size > 6_000_000_000
    assert path.stat().st_blocks * 512 < 50_000_000
    done = subprocess.run([sys.executable, "-c", BROWSE, str(path)], capture_output=True, text=True, check=True)
    count, seconds, anonymous_kb, peak_kb = (float(word) for word in done.stdout.split())
    assert count == COUNT
    assert anonymous_kb < 500_000
    assert peak_kb < 500_000
    # 0.05 s on an idle core; the second that is promised is measured among the benchmarks.
    assert seconds < 5


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_closed_stack_reads_no_more(compression: str | None, tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, np.ones((5, 4, 6), np.uint16), compression=compression, photometric="minisblack")
    stack = open_stack(path)
    stack.close()
    with pytest.raises(ReadError):
        stack.frame(0)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_two_threads_read_one_stack(compression: str | None, tmp_path: Path) -> None:
    frames = np.random.default_rng(2).integers(0, 60_000, (40, 33, 41)).astype(np.uint16)
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, frames, compression=compression, photometric="minisblack")
    stack = open_stack(path)
    wrong: list[int] = []
    together = threading.Barrier(2)

    def read(order: list[int]) -> None:
        together.wait(10)
        wrong.extend(index for index in order if not np.array_equal(stack.frame(index), frames[index]))

    orders = [list(range(40)) * 5, list(reversed(range(40))) * 5]
    threads = [threading.Thread(target=read, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    stack.close()


def test_thousands_of_pages_are_described_quickly(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as writer:
        for _ in range(3000):
            writer.write(np.zeros((4, 4), np.uint16), contiguous=False, metadata=None, photometric="minisblack")
    started = time.perf_counter()
    assert describe(path).scenes[0].sizes["T"] == 3000
    # 0.1 s on an idle core; a second is what a user waits for.
    assert time.perf_counter() - started < 1.5
