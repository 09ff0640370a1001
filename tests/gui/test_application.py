"""The program around the window: it starts, ends, and shows errors that nobody caught."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fluogan_app.core.errors import FluoganError, ReadError
from fluogan_app.gui import crash_log

START_AND_CLOSE = """
import sys
from PySide6.QtCore import QTimer
from fluogan_app.gui import application
from fluogan_app.gui.main_window import MainWindow
app = application.make_application()

def close_when_open():
    window = next(widget for widget in app.topLevelWidgets() if isinstance(widget, MainWindow))
    if len(sys.argv) == 1 or window.session.document.link is not None:
        window.close()
        timer.stop()

timer = QTimer(interval=20)
timer.timeout.connect(close_when_open)
timer.start()
from fluogan_app.gui.app import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("with_stack", [False, True])
def test_starts_and_ends(with_stack: bool, checkout: Path, fluogan_home: Path) -> None:
    from fluogan_app.core.samples import samples

    arguments = [str(samples()[0].path)] if with_stack else []
    command = [sys.executable, "-c", START_AND_CLOSE, *arguments]
    done = subprocess.run(command, cwd=checkout, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert len(list((fluogan_home / "logs").glob("window-*.log"))) == 1
    assert not list((fluogan_home / "unsaved").glob("*.fluogan")), "what was only looked at is cleared away"


def test_the_splash_ends_with_its_input(checkout: Path) -> None:
    command = [sys.executable, "-m", "fluogan_app.gui.splash"]
    assert subprocess.run(command, cwd=checkout, timeout=60, stdin=subprocess.DEVNULL).returncode == 0


@pytest.fixture
def caught(qapp) -> list[FluoganError]:
    shown: list[FluoganError] = []
    errors = crash_log.UncaughtErrors(shown.append)
    before = sys.excepthook
    errors.install()
    yield shown
    errors.remove()
    assert sys.excepthook is before


def test_an_error_on_a_thread_is_shown(qtbot, caught: list[FluoganError]) -> None:
    def fails() -> None:
        raise ValueError("something odd")

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(caught), timeout=5000)
    assert "something odd" in caught[0].message and isinstance(caught[0].__cause__, ValueError)


def test_an_error_that_a_user_can_mend_keeps_its_words(caught: list[FluoganError]) -> None:
    error = ReadError("The file is gone.", "Put it back.")
    sys.excepthook(ReadError, error, None)
    assert caught == [error]


def test_ctrl_c_is_no_error(caught: list[FluoganError], capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert caught == []


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FLUOGAN_HOME", str(tmp_path / "file"))
    assert crash_log.start_log() == crash_log.StartLog()
