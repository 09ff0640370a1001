"""What a solver or its preparation may raise, put into words for the user."""

from __future__ import annotations

from fluogan_app.core.errors import FluoganError, OutOfMemoryError, SolverError

MEMORY_ADVICE = (
    "Choose smaller tiles, a smaller region, fewer frames, a smaller zoom or batch, or the processor instead of the "
    "graphics card."
)
_MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "unable to allocate")


def in_words(error: BaseException) -> FluoganError:
    """The user's error for whatever was raised; the cause stays with it."""
    if isinstance(error, FluoganError):
        return error
    failure = _out_of_memory() if is_out_of_memory(error) else _internal(error)
    failure.__cause__ = error
    return failure


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the processor or on a graphics card, without importing torch to ask."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(word in words for word in _MEMORY_WORDS)


def _out_of_memory() -> OutOfMemoryError:
    return OutOfMemoryError("The run does not fit in memory.", MEMORY_ADVICE)


def _internal(error: BaseException) -> SolverError:
    return SolverError(
        f"The computation failed: {type(error).__name__}: {error}.",
        "The last good state is kept; the log has the details.",
    )
