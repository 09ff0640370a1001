"""When each method is worth its time, and what its image must not be taken for: a sentence or two, without praise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """use: what it is good for. beware: where it fails, and what its image does not show."""

    use: str
    beware: str


ADVICE: dict[str, Advice] = {
    "fluogan": Advice(
        "A few hundred frames of a sample whose amounts of light matter, with blur from out of focus to be taken off.",
        "It believes the width of the blur and the camera's gain: where these are wrong, so is the image. A sparsity "
        "that is too strong breaks smooth structures into dots. Look at the residual before you trust a gap.",
    ),
    "mean": Advice(
        "Always, as the picture that every other one is held against.",
        "Nothing in it is finer than the microscope's blur.",
    ),
    "wiener": Advice(
        "A quick, linear sharpening of bright recordings, whose every step can be written down.",
        "It draws rings beside bright structures, values below zero among them, and makes noise coarser in dim ones.",
    ),
    "richardson_lucy": Advice(
        "Bright recordings, where light must stay light: its image is nowhere negative.",
        "With more rounds noise grows into grains that look like structure; total variation holds them down and makes "
        "steps of smooth slopes. It makes nothing of blinking.",
    ),
    "fista": Advice(
        "Sparse samples without blinking: spots and thin lines on a dark ground.",
        "The ℓ1 penalty takes light away, CEL0 turns lines into dots, total variation turns slopes into steps. It "
        "makes nothing of blinking.",
    ),
    "sofi": Advice(
        "Many frames of molecules that blink independently, on a camera whose light and offset stand still.",
        "Its values are cumulants, not light: what is twice as bright stands out four times in order 2 and sixteen "
        "times in order 4, and what is dim or does not blink goes missing. Bleaching and drift correlate pixels too.",
    ),
    "bsofi": Advice(
        "As SOFI, where bright and dim molecules should be seen in one picture.",
        "It divides by what few frames know badly: in dim parts it shows noise. Its values are no amounts of light.",
    ),
    "srrf": Advice(
        "About a hundred frames, dense labels, and a wish for a picture at once.",
        "It draws narrow lines wherever the light converges, in noise too: widths and brightness mean nothing, and "
        "lines that lie closer than the blur come out as one, or as lines in wrong places.",
    ),
    "esrrf": Advice(
        "As SRRF, with fewer false lines; its sweep finds radius and sensitivity by resolution and faithfulness.",
        "Widths and brightness still mean nothing, and the best values of one recording are not those of the next.",
    ),
    "col0rme": Advice(
        "Molecules that blink, few frames, and amounts of light wanted where there is a structure.",
        "Where a structure does not blink it finds none. CEL0 shows continuous lines as dots; and what is left out of "
        "the support has no light at all, however bright it was.",
    ),
    "pnp_col0rme": Advice(
        "As COL0RME, for lines and networks that should not fall into dots.",
        "Its denoiser has learned from simulated lines, rings and points and draws what it has learned: a sample of "
        "another kind may come out as one of these.",
    ),
    "sparcom": Advice(
        "Molecules that blink, with only few of them close together.",
        "Its values are variances, not light. Dense lines break into dots.",
    ),
    "lsparcom": Advice(
        "As SPARCOM, in a fraction of the time.",
        "It was trained on simulated samples of one kind: for others, and for another blur, nobody has tested what it "
        "draws. Compare it with SPARCOM itself before you believe it.",
    ),
}  # fmt: skip
