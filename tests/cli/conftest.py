"""A small stack, and the command line as a function that hands back code, stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile

QUICK = ("--delta", 0, "--steps", 6, "--zoom", 2, "--device", "cpu")


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


def two_spots(shape_tyx: tuple[int, int, int]) -> np.ndarray:
    """Poisson frames of two blurred points over a background."""
    count, height, width = shape_tyx
    y, x = np.mgrid[:height, :width]
    light = sum(np.exp(-((y - height / 2) ** 2 + (x - at) ** 2) / 4.0) for at in (width / 3, 2 * width / 3))
    return np.random.default_rng(1).poisson(5 + 60 * light, (count, height, width)).astype(np.uint16)


@pytest.fixture
def make_stack(tmp_path: Path) -> Callable[..., Path]:
    """Write a small stack as a camera's program would leave it."""

    def make(name: str, shape_tyx: tuple[int, int, int] = (12, 11, 14), pixel_size_nm: float | None = 100.0) -> Path:
        scale = {} if pixel_size_nm is None else {"resolution": (1000 / pixel_size_nm,) * 2}
        metadata = {"axes": "TYX"} if pixel_size_nm is None else {"axes": "TYX", "unit": "um"}
        tifffile.imwrite(tmp_path / name, two_spots(shape_tyx), imagej=True, metadata=metadata, **scale)
        return tmp_path / name

    return make


@pytest.fixture
def stack_file(make_stack) -> Path:
    """Twelve frames of 11 × 14 pixels of 100 nm."""
    return make_stack("spots.tif")


@pytest.fixture
def stack_without_scale(make_stack) -> Path:
    """The same frames in a file that does not state a pixel size."""
    return make_stack("unscaled.tif", pixel_size_nm=None)


@pytest.fixture
def project_path(tmp_path: Path) -> Path:
    """Where a project is to be written."""
    return tmp_path / "spots.fluogan"


@pytest.fixture
def reconstruct(fluogan: Line, stack_file: Path, project_path: Path) -> Line:
    """`fluogan reconstruct` on the small stack, with few steps."""
    return lambda *flags: fluogan("reconstruct", stack_file, "-o", project_path, *QUICK, *flags)


@pytest.fixture
def quick() -> tuple[object, ...]:
    """Flags that make a run take an instant."""
    return QUICK
