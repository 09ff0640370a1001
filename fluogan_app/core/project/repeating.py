"""A run as lines for a shell, or as a script: both compute the same numbers again on the same machine."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from fluogan_app import __version__
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.project.recipe import Recipe, recipe_of

__all__ = ["Recipe", "command_of", "quoted", "recipe_of", "script_of"]


def command_of(recipe: Recipe, system: str = os.name) -> str:
    """The line for a shell of that system ("posix" or "nt"); of a run that was continued, a line for each time."""
    lines = [_words(recipe)]
    lines += [["resume", _not_a_flag(recipe.output), "--steps", str(steps)] for steps in recipe.more_steps]
    return "\n".join(quoted(["fluogan", *words], system) for words in lines)


def quoted(words: Iterable[str], system: str = os.name) -> str:
    """Words as one line that a shell takes apart again as they were."""
    return " ".join(_for_windows(word) for word in words) if system == "nt" else shlex.join(words)


def script_of(recipe: Recipe) -> str:
    """A script that computes the run again through fluogan_app.api and writes the image beside itself."""
    arguments = {
        "method": _unless(recipe.method, DEFAULT_METHOD),
        "preset": _unless(recipe.preset, _first_preset(recipe.method)),
        "frames": (recipe.frames.start, recipe.frames.stop) if recipe.frames is not None else None,
        "region": tuple(vars(recipe.roi).values()) if recipe.roi is not None else None,
        "drift": recipe.drift or None,
        "recording": dict(recipe.recording) or None,
        "parameters": dict(recipe.params) or None,
        "origins": dict(recipe.origins) or None,
        "settings": dict(recipe.settings) or None,
        "project": recipe.output,
    }
    chosen = "".join(f", {name}={value!r}" for name, value in recipe.selection.items())
    given = "".join(f"        {name}={value!r},\n" for name, value in arguments.items() if value is not None)
    more = "".join(f"    result = api.resume({recipe.output!r}, {steps})\n" for steps in recipe.more_steps)
    name = str(PurePosixPath(recipe.output).with_suffix(".tif"))
    warned = "".join(f"\n\n{_plain(caution)}" for caution in recipe.cautions) + ("\n" if recipe.cautions else "")
    return (
        f'"""Computes {_plain(recipe.run)} again, with FluoGAN {__version__}.{warned}"""\n\n'
        "from fluogan_app import api\n\n"
        'if __name__ == "__main__":\n'
        f"    with api.open_stack({recipe.stack!r}{chosen}) as stack:\n"
        f"        result = api.reconstruct(\n            stack,\n{_indented(given)}        )\n{more}"
        f"    api.save_image({name!r}, result)\n"
    )


def _words(recipe: Recipe) -> list[str]:
    words = ["reconstruct", recipe.stack, "-o", recipe.output]
    words += ["--method", recipe.method] if recipe.method != DEFAULT_METHOD else []
    words += ["--preset", recipe.preset] if recipe.preset != _first_preset(recipe.method) else []
    if recipe.frames is not None:
        words += ["--frames", f"{recipe.frames.start}:{recipe.frames.stop}"]
    if recipe.roi is not None:
        words += ["--roi", ",".join(str(side) for side in vars(recipe.roi).values())]
    words += ["--drift", recipe.drift] if recipe.drift else []
    for name, value in {**recipe.selection, **recipe.recording, **recipe.params, **recipe.settings}.items():
        words += _flag(name, value)
    if recipe.origins:
        words += ["--origins", ",".join(f"{name}={origin}" for name, origin in recipe.origins.items())]
    # A name that begins with a dash would be taken for a flag.
    return [_not_a_flag(words[1]) if index == 1 else word for index, word in enumerate(words)]


def _flag(name: str, value: Any) -> list[str]:
    flag = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [flag] if value else [flag.replace("--", "--no-", 1)]
    # Joined, so that a negative number is no flag of its own.
    return [f"{flag}={value}"] if str(value).startswith("-") else [flag, str(value)]


def _not_a_flag(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def _first_preset(method: str) -> str:
    return method_named(method).presets[0].name


def _unless(value: str, preset: str) -> str | None:
    return None if value == preset else value


def _indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())


def _plain(text: str) -> str:
    """Text that cannot end a string of a script."""
    return re.sub(r'["\\\x00-\x1f]', "_", text)


def _for_windows(word: str) -> str:
    """A word for the command prompt and PowerShell; names there hold no quotation marks."""
    # PowerShell takes what stands on both sides of a comma for two words.
    if word and not re.search(r"[^\w.:=+\\/-]", word):
        return word
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    at_end = word[len(word.rstrip("\\")) :]
    return f'"{inner}{at_end}"'

