"""Declared equations as rich text: letters below and above the line, symbols slanted, words upright."""

from __future__ import annotations

import re
from html import escape

#: What stands below the line after "_", and digits that belong to a Greek letter: y_sim,t and λ1.
_BELOW = re.compile(r"_([0-9A-Za-zα-ω]+(?:,[0-9A-Za-zα-ω]+)*)")
_NUMBERED = re.compile(r"([α-ωΑ-Ω])(\d)")
_RAISED = str.maketrans({"²": "<sup>2</sup>", "ᵀ": "<sup>T</sup>"})
_LOWERED = str.maketrans({"₁": "<sub>1</sub>", "₂": "<sub>2</sub>"})
#: Words of two letters and more are names of functions or of quantities, and stand upright. Left alone: what stands
#: below the line, tags, and signs that are written as words.
_WORD = re.compile(r"<sub>.*?</sub>|<[^>]*>|&[a-z]+;|(?<![A-Za-z])[A-Za-z]{2,}")
_STYLE = "font-family: 'STIX Two Text', 'Cambria Math', 'Times New Roman', serif; font-size: 112%"


def typeset(equation: str) -> str:
    """An equation as it is declared, as HTML that a label shows."""
    text = escape(equation, quote=False).replace("  ", "&emsp;")
    text = _BELOW.sub(lambda found: f"<sub>{found[1]}</sub>", text)
    text = _NUMBERED.sub(lambda found: f"{found[1]}<sub>{found[2]}</sub>", text)
    text = _WORD.sub(_upright, text.translate(_RAISED).translate(_LOWERED))
    return f'<span style="{_STYLE}"><i>{text}</i></span>'


def _upright(found: re.Match[str]) -> str:
    word = found[0]
    return word if word[0] in "<&" else f"</i>{word}<i>"
