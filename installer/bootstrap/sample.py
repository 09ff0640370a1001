"""The sample without a window: reconstruct it, keep the project, draw the figure, say where both are."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bootstrap.environment import Places

PROJECT = "fluogan-sample.fluogan"
FIGURE = "fluogan-sample.png"
STACK = "sample:mitochondria"


def reconstruct(places: Places) -> int:
    """Run the sample through the command line in the folder where the person is; its exit code."""
    project, figure = Path.cwd() / PROJECT, Path.cwd() / FIGURE
    fluogan = [str(places.python), "-P", "-m", "fluogan_app"]
    if project.exists():
        print(f"{project} is there from before: this run is added to it.", flush=True)
    code = subprocess.call([*fluogan, "reconstruct", STACK, "-o", str(project)])
    if code != 0:
        return code
    code = subprocess.call([*fluogan, "export", str(project), "--figure", str(figure), "--overwrite"])
    if code == 0:
        print(f"\nProject: {project}\nFigure:  {figure}")
    return code
