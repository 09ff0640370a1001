"""A small model whose every matrix is written out, to judge the solvers by: (pixels, unknowns), unknowns last b."""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import minimize

from fluogan_app.core.methods.fluogan.model import Model, build_model
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.texture import make_textures
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.pointspread import GaussianPsf

SHAPE, ZOOM, FWHM = (5, 7), 2, 3.0
PIXELS = SHAPE[0] * SHAPE[1]
GAUSSIAN = Optics(GaussianPsf(FWHM / 2.3548))


def make_noise(seed: int = 4) -> Noise:
    """Of a field whose pixels differ in variance up to a hundredfold."""
    source = np.random.default_rng(seed)
    mean = 5.0 + 60.0 * source.random(SHAPE) ** 3
    variance = 10.0 ** source.uniform(-2, 0, SHAPE)
    return Noise(mean, np.ones(9), 1.0, 0.0, 9 * variance, variance, 1.0)


def make_model(optics: Optics = GAUSSIAN, **params: object) -> Model:
    """In float64, of that noise, δ = 0."""
    return _model(make_noise(), optics, params)


def make_explained_model(optics: Optics = GAUSSIAN, masked: bool = False, **params: object) -> Model:
    """The same of a line, a shorter one and a dot over 8 photons: data that a fit can explain within their noise.

    `masked`: three pixels do not count.
    """
    source = np.random.default_rng(4)
    fine = np.zeros((ZOOM * SHAPE[0], ZOOM * SHAPE[1]))
    fine[3, :], fine[5:, 9], fine[8, 2] = 20.0, 15.0, 50.0
    variance = 10.0 ** source.uniform(-0.5, 0.5, SHAPE)
    blur = blur_operator(optics, SHAPE, ZOOM, dtype=torch.float64)
    mean = blur.apply(torch.tensor(fine)).numpy() + 8.0 + np.sqrt(variance) * source.normal(size=SHAPE)
    model = _model(Noise(mean, np.ones(60), 1.0, 0.0, 60 * variance, variance, 1.0), optics, params)
    if masked:
        model.weights[1, 2] = model.weights[3, 0] = model.weights[4, 6] = 0.0
    return model


def _model(noise: Noise, optics: Optics, params: dict[str, object]) -> Model:
    chosen = FluoganParams(**{"zoom": ZOOM, "delta": 0, "boundary": optics.boundary, **params})
    textures = make_textures(SHAPE, ZOOM, optics, chosen.detail, "cpu", torch.float64)
    return build_model(noise, textures, FWHM, chosen)


def dense_blur(model: Model) -> np.ndarray:
    """K = [ΨK₁, ΨK₂, …, 1], column by column: (pixels, unknowns)."""
    parts = []
    for texture in model.textures:
        count = int(np.prod(texture.blur.fine_shape))
        units = torch.eye(count, dtype=torch.float64).reshape(count, *texture.blur.fine_shape)
        parts.append(np.stack([texture.blur.apply(unit).numpy().ravel() for unit in units], axis=1))
    return np.hstack([*parts, np.eye(PIXELS)])


def roughness(boundary: str = "reflecting") -> np.ndarray:
    """R with ½ bᵀRb = ½ ‖∇b‖²: each pair of neighbours, taken one by one."""
    matrix = np.zeros((PIXELS, PIXELS))
    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            for down, right in ((row + 1, column), (row, column + 1)):
                outside = down == SHAPE[0] or right == SHAPE[1]
                if outside and boundary == "reflecting":
                    continue
                pair = np.zeros(PIXELS)
                pair[row * SHAPE[1] + column] += 1
                pair[down % SHAPE[0] * SHAPE[1] + right % SHAPE[1]] -= 1
                matrix += np.outer(pair, pair)
    return matrix


def curvature(model: Model) -> np.ndarray:
    """Second derivatives of the smooth part of eq. (14)."""
    blur = dense_blur(model)
    hessian = blur.T @ (model.gamma * model.weights.numpy().reshape(-1, 1) * blur)
    hessian[-PIXELS:, -PIXELS:] += model.smoothness * roughness(model.boundary)
    return hessian


def slope_at_zero(model: Model) -> np.ndarray:
    """First derivatives of eq. (14) where everything is dark."""
    weighted = model.gamma * (model.weights * model.mean).numpy().ravel()
    pulls = [*(pull.numpy().ravel() for pull in model.sparsity), np.zeros(PIXELS)]
    return np.concatenate(pulls) - dense_blur(model).T @ weighted


def objective(model: Model, unknowns: np.ndarray) -> float:
    """Eq. (14) with δ = 0, from dense matrices."""
    dark = 0.5 * model.gamma * float((model.weights * model.mean**2).sum())
    return dark + float(slope_at_zero(model) @ unknowns + 0.5 * unknowns @ curvature(model) @ unknowns)


def least(model: Model) -> float:
    """The smallest value of eq. (14) over unknowns ≥ 0, by a quasi-Newton solver with bounds."""
    hessian, slope = curvature(model), slope_at_zero(model)
    dark = objective(model, np.zeros_like(slope))
    found = minimize(
        lambda x: (dark + slope @ x + 0.5 * x @ hessian @ x, slope + hessian @ x), np.zeros_like(slope), jac=True,
        method="L-BFGS-B", bounds=[(0, None)] * len(slope),
        options={"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 30},
    )  # fmt: skip
    return float(found.fun)


def flattened(spots: list[torch.Tensor], background: torch.Tensor) -> np.ndarray:
    """Unknowns in one row."""
    return np.concatenate([part.numpy().ravel() for part in (*spots, background)])
