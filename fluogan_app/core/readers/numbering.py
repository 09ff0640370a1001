"""Names that count: which of a folder's files belong to one recording, and what each of their numbers means."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: What a counter means, by the word before its digits; S is the position on the stage.
_WORDS = {
    "T": ("t", "time", "frame", "tp", "timepoint"),
    "C": ("c", "ch", "channel", "w", "wavelength"),
    "Z": ("z", "slice", "plane", "depth"),
    "S": ("s", "p", "pos", "position", "xy", "stage", "scene", "series", "field", "fov", "site"),
}
_LETTERS = {word: letter for letter, words in _WORDS.items() for word in words}
#: These may stand before any counter: they mean a position only where another counter changes too.
_UNSURE = ("s", "p", "series")
#: The last word before a counter, parted from what stands before it by no letter or by a capital.
_WORD_BEFORE = re.compile(r"(?:.*(?:[^A-Za-z]|[a-z](?=[A-Z])))?([A-Za-z]+)[\s_\-=.]*")
#: A row of a well plate before the number of its column.
_WELL = re.compile(r"(?:^|[^A-Za-z])[A-P]$")
#: Micro-Manager's separate images: time, channel by name, plane.
_MICROMANAGER = re.compile(r"(?P<base>img)_(?P<T>\d{9})_(?P<C>.*)_(?P<Z>\d{3})\.tiff?", re.IGNORECASE)
#: MetaMorph's: channel by number and name, then position and time.
_METAMORPH = re.compile(
    r"(?P<base>.*)_(?P<C>w\d{1,2}[^_\d.][^_.]*)(?:_s(?P<S>\d{1,5}))?(?:_t(?P<T>\d{1,9}))?\.tiff?", re.IGNORECASE
)
#: Numbers that leave out more than this many times what they name are no counter: dates, identifiers.
_MOST_LEFT_OUT = 20

Step = int | str


@dataclass(frozen=True)
class Series:
    """Files that one recording was written to, one image each.

    axes: the letters of the counters that change (S: position), slowest first. steps: the numbers of each, in order.
    places: for each file name, its index along each axis.
    """

    axes: str
    steps: dict[str, tuple[Step, ...]]
    places: dict[str, tuple[int, ...]]

    @property
    def names(self) -> list[str]:
        """The files' names in the order of the axes."""
        return sorted(self.places, key=self.places.__getitem__)

    def missing(self, letter: str) -> tuple[int, ...] | None:
        """The numbers that a counter leaves out, None where its numbers are no even count."""
        numbers = [step for step in self.steps.get(letter, ()) if isinstance(step, int)]
        if not numbers:
            return ()
        step = math.gcd(*(later - numbers[0] for later in numbers[1:])) or 1
        if (numbers[-1] - numbers[0]) // step > (_MOST_LEFT_OUT + 1) * len(numbers):
            return None
        there = set(numbers)
        return tuple(number for number in range(numbers[0], numbers[-1], step) if number not in there)


def series_of(name: str, names: Iterable[str]) -> Series | None:
    """The series of files that a file is one of, or None where it stands alone. `names` are its folder's files."""
    names = list(names)
    # A hidden file, or one that was named in other letters than the folder has it, has no place among them.
    if name not in names:
        return None
    for pattern in (_MICROMANAGER, _METAMORPH):
        own = pattern.fullmatch(name)
        if own:
            matches = ((other, pattern.fullmatch(other)) for other in names)
            return _series({other: _steps(match) for other, match in matches if match and match["base"] == own["base"]})
    return _counted(name, names)


def _steps(match: re.Match[str]) -> dict[str, Step]:
    """The place of a file by the named parts of its name; channels by their words."""
    parts = {letter: match[letter] for letter in match.groupdict() if len(letter) == 1 and match[letter] is not None}
    return {letter: text if letter == "C" else int(text) for letter, text in parts.items()}


def _counted(name: str, names: Iterable[str]) -> Series | None:
    texts, own = _parted(name)
    alike: dict[tuple[int, ...], str] = {}
    # Of 999 and 0999, if both are there, the one that is written like the file's own number counts.
    for other in sorted(names, key=lambda other: (len(other) != len(name), other)):
        other_texts, digits = _parted(other)
        if other_texts == texts and all(map(_same_width, own, digits)):
            alike.setdefault(tuple(map(int, digits)), other)
    if len(alike) < 2:
        return None
    mine = tuple(map(int, own))
    roles = _roles(texts, mine, list(alike))
    fixed = [run for run, letter in enumerate(roles) if not letter]
    counters = [(run, letter) for run, letter in enumerate(roles) if letter]
    kept = ((numbers, other) for numbers, other in alike.items() if all(numbers[run] == mine[run] for run in fixed))
    return _series({other: {letter: numbers[run] for run, letter in counters} for numbers, other in kept})


def _parted(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The text and the runs of digits of a name; the text before each run at the same index, the ending last."""
    parts = re.split(r"([0-9]{1,18})", name)
    return (*parts[:-1:2], parts[-1].lower()), tuple(parts[1::2])


def _same_width(one: str, other: str) -> bool:
    """Whether two numbers can be of one count: 9 and 10, 009 and 010, 999 and 1000, but not 1 and 01."""
    longer = max(one, other, key=len)
    return len(one) == len(other) or not longer.startswith("0")


def _roles(texts: Sequence[str], own: tuple[int, ...], all_places: list[tuple[int, ...]]) -> list[str]:
    """The letter of each run of digits, "" for one that must be equal in all files of a series."""
    runs = range(len(own))
    words = [_word_before(texts[run]) for run in runs]
    letters = [_LETTERS.get(word, "") for word in words]
    for run in runs:
        if letters[run] in letters[run + 1 :]:
            letters[run] = ""
    wells = [bool(_WELL.search(texts[run])) and not letters[run] for run in runs]
    changing = [len({places[run] for places in all_places}) > 1 for run in runs]
    named = {letter for letter, changes in zip(letters, changing, strict=True) if letter and changes}
    if sum(changing) == 1:
        letters = ["" if words[run] in _UNSURE else letter for run, letter in enumerate(letters)]
    if "T" not in named:
        _name_counter(letters, [run for run in runs if not letters[run] and not wells[run]], own, all_places)
    return letters


def _name_counter(
    letters: list[str], free: list[int], own: tuple[int, ...], all_places: list[tuple[int, ...]]
) -> None:
    """Of some unnamed runs, take the one that changes most, all others being equal, as time; of equals the last."""

    def changes(run: int) -> int:
        others = [other for other in range(len(own)) if other != run and not letters[other]]
        return len({places[run] for places in all_places if all(places[other] == own[other] for other in others)})

    best = max(reversed(free), key=changes, default=None)
    if best is not None and changes(best) > 1:
        letters[:] = ["" if letter == "T" else letter for letter in letters]
        letters[best] = "T"


def _word_before(text: str) -> str:
    match = _WORD_BEFORE.fullmatch(text)
    return match[1].lower() if match else ""


def _series(steps_of: dict[str, dict[str, Step]]) -> Series | None:
    if len(steps_of) < 2:
        return None
    steps = {
        letter: tuple(sorted({own.get(letter, 0) for own in steps_of.values()}, key=_order)) for letter in "STCZ"
    }
    axes = "".join(letter for letter in "STCZ" if len(steps[letter]) > 1)
    if axes in ("", "S"):
        return None
    index = {letter: {step: at for at, step in enumerate(steps[letter])} for letter in axes}
    places = {name: tuple(index[letter][own[letter]] for letter in axes) for name, own in steps_of.items()}
    return Series(axes, {letter: steps[letter] for letter in axes}, places)


def _order(step: Step) -> tuple[bool, int, str]:
    return isinstance(step, str), step if isinstance(step, int) else 0, str(step)
