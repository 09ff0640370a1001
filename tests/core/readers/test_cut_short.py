"""A file cut short anywhere is refused, opens with a warning, or is whole: never less than it was in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.real_files import OPENED
from tests.core.readers.test_deltavision import numbered
from tests.core.readers.test_deltavision import written as deltavision
from tests.core.readers.test_fuzzing import DIALECTS
from tests.core.readers.test_fuzzing import written as tiff
from tests.core.readers.test_olympus import FRAMES as OLYMPUS_FRAMES
from tests.core.readers.test_olympus import frame_files, oib
from tests.core.readers.test_spe import FRAMES, version_2, version_3

MADE: dict[str, Callable[[], bytes]] = {
    **{f"{dialect}.tif": lambda dialect=dialect: tiff(dialect) for dialect in DIALECTS},
    "2.spe": lambda: version_2(FRAMES), "3.spe": lambda: version_3(FRAMES, FRAMES),
    "cell.dv": lambda: deltavision(numbered((3, 2, 2))), "cell.oib": lambda: oib(frame_files(OLYMPUS_FRAMES[:2])),
}  # fmt: skip
#: One of each kind, none that takes long to read over and over.
REAL = (
    "tiff/membrane_2d_timelapse.tif", "ometiff/time-series.ome.tif", "czi/LLS7_small.czi", "czi/tiles_time_z.czi",
    "czi/WellD6-7_S2.czi", "nd2/cluster.nd2", "nd2/example-timelapse.nd2", "lif/testdata_2channel_xz.lif",
    "unsupported/spestack_test.spe",
)  # fmt: skip
CUTS = (0.02, 0.3, 0.5, 0.7, 0.9, 0.98, 0.999)
Seen = tuple[list[tuple[object, ...]], set[str]]


def seen(path: Path) -> Seen:
    """All that is seen of a file's images, and its warnings."""
    description, images = describe(path), []
    for number, scene in enumerate(description.scenes):
        stack = open_stack(path, Selection(scene=number))
        frames = np.stack([stack.frame(index) for index in range(stack.shape[0])])
        stack.close()
        images.append((dict(scene.sizes), scene.axes, frames.tobytes()))
    return images, set(description.warnings)


def silent_losses(content: bytes, path: Path, look: Callable[[Path], Seen] = seen) -> list[float]:
    """The cuts (as shares of the file) after which less is seen than before, and nothing is said of it."""
    path.write_bytes(content)
    whole, said = look(path)
    lost = []
    for share in CUTS:
        path.write_bytes(content[: int(share * len(content))])
        try:
            left, words = look(path)
        except ReadError:
            continue
        if left != whole and not words - said:
            lost.append(share)
    return lost


@pytest.mark.parametrize("name", MADE)
def test_a_made_file_is_not_taken_for_less_in_silence(name: str, tmp_path: Path) -> None:
    assert silent_losses(MADE[name](), tmp_path / name) == []


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_not_taken_for_less_in_silence(name: str, shared_data: Path, tmp_path: Path) -> None:
    assert name in OPENED
    assert silent_losses((shared_data / name).read_bytes(), tmp_path / Path(name).name) == []


def test_a_silent_loss_would_be_found(tmp_path: Path) -> None:
    def hopeful(path: Path) -> Seen:
        """A reader that takes as many frames as there are, and says nothing."""
        return [(path.stat().st_size // 1000,)], set()

    assert silent_losses(bytes(50_000), tmp_path / "stack.raw", hopeful) == list(CUTS)
