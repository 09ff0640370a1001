"""Who has a project open: a lock that the system lets go when its process ends, with words on who holds it.

Some network drives carry no locks from one machine to another. So the holder renews its words now and then, and words
that are fresh count as a lock too; from old ones of another machine nobody can tell whether it is still at work.
"""

from __future__ import annotations

import getpass
import os
import platform
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.project.lock import OPEN_LOCK, OPEN_WORDS, taken_within
from fluogan_app.core.project.run import read_json

#: Words are renewed so often, and are old after so long: three times may be missed.
RENEW_S, OLD_S = 30.0, 100.0
_PATIENCE_S = 0.3

WINDOW, COMMAND = "a window", "the command line"


@dataclass(frozen=True)
class Holder:
    """Who has a project open. seen: when its words were last renewed, in seconds since 1970.

    stale: it has not been heard of for long, and its machine cannot be asked.
    """

    program: str
    host: str = ""
    user: str = ""
    process_id: int = 0
    since: str = ""
    seen: float = 0.0
    stale: bool = False

    @property
    def words(self) -> str:
        """ "in a window on HOST (USER) since 20 Nov 2026, 14:03"."""
        where = f" on {self.host}" if self.host else ""
        who = f" ({self.user})" if self.user else ""
        return f"in {self.program}{where}{who}{f' since {_local(self.since)}' if self.since else ''}"

    @property
    def silence(self) -> str:
        """Since when a stale holder has not been heard of."""
        return datetime.fromtimestamp(self.seen).strftime("%d %b %Y, %H:%M")


class OpenLock:
    """Held on a project's folder by who may write its document. Methods ask the drive, and are for a thread."""

    def __init__(self, folder: Path, program: str) -> None:
        self._lock, self._words, self._program = folder / OPEN_LOCK, folder / OPEN_WORDS, program
        self._handle: int | None = None
        self._users = 0
        self._ended = threading.Event()

    def take(self, force: bool = False) -> Holder | None:
        """Take the lock, or say who holds it. `force` takes it from a stale holder. Raises OSError."""
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            taken = taken_within(handle, _PATIENCE_S)
            # Read only now: who has just let go has taken the words away first.
            known = self._known()
            if not taken:
                return known or Holder("another program")
            if known is not None and _may_live(known) and not (force and known.stale):
                return known
            self._handle, handle = handle, -1
        finally:
            if handle >= 0:
                os.close(handle)
        self._users = 1
        self._introduce()
        return None

    def share(self) -> OpenLock:
        """The same lock for one more user in this process."""
        self._users += 1
        return self

    def release(self) -> None:
        """Let go, once the last user does."""
        self._users -= 1
        if self._users > 0 or self._handle is None:
            return
        self._ended.set()
        handle, self._handle = self._handle, None
        with suppress(OSError):
            self._words.unlink(missing_ok=True)
        with suppress(OSError):
            os.close(handle)

    def _introduce(self) -> None:
        about = {"program": self._program, "host": platform.node(), "user": _user(), "process_id": os.getpid()}
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        with suppress(ProjectError):  # the lock holds without words, too
            write_json_atomic(self._words, about | {"since": since})
        threading.Thread(target=self._renew, name="project lock", daemon=True).start()

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_S):
            with suppress(OSError):
                os.utime(self._words)

    def _known(self) -> Holder | None:
        """What the words say, None where there are none that can be read."""
        try:
            seen = self._words.stat().st_mtime
            about = read_json(self._words)
            words = {name: str(about[name]) for name in ("program", "host", "user", "since")}
            holder = Holder(**words, process_id=int(about["process_id"]), seen=seen)
        except (OSError, ProjectError, KeyError, TypeError, ValueError):
            return None
        stale = holder.host != platform.node() and time.time() - seen > OLD_S
        return Holder(**{**vars(holder), "stale": stale})


def holder_of(folder: Path) -> Holder | None:
    """Who has a project open, None for nobody. Asks the drive."""
    if not (folder / OPEN_WORDS).exists():
        return None
    lock = OpenLock(folder, "")
    with suppress(OSError):
        handle = os.open(folder / OPEN_LOCK, os.O_RDWR)
        try:
            taken = not taken_within(handle, _PATIENCE_S)
            known = lock._known()
        finally:
            os.close(handle)
        return known if known is not None and (taken or _may_live(known)) else None
    return None


def _may_live(holder: Holder) -> bool:
    """Whether who left these words may still be at work, though the system says that the lock is free."""
    if holder.host != platform.node():
        return True
    fresh = time.time() - holder.seen <= OLD_S
    return fresh and holder.process_id != os.getpid() and _is_alive(holder.process_id)


def _is_alive(process_id: int) -> bool:
    """Whether a process of this machine is alive. Windows, whose locks are reliable, is not asked."""
    if os.name == "nt" or process_id <= 0:
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without names for its users
        return ""


def _local(stamp: str) -> str:
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        return stamp[:40]
