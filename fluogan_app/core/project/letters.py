"""Letters of the two fonts that every PDF reader has, Helvetica and Symbol: which there are, and how wide they are."""

from __future__ import annotations

from itertools import groupby

#: Advance widths of Helvetica in thousandths of the size, from the space to the tilde (Adobe's font metrics).
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
_OTHER = 556
#: Letters of the font Symbol: their code there, and how wide they are.
_SYMBOL = {
    "γ": ("g", 411), "λ": ("l", 549), "δ": ("d", 494), "σ": ("s", 603), "κ": ("k", 549), "Σ": ("S", 592),
    "Ψ": ("Y", 795), "−": ("-", 549), "≥": ("\xb3", 549), "≤": ("\xa3", 549),
}  # fmt: skip
_PLAIN = {"ȳ": "y", "⁻": "^-", **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")), "→": "->", "\u00a0": " "}


def runs_of(text: str) -> list[tuple[str, bytes]]:
    """A text in pieces of one font each: "Helvetica" or "Symbol", and the bytes that stand for the letters there."""
    plain = "".join(_PLAIN.get(letter, letter) for letter in text)
    found = []
    for is_symbol, letters in groupby(plain, lambda letter: letter in _SYMBOL):
        if is_symbol:
            found.append(("Symbol", "".join(_SYMBOL[letter][0] for letter in letters).encode("latin-1")))
        else:
            found.append(("Helvetica", "".join(letters).encode("cp1252", "replace")))
    return found


def text_width_pt(text: str, size_pt: float) -> float:
    """Width of a text in points."""
    plain = "".join(_PLAIN.get(letter, letter) for letter in text)
    return sum(_width(letter) for letter in plain) * size_pt / 1000.0


def wrapped_pt(line: str, size_pt: float, width_pt: float) -> list[str]:
    """A line broken between words so that each part fits."""
    parts, current = [], ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        if current and text_width_pt(longer, size_pt) > width_pt:
            parts.append(current)
            longer = word
        current = longer
    return [*parts, current] if current else parts


def _width(letter: str) -> int:
    if letter in _SYMBOL:
        return _SYMBOL[letter][1]
    index = ord(letter) - ord(" ")
    return _WIDTHS[index] if 0 <= index < len(_WIDTHS) else _OTHER
