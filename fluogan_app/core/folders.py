"""Where the program keeps its own files: settings, logs, and projects that were not saved yet.

FLUOGAN_HOME, where it is set, holds them all; else they go where the system wants them.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "FluoGAN"


def settings_file() -> Path:
    """The settings, as an ini file."""
    return _home("settings", platformdirs.user_config_path) / "fluogan.ini"


def preset_folder() -> Path:
    """The user's own presets, a file for each."""
    return _home("presets", platformdirs.user_config_path, "presets")


def log_folder() -> Path:
    """The logs, one per start."""
    return _home("logs", platformdirs.user_log_path)


def recovery_folder() -> Path:
    """The projects that the user has not given a place yet."""
    return _home("unsaved", platformdirs.user_data_path, "unsaved")


def _home(name: str, system_path, *below: str) -> Path:
    stated = os.environ.get("FLUOGAN_HOME")
    return Path(stated) / name if stated else system_path(_NAME, appauthor=False).joinpath(*below)
