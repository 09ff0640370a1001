"""A file's own XML as nested mappings for display, bounded in size and depth; and XML that is safe to parse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

#: What a person can still read through, and a window can still show.
_MOST_VALUES = 20_000
_DEEPEST = 32
_LONGEST_TEXT = 2000
#: Elements take far more memory than text; the largest plates have some hundred thousand.
_MOST_MARKS = 2_000_000


def parsed_xml(raw: bytes, most_bytes: int) -> ElementTree.Element:
    """The root of an XML. Raises ValueError with the reason; entities, which can blow up without end, are refused."""
    if len(raw) > most_bytes:
        raise ValueError(f"it has {len(raw)} bytes")
    if raw.count(b"<") > _MOST_MARKS:
        raise ValueError("it has millions of elements")
    if b"\0" in raw or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise ValueError("it is not plain XML")
    try:
        return ElementTree.fromstring(raw)
    except (ElementTree.ParseError, LookupError, RecursionError) as error:
        raise ValueError(str(error)) from error


def nested(root: ElementTree.Element) -> dict[str, Any]:
    """Attributes and children by name; those that share a name as a list, those that say nothing left out."""
    branch = _branch(root, _DEEPEST, iter(range(_MOST_VALUES)))
    return branch if isinstance(branch, dict) else {}


def _branch(element: ElementTree.Element, depth: int, left: Iterator[int]) -> dict[str, Any] | str:
    text = (element.text or "").strip()[:_LONGEST_TEXT]
    children = list(element) if depth > 0 else []
    if not children and not element.attrib:
        return text
    found: dict[str, list[Any]] = {name: [value[:_LONGEST_TEXT]] for name, value in element.attrib.items() if value}
    if text:
        found.setdefault("Value", []).append(text)
    for child in children:
        if next(left, None) is None:
            break
        value = _branch(child, depth - 1, left)
        if value:
            found.setdefault(_local(child.tag), []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
