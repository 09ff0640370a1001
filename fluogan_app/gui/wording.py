"""Sentences of the core as the window says them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluogan_app.core.project.store import Project

#: A flag of the command line with its value: in brackets, or the part of a sentence that it ends.
_FLAG = re.compile(r" \(--[^)]*\)|(?:[;:][^;:.]*)? --[a-z][a-z-]*(?: [\w:]+)?")


def for_the_eye(name: str, sentence: str) -> str:
    """What is wrong with a parameter, without the name in brackets by which the command line knows it."""
    return sentence.replace(f" ({name})", "")


def without_flags(sentence: str) -> str:
    """Advice without the flags by which the command line takes it; the window has a button instead."""
    return _FLAG.sub("", sentence)


def standing(project: Project | None, untitled: bool) -> str:
    """What the title says behind a project's name."""
    if project is not None and project.read_only:
        return " (only for reading)"
    return " (not saved yet)" if untitled else ""
