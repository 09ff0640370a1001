"""A file's own words as indented lines of text, to be read or copied."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

_INDENT = "  "


def metadata_lines(metadata: Any, depth: int = 0) -> Iterator[str]:
    """Nested metadata as lines, each level indented by two spaces: "Objective:", "  LensNA: 1.4"."""
    for key, value in entries(metadata):
        name = _INDENT * depth + key
        if is_branch(value):
            yield f"{name}:"
            yield from metadata_lines(value, depth + 1)
        else:
            yield f"{name}: {value_text(value)}"


def plain(value: Any) -> Any:
    """The same as JSON takes it: mappings, lists, numbers that are finite, texts, true, false and null."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)


def entries(branch: Any) -> Iterator[tuple[str, Any]]:
    """The names and values on one level; those of a sequence are counted from 0."""
    if isinstance(branch, Mapping):
        yield from ((str(key), value) for key, value in branch.items())
    else:
        yield from ((str(index), value) for index, value in enumerate(branch))


def is_branch(value: Any) -> bool:
    """Whether a value has more below it: a mapping that is not empty, or a sequence of such."""
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, (list, tuple)) and any(is_branch(each) for each in value)


def value_text(value: Any) -> str:
    """A plain value on one line; of plain values in a row, all of them."""
    if isinstance(value, (list, tuple)):
        text = ", ".join(value_text(each) for each in value)
    elif value is None or isinstance(value, Mapping):
        text = ""
    else:
        text = " ".join(str(value).split())
    return text
