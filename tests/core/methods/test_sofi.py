"""Cumulants of blinking light against closed forms: two-state molecules, shot noise, widths, sums."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.methods.sofi.combinations import groups_of
from fluogan_app.core.methods.sofi.cumulants import BlockMoments, block_cumulants, inside, without_level
from fluogan_app.core.methods.sofi.sharpening import narrowed_blur, sharpened
from fluogan_app.core.methods.sofi.solver import blinking_remarks
from fluogan_app.core.methods.sofi.virtual import fitted_sigma, flattened, on_fine_grid
from fluogan_app.core.params import validated

SIGMA, SHAPE = 1.3, (13, 15)
ORDERS = pytest.mark.parametrize("order", [2, 3, 4])


def two_state(order: int, share: float) -> float:
    """Cumulants of a molecule that is bright (1) for a share ρ of the time, else dark (0)."""
    rest = share * (1.0 - share)
    return {2: rest, 3: rest * (1.0 - 2.0 * share), 4: rest * (1.0 - 6.0 * rest)}[order]


def every_turn(share_of_four: int, molecules: int) -> np.ndarray:
    """A series (T, molecules) in which all combinations of bright and dark come equally often: exactly independent."""
    states = [1.0] * share_of_four + [0.0] * (4 - share_of_four)
    return np.array(list(product(states, repeat=molecules)))


def spot(at_yx: tuple[float, float], shape: tuple[int, int] = SHAPE) -> np.ndarray:
    rows, columns = (np.exp(-0.5 * ((np.arange(side) - at) / SIGMA) ** 2) for side, at in zip(shape, at_yx))
    return np.outer(rows, columns)


def frames_of(series: np.ndarray, places: list[tuple[float, float]], bright: list[float]) -> torch.Tensor:
    """Many turns one after the other, so that unbiased and plain cumulants agree."""
    images = np.stack([light * spot(at) for light, at in zip(bright, places)])
    frames = torch.from_numpy(np.tile(np.tensordot(series, images, axes=1), (1024 // len(series), 1, 1)))
    return frames - frames.mean(dim=0)


def image_of(rest: torch.Tensor, order: int) -> np.ndarray:
    counts = inside(SHAPE, order).numpy()
    return flattened(block_cumulants(rest, order).numpy(), counts, order, SIGMA)


def exact(at: tuple[float, float], order: int, share: float) -> np.ndarray:
    """ε^n f_n Uⁿ at the virtual pixels, for ε = 1."""
    rows, columns = (
        np.exp(-0.5 * order * ((np.arange(order * (side - 1) + 1) / order - place) / SIGMA) ** 2)
        for side, place in zip(SHAPE, at)
    )
    return two_state(order, share) * np.outer(rows, columns)


@ORDERS
def test_a_blinking_point_is_its_closed_form_on_the_virtual_grid(order: int) -> None:
    """Height ε^n f_n(ρ), width σ / √n, and no grid: the distance factors are the right ones."""
    at, series = (5.4, 7.25), every_turn(1, 1)
    found, wanted = image_of(frames_of(series, [at], [1.0]), order), exact(at, order, 0.25)
    # Beyond the outermost sets the image is continued.
    inner = slice(order, -order)
    np.testing.assert_allclose(found[inner, inner], wanted[inner, inner], atol=0.02 * abs(wanted).max())
    # With the width of the other kind, there is a grid.
    counts, cumulants = inside(SHAPE, order).numpy(), block_cumulants(frames_of(series, [at], [1.0]), order).numpy()
    assert abs(flattened(cumulants, counts, order, 1.6 * SIGMA) - wanted)[inner, inner].max() > 0.1 * abs(wanted).max()


@ORDERS
def test_independent_molecules_add_up(order: int) -> None:
    places, bright = [(4.0, 5.3), (7.5, 8.0)], [1.0, 1.5]
    both = block_cumulants(frames_of(every_turn(1, 2), places, bright), order)
    apart = [block_cumulants(frames_of(every_turn(1, 1), [at], [light]), order) for at, light in zip(places, bright)]
    scale = float(both.abs().max())
    np.testing.assert_allclose(both, apart[0] + apart[1], atol=0.01 * scale)
    # Two that blink together are no sum.
    together = frames_of(np.repeat(every_turn(1, 1), 2, axis=1), places, bright)
    assert float((block_cumulants(together, order) - apart[0] - apart[1]).abs().max()) > 0.1 * scale


@ORDERS
def test_noise_of_single_pixels_adds_nothing(order: int) -> None:
    """No pixel is taken twice, so independent noise has no part in what is expected; its own cumulant is not small."""
    random, blocks = np.random.default_rng(order), 120
    noise = torch.from_numpy(random.poisson(3.0, (blocks, 24, 7, 7)).astype(float))
    found = torch.stack([block_cumulants(block - block.mean(dim=0), order) for block in noise])
    mean, error = found.mean(dim=0), found.std(dim=0) / blocks**0.5
    assert float((mean / error.clamp(min=1e-12)).abs().max()) < 5.5
    # All cumulants of Poisson light are its mean.
    assert float(mean.abs().max()) < 0.5 * 3.0


@ORDERS
def test_short_blocks_do_not_make_cumulants_smaller(order: int) -> None:
    """k-statistics: the mean over all blocks of a few frames is what endless frames give."""
    random = np.random.default_rng(1)
    light = (random.random((40_000, 8, 1, 1)) < 0.25) * np.ones((1, 1, 3, 3))
    blocks = torch.from_numpy(light).permute(1, 0, 2, 3).reshape(8, -1, 3)
    rest = blocks - blocks.mean(dim=0)
    offsets = ((0, 0), (0, 1), (0, -1), (0, 1))[:order]
    found = BlockMoments(rest).cumulant(offsets)[1::3, 1].numpy()
    assert found.mean() == pytest.approx(two_state(order, 0.25), abs=5.0 * found.std() / found.size**0.5)
    assert 5.0 * found.std() / found.size**0.5 < 0.25 * abs(two_state(order, 0.25))


@ORDERS
def test_sets_are_of_different_pixels_around_their_place_and_as_many_mirrored(order: int) -> None:
    groups = {group.place: group for group in groups_of(order)}
    assert sorted(groups) == list(product(range(order), repeat=2))
    for place, group in groups.items():
        for some in group.sets:
            assert len(set(some)) == order and tuple(map(sum, zip(*some))) == place
        turned = {tuple(sorted((x, y) for y, x in some)) for some in group.sets}
        assert turned == {tuple(sorted(some)) for some in groups[place[::-1]].sets}


def test_fading_and_a_lamp_that_flickers_are_no_blinking() -> None:
    level = torch.linspace(1.3, 0.7, 50, dtype=torch.float64)
    steady = level[:, None, None] * torch.from_numpy(spot((6.0, 7.0)))
    assert float(block_cumulants(without_level(steady, level), 2).abs().max()) < 1e-12
    assert float(block_cumulants(steady - steady.mean(dim=0), 2).abs().max()) > 1e-3


def test_the_width_that_leaves_no_grid_is_found() -> None:
    rest = frames_of(every_turn(1, 1), [(5.4, 7.25)], [1.0])
    cumulants, counts = block_cumulants(rest, 2).numpy(), inside(SHAPE, 2).numpy()
    assert fitted_sigma(cumulants, counts, 2, 1.1) == pytest.approx(SIGMA, rel=0.02)
    assert fitted_sigma(-cumulants, counts, 2, 1.1) == pytest.approx(SIGMA, rel=0.02)
    assert fitted_sigma(0.0 * cumulants, counts, 2, 1.1) == 1.1


def test_sharpening_gives_back_the_points_with_their_signs() -> None:
    blur, fine = narrowed_blur(SHAPE, 3, 2, SIGMA), torch.zeros(39, 45, dtype=torch.float64)
    fine[15, 12], fine[24, 30] = 2.0, -1.0
    found = sharpened(blur.apply(fine).numpy(), blur, 300)
    assert np.unravel_index(found.argmax(), found.shape) == (15, 12)
    assert np.unravel_index(found.argmin(), found.shape) == (24, 30)
    assert found[11:20, 8:17].sum() == pytest.approx(2.0, rel=0.02)
    assert torch.allclose(blur.apply(blur.ones()), torch.ones(25, 29, dtype=torch.float64))


def result_of(problem: Problem, **values: object):
    method = METHODS["sofi"]
    solver = method.prepare(problem, validated(method.params_type, {"zoom": 3, **values}), "cpu", 0)
    ended = Job(solver, Control()).run()
    if ended.error is not None:
        raise ended.error
    return ended.result


def test_twice_the_brightness_is_shown_as_such_after_the_root(make: Callable[..., Problem], blinking) -> None:
    first, other = (
        result_of(make(factor * blinking), linear=True, sharpening=False).estimate for factor in (1.0, 2.0)
    )
    np.testing.assert_allclose(other, 2.0 * first, atol=1e-3 * abs(first).max())
    raw, squared = (
        result_of(make(factor * blinking), linear=False, sharpening=False).estimate for factor in (1.0, 2.0)
    )
    np.testing.assert_allclose(squared, 4.0 * raw, atol=1e-3 * abs(raw).max())


def test_nothing_that_blinks_is_said(make: Callable[..., Problem], recording: np.ndarray, blinking) -> None:
    assert any("noise" in note and "blinks" in note for note in result_of(make(recording)).notes)
    assert not any("blinks" in note for note in result_of(make(blinking)).notes)


def test_too_few_frames_are_refused_in_words(make: Callable[..., Problem], recording: np.ndarray) -> None:
    with pytest.raises(DataError, match="order 4 needs 10 frames"):
        result_of(make(recording[:7]), order=4)


def test_the_fine_grid_has_its_origin_where_all_have_it() -> None:
    rows = np.arange(2 * 12 + 1) / 2.0
    ramp = rows[:, None] + np.zeros(2 * 14 + 1)
    found = on_fine_grid(ramp, 2, SHAPE, 4)
    np.testing.assert_allclose(found[8:-8, 5], (np.arange(52) + 0.5)[8:-8] / 4 - 0.5, atol=1e-3)


@pytest.mark.parametrize("name", ["sofi", "bsofi"])
def test_what_moves_is_said(make: Callable[..., Problem], name: str) -> None:
    y, x = np.mgrid[:20, :24]
    places = 11.5 + 2.0 * np.sin(np.arange(60) / 5.0)[:, None, None]
    line = 200.0 * np.exp(-((x - places) ** 2) / (2 * 1.3**2)) + 5.0 + 0.0 * y
    method = METHODS[name]
    frames = np.random.default_rng(2).poisson(line).astype(np.float32)
    solver = method.prepare(make(frames), validated(method.params_type, {"zoom": 2, "sharpening_steps": 5}), "cpu", 0)
    ended = Job(solver, Control()).run()
    assert any("something moves" in note for note in ended.result.notes)


@pytest.mark.parametrize("order", [3, 4])
def test_structure_below_zero_is_said(order: int) -> None:
    below = -np.ones((order**2, 6, 7))
    assert "below zero" in blinking_remarks(below, order)[0] and "darkest" in blinking_remarks(below, order)[0]
    assert blinking_remarks(-below, order) == ()
