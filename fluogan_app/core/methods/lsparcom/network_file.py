"""An unfolded network from its file, and what its training allows to say of a result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.errors import ReadError
from fluogan_app.core.methods.learned.network_file import read_network
from fluogan_app.core.methods.lsparcom.grid import PIXELS_PER_FWHM
from fluogan_app.core.methods.lsparcom.network import Unfolding


@dataclass(frozen=True)
class Learned:
    """network: with its weights. blurred: whether it looks at variance images. widths_pixels: FWHM of the PSF, from
    the least to the largest that it was trained for."""

    network: Unfolding
    blurred: bool
    widths_pixels: tuple[float, float]

    def remarks(self, fwhm_pixels: float, psf: str) -> tuple[str, ...]:
        """What has to be said of a recording that is unlike those of the training."""
        said = [
            "The network learned from simulated filaments, points, bars and letters, and draws what it sees in their "
            "likeness: what is neither may come out as one of them."
        ]
        least, most = self.widths_pixels
        if not least <= fwhm_pixels <= most:
            said.append(
                f"The PSF is {fwhm_pixels:.1f} camera pixels wide (FWHM); the network was trained for {least:.1f} to "
                f"{most:.1f}, and knows nothing of others."
            )
        if psf != "gaussian":
            said.append("The PSF is taken for a Gaussian of the same width, as in the network's training.")
        return tuple(said)


def read_unfolding(path: Path, device: str = "cpu") -> Learned:
    """The network of a file. Raises ReadError."""
    found = read_network(path, "unfolding")
    lesson = found.record.get("lesson", {})
    try:
        folds, looks_at = int(lesson["folds"]), str(lesson["looks_at"])
        widths = tuple(float(width) for width in lesson["psf_fwhm_pixels"])
        known = float(lesson["pixels_per_fwhm"]) == PIXELS_PER_FWHM and 1 <= folds <= 30 and widths
    except (KeyError, TypeError, ValueError):
        known = False
    network = Unfolding(looks_at == "variance", folds) if known else None
    wanted = {name: weight.shape for name, weight in network.named_parameters()} if network else {}
    if wanted != {name: tensor.shape for name, tensor in found.tensors.items()}:
        raise ReadError(
            f"The network in {path} is built in another way than this program's.",
            "Leave the field empty for the network that comes with the program, or make one with "
            "“fluogan train-unfolding”.",
        )
    network.load_state_dict(dict(found.tensors))
    return Learned(network.to(device).eval(), looks_at == "variance", (min(widths), max(widths)))
