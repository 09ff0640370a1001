"""Compares SRRF and eSRRF with NanoPyx, which is installed in a Python of its own and never needed by the program:

    python tests/benchmarks/measure_srrf.py PYTHON_WITH_NANOPYX [--stack frames.tif] [--agreement] [--speed]
        [--frames 500] [--their-frames 40] [--zoom 6] [--threads 1] [--reference tests/data/nanopyx.npz]

Agreement: Pearson of our image and theirs over the inside, at equal options, for each temporal analysis of both. Theirs
lies elsewhere: its convergence of gradients is half a camera pixel further down and right than the light (a Roberts'
gradient belongs to the corner of four pixels, and is taken for one in their middle), its enlarged brightness half a
fine pixel. So it is compared twice: with ours drawn as theirs is (“as drawn there”), which tells whether the numbers
are the same, and as it is, at the shift that fits best (“best shift”). TRAC of theirs is not compared where its formula
is not the published one: of order 3 it adds where it should multiply, of order 4 it takes sums for means.
Reference: writes what NanoPyx makes of a few simulated frames, for the test that always runs.
Speed: processor seconds of 50 × 274 pixels; theirs with fewer frames, scaled to as many as ours.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.esrrf.method import EsrrfMethod
from fluogan_app.core.methods.srrf.method import SrrfMethod
from fluogan_app.core.params import validated
from fluogan_app.core.readers.open import open_stack

#: What NanoPyx is asked: maps of each frame, of which everything else follows, and the time of whole calls.
THEIRS = """
import sys, time
import numpy as np
from nanopyx.methods import eSRRF, SRRF
from nanopyx.core.transform._le_esrrf import eSRRF as frames_of_esrrf
from nanopyx.core.transform.sr_temporal_correlations import calculate_SRRF_temporal_correlations as over_time

frames, zoom, out, what = np.load(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
plain = dict(magnification=zoom, macro_pixel_correction=False)
found = {}
if what == "agreement":
    for name in ("AVG", "VAR", "TAC2"):
        for weighted in (True, False):
            found[f"esrrf {name} {weighted}"] = eSRRF(frames, radius=1.5, sensitivity=1, temporal_correlation=name,
                                                      doIntensityWeighting=weighted, **plain)
    found["esrrf S2 True"] = eSRRF(frames, radius=1.5, sensitivity=2, doIntensityWeighting=True, **plain)
    radial = SRRF(frames, ringRadius=0.5, doIntensityWeighting=False, **plain)
    weighted = SRRF(frames, ringRadius=0.5, doIntensityWeighting=True, **plain)
    for name, order in (("AVG", 1), ("MIP", 0)):
        found[f"srrf {name} True"], found[f"srrf {name} False"] = over_time(weighted, order), over_time(radial, order)
    found["srrf TRPPM False"], found["srrf TRAC2 False"] = over_time(radial, -1), over_time(radial, 2)
else:
    for name, call in (("esrrf", eSRRF), ("srrf", SRRF)):
        call(frames[:2], **plain)
        began, wall = time.process_time(), time.perf_counter()
        call(frames, **plain)
        found[name] = np.array([time.process_time() - began, time.perf_counter() - wall])
np.savez(out, **found)
"""


def asked_of_theirs(python: str, frames: np.ndarray, zoom: int, what: str) -> dict[str, np.ndarray]:
    """What NanoPyx makes of the frames."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "frames.npy"), Path(folder, "found.npz")
        np.save(source, frames.astype(np.float32))
        subprocess.run([python, "-c", THEIRS, source, str(zoom), target, what], check=True, capture_output=True)
        with np.load(target) as found:
            return dict(found)


def problem_of(frames: np.ndarray) -> Problem:
    """The frames as they are: one photon a count."""
    camera = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=300.0, gain=1.0, offset=0.0)
    return make_problem(Stack("frames", "memory", ArraySource(frames)), camera)


def ours(frames: np.ndarray, name: str, zoom: int, **values) -> np.ndarray:
    """Our image."""
    method = {"esrrf": EsrrfMethod(), "srrf": SrrfMethod()}[name]
    params = validated(method.params_type, {"zoom": zoom, **values})
    ended = Job(method.prepare(problem_of(frames), params, "cpu", 0), Control()).run()
    if ended.error is not None:
        raise ended.error
    return ended.result.estimate


def drawn_as_there(frames: np.ndarray, zoom: int, temporal: str, sensitivity: float) -> np.ndarray:
    """eSRRF with brightness, each part moved to where NanoPyx has it: convergence by zoom / 2, brightness by ½."""
    import torch

    from fluogan_app.core.methods.esrrf.convergence import Convergence
    from fluogan_app.core.methods.radial.fine_pixels import drawn, taps

    photons = torch.from_numpy(problem_of(frames).photons)
    found = Convergence(photons.shape[1:], zoom, 1.5, "cpu")(photons) ** sensitivity
    maps = np.stack([drawn(found[:, k]).numpy() for k in range(len(photons))])
    places = (np.arange(zoom) / zoom - 0.5)
    matrices = []
    for side in photons.shape[1:]:
        matrix = np.zeros((zoom * side, side))
        for k in range(zoom * side):
            for tap, weight in taps(k // zoom + places[k % zoom]):
                matrix[k, min(max(tap, 0), side - 1)] += weight
        matrices.append(matrix)
    light = matrices[0] @ photons.numpy() @ matrices[1].T
    series = np.roll(maps, (zoom // 2, zoom // 2), axis=(1, 2)) * light
    apart = series - series.mean(axis=0)
    images = {"AVG": series.mean(axis=0), "VAR": series.var(axis=0), "TAC2": (apart[1:] * apart[:-1]).mean(axis=0)}
    return images[temporal]


def pearson(one: np.ndarray, other: np.ndarray, margin: int, shift_yx: tuple[int, int] = (0, 0)) -> float:
    """Over the inside; `other` is looked at `shift_yx` further on."""
    (dy, dx), (height, width) = shift_yx, one.shape
    a = one[margin : height - margin, margin : width - margin]
    b = other[margin + dy : height - margin + dy, margin + dx : width - margin + dx]
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def best_shift(one: np.ndarray, other: np.ndarray, margin: int, most: int) -> tuple[float, tuple[int, int]]:
    """The highest Pearson and the shift in fine pixels that it is found at."""
    shifts = [(dy, dx) for dy in range(-most, most + 1) for dx in range(-most, most + 1)]
    return max((pearson(one, other, margin, shift), shift) for shift in shifts)


def tell_agreement(python: str, frames: np.ndarray, zoom: int) -> None:
    """A line for each analysis."""
    theirs, margin = asked_of_theirs(python, frames, zoom, "agreement"), 6 * zoom
    for name, image in theirs.items():
        method, analysis, weighted = name.split()
        values = {"temporal": analysis, "intensity_weighting": weighted == "True"}
        if analysis == "S2":
            values |= {"temporal": "AVG", "sensitivity": 2}
        mine = ours(frames, method, zoom, **values)
        best, shift = best_shift(mine, image, margin, zoom // 2 + 1)
        said = f"{name:22s} best shift {shift} fine pixels: {best:.6f}"
        if method == "esrrf" and weighted == "True":
            same = drawn_as_there(frames, zoom, values["temporal"], values.get("sensitivity", 1))
            said += f"; as drawn there: {pearson(same, image, margin):.6f}"
        print(said, flush=True)


def keep_reference(python: str, path: Path) -> None:
    """A few blinking frames and the images of them that depend on no drawing of brightness."""
    frames = blinking_spots()
    found = asked_of_theirs(python, frames, 2, "agreement")
    wanted = {name.rsplit(" ", 1)[0]: image for name, image in found.items() if name.endswith("False")}
    scaled = {name: (image / abs(image).max()).astype(np.float16) for name, image in wanted.items()}
    np.savez_compressed(path, frames=frames.astype(np.uint16), **scaled)


def blinking_spots() -> np.ndarray:
    """12 frames of 18 × 20 pixels with twelve spots that come and go, in counts."""
    random = np.random.default_rng(8)
    places = random.uniform(3.0, 15.0, (12, 2))
    rows, columns = np.arange(18)[:, None], np.arange(20)[None, :]
    spots = [np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * 1.3**2)) for y, x in places]
    light = random.gamma(1.0, 400.0, (12, len(spots)))
    return random.poisson(np.tensordot(light, np.array(spots), 1) + 50.0).astype(np.float32)


def tell_speed(python: str, frames: int, their_frames: int, zoom: int) -> None:
    """Processor and wall seconds of both, and our memory."""
    stack = np.random.default_rng(1).poisson(40.0, (frames, 50, 274)).astype(np.float32)
    theirs = asked_of_theirs(python, stack[:their_frames], zoom, "speed")
    for name in ("esrrf", "srrf"):
        began, wall = time.process_time(), time.perf_counter()
        ours(stack, name, zoom)
        mine = np.array([time.process_time() - began, time.perf_counter() - wall])
        scaled = theirs[name] * frames / their_frames
        print(
            f"{name}: ours {mine[0]:.1f} s of processors ({mine[1]:.1f} s by the clock), NanoPyx {scaled[0]:.0f} s "
            f"({scaled[1]:.0f} s; from {their_frames} frames): {scaled[0] / mine[0]:.0f} times as long "
            f"({scaled[1] / mine[1]:.0f} by the clock)", flush=True,
        )  # fmt: skip
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python")
    parser.add_argument("--stack", type=Path)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--agreement", action="store_true")
    parser.add_argument("--speed", action="store_true")
    for name, value in (("--frames", 500), ("--their-frames", 40), ("--zoom", 6), ("--threads", 1)):
        parser.add_argument(name, type=int, default=value)
    asked = parser.parse_args()
    import torch

    torch.set_num_threads(asked.threads)
    if asked.agreement and asked.stack is not None:
        stack = open_stack(asked.stack, Wanted())
        count, *shape = stack.shape
        frames = stack.read(FrameRange(0, min(count, asked.frames)), Roi.whole(tuple(shape)))
        stack.close()
        tell_agreement(asked.python, frames, asked.zoom)
    if asked.reference is not None:
        keep_reference(asked.python, asked.reference)
    if asked.speed:
        tell_speed(asked.python, asked.frames, asked.their_frames, asked.zoom)


if __name__ == "__main__":
    main()
