"""`fluogan open` hands a path to the window; the command line itself knows no window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
@pytest.mark.parametrize("line", [(), ("open", "sample:mitochondria")])
def test_without_a_screen_one_line_says_what_to_do_instead(line: tuple[str, ...]) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "fluogan_app", *line]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "no screen" in done.stderr and "fluogan reconstruct" in done.stderr


def test_a_program_without_a_console_is_silent(monkeypatch, stack_file) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert run(["info", str(stack_file)]) == 0
    assert run(["info", "nowhere.tif"]) == 2


def test_command_lines_load_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from fluogan_app.cli.main import run; run(['reconstruct', '--help']); run(['resume', '--help']);"
        "loaded = {'torch', 'PySide6', 'pyqtgraph'} & set(sys.modules); assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
