"""The tables of “fluogan info”: the axes of an image as they are taken, and what is known of its recording."""

from __future__ import annotations

from collections.abc import Iterable

from fluogan_app.cli.arguments import selecting_flag
from fluogan_app.cli.words import table
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.data.facts import Fact
from fluogan_app.core.params import spec

_WORDS = {
    Origin.FILE: "from the file",
    Origin.USER: "as given",
    Origin.ESTIMATED: "estimated",
    Origin.ASSUMED: "assumed",
}
_OPTICS = {
    "emission_nm", "numerical_aperture", "fwhm_nm", "objective", "camera", "gain", "offset", "read_noise"
}  # fmt: skip
_COLOURS = {Origin.FILE: 32, Origin.USER: 34, Origin.ESTIMATED: 35, Origin.ASSUMED: 33, Origin.MISSING: 31}


def scene_lines(scene: SceneDescription, known: Iterable[Fact], coloured: bool) -> list[str]:
    """One image in two tables: how it is sampled, then its optics and camera; each value with where it comes from."""
    known = list(known)
    sampled = [fact for fact in known if fact.name not in _OPTICS]
    optics = [fact for fact in known if fact.name in _OPTICS]
    lines = table([*axis_rows(scene), *fact_rows(sampled, coloured)])
    return [*lines, "  Optics and camera:", *table(fact_rows(optics, coloured))] if optics else lines


def axis_rows(scene: SceneDescription) -> list[tuple[str, str]]:
    """How many frames, channels and planes an image has, and which of the file's axes they are."""
    sizes = scene.sizes
    return [
        ("Frames (T)", f"{sizes['T']}{_how_taken(scene)}"),
        ("Channels (C)", _counted(sizes["C"], scene.channels, selecting_flag("channel"))),
        ("Planes (Z)", _counted(sizes["Z"], (), selecting_flag("plane"))),
        ("Frame (Y × X)", f"{sizes['Y']} × {sizes['X']} pixels"),
        ("Axes in the file", _axes(scene)),
    ]


def fact_rows(known: Iterable[Fact], coloured: bool) -> list[tuple[str, str]]:
    """Each value with where it comes from, in a colour that tells where the terminal has colours."""
    return [(fact.label, _painted(_fact_text(fact), fact.origin, coloured)) for fact in known]


def _fact_text(fact: Fact) -> str:
    if fact.origin is Origin.MISSING:
        flag = f" (give {spec(Acquisition, fact.name).flag})" if fact.name in Acquisition.model_fields else ""
        return fact.text + flag
    note = f"; {fact.note[0].lower()}{fact.note[1:].rstrip('.')}" if fact.note else ""
    return f"{fact.text} ({_WORDS[fact.origin]}{note})"


def _painted(text: str, origin: Origin, coloured: bool) -> str:
    return f"\033[{_COLOURS[origin]}m{text}\033[0m" if coloured else text


def _how_taken(scene: SceneDescription) -> str:
    others = [letter for letter, count in scene.axis_counts.items() if count > 1 and letter != scene.time_axis]
    if scene.time_guessed:
        choices = " or ".join(f"--time-axis {letter}" for letter in (*others, "none"))
        return f" (axis {scene.time_axis}, a guess: the file names no time axis; change it with {choices})"
    if scene.time_axis and scene.time_axis != "T":
        return f" (axis {scene.time_axis})"
    if scene.sizes["T"] > 1 or not others:
        return ""
    others = [letter for letter in others if letter != "C"]
    choices = " or ".join(f"--time-axis {letter}" for letter in others)
    return "" if not others else f" (if others are frames, take them with {choices})"


def _axes(scene: SceneDescription) -> str:
    counts = {**scene.axis_counts, "Y": scene.sizes["Y"], "X": scene.sizes["X"]}
    return " × ".join(f"{letter} {count}" for letter, count in counts.items())


def _counted(count: int, names: Iterable[str], flag: str) -> str:
    named = ", ".join(f"{index}: {name}" for index, name in enumerate(names) if name)
    said = [words for words in (named, f"choose with {flag}" if count > 1 else "") if words]
    return f"{count} ({'; '.join(said)})" if said else str(count)
