"""Setting up: the right build, the right words for each failure, and no step twice."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from bootstrap import environment, flow, pip, sample, system, torch_build
from bootstrap.console import Console, Step, words_for_time
from bootstrap.environment import Places
from bootstrap.errors import SetupError
from bootstrap.lock import alone

ALL_APT = re.compile(r"[a-z0-9.+-]+")


class Recorder:
    """Stands for subprocess.run: remembers the commands, answers what it is told."""

    def __init__(self, code: int = 0, stdout: str = "", stderr: str = "") -> None:
        self.commands: list[list[str]] = []
        self._answer = (code, stdout, stderr)

    def __call__(self, command, **_options) -> subprocess.CompletedProcess:
        self.commands.append([str(part) for part in command])
        code, stdout, stderr = self._answer
        return subprocess.CompletedProcess(command, code, stdout, stderr)


@pytest.fixture
def places(tmp_path: Path, checkout: Path) -> Places:
    """A checkout with pins and a declaration, and an environment that looks made."""
    (tmp_path / "installer").mkdir()
    (tmp_path / "installer" / "constraints.txt").write_text("numpy==2\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    places = Places(tmp_path)
    places.python.parent.mkdir(parents=True)
    places.python.touch()
    return places


@pytest.mark.parametrize(
    ("card", "platform", "name", "uses_index"),
    [
        (None, "linux", "cpu", True),
        (None, "win32", "cpu", False),
        (None, "darwin", "any", False),
        ((580, 9.0), "linux", "cu130", False),
        ((580, 8.6), "win32", "cu130", True),
        ((570, 8.6), "linux", "cu126", True),
        ((580, 6.1), "linux", "cu126", True),
        ((570, 12.0), "linux", "cpu", True),
        ((470, 8.0), "linux", "cpu", True),
    ],
)
def test_build_follows_driver_and_card(card, platform: str, name: str, uses_index: bool) -> None:
    build = torch_build.choose_build(card, platform, machine="arm64" if platform == "darwin" else "x86_64")
    assert build.name == name
    assert (build.index is not None) is uses_index
    assert build.index is None or build.index.endswith("/" + name)


def test_intel_macs_are_told(checkout: Path) -> None:
    with pytest.raises(SetupError, match="Intel"):
        torch_build.choose_build(None, "darwin", "x86_64")


def test_a_cuda_build_serves_a_cpu_and_not_the_reverse() -> None:
    cpu, cuda = torch_build.choose_build(None, "linux"), torch_build.choose_build((580, 9.0), "linux")
    assert cpu.is_met_by(f"{cpu.version}+cpu") and cpu.is_met_by(f"{cpu.version}+cu130")
    assert cuda.is_met_by(cuda.version) and not cuda.is_met_by(f"{cuda.version}+cpu")
    assert not cpu.is_met_by(None) and not cpu.is_met_by("1.0")


def test_torch_version_is_pinned_alike(checkout: Path) -> None:
    pins = (checkout / "installer" / "constraints.txt").read_text(encoding="utf-8")
    assert f"torch=={torch_build.choose_build(None, 'linux').version}\n" in pins


def test_every_declared_dependency_is_pinned(checkout: Path) -> None:
    pins = (checkout / "installer" / "constraints.txt").read_text(encoding="utf-8")
    pinned = {_plain(line.split("==")[0]) for line in pins.splitlines() if "==" in line}
    declared = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    wanted = {_plain(name) for name in re.findall(r'^    "([A-Za-z0-9_-]+)[><=]', declared, re.MULTILINE)}
    assert len(wanted) > 15 and wanted <= pinned


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("output", "word", "again"),
    [
        ("WARNING: Retrying … NewConnectionError(…): Failed to establish", "cannot be reached", True),
        ("OSError: [Errno 28] No space left on device", "disk is full", False),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate", False),
        ("ERROR: No matching distribution found for x==9\n", "No matching distribution found for x==9", False),
        ("", "no reason given", False),
    ],
)
def test_failures_of_pip_are_put_in_words(output: str, word: str, again: bool) -> None:
    error, may_help = pip.explain(output)
    assert word in error.message and "\n" not in error.message and error.hint
    assert may_help is again


def test_tally_reads_what_pip_says() -> None:
    step = Step("", live=False)
    tally = pip.Tally(step)
    tally.reads("Collecting numpy==2.4.6 (from fluogan-app==0.1.0)\n")
    assert step.detail == "1: numpy"
    assert tally.reads("Progress 3000000 of 12000000\n") and step.detail == "1: numpy 3 of 12 MB"
    assert not tally.reads("Installing collected packages: numpy, scipy\n") and step.detail == "unpacking 2 packages"
    assert not tally.reads("Successfully installed numpy-2.4.6 scipy-1.17\n") and tally.installed == 2


def test_network_is_tried_again_then_told(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pip, "WAIT_S", 0.0)
    runner = pip.Pip(Path("python"), Console(1, tmp_path / "log"))
    runs: list[int] = []
    monkeypatch.setattr(runner, "_run", lambda *_: runs.append(1) or "NewConnectionError")
    with pytest.raises(SetupError, match="cannot be reached"):
        runner.install(Step("", live=False), ["x"])
    assert len(runs) == pip.ATTEMPTS


def test_missing_libraries_are_installed_by_root_on_debian(monkeypatch) -> None:
    ran = Recorder()
    monkeypatch.setattr(system.subprocess, "run", ran)
    monkeypatch.setattr(system, "_is_root", lambda: True)
    monkeypatch.setattr(system, "_package_program", lambda: "apt")
    lines: list[str] = []
    done = system.bring([system.Missing("libGL.so.1", {"apt": "libgl1"})], lines.append)
    assert [command[:2] for command in ran.commands] == [["apt-get", "update"], ["apt-get", "install"]]
    assert ran.commands[1][-1] == "libgl1" and "libgl1" in done


@pytest.mark.parametrize(
    ("program", "command"),
    [("apt", "sudo apt-get install -y --no-install-recommends a"), ("dnf", "sudo dnf install -y b"), (None, "program")],
)
def test_others_get_one_command(monkeypatch, program: str | None, command: str) -> None:
    monkeypatch.setattr(system, "_is_root", lambda: False)
    monkeypatch.setattr(system, "_package_program", lambda: program)
    with pytest.raises(SetupError) as caught:
        system.bring([system.Missing("libGL.so.1", {"apt": "a", "dnf": "b"})], print)
    assert "libGL.so.1" in caught.value.message and command in caught.value.hint


def test_a_failing_apt_is_quoted(monkeypatch) -> None:
    monkeypatch.setattr(system.subprocess, "run", Recorder(100, stderr="E: Unable to locate package libgl1"))
    monkeypatch.setattr(system, "_is_root", lambda: True)
    monkeypatch.setattr(system, "_package_program", lambda: "apt")
    with pytest.raises(SetupError, match="Unable to locate package libgl1"):
        system.bring([system.Missing("libGL.so.1", {"apt": "libgl1"})], lambda _: None)


def test_library_table_is_complete() -> None:
    rows = json.loads(system.TABLE.read_text(encoding="utf-8"))["libraries"]
    assert all(ALL_APT.fullmatch(row[program]) for row in rows for program in system.PROGRAMS)
    assert {"libgl1", "libegl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0"} == {
        row["apt"] for row in rows if not row["screen"]
    }


def test_display(monkeypatch) -> None:
    monkeypatch.setattr(system.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert "DISPLAY" in (system.why_no_display() or "")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert system.why_no_display() is None


@pytest.mark.parametrize(
    ("answer", "card"),
    [("580.95.05, 9.0\n", (580, 9.0)), ("535.1, 8.6\n470.2, 6.1\n", (535, 8.6)), ("No devices\n", None)],
)
def test_graphics_card(monkeypatch, answer: str, card) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda _: "nvidia-smi")
    monkeypatch.setattr(system.subprocess, "run", Recorder(stdout=answer))
    assert system.graphics_card() == card


def test_the_environment_stands_until_pins_or_place_change(places: Places) -> None:
    none: frozenset[str] = frozenset()
    assert not environment.stands(places, none)
    environment._write_stamp(places, frozenset({"test"}))
    assert environment.stands(places, none) and environment.stands(places, frozenset({"test"}))
    assert not environment.stands(places, frozenset({"screen"}))
    environment._write_stamp(places, frozenset({"screen"}))
    assert environment.stands(places, frozenset({"test", "screen"})), "a new need must not undo an older one"
    places.pins.write_text("numpy==3\n", encoding="utf-8")
    assert not environment.stands(places, none)
    environment._write_stamp(places, none)
    places.python.unlink()
    assert not environment.stands(places, none)


def test_an_index_out_of_reach_leaves_the_default_registry(monkeypatch, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    class Flaky:
        def install(self, _step, arguments, attempts=3) -> None:
            asked.append(list(arguments))
            if "--index-url" in arguments:
                raise SetupError("The package registry cannot be reached.")

    console = Console(1, tmp_path / "log")
    word = environment._install_torch(console, Flaky(), torch_build.choose_build(None, "linux"), Step("", False))
    assert "default registry" in word
    assert "--index-url" in asked[0] and "--index-url" not in asked[1]


def test_without_a_display_the_sample_goes_through_the_command_line(monkeypatch, places: Places, capsys) -> None:
    environment._write_stamp(places, frozenset())
    ran: list[list[str]] = []
    monkeypatch.setattr(flow.system, "why_no_display", lambda: "no screen")
    monkeypatch.setattr(sample.subprocess, "call", lambda command: ran.append([str(p) for p in command]) or 0)
    monkeypatch.chdir(places.checkout)
    assert flow._start(places, []) == 0
    assert [command[4] for command in ran] == ["reconstruct", "export"]
    said = capsys.readouterr().out
    assert "no screen" in said and str(places.checkout / sample.FIGURE) in said
    with pytest.raises(SetupError, match="no screen"):
        flow._start(places, ["open", "x.tif"])


def test_words_after_two_dashes_go_to_the_app_and_after_test_to_pytest() -> None:
    assert flow._parse(["--", "info", "x.tif", "--json"]).app == ["info", "x.tif", "--json"]
    assert flow._parse(["--test", "-q", "-k", "roi"]).test == ["-q", "-k", "roi"]
    assert flow._parse(["--test"]).test == [] and flow._parse([]).test is None


def test_a_failed_step_ends_in_a_line_and_a_code(monkeypatch, capsys) -> None:
    def fail(*_args) -> int:
        raise SetupError("The disk is full.", "Free some.")

    monkeypatch.setattr(flow, "_start", fail)
    assert flow.run([]) == 2
    assert capsys.readouterr().err == "\nThe disk is full.\nFree some.\n"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s")]
)
def test_durations(seconds: float, words: str) -> None:
    assert words_for_time(seconds) == words


def test_only_one_sets_up_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path / "lock"):
        with pytest.raises(SetupError, match="another start"), alone(tmp_path / "lock"):
            pass
    with alone(tmp_path / "lock"):
        pass


def test_too_small_a_disk_is_told_before_the_download(places: Places) -> None:
    environment._check_room(places, 0.0)
    with pytest.raises(SetupError, match=r"needs 1000000 GB"):
        environment._check_room(places, 1e6)


def test_steps_are_numbered_and_logged(tmp_path: Path, capsys) -> None:
    console = Console(2, tmp_path / "log")
    with console.step("First") as step:
        step.detail = "found"
    with pytest.raises(SetupError), console.step("Second"):
        raise SetupError("no")
    console.close()
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == ["[1/2] First …", "[1/2] First found (0 s)", "[2/2] Second …", "[2/2] Second failed (0 s)"]
    assert (tmp_path / "log").read_text(encoding="utf-8") == "== First\n== Second\n"
