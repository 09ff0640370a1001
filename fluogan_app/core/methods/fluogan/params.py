"""The parameters of FluoGAN, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param, specs


class FluoganParams(GridParams):
    """Weights, sizes and steps of the method. All weights are dimensionless and mean the same at every light level."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Reconstruction": "How fine the estimate x is drawn, and for how long it is fitted. Ψ = UH is the blur by the "
        "PSF and the sum over the fine pixels of a camera pixel, b the smooth background.",
        "Weights": "What the estimate is held to: agreement with the mean frame, few bright places, an even "
        "background. Together they make what is minimised.",
        "Critic": "A second network that learns to tell simulated from recorded frames, and pulls the estimate to "
        "where it cannot. Of effect with δ = 1 only.",
    }
    steps: int = param(
        700, label="Steps", ge=1, le=1_000_000, group="Reconstruction", logarithmic=True,
        help="Steps of the whole run. The fits of the mean take up to 640 of them; in the rest all spots settle "
        "together, with δ = 1 against the critic. Fewer give a coarser picture sooner; many more bring "
        "grain, not detail. “Stop when nothing changes any more”, under Run, leaves out those that change nothing.",
    )  # fmt: skip
    gamma: float = param(
        1.0, label="Data weight γ", gt=0, le=1e6, group="Weights", logarithmic=True,
        equation="γ/2 Σ w (Ψx + b − ȳ)²", source="Mentagui et al. 2024, eq. (11), each pixel by its noise",
        help="How strongly the simulated mean must agree with the recorded one. Each pixel counts by its own noise, "
        "w = 1 / var(ȳ), measured on the frames.",
    )  # fmt: skip
    lambda1: float = param(
        1.0, label="Sparsity λ1", ge=0, le=1e6, group="Weights", logarithmic=True, equation="λ1 ‖x‖₁",
        source="Cachia et al. 2023, eq. (14)",
        help="Pulls empty pixels of the estimate to zero: larger gives finer and fewer structures, and dims them. "
        "In units that make 1 serve dim and bright stacks alike.",
    )  # fmt: skip
    lambda2: float = param(
        1.0, label="Smooth background λ2", ge=0, le=1e6, group="Weights", logarithmic=True,
        equation="λ2/2 ‖∇b‖²", source="Cachia et al. 2023, eq. (14)",
        help="Keeps the background from following structures: larger is smoother. At 1 it follows changes over "
        "some widths of the PSF, and leaves all that is finer to the estimate.",
    )  # fmt: skip
    delta: Literal[0, 1] = param(
        0, label="Adversarial term δ", group="Weights", equation="− δ Σ_t D(y_sim,t)",
        source="Cachia et al. 2023, eq. (14)",
        help="0 fits the mean of the frames alone. 1 goes on from there against a critic network that compares "
        "simulated with recorded frames, as published; give 1,000 steps or more then. On simulated lines, dim, bright "
        "and blinking, the critic, with a linear or a sigmoid output and frames drawn by either generator, resolved "
        "nothing more and came no nearer to the truth (by more than 1 %), in several times the time: where molecules "
        "are steady, the mean frame holds all that the frames can tell. Use 0, unless you want the method as "
        "published.",
    )  # fmt: skip
    boundary: Literal["reflecting", "periodic"] = param(
        "reflecting", label="Beyond the border", group="Reconstruction", advanced=True,
        help="What the blur brings in from beyond the field: its mirror image, or, as the 2023 paper writes it, its "
        "other end.",
    )  # fmt: skip
    detail: float | None = param(
        None, label="Finest detail", unit="PSF widths", ge=0, le=1, group="Reconstruction", advanced=True,
        none_text="from the data",
        help="The estimate is made of spots of this width, so that it is a picture and not a set of points. Left "
        "empty, a width is taken at which nothing narrower than two thirds of the PSF is shown apart, and a finer one "
        "where the recording proves it. 0 lets single fine pixels stand alone.",
    )  # fmt: skip
    moments: Literal["none", "covariance"] = param(
        "none", label="Second moments", group="Weights", advanced=True, equation="Cov(y) = Ψ diag(κx) Ψᵀ + N",
        source="from Mentagui et al. 2024, eq. (1)",
        help="“covariance” also fits how neighbouring pixels fluctuate together, where the molecules blink. On "
        "simulated lines at 20 photons per event it changes nothing: their error (NRMSE) stays within 1 %. At "
        "200, lines of 40 nm come 2–9 % nearer to the truth, mostly with more of the close ones split; lines of "
        "100 nm end 4 % further from it. Bars of 220 nm come 5–15 % nearer, but a line that stands alone can "
        "come out thinner, its error up to 15 % larger. It takes about twice the time.",
    )  # fmt: skip
    weighting: Literal["noise", "uniform"] = param(
        "noise", label="Weight of pixels", group="Weights", advanced=True, equation="w = 1 / var(ȳ)",
        help="“noise” lets each pixel count by its own noise, w = 1 / var(ȳ); “uniform” lets all count alike, as the "
        "papers write it.",
    )  # fmt: skip
    generator: Literal["poisson", "double-poisson"] = param(
        "poisson", label="Generator of frames", group="Critic", advanced=True,
        equation="y = gain · Poisson(Ψ κ Poisson(x/κ) + b) + e",
        source="Cachia et al. 2023, eq. (4); Mentagui et al. 2024, eq. (1)",
        help="What the critic's simulated frames are drawn from. “poisson”: only the light is counted (2023 paper); "
        "“double-poisson”: the molecules fluctuate too, which neighbouring pixels see together (2024 paper). The "
        "published gradient, which takes a photon for a small change, passes that on to the estimate only in part.",
    )  # fmt: skip
    kappa: float | None = param(
        None, label="Fluctuation strength κ", unit="photons per event", gt=0, le=1e6, group="Critic", advanced=True,
        none_text="estimated from the frames", logarithmic=True, equation="var(κ Poisson(x/κ)) = κ x",
        source="Mentagui et al. 2024, eq. (1), with κ = 1",
        help="Light of one event of a fluctuating molecule, for the double-Poisson generator; 1 in the 2024 paper, "
        "much more where molecules blink.",
    )  # fmt: skip
    critic: Literal["patch", "paper-2023", "paper-2024"] = param(
        "patch", label="Critic network", group="Critic", advanced=True,
        help="“patch” judges random patches beside a blurred mean frame: its cost does not grow with the field of "
        "view. The papers' critics judge whole frames by three convolutions with max pooling, of 5 × 5 pixels in 2023 "
        "and of 3 × 3 in 2024.",
    )  # fmt: skip
    warmup_steps: int = param(
        640, label="Mean-fit steps before the critic", ge=0, le=1_000_000, group="Critic", advanced=True,
        help="With δ = 1 the first steps fit the mean alone. At most nine tenths of all steps are taken for it.",
    )  # fmt: skip
    adversarial_weight: float = param(
        1.0, label="Adversarial weight", ge=0, le=1e4, group="Critic", advanced=True, logarithmic=True,
        equation="− a δ Σ_t D(y_sim,t)",
        help="Strength of the critic's pull beside the data term when δ is 1.",
    )  # fmt: skip
    penalty: float = param(
        10.0, label="Gradient penalty λ", ge=0, le=1e6, group="Critic", advanced=True, logarithmic=True,
        equation="λ (‖∇D(y_mix)‖ − 1)²,  y_mix = η y_real + (1 − η) y_sim", source="Cachia et al. 2023, eq. (15)",
        help="Keeps the critic's slope near 1, so that it measures a distance.",
    )  # fmt: skip
    batch_size: int = param(
        32, label="Patches per batch", ge=1, le=4096, group="Critic", advanced=True, logarithmic=True,
        help="Patches of recorded and of simulated frames that the critic sees in one of its steps; with the papers' "
        "critics, whole frames.",
    )  # fmt: skip
    patch_size: int = param(
        24, label="Patch side", unit="camera pixels", ge=8, le=256, group="Critic", advanced=True,
        help="Side of the square patches; the cost grows with the square, but not with the field of view. The papers' "
        "critics see whole frames instead.",
    )  # fmt: skip
    critic_steps: int = param(
        1, label="Critic steps per step k̄", ge=1, le=100, group="Critic", advanced=True,
        equation="L_D = Σ_t D(y_sim,t) − Σ_t D(y_real,t) + λ (‖∇D(y_mix)‖ − 1)²", source="Cachia et al. 2023, eq. (15)",
        help="Training steps of the critic for each step of the simulator.",
    )  # fmt: skip
    critic_rate: float = param(
        0.0005, label="Critic learning rate", gt=0, le=1, group="Critic", advanced=True, logarithmic=True,
        help="Step size of Adam for the critic.",
    )  # fmt: skip
    critic_channels: int = param(
        16, label="Critic channels", ge=1, le=256, group="Critic", advanced=True,
        help="Channels of the critic's first layer; the next two have two and four times as many.",
    )  # fmt: skip
    critic_head: Literal["linear", "sigmoid"] = param(
        "linear", label="Critic output", group="Critic", advanced=True,
        help="“linear” is what a Wasserstein distance asks for; “sigmoid” is the papers' and saturates.",
    )  # fmt: skip
    data_term: Literal["mean", "sampled"] = param(
        "mean", label="Data term", group="Critic", advanced=True, equation="γ/2 Σ_t ‖y_sim,t − y_real,t‖²",
        source="Cachia et al. 2023, eq. (14)",
        help="“mean” compares the simulated mean with the mean frame in closed form; “sampled” compares drawn with "
        "recorded frames, a batch in each step, as the 2023 paper writes it: the same on average, and noisier.",
    )  # fmt: skip


    def without_effect(self) -> Mapping[str, str]:
        """See Params: the critic's own without a critic, κ where molecules are steady, patches of whole frames."""
        critics = [item.name for item in specs(FluoganParams) if item.group == "Critic"]
        if self.delta == 0:
            return dict.fromkeys(critics, "Of no effect while the adversarial term δ is 0: no frames are drawn.")
        idle = {}
        if self.generator == "poisson":
            idle["kappa"] = "Of no effect while the generator is “poisson”: only the light is drawn by chance."
        if self.critic != "patch":
            idle["patch_size"] = "Of no effect with the papers' critics: they see whole frames."
        return idle


def warmup_length(params: FluoganParams) -> int:
    """Steps that fits of the mean may take: all of them with δ = 0, else those before the critic."""
    if params.delta == 0:
        return params.steps
    return min(params.warmup_steps, (9 * params.steps) // 10)
