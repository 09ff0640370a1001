"""The folder with one's own presets: listed, saved, renamed, deleted, and exchanged as files."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fluogan_app.core import folders
from fluogan_app.core.errors import FluoganError, ReadError, UsageError
from fluogan_app.core.files import cannot_write, is_temporary, write_json_atomic
from fluogan_app.core.methods.base import Method
from fluogan_app.core.project.presets import Preset, built_in, checked_name, content, read_preset

SUFFIX = ".json"
#: Names that a file must not have on Windows.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class PresetFolder:
    """One's own presets on disk. Reads and writes: not for the window's thread."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or folders.preset_folder()

    def presets(self) -> tuple[tuple[Preset, ...], tuple[str, ...]]:
        """All that can be read, by name, and a sentence on each file that cannot."""
        found, troubles = [], []
        for path in self._files():
            try:
                found.append(read_preset(path)[0])
            except FluoganError as error:
                troubles.append(error.one_line)
        return tuple(sorted(found, key=lambda preset: preset.name.casefold())), tuple(troubles)

    def made(self) -> Path:
        """The folder, which is there from then on. Raises ProjectError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        return self.folder

    def named(self, name: str) -> Preset | None:
        """The preset of that name; capitals are no difference."""
        presets, _ = self.presets()
        return next((preset for preset in presets if preset.name.casefold() == name.strip().casefold()), None)

    def save(self, preset: Preset, overwrite: bool = False) -> Preset:
        """Keep a preset, in the place of one of that name with `overwrite`. Raises UsageError, ProjectError."""
        name = checked_name(preset.name)
        known = self.named(name)
        if known is not None and not overwrite:
            raise UsageError(f"There is a preset “{known.name}” already.", "Choose another name, or replace it.")
        path = known.path if known is not None and known.path is not None else self._free_path(name)
        kept = replace(preset, name=name, key=name, path=path)
        write_json_atomic(path, content(kept))
        return kept

    def rename(self, preset: Preset, name: str) -> Preset:
        """Give it another name. Raises UsageError where another one has it, ReadError where it is none."""
        name = checked_name(name)
        known = self.named(name)
        if known is not None and known.path != preset.path:
            raise UsageError(f"There is a preset “{known.name}” already.", "Choose another name.")
        kept = replace(preset, name=name, key=name)
        write_json_atomic(self._path_of(preset), content(kept))
        return kept

    def delete(self, preset: Preset) -> None:
        """Take a preset away. Raises ReadError."""
        try:
            self._path_of(preset).unlink(missing_ok=True)
        except OSError as error:
            why = error.strerror or str(error)
            raise ReadError(f"“{preset.name}” could not be deleted: {why}.", "Close what uses it.") from error

    def take_in(self, path: Path) -> tuple[Preset, tuple[str, ...]]:
        """Copy a preset from a file, under a name that is free; and what of it is not known. Raises ReadError."""
        preset, notes = read_preset(path)
        name, number = preset.name, 1
        while self.named(name) is not None:
            number += 1
            name = f"{preset.name[:70]} ({number})"
        return self.save(replace(preset, name=name, path=None)), notes

    def _files(self) -> list[Path]:
        with suppress(OSError):
            return sorted(path for path in self.folder.glob(f"*{SUFFIX}") if not is_temporary(path))
        return []

    def _path_of(self, preset: Preset) -> Path:
        if preset.path is None:
            raise UsageError(f"“{preset.name}” is built in and stays as it is.", "Save it under another name.")
        return preset.path

    def _free_path(self, name: str) -> Path:
        stem = re.sub(r"[^\w() +\-]", "_", name).strip() or "preset"
        stem = f"{stem}_" if _RESERVED.fullmatch(stem) else stem
        number, path = 1, self.folder / f"{stem}{SUFFIX}"
        while path.exists():
            number += 1
            path = self.folder / f"{stem} {number}{SUFFIX}"
        return path


def export_preset(preset: Preset, path: Path) -> None:
    """Write a preset to a file that can be handed on. Raises ProjectError."""
    write_json_atomic(path, content(preset))


def find_preset(method: Method, text: str, own: PresetFolder) -> tuple[Preset, tuple[str, ...]]:
    """A preset by its name, built in or one's own, or from the file of that path; and what of it is not known.

    Raises UsageError where there is none, ReadError where the file is none.
    """
    named = next((preset for preset in built_in(method) if preset.key == text), None) or own.named(text)
    if named is not None:
        return named, ()
    path = Path(text)
    if path.suffix.lower() == SUFFIX or path.is_file():
        return read_preset(path)
    known = ", ".join(preset.key for preset in (*built_in(method), *own.presets()[0]))
    raise UsageError(f"There is no preset “{text}”.", f"Known are {known}. Or name a preset's file ({SUFFIX}).")
