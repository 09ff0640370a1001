"""What an expectation was asked with: so that it can be said, and held against the values as they stand now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.params import Params, specs, value_text
from fluogan_app.core.project.expect_params import ExpectParams
from fluogan_app.core.project.prepare import RunRequest

#: What of the recording shapes the simulated frames and their reconstruction.
_RECORDING = ("pixel_size_nm", "fwhm_nm", "psf", "psf_file", "gain", "offset", "read_noise")
#: Said of every reconstruction, whatever they are; others where they are not as preset.
_ALWAYS = ("zoom", "lambda1", "lambda2", "steps")
#: Values under these headings change nothing without the critic.
_CRITIC = "Critic"


def reconstructed_with(params: Params, lines: ExpectParams) -> Params:
    """The method's parameters as the lines are reconstructed: without the critic unless it is asked for."""
    return params.replace(delta=0) if getattr(params, "delta", 0) and not lines.with_critic else params


def asked_of(request: RunRequest, lines: ExpectParams) -> dict[str, Any]:
    """All that the outcome depends on, as JSON holds it, and where the PSF's width comes from."""
    camera = request.acquisition
    return {
        "method": request.method,
        "params": reconstructed_with(request.params, lines).model_dump(mode="json"),
        "recording": _recorded(camera),
        "psf_origin": _width_from(camera),
        "roi": None if request.roi is None else list(astuple(request.roi)),
        "frames": None if request.frames is None else list(astuple(request.frames)),
        "drift": _mark(request.drift),
        "lines": lines.model_dump(mode="json"),
    }


def changed_since(asked: Mapping[str, Any], request: RunRequest, lines: ExpectParams) -> tuple[str, ...]:
    """The labels of values that are others now, in the form's order; empty where none is.

    What an expectation of an earlier version did not note is taken as unchanged.
    """
    now, parts = asked_of(request, lines), {"roi": "Region", "frames": "Frames", "drift": "Drift correction"}
    said = [label for part, label in parts.items() if part in asked and asked[part] != now[part]]
    said += _changed(Acquisition, asked.get("recording", {}), now["recording"])
    if asked.get("method") != now["method"]:
        said.append("Method")
    else:
        said += _changed(type(request.params), asked.get("params", {}), now["params"])
    return tuple(said + _changed(ExpectParams, asked.get("lines", {}), now["lines"]))


def requests_differ_in(before: RunRequest, now: RunRequest) -> tuple[str, ...]:
    """The labels of values in which two requests differ, but for the region and the critic."""
    lines = ExpectParams()
    return changed_since({**asked_of(before, lines), "roi": asked_of(now, lines)["roi"]}, now, lines)


def parameters_text(asked: Mapping[str, Any]) -> str:
    """The reconstruction's parameters in one line: "Zoom L 3, Sparsity λ1 1, …". Those that are preset go unsaid."""
    declared, said = method_named(asked["method"]).params_type, []
    for spec in specs(declared):
        if spec.name not in asked["params"] or (spec.group == _CRITIC and not asked["params"].get("delta")):
            continue
        value = asked["params"][spec.name]
        if spec.name in _ALWAYS or value != spec.default and not (spec.name == "delta" and not value):
            said.append(f"{spec.label} {value_text(spec, value).removesuffix(spec.unit).strip()}")
    named = () if asked["method"] == DEFAULT_METHOD else (method_named(asked["method"]).title,)
    return ", ".join((*named, *said))


def _width_from(camera: Acquisition) -> str:
    """Where the PSF's width comes from: the name of an Origin, "measured", or "aperture" for NA and wavelength."""
    if camera.psf == "measured":
        return "measured"
    known = camera.numerical_aperture is not None and camera.emission_nm is not None
    return "aperture" if camera.fwhm_nm is None and known else str(camera.psf_origin)


def _recorded(camera: Acquisition) -> dict[str, Any]:
    values = {name: getattr(camera, name) for name in _RECORDING}
    return {**values, "fwhm_nm": None if camera.psf == "measured" else camera.psf_fwhm_nm}


def _changed(declared: type[Params], before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [spec.label for spec in specs(declared) if spec.name in before and before[spec.name] != now.get(spec.name)]


def _mark(drift: Drift | None) -> str | None:
    """Short, and another for every path."""
    if drift is None:
        return None
    return hashlib.sha256(repr((drift.y_pixels, drift.x_pixels)).encode()).hexdigest()[:16]
