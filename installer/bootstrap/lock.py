"""One set-up at a time: who starts twice out of impatience must not have two writing into one environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bootstrap.errors import SetupError


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock at `path` during the block. The system lets go of it even where the process is killed.

    Raises SetupError where another process holds it.
    """
    with open(path, "a", encoding="utf-8") as file:
        try:
            _lock(file)
        except OSError as error:
            raise SetupError(
                "FluoGAN is being set up by another start.", "Wait until that one is done, then start again."
            ) from error
        yield


if os.name == "nt":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
