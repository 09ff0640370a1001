"""When something went wrong: traces survive the crash, errors do not bury the window, and help can be asked for."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fluogan_app.core import folders
from fluogan_app.core.errors import ReadError
from fluogan_app.gui import crash_log
from fluogan_app.gui.crash_log import StartLog, start_log
from fluogan_app.gui.dialogs.error_dialog import show_error
from fluogan_app.gui.main_window import MainWindow
from fluogan_app.gui.settings import Settings

START = """
import sys
from fluogan_app.gui.crash_log import start_log
started = start_log()
print(*(path.name for path in started.crashes), sep="\\n", flush=True)
if sys.argv[1] == "crash":
    import faulthandler
    faulthandler._sigsegv()
elif sys.argv[1] == "wait":
    sys.stdin.read()
"""


def _start(how: str, checkout: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-c", START, how], cwd=checkout, capture_output=True, text=True, timeout=60)
    assert how == "crash" or done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX systems")
def test_the_trace_of_a_crash_is_kept_and_told_once(checkout: Path, fluogan_home: Path) -> None:
    assert _start("crash", checkout) == []
    (name,) = _start("end", checkout)
    assert "Segmentation fault" in (folders.log_folder() / name).read_text(encoding="utf-8")
    assert _start("end", checkout) == [], "told once"
    assert (folders.log_folder() / name).exists(), "but kept"


@pytest.mark.skipif(sys.platform == "win32", reason="processes are told by signals of POSIX systems")
def test_another_window_keeps_its_own_trace(checkout: Path, fluogan_home: Path) -> None:
    command = [sys.executable, "-c", START, "wait"]
    with subprocess.Popen(command, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        _start("end", checkout)
        left = [path.stem.rsplit("-", 1)[-1] for path in folders.log_folder().glob("trace-*.txt")]
        assert str(other.pid) in left
        other.stdin.close()


def test_old_logs_are_removed(fluogan_home: Path, root_logger: logging.Logger) -> None:
    folders.log_folder().mkdir(parents=True)
    for number in range(30):
        (folders.log_folder() / f"window-2020-{number:02d}.log").touch()
    started = start_log()
    kept = list(folders.log_folder().glob("window-*.log"))
    assert len(kept) == 10 and started.path in kept


@pytest.fixture
def root_logger():
    """What is added to the root logger is taken off again."""
    import faulthandler

    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield root
    faulthandler.disable()
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_the_same_error_twice_is_one_dialog(open_window: Callable) -> None:
    user = open_window()
    error = ReadError("The drive does not answer.", "Connect it.")
    for _ in range(5):
        show_error(user.window, "Reading", error)
    box = user.dialog("error_dialog")
    assert user.find("error_again", inside=box).text() == "This happened 5 times."
    box.close()
    show_error(user.window, "Reading", error)
    again = user.dialog("error_dialog")
    assert not again.findChild(type(user.find("error_message", inside=again)), "error_again").isVisible()
    fold = user.find("error_fold", inside=again)
    for wanted in ("Hide &details", "Show &details"):
        user.click("error_fold", inside=again)
        assert fold.text() == wanted
    again.close()


def test_warnings_of_any_thread_reach_the_log_panel(open_window: Callable, root_logger: logging.Logger) -> None:
    user = open_window()
    relay = crash_log.LogRelay(user.window.log.append)
    root_logger.addHandler(relay)
    thread = threading.Thread(target=lambda: logging.getLogger("some.library").warning("page %d is odd", 12))
    thread.start()
    thread.join()
    user.sees(lambda: any("Warning: page 12 is odd" in line for line in user.window.log.lines()))
    logging.getLogger("some.library").info("of no interest")
    assert not any("of no interest" in line for line in user.window.log.lines())
    wrong = logging.LogRecord("some.library", logging.WARNING, "", 1, "not %d enough", ("numbers",), None)
    relay.emit(wrong)  # must not raise


def test_diagnostics_are_saved_from_the_menu(open_window: Callable, tmp_path: Path, fluogan_home: Path) -> None:
    user = open_window()
    user.opens_sample()
    user.presses("save_diagnostics")
    user.names_file("save_diagnostics", tmp_path / "help.zip")
    user.sees(lambda: (tmp_path / "help.zip").exists() and not user.window.workbench.busy)
    with zipfile.ZipFile(tmp_path / "help.zip") as archive:
        assert "project/project.json" in archive.namelist()
        assert "screen: " in archive.read("about.txt").decode()


def test_a_crash_of_the_last_start_is_told(qtbot, dialogs, tmp_path: Path, fluogan_home: Path) -> None:
    window = MainWindow(Settings(), StartLog(tmp_path / "window.log", (tmp_path / "crash-1.txt",)))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: "crashed the last time" in window.notices.text("crash"))
    window.shut_down()
