"""The papers' settings: valid, as the texts state them, and run to their end."""

from __future__ import annotations

import pytest

from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.base import preset_named
from fluogan_app.core.methods.fluogan.adversary import critic_shape
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import validated


def params_of(name: str) -> FluoganParams:
    return validated(FluoganParams, preset_named(METHODS["fluogan"], name).values)


def test_the_first_preset_is_that_of_the_defaults() -> None:
    assert METHODS["fluogan"].presets[0].name == "default"
    assert params_of("default") == FluoganParams()


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no preset “2023”") as refused:
        preset_named(METHODS["fluogan"], "2023")
    assert "paper-2023, paper-2024" in refused.value.hint


def test_2023_is_the_critic_of_figure_4_on_whole_frames() -> None:
    params = params_of("paper-2023")
    shape = critic_shape(params, (50, 266))
    assert (shape.size_yx, shape.inputs, shape.kernel, shape.pooling, shape.head) == ((50, 266), 1, 5, "max", "sigmoid")
    assert (shape.channels, shape.slope, params.steps, params.zoom) == (32, 0.0, 5000, 6)
    assert (params.generator, params.data_term, params.delta) == ("poisson", "sampled", 1)


def test_2024_is_the_double_poisson_law_with_3_by_3_kernels_and_batches_of_200() -> None:
    params = params_of("paper-2024")
    shape = critic_shape(params, (64, 64))
    assert (shape.kernel, shape.channels, params.batch_size, params.steps, params.zoom) == (3, 32, 200, 5000, 4)
    assert (params.generator, params.kappa, params.data_term) == ("double-poisson", 1.0, "mean")


@pytest.mark.parametrize("name", ["paper-2023", "paper-2024"])
def test_a_papers_settings_run_and_keep_the_photons(make, run, name) -> None:
    from tests.core.methods.conftest import mean_of
    import numpy as np

    fine = np.zeros((3 * 34, 3 * 36))
    fine[50, 10:-10] = 30.0
    mean = mean_of(fine, 10.0)
    frames = np.random.default_rng(3).poisson(mean, (40, *mean.shape)).astype(np.float32)
    small = {"zoom": 3, "steps": 60, "batch_size": 2, "critic_channels": 4}
    values = {**preset_named(METHODS["fluogan"], name).values, **small}
    result = run(make(frames), **values).result
    assert np.isfinite(result.estimate).all() and result.estimate.min() >= 0
    assert abs(result.measures["photon_balance_percent"]) < 3.0
