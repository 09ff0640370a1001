"""Sentences of the core as the window says them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluogan_app.core.project.store import Project

#: A flag of the command line with its value: in brackets, or the part of a sentence that it ends.
_FLAG = re.compile(r" \(--[^)]*\)|,? or --[a-z][a-z-]*(?: [A-Z]+)?|(?:[;:][^;:.]*)? --[a-z][a-z-]*(?: [\w:]+)?")
#: A parameter's name as the command line and scripts know it: in brackets behind its title.
_NAME = re.compile(r" \([a-z]+(?:_[a-z0-9]+)+\)(?= is\b)")


def for_the_eye(name: str, sentence: str) -> str:
    """What is wrong with a parameter, without the name in brackets by which the command line knows it."""
    return sentence.replace(f" ({name})", "")


def without_flags(sentence: str) -> str:
    """A sentence without the flags and names by which the command line knows things; the window has fields instead."""
    return _NAME.sub("", _FLAG.sub("", sentence))


def standing(project: Project | None, untitled: bool) -> str:
    """What the title says behind a project's name."""
    if project is not None and project.read_only:
        return " (only for reading)"
    return " (not saved yet)" if untitled else ""
