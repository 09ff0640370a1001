"""Where to compute. A graphics card is taken only if the operations that are really used work on it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from fluogan_app.core.errors import DeviceError


#: Up to this many camera pixels a step is so short that threads mostly wait for one another.
ONE_THREAD_PIXELS = 256 * 256
MOST_THREADS = 8
#: One card of several, counted from 0.
CARD_PATTERN = r"cuda:\d{1,2}"
_CARD = re.compile(CARD_PATTERN)


@dataclass(frozen=True)
class DeviceChoice:
    """The device in torch's words, its name for people, and why it was chosen."""

    device: str
    title: str
    reason: str


@dataclass(frozen=True)
class Card:
    """A graphics card that is there, tested or not: its name in torch's words, for people, and its memory."""

    device: str
    title: str
    memory_bytes: int


def choose_device(wish: str) -> DeviceChoice:
    """The device for a wish of "auto", "cpu", "cuda", or "cuda:1" for the second graphics card.

    Raises DeviceError when a card is wanted and does not work; "auto" falls back to the processor and says why.
    """
    ask_for_large_pages()
    if wish == "cpu":
        return DeviceChoice("cpu", "Processor", "The processor was asked for.")
    card = _CARD.fullmatch(wish)
    if wish not in ("auto", "cuda") and card is None:
        raise DeviceError(f"There is no device “{wish}”.", "Choose auto, cpu or cuda.")
    device = wish if card else "cuda:0"
    trouble = _trouble_with_cuda(device)
    if trouble is None:
        asked = "It is there" if wish == "auto" else "It was asked for"
        return DeviceChoice(device, _cuda_name(device), f"{asked} and passed its self-test.")
    if wish == "auto":
        return DeviceChoice("cpu", "Processor", f"The processor is used: {trouble}")
    named, others = (f" “{wish}”", "auto, cpu or cuda") if card else ("", "auto or cpu")
    raise DeviceError(f"The graphics card{named} cannot be used: {trouble}", f"Choose the device {others}.")


def cards() -> tuple[Card, ...]:
    """The graphics cards that there are. Loads torch: not for the window's thread."""
    import torch

    if not torch.backends.cuda.is_built() or not torch.cuda.is_available():
        return ()
    found = (f"cuda:{index}" for index in range(torch.cuda.device_count()))
    return tuple(
        Card(device, _cuda_name(device), int(torch.cuda.get_device_properties(device).total_memory))
        for device in found
    )


def ask_for_large_pages() -> None:
    """Let torch ask the system for memory in pages of 2 MB; what the user set in THP_MEM_ALLOC_ENABLE stands.

    A sum into 268 MB of new memory took 126 ms in pages of 4 kB and 38 ms in these. torch looks at the variable when it
    makes its first tensor, and only on Linux.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def choose_threads(pixels: int) -> int:
    """How many processor threads to compute with, for a region of that many camera pixels.

    Two threads on two busy cores were ten times slower than one on a frame of 67 × 74. Larger regions leave one core
    to the window. OMP_NUM_THREADS, where it is set, decides.
    """
    stated = os.environ.get("OMP_NUM_THREADS", "")
    if stated.isdigit() and int(stated) > 0:
        return int(stated)
    if pixels <= ONE_THREAD_PIXELS:
        return 1
    return max(1, min(_cores() - 1, MOST_THREADS))


def _cores() -> int:
    """The processor cores that this process may use, which a cluster's job often has fewer of than the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _trouble_with_cuda(device: str) -> str | None:
    """Why a card cannot be used, as a sentence; None where it can."""
    import torch

    if not torch.backends.cuda.is_built():
        return "this installation computes on the processor only. For a CUDA graphics card, install FluoGAN anew."
    if not torch.cuda.is_available():
        return "no CUDA graphics card with a working driver was found."
    index, count = int(device.partition(":")[2]), torch.cuda.device_count()
    if index >= count:
        return f"there {'is 1 card' if count == 1 else f'are {count} cards'}, counted from 0."
    try:
        return _failed_self_test(device)
    except Exception as error:  # noqa: BLE001 - drivers fail in many ways, and each only means: not this device
        return f"its self-test failed ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''})."


def _cuda_name(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device)


def _failed_self_test(device: str) -> str | None:
    """Compare a forward model, drawn frames and a critic's gradient penalty with the processor's."""
    import torch

    on_device, on_cpu = _self_test_values(device), _self_test_values("cpu")
    for name, value in on_device.items():
        wanted = on_cpu[name]
        if not torch.allclose(value, wanted, rtol=2e-3, atol=2e-3 * float(wanted.abs().max())):
            return f"its self-test gave wrong numbers ({name})."
    if not _poisson_works(device):
        return "its self-test gave wrong numbers (random photons)."
    return None


def _self_test_values(device: str) -> dict:
    import torch

    from fluogan_app.core.optics.operators import gaussian_operator

    source = torch.Generator().manual_seed(1)
    operator = gaussian_operator((11, 9), 3, 1.2, device=device)
    fine = torch.rand(operator.fine_shape, generator=source).to(device)
    frames = torch.randn(4, 1, 11, 9, generator=source).to(device).requires_grad_()
    kernel = (0.3 * torch.randn(3, 1, 3, 3, generator=source)).to(device).requires_grad_()
    light = operator.apply(fine)
    features = torch.nn.functional.avg_pool2d(torch.nn.functional.conv2d(frames, kernel, padding=1), 2)
    scores = torch.nn.functional.leaky_relu(features).square().mean(dim=(1, 2, 3))
    (slope,) = torch.autograd.grad(scores.sum(), frames, create_graph=True)
    (second,) = torch.autograd.grad(slope.square().sum(), kernel)
    values = {"forward": light, "adjoint": operator.adjoint(light), "gradient": slope, "penalty": second}
    return {name: value.detach().cpu() for name, value in values.items()}


def _poisson_works(device: str) -> bool:
    import torch

    from fluogan_app.core.optics.noise import draw_frames
    from fluogan_app.core.rng import make_generator

    drawn = draw_frames(torch.full((20_000,), 5.0, device=device), 1.0, 0.0, make_generator(3, device))
    return bool(abs(float(drawn.mean()) - 5.0) < 0.1 and abs(float(drawn.var()) - 5.0) < 0.4)
