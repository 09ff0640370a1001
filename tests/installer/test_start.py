"""The first file that runs on a strange machine: it must be readable, and helpful, on any Python."""

from __future__ import annotations

import ast
import os
import re
import stat
import sys
from pathlib import Path

import pytest
import start

SOURCE = Path(start.__file__).read_text(encoding="utf-8")


def test_old_pythons_can_read_it() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 4))
    kinds = {type(node) for node in ast.walk(tree)}
    assert not kinds & {ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef}
    arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arg)]
    assert all(argument.annotation is None for argument in arguments)
    # Python 2 reads no other letters without a word about the encoding.
    assert SOURCE.isascii()


@pytest.mark.parametrize(
    ("version", "fits"),
    [((2, 7, 18), False), ((3, 10, 13), False), ((3, 11, 0), True), ((3, 14, 1), True), ((4, 0), False)],
)
def test_versions(version: tuple[int, ...], fits: bool) -> None:
    assert start.fits(version) is fits


def test_declared_oldest_python_is_the_same_everywhere(checkout: Path) -> None:
    declared = re.search(r'requires-python = ">=3\.(\d+)"', (checkout / "pyproject.toml").read_text(encoding="utf-8"))
    assert declared is not None and start.OLDEST == (3, int(declared[1]))


def test_without_a_fitting_python_it_says_which_is_needed(monkeypatch, capsys) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 18, "final", 0))
    monkeypatch.setenv("PATH", "")
    assert start.main() == 2
    said = capsys.readouterr().err
    assert "needs Python 3.11" in said and "this is Python 3.9.18" in said and "installer/start.py" in said


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand for Pythons")
def test_it_passes_by_a_python_that_does_not_run(tmp_path: Path, monkeypatch) -> None:
    for name, code in (("python3.11", 1), ("python3.12", 0)):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    assert start.other_python() in {str(tmp_path / "python3.12"), "/bin/python3.11"}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert start.other_python() == str(tmp_path / "python3.12")


def test_only_the_standard_library_is_imported(checkout: Path) -> None:
    for path in sorted((checkout / "installer").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        roots = {name.split(".")[0] for name in names}
        assert roots <= sys.stdlib_module_names | {"bootstrap"}, path
