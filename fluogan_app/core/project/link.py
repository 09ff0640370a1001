"""The link from a project to its raw stack: made, followed, and checked, so that a moved file is found again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ReadError
from fluogan_app.core.project.model import InputLink

#: Up to here the whole file is hashed (about a second); of a larger one the head, the middle and the tail.
WHOLE_HASH_BYTES = 512_000_000
SAMPLE_BYTES = 16_000_000
_BLOCK_BYTES = 1 << 20

#: Where a packed project carries its raw stack, below its folder.
PACKED_RAW = "input/raw"
#: Where it carries the images of beads that its runs were made with.
PACKED_PSF = "input/psf"

OTHER_CONTENT = "Its content differs (SHA-256)."


def make_link(stack: Stack, project_folder: Path, hashed: bool = False) -> InputLink:
    """How to find a stack again from a project. `hashed` reads the file once for its fingerprint. Raises ReadError."""
    stack = stack.raw
    path = Path(os.path.abspath(stack.path))
    files = files_of(stack)
    return InputLink(
        path=str(path),
        relative_path=relative_to(path, project_folder),
        size_bytes=_size_bytes(path),
        modified_ns=_modified_ns(files),
        sha256=fingerprint_of(files) if hashed else "",
        files=len(files),
        total_bytes=_total_bytes(files),
        selection=stack.selection,
        shape_tyx=stack.shape,
        dtype=str(stack.dtype),
    )


def files_of(stack: Stack) -> tuple[Path, ...]:
    """Every file that the frames of a stack come from; of one that does not say so, its own."""
    return stack.files or (stack.path,)


def relative_to(path: Path, folder: Path) -> str:
    """The way from a folder to a file, with forward slashes; "" where there is none, as between two drives."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return ""


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, of a large one "sampled:…" over size, head, middle and tail; "" for no file.

    Raises ReadError.
    """
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    size = path.stat().st_size
    sampled = size > WHOLE_HASH_BYTES
    if sampled:
        digest.update(str(size).encode())
    for block in _read(path, _ranges(size) if sampled else [(0, size)]):
        digest.update(block)
    return ("sampled:" if sampled else "") + digest.hexdigest()


def fingerprint_of(files: tuple[Path, ...]) -> str:
    """The fingerprint of a stack in one or more files; of several, SHA-256 over names, sizes and contents by name.

    It is the same whichever of the files was opened. Where they are large together, equal parts from their beginnings
    stand for their contents ("sampled:…"). Raises ReadError.
    """
    if len(files) == 1:
        return fingerprint(files[0])
    files = tuple(sorted(files, key=lambda file: file.name))
    sizes = [_size_bytes(file) for file in files]
    sampled = sum(sizes) > WHOLE_HASH_BYTES
    digest = hashlib.sha256()
    for file, size in zip(files, sizes, strict=True):
        digest.update(f"{file.name}\0{size}\0".encode())
        for block in _read(file, [(0, min(size, WHOLE_HASH_BYTES // len(files)) if sampled else size)]):
            digest.update(block)
    return ("sampled:" if sampled else "") + digest.hexdigest()


def candidates(link: InputLink, project_folder: Path) -> list[Path]:
    """Where the stack may be: where it was, at the same place relative to the project, within it, or beside it."""
    places = [Path(link.path)]
    if link.relative_path:
        places.append(Path(os.path.normpath(project_folder / link.relative_path)))
    # The path may be one of another system, whose separators are no separators here.
    name = link.path.replace("\\", "/").rsplit("/", 1)[-1]
    places += [project_folder / PACKED_RAW / name, project_folder.parent / name]
    return list(dict.fromkeys(places))


def is_unchanged(now: InputLink, before: InputLink | None) -> bool:
    """Whether two links are to the same selection of the same file, which was not written since."""
    # Of a set of files only one is dated: a frame that was recorded anew in place would not be noticed.
    if before is None or not now.size_bytes or now.files > 1:
        return False
    same = ("path", "size_bytes", "total_bytes", "modified_ns", "selection", "shape_tyx", "dtype")
    return all(getattr(now, name) == getattr(before, name) for name in same)


def find(link: InputLink, project_folder: Path) -> Path:
    """The first place where a file of the right size is. Raises ReadError that says how to go on."""
    present = [path for path in candidates(link, project_folder) if path.exists()]
    for path in present:
        if _size_bytes(path) == link.size_bytes:
            return path
    if present:
        return present[0]
    raise ReadError(
        f"The raw stack {link.path} is not there any more.",
        "Locate it (File › Locate raw data, or “fluogan locate”; for one run --stack FILE), or put it back; "
        "images and runs can be seen without it.",
    )


def check_fits(link: InputLink, stack: Stack) -> None:
    """Raises ReadError where a stack has another shape or type of pixels than the linked one: nothing made of it fits.

    It asks nothing of the drive.
    """
    found = _misfits(link, stack)
    if found:
        raise ReadError(
            f"{stack.path} is not the stack that the project was made with. {' '.join(found)}",
            "Locate the original file, or make a new project for this one.",
        )


def differences(link: InputLink, stack: Stack, with_hash: bool = True) -> list[str]:
    """Sentences that tell in what a stack differs from the one that was linked; empty where it is the same."""
    found = _misfits(link, stack)
    files = files_of(stack)
    # Of a set of files another one may have been opened.
    alone = link.files <= 1 or len(files) <= 1
    if alone and link.size_bytes and _size_bytes(stack.path) != link.size_bytes:
        found.append(f"Its size is {_size_bytes(stack.path)} bytes, not {link.size_bytes}.")
    elif link.total_bytes and len(files) != link.files:
        found.append(f"It is made of {len(files)} files, not {link.files}.")
    elif link.total_bytes and _total_bytes(files) != link.total_bytes:
        found.append(f"Its size is {_total_bytes(files)} bytes in all, not {link.total_bytes}.")
    elif with_hash and link.sha256 and fingerprint_of(files) != link.sha256:
        found.append(OTHER_CONTENT)
    return found


def doubts(link: InputLink, stack: Stack) -> tuple[str, ...]:
    """What is to be said of a stack of the right shape that may be another one: none where it is the linked one.

    Its files are read for their fingerprint only where they were written since. Raises ReadError.
    """
    found = differences(link, stack, with_hash=False)
    if found or not _was_written_since(link, stack):
        return warned(found)
    if not link.sha256:
        return (f"{stack.path.name} was written after the project was made: its frames may be others now.",)
    return warned([OTHER_CONTENT] if fingerprint_of(files_of(stack)) != link.sha256 else [])


def warned(found: list[str]) -> tuple[str, ...]:
    """Differences as warnings."""
    return tuple(f"This is not the file that the project was made with: {sentence}" for sentence in found)


def _misfits(link: InputLink, stack: Stack) -> list[str]:
    stack, found = stack.raw, []
    if stack.shape != link.shape_tyx:
        found.append(f"Its shape is {_shape_text(stack.shape)}, not {_shape_text(link.shape_tyx)}.")
    if _type_name(str(stack.dtype)) != _type_name(link.dtype):
        found.append(f"Its pixels are of the type {_type_name(str(stack.dtype))}, not {_type_name(link.dtype)}.")
    return found


def _type_name(dtype: str) -> str:
    """The name of a type of pixels, whatever the order of its bytes."""
    try:
        return np.dtype(dtype).name
    except TypeError:
        return dtype


def _was_written_since(link: InputLink, stack: Stack) -> bool:
    return bool(link.modified_ns) and _modified_ns(files_of(stack)) != link.modified_ns


def _modified_ns(files: tuple[Path, ...]) -> int:
    """When the newest of some files was written; 0 where there is none."""
    return max((file.stat().st_mtime_ns for file in files if file.is_file()), default=0)


def _total_bytes(files: tuple[Path, ...]) -> int:
    return sum(_size_bytes(file) for file in files)


def _shape_text(shape_tyx: tuple[int, int, int]) -> str:
    frames, height, width = shape_tyx
    return f"{frames} {'frame' if frames == 1 else 'frames'} of {height} × {width} pixels"


def _size_bytes(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _ranges(size: int) -> list[tuple[int, int]]:
    middle = (size - SAMPLE_BYTES) // 2
    return [(0, SAMPLE_BYTES), (middle, middle + SAMPLE_BYTES), (size - SAMPLE_BYTES, size)]


def _read(path: Path, ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of some ranges of a file, block by block. Raises ReadError."""
    try:
        yield from _blocks(path, ranges)
    except OSError as error:
        raise ReadError(f"{path} could not be read: {error.strerror}.", "Check that the drive is connected.") from error


def _blocks(path: Path, ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    with open(path, "rb") as file:
        for start, stop in ranges:
            file.seek(start)
            while start < stop and (block := file.read(min(_BLOCK_BYTES, stop - start))):
                start += len(block)
                yield block
