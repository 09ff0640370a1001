"""What every test stands on: no screen, one computing thread, settings in a temporary folder, no chance."""

from __future__ import annotations

import os
from pathlib import Path

# Both must stand before Qt, numpy or torch are first imported, and reach the processes that tests start.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]
#: Each process holds PyTorch and a window of its own; and a run that fills the machine makes waits too long.
MOST_PROCESSES = 4

settings.register_profile(
    "fluogan",
    deadline=None,
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("thorough", settings.get_profile("fluogan"), max_examples=300, derandomize=False)
settings.load_profile(os.environ.get("FLUOGAN_HYPOTHESIS_PROFILE", "fluogan"))


@pytest.fixture(autouse=True)
def fluogan_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds settings, recent files and logs during one test, and no longer."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FLUOGAN_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of extra real files, which not every checkout has; without it the test is skipped."""
    stated = os.environ.get("FLUOGAN_SHARED_DATA")
    folder = Path(stated) if stated else CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the extra real files are not here (FLUOGAN_SHARED_DATA names their folder)")
    return folder


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the source tree under test."""
    return CHECKOUT


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Spread a run of everything over the processors, file by file; what names its tests runs in one process."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    chosen = config.option.markexpr or config.option.keyword or config.option.collectonly
    is_worker = hasattr(config, "workerinput")
    if everything and not chosen and not is_worker and getattr(config.option, "numprocesses", 0) is None:
        config.option.numprocesses = min(MOST_PROCESSES, os.cpu_count() or 1)
        config.option.dist = "loadfile"


def pytest_configure(config: pytest.Config) -> None:
    """Keep the slow tests out of a plain run: they are asked for with `-m slow`."""
    if not config.option.markexpr and not config.option.keyword and not _names_single_tests(config):
        config.option.markexpr = "not slow"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a CUDA device where there is none. Looks for one only if a test asks."""
    wanting = [item for item in items if item.get_closest_marker("cuda")]
    reason = _why_no_cuda() if wanting else None
    if reason is not None:
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def one_torch_thread() -> None:
    """Set torch itself to one thread, for tests in a process whose environment came too late."""
    import torch

    torch.set_num_threads(1)


def _names_single_tests(config: pytest.Config) -> bool:
    return any("::" in argument for argument in config.args)


def _why_no_cuda() -> str | None:
    import torch

    return None if torch.cuda.is_available() else "no CUDA device here"
