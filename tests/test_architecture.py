"""The rules of the house, read from the source: who imports whom, what stays out, how long things may grow.

Each rule is a function from source to a list of complaints, shown once to complain about a wrong case.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "fluogan_app"

# From the ground up: an area may import the ones below its own row, and in its own row as long as no circle forms.
ROWS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "units", "params", "files", "folders", "rng", "tensor_files"}),
    frozenset({"data"}),
    frozenset({"optics", "optimise", "metrics", "simulate", "estimate", "check", "readers", "device", "samples"}),
    frozenset({"methods"}),
    frozenset({"jobs", "benchmark"}),
    frozenset({"project"}),
    frozenset({"api"}),
    frozenset({"cli", "gui"}),
    frozenset({"__main__"}),
)
# Narrower than their row: readers turn files into stacks and know nothing of what is done with them.
ONLY: dict[str, frozenset[str]] = {"readers": frozenset({"data", "errors", "units", "files"})}

QT = frozenset({"PySide6", "pyqtgraph", "superqt", "qtpy", "shiboken6"})
FORBIDDEN_IN_CORE = frozenset({"argparse"}) | QT
FORBIDDEN_ANYWHERE = frozenset({"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"})
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common|my_?)(_|$)", re.IGNORECASE)
#: The main window only puts parts together.
LIMITS = {f"{PACKAGE}.gui.main_window": 250}
LONGEST_FILE, LONGEST_CLASS, LONGEST_FUNCTION, LONGEST_LINE = 400, 300, 60, 120
# A distribution's name where it is not that of what is imported; pydantic_core is pydantic's own other half.
DISTRIBUTIONS = {"PIL": "pillow", "PySide6": "pyside6-essentials", "pydantic_core": "pydantic"}
STARTS_WITHOUT_TORCH = ("gui.app", "gui.main_window", "cli.main", "core.methods.registry", "core.project.store")


def modules() -> list[Path]:
    """The package's modules."""
    return sorted((ROOT / PACKAGE).rglob("*.py"))


def all_sources() -> list[Path]:
    """Everything written in Python here."""
    return modules() + sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "installer").rglob("*.py"))


def area_of(module: str) -> str:
    """fluogan_app.core.data.roi → data; fluogan_app.gui.views.x → gui; what lies outside → nothing."""
    parts = [part for part in module.split(".") if part != "core"]
    if parts[0] != PACKAGE or len(parts) < 2 or parts[1] in {"__version__", "__doc__"}:
        return ""
    return parts[1]


def module_name(path: Path) -> str:
    """The dotted name of a file in this tree."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each imported module's full name and its line; a relative import keeps its leading dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def row_of(area: str) -> int | None:
    return next((number for number, row in enumerate(ROWS) if area in row), None)


def wrong_imports(module: str, source: str) -> list[str]:
    """Imports against the rows, between cli and gui, or past an area's own narrower list."""
    area, complaints = area_of(module), []
    for name, line in imports(ast.parse(source)):
        other = area_of(name)
        if name.startswith("."):
            complaints.append(f"{module}:{line} imports {name}: write the whole name")
        elif other and other != area and not may_import(area, other):
            complaints.append(f"{module}:{line} ({area}) imports {other}")
    return complaints


def may_import(area: str, other: str) -> bool:
    mine, theirs = row_of(area), row_of(other)
    if mine is None or theirs is None or {area, other} == {"cli", "gui"}:
        return False
    return other in ONLY[area] if area in ONLY else theirs <= mine


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A circle of areas that import one another, or nothing."""

    def follow(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        return next((found for after in sorted(graph.get(node, ())) if (found := follow(after, [*trail, node]))), [])

    return next((found for start in sorted(graph) if (found := follow(start, []))), [])


def import_graph() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for path in modules():
        name = module_name(path)
        for imported, _ in imports(ast.parse(path.read_text(encoding="utf-8"))):
            other = area_of(imported)
            if other and other != area_of(name):
                graph.setdefault(area_of(name), set()).add(other)
    return graph


def wrong_guests(module: str, source: str) -> list[str]:
    """Qt outside gui/, argparse or printing in core, and pickles anywhere."""
    tree = ast.parse(source)
    in_gui, in_core = f"{PACKAGE}.gui" in module, f"{PACKAGE}.core" in module
    barred = FORBIDDEN_ANYWHERE | (frozenset() if in_gui else QT) | (FORBIDDEN_IN_CORE if in_core else frozenset())
    found = [f"{module}:{line} imports {name}" for name, line in imports(tree) if name.split(".")[0] in barred]
    prints = [node for node in ast.walk(tree) if in_core and _calls(node, "print")]
    return found + [f"{module}:{node.lineno} prints" for node in prints]


def unsafe(module: str, source: str) -> list[str]:
    """Bare excepts, torch.load, eval and exec, and arrays read with pickles allowed."""
    complaints = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            complaints.append(f"{module}:{node.lineno} has a bare except")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"torch.load", "torch.save"}:
            complaints.append(f"{module}:{node.lineno} uses {ast.unparse(node)}")
        elif _calls(node, "eval") or _calls(node, "exec"):
            complaints.append(f"{module}:{node.lineno} runs text as code")
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            complaints.append(f"{module}:{node.value.lineno} allows pickles")
    return complaints


def eager_torch(module: str, source: str) -> list[str]:
    """torch imported when the module is, outside functions and type checking."""
    body = ast.parse(source).body
    top = ast.Module([node for node in body if isinstance(node, (ast.Import, ast.ImportFrom, ast.Try))], [])
    return [f"{module}:{line} imports torch at once" for name, line in imports(top) if name.split(".")[0] == "torch"]


def undeclared(module: str, source: str, declared: set[str]) -> list[str]:
    """Imports from distributions that pyproject.toml does not name."""
    own = {PACKAGE, "resources", "__future__"} | sys.stdlib_module_names
    roots = ((name.split(".")[0], line) for name, line in imports(ast.parse(source)))
    wanted = ((DISTRIBUTIONS.get(root, root).lower(), line) for root, line in roots if root not in own)
    return [f"{module}:{line} imports {name}, not declared" for name, line in wanted if name not in declared]


def declared_dependencies() -> set[str]:
    """The names of the distributions that pyproject.toml requires, in small letters."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=!~;\[ ]", line)[0].lower() for line in project["dependencies"]}


def too_long(module: str, source: str) -> list[str]:
    """Files, classes, functions and lines beyond their limit."""
    lines = source.splitlines()
    complaints = [f"{module} has {len(lines)} lines"] if len(lines) > LIMITS.get(module, LONGEST_FILE) else []
    complaints += [f"{module}:{n} is {len(text)} wide" for n, text in enumerate(lines, 1) if len(text) > LONGEST_LINE]
    for node in ast.walk(ast.parse(source)):
        limit = LONGEST_CLASS if isinstance(node, ast.ClassDef) else LONGEST_FUNCTION
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            complaints += [f"{module}: {node.name} has {length} lines"] if length > limit else []
    return complaints


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def complaints_of(rule, paths: list[Path]) -> list[str]:
    return [said for path in paths for said in rule(module_name(path), path.read_text(encoding="utf-8"))]


def test_imports_go_downwards() -> None:
    assert complaints_of(wrong_imports, modules()) == []
    assert circle(import_graph()) == []


def test_import_rule_notices_a_wrong_case() -> None:
    assert wrong_imports("fluogan_app.core.data.roi", "from fluogan_app.core.jobs.runner import run_job")
    assert wrong_imports("fluogan_app.core.data.roi", "from ..jobs import runner")
    assert wrong_imports("fluogan_app.core.readers.tiff", "import fluogan_app.core.params")
    assert wrong_imports("fluogan_app.cli.main", "def f():\n    from fluogan_app.gui import app")
    assert wrong_imports("fluogan_app.gui.app", "from fluogan_app.cli.main import run")
    assert wrong_imports("fluogan_app.core.unheard_of.x", "from fluogan_app.core.data.roi import Roi")
    assert not wrong_imports("fluogan_app.core.jobs.runner", "from fluogan_app.core.data.roi import Roi")
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]


def test_guests_stay_where_they_belong() -> None:
    assert complaints_of(wrong_guests, modules()) == []


def test_guest_rule_notices_a_wrong_case() -> None:
    assert wrong_guests("fluogan_app.cli.main", "import PySide6.QtCore")
    assert wrong_guests("fluogan_app.core.units", "from argparse import ArgumentParser")
    assert wrong_guests("fluogan_app.core.units", "print('x')")
    assert wrong_guests("fluogan_app.gui.app", "import pickle")
    assert not wrong_guests("fluogan_app.gui.app", "import pyqtgraph\nprint('x')")


def test_nothing_unsafe() -> None:
    assert complaints_of(unsafe, modules()) == []


@pytest.mark.parametrize(
    "source",
    ["try:\n    f()\nexcept:\n    g()", "torch.load(p)", "eval(t)", "np.load(p, allow_pickle=True)"],
)
def test_safety_rule_notices_a_wrong_case(source: str) -> None:
    assert unsafe("m", source)


def test_what_is_imported_is_declared() -> None:
    declared = declared_dependencies()
    assert complaints_of(lambda module, source: undeclared(module, source, declared), modules()) == []


def test_declaration_rule_notices_a_wrong_case() -> None:
    assert undeclared("m", "import numpy\nimport left_pad", {"numpy"}) == ["m:2 imports left_pad, not declared"]
    assert not undeclared("m", "from PIL import Image\nimport json", {"pillow"})


def test_params_and_registries_leave_torch_alone() -> None:
    light = [path for path in modules() if path.name in {"params.py", "registry.py", "settings.py", "method.py"}]
    light += [path for area in ("cli", "gui", "core/project", "core/jobs") for path in _below(area)]
    assert complaints_of(eager_torch, light) == []


def test_torch_rule_notices_a_wrong_case() -> None:
    assert eager_torch("m", "import torch.nn as nn")
    assert eager_torch("m", "from torch import Tensor")
    assert not eager_torch("m", "def f():\n    import torch")


@pytest.mark.parametrize("start", STARTS_WITHOUT_TORCH)
def test_starts_load_no_torch(start: str) -> None:
    assert "torch" not in loaded_by(f"import {PACKAGE}.{start}")


@pytest.mark.parametrize("late", ["scipy", "pyqtgraph", "tifffile", "PIL"])
def test_the_window_stands_before_heavy_libraries_are_loaded(late: str) -> None:
    assert late not in loaded_by(f"import {PACKAGE}.gui.main_window")


def test_torch_is_seen_when_it_is_loaded() -> None:
    assert "torch" in loaded_by("import sys, types; sys.modules['torch'] = types.ModuleType('torch')")


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python has loaded after running `code`."""
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_nothing_has_grown_too_long() -> None:
    assert complaints_of(too_long, all_sources()) == []


def test_length_rule_notices_a_wrong_case() -> None:
    body = "    x = 1\n"
    assert too_long("m", "def f():\n" + body * LONGEST_FUNCTION)
    assert not too_long("m", "def f():\n" + body * (LONGEST_FUNCTION - 1))
    assert too_long("m", "class A:\n" + body * LONGEST_CLASS)
    assert too_long("m", "\n" * (LONGEST_FILE + 1))
    assert too_long("m", "#" * (LONGEST_LINE + 1))


def test_names_say_what_things_are() -> None:
    assert [str(path) for path in modules() if FORBIDDEN_NAMES.search(path.stem)] == []
    assert FORBIDDEN_NAMES.search("stack_utils") and FORBIDDEN_NAMES.search("helpers")
    assert not FORBIDDEN_NAMES.search("commons_licence_text"[8:]) and not FORBIDDEN_NAMES.search("manage")


def _below(area: str) -> list[Path]:
    return sorted((ROOT / PACKAGE / area).rglob("*.py"))
