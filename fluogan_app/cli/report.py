"""Every word that the command line prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from fluogan_app.cli import words
from fluogan_app.core.errors import FluoganError

#: What a file answers that cannot take any more, and a pipe never.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_COLOUR = re.compile("(\033\\[\\d*m)")


class Report:
    """Speaks to the user. With `json_only` stdout carries one JSON object and stderr nothing but errors."""

    def __init__(self, json_only: bool = False) -> None:
        self.json_only = json_only
        self._out, self._err = _Stream(sys.stdout), _Stream(sys.stderr)

    @property
    def progress_stream(self) -> _Stream | None:
        """Where progress goes, or None where it is not wanted."""
        return None if self.json_only else self._err

    @property
    def coloured(self) -> bool:
        """Whether results may be in colour: on a terminal, unless the user does without."""
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return self._out.is_terminal and not self.json_only and not plain

    @property
    def lost(self) -> OSError | None:
        """Why the answer is not complete, as on a full disk; None where it is, or where nobody listens any more."""
        return self._out.fault

    def json(self, content: Mapping[str, Any]) -> None:
        """The one JSON object."""
        self._out.write(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n")

    def text(self, *lines: str) -> None:
        """Lines of a result; nothing with --json."""
        if not self.json_only:
            self._out.write("".join(self._shown(line) + "\n" for line in lines))

    def note(self, sentence: str) -> None:
        """Something worth knowing; nothing with --json, whose object says it itself."""
        if not self.json_only:
            self._err.write(f"{words.printable(words.one_line(sentence))}\n")

    def warnings(self, sentences: Iterable[str]) -> None:
        """What may be wrong with the data or the result."""
        for sentence in sentences:
            self.note(f"Warning: {sentence}")

    def error(self, error: FluoganError) -> None:
        """A fault that the user can mend, on one line."""
        self._err.write(f"fluogan: {words.printable(error.one_line)}\n")

    def internal_error(self, error: BaseException, log_path: Path) -> None:
        """A fault of this program, on one line with the log's path."""
        self._err.write(f"fluogan: {words.internal_error(error, log_path)}\n")

    def failed_run(self, error: FluoganError | None, log_path: Path) -> None:
        """A run that ended with a failure, on one line with the log's path."""
        reason = error.one_line if error is not None else "The run failed."
        self._err.write(words.printable(f"fluogan: {reason} The log is {log_path}.") + "\n")

    def stopping(self) -> None:
        """Said from a signal handler, where a buffered stream may be in the middle of a line."""
        if not self.json_only:
            self._err.write_now(words.STOPPING)

    def interrupted(self) -> None:
        """The user stopped a command that keeps nothing."""
        self._err.write("fluogan: Interrupted.\n")

    def _shown(self, line: str) -> str:
        # The colours on a terminal are this program's own.
        parts = _COLOUR.split(line) if self.coloured else [line]
        return "".join(part if _COLOUR.fullmatch(part) else words.printable(part) for part in parts)

    def close(self) -> None:
        """Send out what is still held back."""
        self._out.flush()
        self._err.flush()


class _Stream:
    """A stream that outlives its reader: when the other end of a pipe is gone, the work goes on in silence."""

    def __init__(self, stream: TextIO | None) -> None:
        self.fault: OSError | None = None
        # A program that was started without a console has no streams at all.
        self._stream = stream if stream is not None else io.StringIO()
        # A console that does not know a letter must not stop a run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches this stream."""
        return not self._stream.closed and self._stream.isatty()

    @property
    def encoding(self) -> str:
        """Which letters it takes."""
        return getattr(self._stream, "encoding", None) or "ascii"

    def write(self, text: str) -> None:
        """Write and send at once."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._give_up(error)

    def write_now(self, text: str) -> None:
        """Write past the buffer."""
        try:
            os.write(self._stream.fileno(), text.encode(self.encoding, "replace"))
        except (OSError, ValueError) as error:
            self._give_up(error)

    def flush(self) -> None:
        """Send out what is held back."""
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._give_up(error)

    def _give_up(self, error: OSError | ValueError) -> None:
        if isinstance(error, OSError) and error.errno in _FULL:
            self.fault = error
        # Python flushes once more on its way out and would complain; the null device takes it.
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
        except (OSError, ValueError):
            pass
