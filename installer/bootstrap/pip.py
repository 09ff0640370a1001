"""Running pip: its many lines go to the log, one short moving line and, on failure, one sentence to the person."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from bootstrap.console import Console, Step
from bootstrap.errors import SetupError

ATTEMPTS = 3
WAIT_S = 3.0

# What pip prints, the sentence for it, what to do, and whether trying again can help.
FAULTS: tuple[tuple[str, str, str, bool], ...] = (
    ("No space left on device", "The disk is full.", "Free about 3 GB, then start again.", False),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "The package registry's certificate is not trusted on this network.",
        "Set SSL_CERT_FILE to your organisation's certificate file, then start again.",
        False,
    ),
    ("Permission denied", "A file could not be written.", "Use a folder that you may write to.", False),
    (
        r"Name or service not known|name resolution|NewConnectionError|ProxyError|Network is unreachable"
        r"|timed out|Connection(Reset|Refused|Broken)|IncompleteRead|Failed to establish",
        "The package registry cannot be reached.",
        "Check the network (and the proxy settings), then start again: finished steps are kept.",
        True,
    ),
)


class Pip:
    """The pip of one environment."""

    def __init__(self, python: Path, console: Console) -> None:
        self._python = python
        self._console = console
        self._shows_bytes = False

    def install(self, step: Step, arguments: Sequence[str], attempts: int = ATTEMPTS) -> Tally:
        """`pip install …`, tried again when the network fails. Raises SetupError."""
        for attempt in range(1, attempts + 1):
            tally = Tally(step)
            output = self._run(arguments, tally)
            if output is None:
                return tally
            fault, may_help = explain(output)
            if not may_help or attempt == attempts:
                raise fault
            step.detail = "the network failed, trying again"
            time.sleep(WAIT_S * attempt)
        raise AssertionError("attempts is at least 1")

    def show_bytes(self) -> None:
        """From now on pip is new enough (24.1) to say how far a download is."""
        self._shows_bytes = True

    def version_of(self, distribution: str) -> str | None:
        """The installed version of a distribution, or None."""
        code = f"import importlib.metadata as m; print(m.version({distribution!r}))"
        done = subprocess.run([self._python, "-c", code], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    def _run(self, arguments: Sequence[str], tally: Tally) -> str | None:
        """None when it went well, else the output."""
        bar = "raw" if self._shows_bytes else "off"
        command = [str(self._python), "-m", "pip", "install", "--progress-bar", bar, *arguments]
        self._console.log(f"$ {' '.join(command)}")
        lines: list[str] = []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment()
        ) as process:
            for line in process.stdout or ():
                if not tally.reads(line):
                    lines.append(line)
                    self._console.log(line)
        return None if process.returncode == 0 else "".join(lines)


class Tally:
    """Counts what pip says that it collects and downloads, for the step's line."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._names: set[str] = set()
        self._now = ""
        self.installed = 0

    def reads(self, line: str) -> bool:
        """Take note of one line of pip; True if it told nothing but a download's progress."""
        progress = re.match(r"Progress (\d+) of (\d+)", line)
        if progress:
            done, whole = (int(part) / 1e6 for part in progress.groups())
            if whole > 1:
                self._say(f"{self._now} {done:.0f} of {whole:.0f} MB")
            return True
        self._note(line.strip())
        return False

    def _note(self, line: str) -> None:
        if line.startswith("Collecting "):
            self._now = re.split(r"[<>=!~;\[ ]", line.removeprefix("Collecting "))[0]
            self._names.add(self._now.lower())
            self._say(self._now)
        elif line.startswith("Installing collected packages"):
            count = line.count(",") + 1
            self._step.detail = f"unpacking {count} packages" if count > 1 else "unpacking"
        elif line.startswith("Successfully installed"):
            self.installed = len(line.split()) - 2

    def _say(self, what: str) -> None:
        self._step.detail = f"{len(self._names)}: {what}"


def environment() -> dict[str, str]:
    """The variables that pip runs with: the person's own, less what would lead packages elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    return kept | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }


def explain(output: str) -> tuple[SetupError, bool]:
    """The sentence for pip's failure, and whether trying again may help."""
    for pattern, message, hint, may_help in FAULTS:
        if re.search(pattern, output):
            return SetupError(message, hint), may_help
    errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
    return SetupError(f"pip failed: {(errors or ['no reason given'])[-1].strip()}", "The log says more."), False
