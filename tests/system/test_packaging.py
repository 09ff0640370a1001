"""What is installed is all there: every module, and every file of resources/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCES = ("fluogan_app", "resources", "pyproject.toml", "README.md", "LICENSE")
SKIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the tree stays as it is."""
    checkout = Path(__file__).resolve().parents[2]
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = checkout / name
        shutil.copytree(source, copy / name, ignore=SKIPPED) if source.is_dir() else shutil.copy(source, copy / name)
    code = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, out], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


def test_wheel_holds_every_module_and_resource(wheel: Path, checkout: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {path.relative_to(checkout).as_posix() for folder in SOURCES[:2] for path in files_of(checkout / folder)}
    assert wanted <= held
    assert any(name.startswith("resources/samples/") for name in held)
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0].split("-")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"fluogan_app", "resources"}


def test_wheel_names_the_scripts(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
    text = archive.read(entry).decode()
    assert "[console_scripts]\nfluogan = fluogan_app.__main__:main" in text
    assert "[gui_scripts]\nfluogan-gui = fluogan_app.__main__:main_gui" in text


def test_unpacked_wheel_finds_its_samples(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "from fluogan_app.core.samples import samples\n"
        "import fluogan_app, sys\n"
        "assert fluogan_app.__file__.startswith(sys.argv[1])\n"
        "for s in samples():\n"
        "    assert str(s.path).startswith(sys.argv[1]) and s.path.stat().st_size > 1000\n"
        "print(len(samples()))"
    )
    done = run_clean(sys.executable, "-c", code, str(tmp_path / "site"), path=tmp_path / "site", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 2


@pytest.mark.slow
def test_installed_wheel_starts_from_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", tmp_path / "venv"], check=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    install = [scripts / "python", "-m", "pip", "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    # The dependencies are lent by the environment that runs the tests; the program itself comes from the wheel.
    lent = next(path for path in sys.path if path.endswith("site-packages"))
    done = run_clean(scripts / "fluogan", "info", "sample:mitochondria", "--json", path=Path(lent), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"scenes"' in done.stdout


def run_clean(*command, path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run away from the checkout, with one more folder of packages."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)


def files_of(folder: Path) -> list[Path]:
    """The files that are written by people."""
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
