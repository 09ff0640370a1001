"""The page on all methods beside each other: what was measured of each on known samples, and what each is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.benchmark.comparison import Comparison, Summary
from fluogan_app.core.benchmark.method_advice import ADVICE, Advice
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.registry import METHODS

#: Heads with their units, and what each tells.
HEADS: tuple[tuple[str, str], ...] = (
    ("Method", ""),
    ("Finest lines (nm)", "The finest distance at which two lines stand apart and in place in 90 % of the rows, and so "
     "do all coarser ones; the median over the stacks. Smaller is better."),
    ("Worst (nm)", "The same in the worst of the stacks."),
    ("Spacing error (nm)", "Median error of the distance between lines 150 nm apart or more. Smaller is better."),
    ("NRMSE, fitted", "Distance from the truth over its norm, after the scale and the level that fit best, so "
     "that methods whose values are no light can be held against it too. 0 is perfect."),
    ("Time (s)", "Of the processor, all threads together, from the frames in memory to the image."),
    ("Memory (MB)", "The most that was held beyond what was held before."),
)  # fmt: skip
_LIGHT_WORDS = {
    "bright": "Bright and steady: many photons in every frame, no blinking.",
    "dim": "Dim and steady: few photons in a frame, no blinking.",
    "blinking": "Blinking: molecules that go on and off by themselves.",
}
HONEST = (
    "These are simulated lines on one machine, with each method's default values. They say which methods can tell "
    "close lines apart there; they do not say which is best for your sample. No method is best in every column, and a "
    "small number beside a wrong picture is worth nothing: look at the strips. Compare the methods on your own "
    "recording too (Run › Compare methods…)."
)
MISSING = (
    "The table that belongs here has not been made for this version. It would show, for bright, dim and blinking "
    "simulated lines and every method: the finest distance that is told apart, the error of distances, how far the "
    "image is from the truth, time and memory, over three simulated stacks each, with the pictures. “fluogan "
    "benchmark --methods all -o FOLDER” measures it."
)


@dataclass(frozen=True)
class LightPart:
    """One light level: rows of words under HEADS; best: (row, column) of the best numbers; figure: None without one."""

    title: str
    words: str
    rows: tuple[tuple[str, ...], ...]
    best: frozenset[tuple[int, int]]
    failed: tuple[str, ...]
    figure: Path | None


@dataclass(frozen=True)
class MethodPart:
    """One method in words."""

    title: str
    summary: str
    citation: str
    advice: Advice | None


@dataclass(frozen=True)
class ComparisonPage:
    """about: what was measured with what, "" where there is no table."""

    about: str
    lights: tuple[LightPart, ...]
    methods: tuple[MethodPart, ...]


def comparison_page(found: Comparison | None, folder: Path) -> ComparisonPage:
    """The page; without a table the methods alone. folder: of the figures."""
    methods = tuple(_method_part(method) for method in METHODS.values())
    if found is None:
        return ComparisonPage("", (), methods)
    lights = tuple(_light_part(light, found.summary(light), folder) for light in found.lights)
    return ComparisonPage(_about(found), lights, methods)


def _method_part(method: Method) -> MethodPart:
    return MethodPart(method.title, method.summary, method.citation, ADVICE.get(method.name))


def _light_part(light: str, summaries: Sequence[Summary], folder: Path) -> LightPart:
    done = [one for one in summaries if one.runs]
    figure = folder / f"figure-{light}.png"
    return LightPart(
        title=light.capitalize(),
        words=_LIGHT_WORDS.get(light, ""),
        rows=tuple(_cells(one) for one in done),
        best=frozenset(_best(done)),
        failed=tuple(f"{one.title}: {one.failed}" for one in summaries if one.failed),
        figure=figure if figure.is_file() else None,
    )


def _numbers(one: Summary) -> tuple[float | None, ...]:
    memory = None if one.memory_bytes is None else one.memory_bytes / 1e6
    return (
        one.finest_nm, one.finest_worst_nm, one.spacing_error_nm, one.nrmse, one.seconds if one.runs else None, memory
    )


def _cells(one: Summary) -> tuple[str, ...]:
    forms = ("{:.0f}", "{:.0f}", "{:.1f}", "{:.3f}", "{:.2g}", "{:.0f}")
    texts = ["none" if place < 2 else "–" for place in range(len(forms))]
    for place, (number, form) in enumerate(zip(_numbers(one), forms, strict=True)):
        if number is not None:
            texts[place] = f"{number:.0f}" if number >= 100 else form.format(number)
    return (one.title, *texts)


def _best(done: Sequence[Summary]) -> list[tuple[int, int]]:
    """The smallest of each column, as it is written; nothing of a column in which all are alike."""
    found = []
    for column in range(len(HEADS) - 1):
        values = {row: _numbers(one)[column] for row, one in enumerate(done)}
        texts = {row: _cells(done[row])[column + 1] for row, value in values.items() if value is not None}
        if len(set(texts.values())) > 1:
            first = texts[min(texts, key=lambda row: values[row])]
            found += [(row, column + 1) for row, text in texts.items() if text == first]
    return found


def _about(found: Comparison) -> str:
    stack, machine = found.stack, found.machine
    parts = [
        f"Lines {stack.get('line_width_nm', 0):g} nm wide, {stack.get('frames')} frames of {stack.get('rows')} rows, "
        f"pixels of {stack.get('pixel_size_nm', 0):g} nm, blur of {stack.get('fwhm_nm', 0):g} nm (FWHM), "
        f"zoom {stack.get('zoom')}; {len(found.seeds)} stacks of each light.",
        f"Measured {found.made[:10]} with FluoGAN {machine.get('fluogan')} on {machine.get('processor')}, "
        f"{machine.get('cores')} cores.",
    ]
    return " ".join(parts)
