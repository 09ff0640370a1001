"""A small stack, and the command line as a function that hands back code, stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile

PIXEL_SIZE_NM = 100.0


@dataclass(frozen=True)
class Said:
    """What a command line answered."""

    code: int
    out: str
    err: str

    def refused(self, *words: str) -> None:
        """Assert a fault of the user: exit 2, nothing on stdout, one line on stderr with these words in it."""
        assert self.code == 2, self
        assert self.out == ""
        assert self.err.startswith("fluogan: ") and self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err, (word, self.err)


Line = Callable[..., Said]


@pytest.fixture
def fluogan(capsys: pytest.CaptureFixture[str]) -> Line:
    """Run one command line in this process."""
    from fluogan_app.cli.main import run

    def line(*argv: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in argv])
        out, err = capsys.readouterr()
        return Said(int(code), out, err)

    return line


def write_stack(path: Path, frames: np.ndarray, pixel_size_nm: float | None = PIXEL_SIZE_NM) -> Path:
    """Frames (T, Y, X) as a camera's program would leave them."""
    scale = {} if pixel_size_nm is None else {"resolution": (1000 / pixel_size_nm,) * 2}
    metadata = {"axes": "TYX"} if pixel_size_nm is None else {"axes": "TYX", "unit": "um"}
    tifffile.imwrite(path, frames, imagej=True, metadata=metadata, **scale)
    return path


def two_spots(shape_tyx: tuple[int, int, int] = (12, 11, 14)) -> np.ndarray:
    """Poisson frames of two blurred points over a background."""
    count, height, width = shape_tyx
    y, x = np.mgrid[:height, :width]
    light = sum(np.exp(-((y - height / 2) ** 2 + (x - at) ** 2) / 4.0) for at in (width / 3, 2 * width / 3))
    return np.random.default_rng(1).poisson(5 + 60 * light, (count, height, width)).astype(np.uint16)


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """Twelve frames of 11 × 14 pixels of 100 nm."""
    return write_stack(tmp_path / "spots.tif", two_spots())


@pytest.fixture
def stack_without_scale(tmp_path: Path) -> Path:
    """The same frames in a file that does not state a pixel size."""
    return write_stack(tmp_path / "unscaled.tif", two_spots(), None)


@pytest.fixture
def project_path(tmp_path: Path) -> Path:
    """Where a project is to be written."""
    return tmp_path / "spots.fluogan"
