"""argparse with this program's manners: faults are errors in one line, flags are never guessed from their beginning."""

from __future__ import annotations

import argparse
import shutil
from typing import Any, NoReturn

from fluogan_app.core.errors import UsageError


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError where argparse would print its usage and exit."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", _HelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise the fault as UsageError."""
        sentence = message[:1].upper() + message[1:].rstrip(".") + "."
        raise UsageError(sentence, f"See “{self.prog} --help”.")


class _HelpFormatter(argparse.HelpFormatter):
    """Help as wide as the terminal, within what is comfortable to read; epilogs keep their lines."""

    def __init__(self, prog: str) -> None:
        width = min(shutil.get_terminal_size().columns, 110) - 2
        super().__init__(prog, max_help_position=30, width=width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(self._fill_line(line, width, indent) for line in text.splitlines())

    def _fill_line(self, line: str, width: int, indent: str) -> str:
        inset = line[: len(line) - len(line.lstrip())]
        return super()._fill_text(line, width, indent + inset) if line.strip() else ""
