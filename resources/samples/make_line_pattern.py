"""Makes line_pattern.tif and line_pattern_truth.npz again: `python -m resources.samples.make_line_pattern [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.recording import write_stack, write_truth
from fluogan_app.core.simulate.scenarios import simulate_lines

PARAMS = LinesParams(
    light="dim", frames=200, rows=40, spacing_from_nm=360.0, spacing_to_nm=120.0, spacing_step_nm=60.0
)
SEED = 7


def make(folder: Path) -> None:
    """Write both files into a folder."""
    stack = simulate_lines(PARAMS, SEED)
    write_stack(folder / "line_pattern.tif", stack, compress=True)
    write_truth(folder / "line_pattern_truth.npz", stack)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
