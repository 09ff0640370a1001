"""SRRF and eSRRF from their definitions, on closed cases, and beside the images of another program."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.esrrf.convergence import Convergence
from fluogan_app.core.methods.esrrf.method import EsrrfMethod
from fluogan_app.core.methods.esrrf.solver import evened
from fluogan_app.core.methods.radial import cells
from fluogan_app.core.methods.radial.cosines import at_places, continued_brightness
from fluogan_app.core.methods.radial.fine_pixels import between, catmull_rom, drawn
from fluogan_app.core.methods.srrf.method import SrrfMethod
from fluogan_app.core.methods.srrf.radiality import Ring
from fluogan_app.core.params import validated

METHODS = {"srrf": SrrfMethod(), "esrrf": EsrrfMethod()}
NANOPYX = Path(__file__).parents[2] / "data" / "nanopyx.npz"


def image_of(problem: Problem, name: str, **values: Any) -> np.ndarray:
    params = validated(METHODS[name].params_type, {"zoom": 2, **values})
    ended = Job(METHODS[name].prepare(problem, params, "cpu", 0), Control()).run()
    if ended.error is not None:
        raise ended.error
    return ended.result.estimate


def slope(angle: float, shape_yx: tuple[int, int] = (11, 13)) -> torch.Tensor:
    """One frame that rises evenly towards `angle` from x to y."""
    rows, columns = np.mgrid[: shape_yx[0], : shape_yx[1]]
    light = 100.0 + rows * math.sin(angle) + columns * math.cos(angle)
    return torch.from_numpy(light[None].astype(np.float32))


def cone(shape_yx: tuple[int, int] = (15, 17)) -> torch.Tensor:
    """One frame whose gradients all point to the middle of the middle pixel."""
    rows, columns = (np.arange(side) - side // 2 for side in shape_yx)
    return torch.from_numpy((100.0 - np.hypot(*np.meshgrid(rows, columns, indexing="ij")))[None].astype(np.float32))


def test_on_an_even_slope_convergence_is_the_weighted_share_of_what_points_back() -> None:
    """Gradients all point one way: RGC = Σ W (1 − |sin α|) [cos α < 0] / Σ W, summed here place by place."""
    zoom, radius, angle = 3, 1.5, 0.7
    found = drawn(Convergence((11, 13), zoom, radius, "cpu")(slope(angle))[:, 0]).numpy()
    for fine_y, fine_x in ((15, 18), (16, 20), (17, 19)):
        sigma, y, x = radius / 2.3548, (fine_y + 0.5) / zoom, (fine_x + 0.5) / zoom
        total = weights = 0.0
        for v in np.arange(0, 11.5, 0.5):
            for u in np.arange(0, 13.5, 0.5):
                dy, dx = v - y, u - x
                d = math.hypot(dy, dx)
                if d == 0 or d > 2 * sigma + 1:
                    continue
                weight = (d * math.exp(-(d**2) / (2 * sigma**2))) ** 4
                towards = (math.sin(angle) * dy + math.cos(angle) * dx) / d
                across = (math.sin(angle) * dx - math.cos(angle) * dy) / d
                total += weight * (1 - abs(across)) * (towards < 0)
                weights += weight
        # Samples with less than a thousandth of the greatest weight are left out.
        assert found[fine_y, fine_x] == pytest.approx(total / weights, abs=2e-3)


def test_on_an_even_slope_radiality_is_nothing_and_on_a_cone_nearly_one_in_its_middle() -> None:
    even = Ring((11, 13), 3, 0.5, 12, "cpu").radiality(slope(0.4))[:, 0, 4:7, 4:8]
    assert abs(even).max() < 1e-4
    ring = drawn(Ring((15, 17), 3, 0.5, 12, "cpu").radiality(cone())[:, 0]).numpy()
    best = np.unravel_index(np.argmax(ring), ring.shape)
    assert best == (22, 25) and ring[best] > 0.9
    dark = drawn(Ring((15, 17), 3, 0.5, 12, "cpu").radiality(200.0 - cone())[:, 0]).numpy()
    assert np.argmin(dark) == np.argmax(ring)


def test_all_gradients_that_point_to_a_place_converge_there() -> None:
    found = drawn(Convergence((15, 17), 3, 1.5, "cpu")(cone())[:, 0]).numpy()
    assert np.unravel_index(np.argmax(found), found.shape) == (22, 25) and found[22, 25] > 0.9
    dark = drawn(Convergence((15, 17), 3, 1.5, "cpu")(200.0 - cone())[:, 0]).numpy()
    assert dark[22, 25] < 0.01


def test_flat_frames_and_flat_parts_are_nothing_and_no_gap() -> None:
    frames = torch.full((2, 9, 12), 7.0)
    frames[1, :, 6:] = 0.0
    for found in (Convergence((9, 12), 4, 2.0, "cpu")(frames), Ring((9, 12), 4, 0.5, 12, "cpu").radiality(frames)):
        assert torch.isfinite(found).all() and float(found[:, 0].abs().max()) < 1e-6


def test_what_is_turned_over_gives_the_map_turned_over() -> None:
    """Whichever side a border is at. In the very corners radiality hangs on gradients that are nothing but rounding."""
    frames = torch.from_numpy(np.random.default_rng(2).poisson(50.0, (2, 10, 13)).astype(np.float32))
    for function in (Convergence((10, 13), 5, 1.5, "cpu"), Ring((10, 13), 5, 0.7, 12, "cpu").radiality):
        upright, turned = (drawn(function(part)[:, 1]) for part in (frames, frames.flip(1, 2)))
        inner = slice(5, -5)
        torch.testing.assert_close(turned.flip(0, 1)[inner, inner], upright[inner, inner], atol=2e-4, rtol=0)


def test_frames_far_apart_on_the_line_do_not_mix() -> None:
    frames = torch.from_numpy(np.random.default_rng(2).poisson(50.0, (3, 8, 9)).astype(np.float32))
    for function in (Convergence((8, 9), 2, 1.5, "cpu"), Ring((8, 9), 2, 0.5, 12, "cpu").radiality):
        together, alone = function(frames), torch.cat([function(frames[k : k + 1]) for k in range(3)], dim=1)
        torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)


def test_the_cubic_goes_through_its_samples_and_along_a_parabola() -> None:
    assert catmull_rom(0.0) == (0.0, 1.0, 0.0, 0.0) and sum(catmull_rom(0.3)) == pytest.approx(1.0)
    places = np.arange(12.0)
    image = torch.from_numpy(((places - 5.0) ** 2)[None, None, :].repeat(9, axis=1).astype(np.float32))
    middles = (np.arange(48) + 0.5) / 4 - 0.5
    np.testing.assert_allclose(drawn(between(image, 4)[:, 0])[18, 12:36], (middles[12:36] - 5.0) ** 2, atol=1e-3)


def test_cosines_go_on_between_the_pixels_and_mirrors_at_the_border() -> None:
    rows, columns = np.arange(9), np.arange(12)
    wave = 5.0 + np.cos(np.pi * 3 * (rows + 0.5) / 9)[:, None] * np.cos(np.pi * 2 * (columns + 0.5) / 12)
    frame = torch.from_numpy(wave[None].astype(np.float32))
    y, x = ((np.arange(4 * side) + 0.5) / 4 for side in (9, 12))
    wanted = 5.0 + np.cos(np.pi * 3 * y / 9)[:, None] * np.cos(np.pi * 2 * x / 12)
    np.testing.assert_allclose(drawn(continued_brightness(frame, 4)[:, 0]), wanted, atol=1e-5)
    places = torch.tensor([-1.0, 0.0, 8.0, 9.0])
    np.testing.assert_allclose(at_places(9, places)[[0, 3]], at_places(9, places)[[1, 2]], atol=1e-12)


def test_smooth_light_converges_alike_by_either_way_between_the_pixels() -> None:
    rows, columns = np.mgrid[:21, :23]
    light = 300.0 * np.exp(-((rows - 9.7) ** 2 + (columns - 11.3) ** 2) / (2 * 2.0**2)) + 20.0
    frame = torch.from_numpy(light[None].astype(np.float32))
    cubic, cosines = (drawn(Convergence((21, 23), 4, 1.5, "cpu", way)(frame)[:, 0]) for way in (False, True))
    inner = (slice(24, 56), slice(30, 62))
    np.testing.assert_allclose(cosines[inner], cubic[inner], atol=0.02)
    flat = Convergence((9, 12), 4, 1.5, "cpu", True)(torch.full((1, 9, 12), 7.0))
    assert float(flat.abs().max()) < 1e-6


@pytest.fixture(scope="module")
def reference(make: Callable[..., Problem]) -> tuple[Problem, dict[str, np.ndarray]]:
    with np.load(NANOPYX) as kept:
        images = {name: kept[name].astype(float) for name in kept.files}
    return make(images.pop("frames").astype(np.float32), gain=1.0, offset=0.0), images


def inner_pearson(one: np.ndarray, other: np.ndarray, shift: int, margin: int = 9) -> float:
    height, width = one.shape
    a = one[margin : height - margin, margin : width - margin]
    b = other[margin + shift : height - margin + shift, margin + shift : width - margin + shift]
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize(("name", "temporal"), [
    ("esrrf", "AVG"), ("esrrf", "VAR"), ("esrrf", "TAC2"), ("srrf", "AVG"), ("srrf", "MIP"), ("srrf", "TRPPM"),
])  # fmt: skip
def test_images_are_those_of_nanopyx_at_equal_options(reference, name: str, temporal: str) -> None:
    """Its eSRRF lies half a camera pixel further down and right than the light: one fine pixel here."""
    problem, images = reference
    mine = image_of(problem, name, temporal=temporal, intensity_weighting=False)
    there = images[f"{name} {temporal}"]
    shift = 1 if name == "esrrf" else 0
    assert inner_pearson(mine, there, shift) > 0.9995
    assert inner_pearson(mine, there, 1 - shift) < 0.95


def test_trac2_is_that_of_nanopyx_but_for_the_last_pair_of_frames_which_it_leaves_out(reference) -> None:
    problem, images = reference
    maps = Ring((18, 20), 2, 0.5, 12, "cpu").radiality(torch.from_numpy(problem.photons)).clamp(min=0.0)
    apart = (maps - maps.mean(dim=1, keepdim=True)).double()
    without_last = drawn((apart[:, :-2] * apart[:, 1:-1]).mean(dim=1).abs()).numpy()
    assert inner_pearson(without_last, images["srrf TRAC2"], 0) > 0.9995
    whole = image_of(problem, "srrf", temporal="TRAC2", intensity_weighting=False)
    np.testing.assert_allclose(whole, drawn((apart[:, :-1] * apart[:, 1:]).mean(dim=1).abs()).numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "temporal", "needed"), [("esrrf", "TAC2", 2), ("srrf", "VAR", 2), ("srrf", "TRAC4", 4)]
)
def test_too_few_frames_are_refused_in_words(make, name: str, temporal: str, needed: int) -> None:
    frames = np.random.default_rng(1).poisson(40.0, (needed, 12, 12)).astype(np.float32)
    assert np.isfinite(image_of(make(frames), name, temporal=temporal)).all()
    with pytest.raises(DataError, match=f"needs {needed} frames"):
        image_of(make(frames[: needed - 1]), name, temporal=temporal)


def test_brightness_weighs_and_sensitivity_sharpens(reference) -> None:
    problem, _ = reference
    plain, weighted, sharp = (
        image_of(problem, "esrrf", **values)
        for values in ({"intensity_weighting": False}, {}, {"intensity_weighting": False, "sensitivity": 3})
    )
    assert 0.0 <= plain.min() and plain.max() <= 1.0 and (sharp <= plain + 1e-6).all()
    mean = problem.photons.mean(axis=0)
    assert weighted.max() < mean.max() and weighted.max() > 2.0 * mean.min()
    gradient = image_of(problem, "srrf", gradient_weighting=True)
    assert np.isfinite(gradient).all() and gradient.min() >= 0.0 and gradient.max() > 0.0
    assert image_of(problem, "srrf", keep_negative=True, intensity_weighting=False).min() < -0.05


def test_more_threads_give_the_same_to_the_bit(monkeypatch) -> None:
    monkeypatch.setattr(cells, "BLOCK", 100)
    frames = torch.from_numpy(np.random.default_rng(2).poisson(50.0, (3, 8, 9)).astype(np.float32))
    for function in (Convergence((8, 9), 3, 1.5, "cpu"), Ring((8, 9), 3, 0.5, 12, "cpu").radiality):
        found = []
        for threads in (1, 3):
            monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
            found.append(function(frames))
        assert torch.equal(*found)


def test_a_pattern_of_the_pixels_is_evened_out_and_its_unit_kept(make) -> None:
    frames = np.random.default_rng(3).poisson(50.0, (40, 14, 16)).astype(np.float32)
    small = {"zoom": 4, "radius": 0.8, "sensitivity": 3}
    plain, even = (image_of(make(frames), "esrrf", pattern_correction=on, **small) for on in (False, True))
    spreads = [image.reshape(14, 4, 16, 4).mean(axis=(0, 2)).std() / image.mean() for image in (plain, even)]
    assert spreads[0] > 0.1 and spreads[1] < 1e-5
    assert even.mean() == pytest.approx(plain.mean(), rel=1e-5)
    assert not evened(torch.zeros(4, 2, 2)).any()


def test_it_is_said_how_near_lines_are_moved_together(make) -> None:
    frames = np.random.default_rng(3).poisson(50.0, (12, 14, 16)).astype(np.float32)
    for name, method in METHODS.items():
        solver = method.prepare(make(frames), validated(method.params_type, {"zoom": 2}), "cpu", 0)
        assert any("300 nm" in note and "one sharp line" in note for note in solver.result(solver.init()).notes), name
