"""Damage by chance: a valid file's bytes are changed in many ways, and each result must open as a stack or be refused.

`fuzz(content, ".tif", range(100), folder)` tries the seeds 0 to 99 in a process of its own, whose memory is limited,
and hands back what went wrong: another exception than ReadError and DataError, a crash, a hang. The bytes of each
such try are kept in the folder; `mutated(content, seed)` makes them again.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
LONGEST_SECONDS = 10
MOST_BYTES = 1_000_000_000
#: Where most formats keep what everything else hangs on.
_ENDS_BYTES = 2048
_ODD_NUMBERS = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)


@dataclass(frozen=True)
class Failure:
    """A try that ended as none may: its seed, what happened, and where its bytes are kept."""

    seed: int
    what: str
    kept: Path

    def __str__(self) -> str:
        return f"seed {self.seed} ({self.kept}): {self.what}"


@dataclass(frozen=True)
class _Task:
    """What a worker is told: the whole file, the bytes worth more tries, what to do with each try, and how long."""

    whole: str
    hot: Sequence[tuple[int, int]]
    look: str
    seconds: float
    seeds: Sequence[int]


def fuzz(
    content: bytes,
    suffix: str,
    seeds: Sequence[int],
    folder: Path,
    hot: Sequence[tuple[int, int]] = (),
    look: str = "tests.core.readers.fuzzing:frames_seen",
    seconds: float = LONGEST_SECONDS,
) -> list[Failure]:
    """Try each seed's damage and hand back the failures, each with the file that shows it.

    `hot` are ranges (start, stop) of bytes that are worth more tries, such as a directory; `look` names the function
    that is run on each path; `seconds` is how long it may take.
    """
    whole = folder / f"whole{suffix}"
    whole.write_bytes(content)
    waiting, failures = list(seeds), []
    while waiting:
        task = _Task(str(whole), tuple(hot), look, seconds, waiting)
        ended = _run_worker(task)
        assert ended, "a worker must get on by one try at least"
        failures += [_kept(whole, seed, what, folder, hot) for seed, what in ended.items() if what]
        waiting = [seed for seed in waiting if seed not in ended]
    return failures


def mutated(content: bytes, seed: int, hot: Sequence[tuple[int, int]] = ()) -> bytes:
    """The same bytes with one to three kinds of damage, always the same for a seed."""
    chance = random.Random(seed)
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data:
            chance.choice(_DAMAGES)(data, _place(len(data), chance, hot), chance)
    return bytes(data)


def _place(size: int, chance: random.Random, hot: Sequence[tuple[int, int]]) -> int:
    """Where to do damage: a third in the hot ranges, a third near the ends, a third anywhere."""
    ends = [(0, min(size, _ENDS_BYTES)), (max(0, size - _ENDS_BYTES), size)]
    anywhere = [(0, size)]
    start, stop = chance.choice(chance.choice((list(hot) or ends, ends, anywhere)))
    return min(chance.randrange(start, max(stop, start + 1)), size - 1)


def _flip_bits(data: bytearray, at: int, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 4))):
        data[min(at + chance.randrange(4), len(data) - 1)] ^= 1 << chance.randrange(8)


def _overwrite(data: bytearray, at: int, chance: random.Random) -> None:
    count = min(chance.choice((1, 2, 4, 8, 16, 512)), len(data) - at)
    fill = chance.choice((b"\0", b"\xff", None))
    data[at : at + count] = chance.randbytes(count) if fill is None else fill * count


def _odd_number(data: bytearray, at: int, chance: random.Random) -> None:
    size = chance.choice((2, 4, 8))
    number = chance.choice((*_ODD_NUMBERS, len(data), len(data) - 1)) % 256**size
    at -= at % 2
    data[at : at + size] = number.to_bytes(size, chance.choice(("little", "big")))


def _count_on(data: bytearray, at: int, chance: random.Random) -> None:
    data[at] = (data[at] + chance.choice((-1, 1))) % 256


def _truncate(data: bytearray, at: int, chance: random.Random) -> None:
    del data[at:]


def _delete(data: bytearray, at: int, chance: random.Random) -> None:
    del data[at : at + chance.choice((1, 4, 64, 1024))]


def _duplicate(data: bytearray, at: int, chance: random.Random) -> None:
    size = chance.choice((1, 4, 64, 1024))
    data[at:at] = data[at : at + size]


def _swap(data: bytearray, at: int, chance: random.Random) -> None:
    size = chance.choice((4, 16, 256))
    other = chance.randrange(len(data))
    here, there = bytes(data[at : at + size]), bytes(data[other : other + size])
    data[at : at + size], data[other : other + size] = there, here


_DAMAGES: tuple[Callable[[bytearray, int, random.Random], None], ...] = (
    _flip_bits, _flip_bits, _overwrite, _odd_number, _odd_number, _count_on, _truncate, _delete, _duplicate, _swap,
)  # fmt: skip


def _run_worker(task: _Task) -> dict[int, str]:
    """Run seeds in one process until all are done or it dies: each seed that was tried, and what went wrong or ""."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.readers.fuzzing"],
        input=json.dumps(asdict(task)), capture_output=True, text=True, errors="replace", cwd=CHECKOUT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    ended: dict[int, str] = {}
    for line in map(json.loads, done.stdout.splitlines()):
        # A try that does not come back keeps this word.
        ended[line["seed"]] = line.get("what", f"the process ended with {done.returncode}: {done.stderr[-3000:]}")
    if not ended:
        raise RuntimeError(f"the worker could not be started: {done.stderr}")
    return ended


def _kept(whole: Path, seed: int, what: str, folder: Path, hot: Sequence[tuple[int, int]]) -> Failure:
    path = folder / f"failed_{seed}{whole.suffix}"
    path.write_bytes(mutated(whole.read_bytes(), seed, hot))
    return Failure(seed, what, path)


def complaint(path: Path, look: Callable[[Path], object]) -> str:
    """What is wrong with the way this file ends, or "": it opens and can be read, or is refused in one clear line."""
    from fluogan_app.core.errors import DataError, ReadError

    try:
        look(path)
    except (ReadError, DataError) as error:
        return "" if error.hint and "\n" not in str(error) else f"no clear line: {str(error)!r}"
    # The whole point: whatever else comes is the failure that is looked for.
    except Exception:
        return traceback.format_exc(limit=-6)
    return ""


def frames_seen(path: Path) -> int:
    """Read the first and the last frame of some images of a file; how many. Raises ReadError, AssertionError."""
    from fluogan_app.core.data.stack import Selection
    from fluogan_app.core.readers.open import describe, open_stack

    scenes = describe(path).scenes[:3]
    for number, scene in enumerate(scenes):
        last = Selection(scene=number, channel=scene.sizes["C"] - 1, plane=scene.sizes["Z"] - 1)
        stack = open_stack(path, last)
        try:
            sizes = tuple(scene.sizes[letter] for letter in "TYX")
            assert stack.shape == sizes, f"described as {sizes}, opened as {stack.shape}"
            for index in (0, stack.shape[0] - 1):
                frame = stack.frame(index)
                assert frame.shape == stack.shape[1:] and frame.dtype == stack.dtype
        finally:
            stack.close()
    return 2 * len(scenes)


def _work(task: _Task) -> None:
    # What a library prints must not get between the lines that are counted on.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    whole, look = Path(task.whole), _named(task.look)
    content, damaged = whole.read_bytes(), whole.with_name(f"damaged{whole.suffix}")
    assert not (what := complaint(whole, look)), f"the whole file must open: {what}"
    _limit_memory()
    for seed in task.seeds:
        damaged.write_bytes(mutated(content, seed, task.hot))
        print(json.dumps({"seed": seed}), file=answers, flush=True)
        # Ends this process even where a library hangs in its own code.
        faulthandler.dump_traceback_later(task.seconds, exit=True)
        what = complaint(damaged, look)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps({"seed": seed, "what": what}), file=answers, flush=True)


def _named(name: str) -> Callable[[Path], object]:
    module, function = name.split(":")
    return getattr(import_module(module), function)


def _limit_memory() -> None:
    if sys.platform.startswith("linux"):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


if __name__ == "__main__":
    faulthandler.enable()
    _work(_Task(**json.load(sys.stdin)))
