"""Runs that fit the second moments beside the mean: what they say of it, and that they do without where they must."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.joint_fit import JointFit
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.planning import make_plan, prepare
from tests.core.methods.conftest import KAPPA, ZOOM, mean_of

pytestmark = pytest.mark.usefixtures("one_torch_thread")


def note_of(result) -> str:
    (note,) = (note for note in result.notes if "econd moments" in note)
    return note


@pytest.mark.parametrize("detail", [None, 0.25])
def test_blinking_has_its_part_in_the_image_and_is_reported(make, run, blinking, detail) -> None:
    options = {"zoom": 6, "steps": 120, "detail": detail}
    alone, both = (run(make(blinking), moments=moments, **options).result for moments in ("none", "covariance"))
    assert both.measures["photons_per_event"] == pytest.approx(KAPPA, rel=0.2)
    assert note_of(both).startswith("Blinking was found, ")
    assert np.abs(both.estimate - alone.estimate).max() > 0.02 * alone.estimate.max()
    # It is the same sample: the mean frame has to be explained as before.
    assert both.measures["discrepancy"] < 1.2 * alone.measures["discrepancy"]
    assert "photons_per_event" not in alone.measures and not any("moments" in note for note in alone.notes)


def test_a_steady_sample_is_fitted_by_its_mean_alone(make, run, recording) -> None:
    alone, both = (run(make(recording), moments=moments).result for moments in ("none", "covariance"))
    assert note_of(both).startswith("Second moments were not used: no blinking was found")
    assert "photons_per_event" not in both.measures
    # The same steps with their sums in another order.
    np.testing.assert_allclose(both.estimate, alone.estimate, atol=1e-3 * alone.estimate.max())


@pytest.mark.parametrize(
    ("why", "count", "options", "camera"),
    [
        ("frames are too few", 29, {}, {}),
        ("a mirrored border", 80, {"boundary": "periodic"}, {}),
        ("a zoom of 2", 80, {"zoom": 1}, {}),
        ("a Gaussian PSF", 80, {}, {"psf": "airy"}),
    ],
)
def test_without_an_image_of_them_it_says_why_and_is_the_same_fit(
    make, run, blinking, why, count, options, camera
) -> None:
    problem = make(blinking[:count], **camera)
    alone, both = (run(problem, moments=moments, **options).result for moments in ("none", "covariance"))
    assert note_of(both).startswith("Second moments were not used: ") and why in note_of(both)
    np.testing.assert_array_equal(both.estimate, alone.estimate)


def test_a_run_of_one_step_says_that_they_had_no_part(make, run, blinking) -> None:
    assert "not used" in note_of(run(make(blinking), moments="covariance", steps=1).result)


def test_a_tile_measures_its_own_and_one_without_blinking_goes_without() -> None:
    source, blinks, steady = np.random.default_rng(0), *np.zeros((2, ZOOM * 50, ZOOM * 90))
    blinks[ZOOM * 10 : ZOOM * 40, ZOOM * 10 : ZOOM * 40 : 24] = 20.0
    steady[ZOOM * 10 : ZOOM * 40, ZOOM * 60 : ZOOM * 85 : 24] = 20.0
    events = KAPPA * source.poisson(blinks / KAPPA, (40, *blinks.shape)) + steady
    frames = source.poisson(mean_of(events, 10.0)).astype(np.uint16)
    camera = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=300.0)
    field = make_field(Stack(Path("frames.tif"), "memory", ArraySource(frames)), camera)
    params = FluoganParams(zoom=ZOOM, steps=30, moments="covariance")
    plan = make_plan(FluoganMethod(), params, camera, 40, field.roi, 50)
    assert len(plan.tiling.tiles) > 1
    ended = Job(prepare(FluoganMethod(), field, plan, params, "cpu", 0).solver, Control()).run()
    assert ended.error is None and np.isfinite(ended.result.estimate).all()
    assert ended.result.measures["photons_per_event"] == pytest.approx(KAPPA, rel=0.4)
    assert any("no blinking was found" in note for note in ended.result.notes)


def test_all_spots_together_go_on_towards_the_same_optimum(make, solver, blinking) -> None:
    """Mean, moments and λ1: what the steps after the fits bring down is what the fits brought down."""
    method = solver(make(blinking), moments="covariance", steps=100, delta=1, warmup_steps=60)
    state = method.init()
    while not method._is_joint(state.step):
        state, _ = method.step(state)
    term = method._joint._term

    def loss(joint: JointFit, steps: int) -> float:
        tensors = dict(state.tensors)
        model = joint.priced(tensors)
        for _ in range(steps):
            joint.step(tensors, model, None)
        spots = [tensors[texture.kind.name] for texture in model.textures]
        asked = sum(float((pull * part).sum()) for pull, part in zip(model.sparsity, spots))
        misfit = torch.square(tensors["light"] + tensors["b"] - model.mean)
        of_mean = float(0.5 * model.gamma * (model.weights * misfit).sum())
        return of_mean + asked + float(term.value(term.light(spots), tensors["kappa"]))

    assert float(state.tensors["kappa"]) > 0
    # Of some five hundred; the rest of the way is the same for both.
    assert loss(method._joint, 200) < loss(JointFit(method._model, averaged=True), 200) - 2.0
