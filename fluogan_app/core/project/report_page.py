"""A page of HTML that stands alone: its pictures are inside, it loads nothing, and it prints on white paper."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence

from PIL import Image

#: Wider pictures gain nothing in print: 180 mm at 280 dpi.
_WIDEST = 2000

_STYLE = """
:root { color-scheme: light; }
body { font: 10pt/1.4 "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #16181c; background: #fff;
  max-width: 190mm; margin: 8mm auto; padding: 0 4mm; }
h1 { font-size: 16pt; margin: 0 0 1mm; } h2 { font-size: 11.5pt; margin: 5mm 0 1.5mm; border-bottom: 1px solid #bbb; }
p { margin: 0 0 1.5mm; } .quiet { color: #555; } img { width: 100%; height: auto; margin: 1mm 0; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; } td, th { text-align: left; vertical-align: top;
  padding: 0.6mm 3mm 0.6mm 0; border-bottom: 1px solid #e4e4e4; } th { font-weight: 600; white-space: nowrap; }
td.value { white-space: nowrap; } .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 0 6mm; }
ul { margin: 0; padding-left: 5mm; } li { margin-bottom: 0.6mm; }
li.serious, li.warning { font-weight: 600; } li.fine { color: #555; }
code, pre { font: 8.5pt/1.4 "DejaVu Sans Mono", Consolas, Menlo, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: #f4f4f4; padding: 2mm; margin: 0; }
.maps { display: grid; grid-template-columns: repeat(2, 1fr); gap: 0 4mm; } figure { margin: 0; break-inside: avoid; }
figcaption { font-size: 8.5pt; color: #555; } .unfinished { font-weight: 600; border-left: 1mm solid #b3261e;
  padding-left: 2mm; }
@page { size: A4; margin: 12mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 9pt; } h2 { break-after: avoid; }
  table, section.whole { break-inside: avoid; } }
@media (max-width: 160mm) { .columns, .maps { grid-template-columns: 1fr; } }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """The whole document around its parts, which are HTML already."""
    # Nothing may be fetched nor run, whatever a name in it says.
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    head = (
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}</style>"
    )
    body = "\n".join(part for part in parts if part)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def text(words: str) -> str:
    """Words that can be no tag."""
    return html.escape(words, quote=True)


def paragraph(words: str, kind: str = "") -> str:
    """One paragraph; "" of no words."""
    return f"<p{_class(kind)}>{text(words)}</p>" if words else ""


def section(title: str, *parts: str) -> str:
    """A headed part; "" where there is nothing in it."""
    inside = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{text(title)}</h2>\n{inside}\n</section>" if inside else ""


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows whose first cell is their heading and whose second is a value."""
    lines = []
    for first, *others in rows:
        cells = "".join(
            f'<td{_class("value" if index == 0 and len(others) > 1 else "")}>{text(cell)}</td>'
            for index, cell in enumerate(others)
        )
        lines.append(f'<tr><th scope="row">{text(first)}</th>{cells}</tr>')
    return f"<table>\n{chr(10).join(lines)}\n</table>" if lines else ""


def items(sentences: Iterable[str | tuple[str, str]]) -> str:
    """Sentences as a list; of a pair the second is its class."""
    pairs = [(one, "") if isinstance(one, str) else one for one in sentences]
    lines = [f"<li{_class(kind)}>{text(words)}</li>" for words, kind in pairs]
    return f"<ul>\n{chr(10).join(lines)}\n</ul>" if lines else ""


def beside(*parts: str) -> str:
    """Parts in two columns where there is room."""
    return f'<div class="columns">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def gallery(figures: Sequence[str]) -> str:
    """Small figures, two in a row."""
    return f'<div class="maps">{"".join(figures)}</div>' if figures else ""


def picture(image: Image.Image, words: str, caption: str = "") -> str:
    """A picture within the page; `words` tell it to who cannot see it."""
    if image.width > _WIDEST:
        image = image.resize((_WIDEST, round(image.height * _WIDEST / image.width)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    below = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return f'<figure><img alt="{text(words)}" src="data:image/png;base64,{data}">{below}</figure>'


def code(words: str) -> str:
    """Letters as they are."""
    return f"<pre>{text(words)}</pre>"


def _class(kind: str) -> str:
    return f' class="{text(kind)}"' if kind else ""
