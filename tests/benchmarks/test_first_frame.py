"""How soon the first frame of a large file is there. Slow: asked for with `-m slow`.

    python -m pytest tests/benchmarks/test_first_frame.py -m slow -s
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tests.core.readers.test_large_and_shared import BROWSE, behind_one_directory, page_by_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is read from /proc"),
]

#: The least of a few tries: what else runs on the machine is not the reader's doing.
TRIES = 5


def browsed(path: Path) -> tuple[float, float]:
    """Seconds to the first frame and anonymous memory in MB after a walk through the stack, in a process of its own."""
    tries = []
    for _ in range(TRIES):
        done = subprocess.run([sys.executable, "-c", BROWSE, str(path)], capture_output=True, text=True, check=True)
        _, seconds, anonymous_kb, _ = map(float, done.stdout.split())
        tries.append((seconds, anonymous_kb / 1000))
    print(f"\n{path.name}: {min(tries)[0]:.3f} s, {max(mb for _, mb in tries):.0f} MB")
    return min(tries)[0], max(mb for _, mb in tries)


@pytest.mark.parametrize("write", [page_by_page, behind_one_directory])
def test_six_gigabytes_show_their_first_frame_within_a_second(write, tmp_path: Path) -> None:
    path = tmp_path / f"{write.__name__}.tif"
    write(path)
    seconds, anonymous_mb = browsed(path)
    assert seconds < 1
    assert anonymous_mb < 500


@pytest.mark.parametrize("described", [False, True])
def test_eighty_thousand_pages_are_open_in_time(described: bool, tmp_path: Path) -> None:
    from fluogan_app.core.readers.open import open_stack

    path, count = tmp_path / "pages.ome.tif", 80_000
    planes = "".join(f'<TiffData IFD="{n}" FirstT="{n}" PlaneCount="1"/>' for n in range(count))
    sizes = f'SizeX="8" SizeY="8" SizeZ="1" SizeC="1" SizeT="{count}"'
    xml = f'<OME><Image ID="I"><Pixels DimensionOrder="XYZCT" {sizes}>{planes}</Pixels></Image></OME>'
    with tifffile.TiffWriter(path, ome=False) as writer:
        frames = np.zeros((count, 8, 8), np.uint16)
        writer.write(frames, description=xml if described else None, metadata=None, photometric="minisblack")
    tries = []
    for _ in range(TRIES):
        began = time.process_time()
        stack = open_stack(path)
        stack.frame(0)
        tries.append(time.process_time() - began)
        assert stack.shape[0] == count
        stack.close()
    print(f"\n{count} pages, described one by one: {described}: {min(tries):.2f} s")
    assert min(tries) < (3 if described else 1)


def test_ten_thousand_numbered_files_are_open_within_a_second(tmp_path: Path) -> None:
    from fluogan_app.core.readers.open import open_stack

    tifffile.imwrite(tmp_path / "00000.tif", np.zeros((8, 8), np.uint16))
    whole = (tmp_path / "00000.tif").read_bytes()
    for number in range(1, 10_000):
        (tmp_path / f"{number:05}.tif").write_bytes(whole)
    began = time.process_time()
    stack = open_stack(tmp_path / "00000.tif")
    stack.frame(0)
    seconds = time.process_time() - began
    print(f"\n10,000 files: {seconds:.2f} s")
    assert seconds < 1
    stack.close()
