"""`fluogan open` hands a path to the window; the command line itself knows no window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fluogan_app.cli.main import run
from fluogan_app.core.samples import sample


def test_the_path_is_handed_to_the_window_and_its_code_comes_back(stack_file) -> None:
    opened: list[Path] = []

    def window(path: Path) -> int:
        opened.append(path)
        return 5

    assert run(["open", str(stack_file)], open_window=window) == 5
    assert run(["open", "sample:mitochondria"], open_window=window) == 5
    assert opened == [stack_file, sample("mitochondria").path]


def test_without_a_window_the_user_is_sent_to_the_command_line(fluogan, stack_file) -> None:
    fluogan("open", stack_file).refused("no window", "reconstruct")


def test_command_lines_load_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from fluogan_app.cli.main import run; run(['reconstruct', '--help']); run(['resume', '--help']);"
        "loaded = {'torch', 'PySide6', 'pyqtgraph'} & set(sys.modules); assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
