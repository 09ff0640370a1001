"""The samples that can be simulated. Looking here loads neither NumPy nor SciPy."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.simulate.params import (
    BarParams,
    FilamentsParams,
    FlatParams,
    LinesParams,
    PointsParams,
    TextParams,
)
from fluogan_app.core.simulate.recording_params import RecordingParams


@dataclass(frozen=True)
class Scenario:
    """One kind of sample: its name on the command line, and what can be set of it."""

    name: str
    title: str
    summary: str
    params_type: type[RecordingParams]


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario("lines", "Line pattern", "sets of lines that come ever closer", LinesParams),
        Scenario("filaments", "Filaments", "crossing filaments, drawn or from a file of positions", FilamentsParams),
        Scenario("points", "Points", "points at random, on a grid, or in pairs", PointsParams),
        Scenario("text", "Writing", "lines of writing that become ever smaller", TextParams),
        Scenario("bar", "Bar", "one line or bar, which must stay one", BarParams),
        Scenario("flat", "Flat field", "background alone, which must stay empty", FlatParams),
    )
}


def scenario_of(params: RecordingParams) -> Scenario:
    """The kind of sample that these parameters are for. Raises KeyError."""
    return {scenario.params_type: scenario for scenario in SCENARIOS.values()}[type(params)]
