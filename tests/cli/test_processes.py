"""The command line as a process of its own: signals, pipes, and what a kill leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fluogan_app.core.project.store import Project

ENDLESS = ("--delta", "0", "--zoom", "2", "--device", "cpu", "--steps", "1000000")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signals")


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `fluogan …` as a process; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*argv: object) -> subprocess.Popen[str]:
        line = [sys.executable, "-m", "fluogan_app", *(str(word) for word in argv)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(line, **pipes, text=True, encoding="utf-8"))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 60) -> None:
    last = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < last
        time.sleep(0.02)


def is_running(project_path: Path) -> Callable[[], bool]:
    return lambda: any(project_path.glob("runs/*/run.log"))


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_the_state_and_resume_goes_on(start, fluogan, stack_file, project_path, number) -> None:
    process = start("reconstruct", stack_file, "-o", project_path, *ENDLESS)
    while "Mean fit: step" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert f"fluogan resume {project_path} --run 1" in out
    done = Project.open(project_path).run(1).record.steps
    assert done > 0

    said = fluogan("resume", project_path, "--run", 1, "--steps", done + 7, "--json")
    content = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert (content["run"], content["outcome"], content["steps"]) == (1, "finished", done + 7)


@posix
def test_with_json_a_cancelled_run_is_one_object_too(start, stack_file, project_path) -> None:
    process = start("reconstruct", stack_file, "-o", project_path, *ENDLESS, "--json")
    wait_until(is_running(project_path), process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert json.loads(out)["outcome"] == "cancelled"


@posix
def test_a_second_signal_quits_at_once() -> None:
    code = (
        "import os, signal; from fluogan_app.cli.interrupts import cancelled_by_signals as heard;"
        "from fluogan_app.core.jobs.control import Control; control = Control()\n"
        "with heard(control, lambda: print('stopping', flush=True)):\n"
        "    os.kill(os.getpid(), signal.SIGINT); assert control.cancelled\n"
        "    print('still here', flush=True); os.kill(os.getpid(), signal.SIGINT); print('never', flush=True)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "stopping\nstill here\n", "")


@posix
def test_a_killed_run_can_be_exported_and_resumed(start, fluogan, stack_file, project_path, tmp_path) -> None:
    process = start("reconstruct", stack_file, "-o", project_path, *ENDLESS)
    wait_until(lambda: any(project_path.glob("runs/*/checkpoint/last.safetensors")), process)
    process.kill()
    process.communicate(timeout=60)

    said = fluogan("export", project_path, "--estimate", tmp_path / "x.tif", "--curves", tmp_path / "c.csv")
    assert said.code == 0
    assert "Unfinished: step" in said.err and "of 1000000" in said.err
    steps = Project.open(project_path).run().result().steps
    assert f"Run 1: fluogan, interrupted at step {steps} of 1000000" in fluogan("info", project_path).out
    assert json.loads(fluogan("info", project_path, "--json").out)["runs"][0]["steps"] == steps
    content = json.loads(fluogan("resume", project_path, "--steps", steps + 5, "--json").out)
    assert (content["run"], content["outcome"], content["steps"]) == (1, "finished", steps + 5)


@posix
def test_a_reader_that_goes_away_is_no_fault(start, stack_file) -> None:
    process = start("info", stack_file, "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0


@posix
def test_a_run_goes_on_when_nobody_reads_its_progress(start, stack_file, project_path) -> None:
    process = start("reconstruct", stack_file, "-o", project_path, *ENDLESS[:-1], "300")
    process.stderr.close()
    out = process.stdout.read()
    assert process.wait(timeout=60) == 0
    assert "Run 1 finished: 300 of 300 steps" in out


def test_a_console_without_our_letters_is_served_in_its_own(stack_file) -> None:
    line = [sys.executable, "-m", "fluogan_app", "info", str(stack_file)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(line, capture_output=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    assert b"11 ? 14 pixels" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_an_answer_that_does_not_fit_on_the_disk_is_no_success(stack_file, flags) -> None:
    line = [sys.executable, "-m", "fluogan_app", "info", str(stack_file), *flags]
    with open("/dev/full", "w") as full:
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert done.returncode == 2
    assert done.stderr.startswith("fluogan: The answer could not be written: No space left")
    assert done.stderr.count("\n") == 1
