"""`fluogan COMMAND …`: reads the line, runs the command, and turns whatever happens into words and an exit code."""

from __future__ import annotations

import argparse
import io
import logging
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stdout
from importlib import import_module
from pathlib import Path

from fluogan_app import __doc__ as ABOUT
from fluogan_app import __version__
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.logfile import logged
from fluogan_app.cli.parser import Parser
from fluogan_app.cli.report import Report
from fluogan_app.core.errors import FluoganError, SolverError, UsageError

#: Each command and what it does. Its module is loaded only where it is meant, so that --help comes at once.
COMMANDS = {
    "info": "Show what is in a file: scenes, frames, channels, pixel size and where it comes from.",
    "check": "Check the frames for what spoils a reconstruction: drift, saturation, bleaching, lost frames.",
    "reconstruct": "Reconstruct a super-resolved image from a stack and keep it in a project.",
    "batch": "Reconstruct many stacks with the same parameters, a project for each.",
    "estimate": "Estimate gain, offset, read noise, PSF width and fluctuation from the frames themselves.",
    "resume": "Go on with a run from its last checkpoint, or give a finished one more steps.",
    "export": "Write the images, curves or a figure of a run as files.",
    "report": "Write one page on a run: image, trust, parameters with their origins, methods, sources, hashes.",
    "repeat": "Print the command line, or a Python script, that computes a run again with the same numbers.",
    "locate": "Say where the raw stack of a project is now, or search a folder for it.",
    "pack": "Pack a project into one archive, with or without its raw stack.",
    "unpack": "Unpack an archive that “pack” made.",
    "measure": "Measure the resolution of an image, a stack or a run, and how near it comes to a reference.",
    "judge": "Judge a run: what of it can be trusted, with the numbers, maps and repeats behind it.",
    "simulate": "Simulate a stack with known truth.",
    "expect": "Simulate lines as this stack was recorded, and tell how finely they come out.",
    "compare": "Run several methods on one stack, or take runs that there are, and set them side by side.",
    "import": "Take the result of another program into a project, to be compared.",
    "sweep": "Reconstruct a square of a stack with every combination of a few values, to choose by.",
    "train-denoiser": "Train the denoiser that PnP-COL0RME works with, on simulated images.",
    "train-unfolding": "Train the network that LSPARCOM is, on simulated recordings.",
    "benchmark": "Measure how fast steps are on this machine, beside a plain form of the same steps.",
    "diagnostics": "Gather logs, versions and settings in one archive, for somebody who helps.",
    "open": "Open the window on a stack or a project.",
}
#: Where a command is called as no module can be.
_MODULES = {"import": "import_result"}

EPILOG = """Without a command the window opens. “fluogan COMMAND --help” explains a command.

examples:
  fluogan reconstruct sample:mitochondria -o mito.fluogan
  fluogan export mito.fluogan --estimate mito.tif --figure mito.png
"""

log = logging.getLogger(__name__)


def run(argv: Sequence[str], open_window: Callable[[Path], int] | None = None) -> int:
    """Run one command line and return its exit code. `open_window` starts the window for `fluogan open`."""
    report = Report(json_only="--json" in argv)
    with logged() as log_path:
        code = _guarded(argv, report, open_window, log_path)
    if report.lost is None:
        return code
    reason = report.lost.strerror
    report.error(FluoganError(f"The answer could not be written: {reason}.", "Free some space where it is to go."))
    return code or Exit.BAD_INPUT


def _guarded(argv: Sequence[str], report: Report, open_window: Callable[[Path], int] | None, log_path: Path) -> int:
    """Run one command line; whatever goes wrong becomes one line and an exit code."""
    with closing(report):
        try:
            _check_letters(argv)
            return int(_execute(list(argv), report, open_window))
        except SystemExit as stop:  # --help and --version end this way
            return int(stop.code or 0)
        except KeyboardInterrupt:
            report.interrupted()
            return Exit.CANCELLED
        except SolverError as error:
            log.exception("the computation failed")
            report.failed_run(error, log_path)
            return Exit.INTERNAL
        except FluoganError as error:
            report.error(error)
            return Exit.BAD_INPUT
        except OSError as error:
            log.exception("the system refused")
            report.error(refused(error))
            return Exit.BAD_INPUT
        except Exception as error:  # noqa: BLE001 - a user gets one line and the log's path, never a traceback
            log.exception("the command failed")
            report.internal_error(error, log_path)
            return Exit.INTERNAL


def refused(error: OSError) -> FluoganError:
    """The sentence for what the system did not allow: a name that is too long, a folder that may not be read."""
    place = f"{error.filename}: " if error.filename else ""
    return FluoganError(f"{place}{error.strerror or error}.", "Check the name, the folder and its permissions.")


def _check_letters(argv: Sequence[str]) -> None:
    """Raises UsageError for a name in another encoding than the system's: a project could not write it down."""
    for word in argv:
        try:
            word.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UsageError(
                f"{word!a} holds letters that cannot be read with the encoding of this system.",
                "Rename the file or folder, or set a UTF-8 locale (for example LC_ALL=C.UTF-8).",
            ) from error


def _execute(argv: list[str], report: Report, open_window: Callable[[Path], int] | None) -> int:
    parser = build_parser(argv)
    arguments = parser.parse_args(argv, argparse.Namespace(open_window=open_window))
    # What a library prints must not get between a script and its JSON: only the report holds the real stdout.
    with redirect_stdout(io.StringIO()):
        return arguments.execute(arguments, report)


def build_parser(argv: list[str]) -> Parser:
    """The parser of the command that `argv` names; the other commands are known by their names alone."""
    parser = Parser(prog="fluogan", description=ABOUT, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"FluoGAN {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    wanted = next((word for word in argv if not word.startswith("-")), "")
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == wanted:
            command = import_module(f"fluogan_app.cli.commands.{_MODULES.get(name, name.replace('-', '_'))}")
            command.add_arguments(subparser, argv)
            subparser.set_defaults(execute=command.execute)
    return parser
