"""Which build of torch suits this machine: for the CPU, or for the CUDA that the driver and the card can run."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from bootstrap.errors import SetupError

TABLE = Path(__file__).resolve().parents[1] / "torch_index.json"


@dataclass(frozen=True)
class Build:
    """One build of torch. `index` is None where the default registry holds just this build.

    disk_gb: room that the whole environment needs with this build, while it is set up.
    """

    name: str
    title: str
    version: str
    index: str | None
    disk_gb: float
    reason: str

    def is_met_by(self, installed: str | None) -> bool:
        """Whether the installed version does: a CUDA build also serves the CPU, not the other way round."""
        if installed is None or installed.split("+")[0] != self.version:
            return False
        return self.name in {"cpu", "any"} or not installed.endswith("+cpu")


def choose_build(card: tuple[int, float] | None, system: str = sys.platform, machine: str | None = None) -> Build:
    """The build for this card, (driver version, compute capability) or None. Raises SetupError on an Intel Mac."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    system = "linux" if system.startswith("linux") else system
    machine = machine or platform.machine()
    if system == "darwin" and machine == "x86_64":
        raise SetupError(
            "PyTorch is no longer made for Macs with an Intel processor.",
            "Use a Mac with Apple silicon, or Linux or Windows.",
        )
    held = table["default_registry"].get(system, "any")
    row, reason = _row_for(table, card)
    name = row.get("name", "cpu")
    return Build(
        name="any" if held == "any" else name,
        title=row["title"],
        version=table["version"],
        index=None if held in {name, "any"} else row["index"],
        disk_gb=row["disk_gb"],
        reason=reason,
    )


def _row_for(table: dict, card: tuple[int, float] | None) -> tuple[dict, str]:
    if card is None:
        return table["cpu"], "no NVIDIA card found"
    driver, capability = card
    for row in table["cuda"]:
        lowest, highest = row["compute_capability"]
        if driver >= row["driver"] and lowest <= capability <= highest:
            return row, f"NVIDIA driver {driver}"
    return table["cpu"], f"no CUDA build runs with NVIDIA driver {driver} on this card; a newer driver may help"
