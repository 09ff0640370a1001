"""Sentences of the core as the window says them."""

from __future__ import annotations


def for_the_eye(name: str, sentence: str) -> str:
    """What is wrong with a parameter, without the name in brackets by which the command line knows it."""
    return sentence.replace(f" ({name})", "")
