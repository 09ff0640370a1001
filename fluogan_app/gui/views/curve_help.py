"""What the curves mean, in the words of the window."""

from __future__ import annotations

from fluogan_app.core.metrics.live_quality import CAUTION, RULE

#: One sentence or two on each diagram, by its name.
HELP = {
    "generator": "The terms of what a step makes small, without a unit. While the mean is fitted each fit has its own "
    "sum: its own kinds of spots, and a sparsity term that is weighted anew eight times. So values before and after a "
    "dashed line, or a tooth of a fit, cannot be compared; only what follows the last line belongs to the final sum.",
    "critic": "Mean scores of recorded and simulated frames, the penalty that keeps the critic's slope near 1, and "
    "their sum, without a unit. Scores have no zero: only their difference counts, and it tends to 0 when the critic "
    "cannot tell the frames apart.",
    "photons": "Photons per frame on the region: of the estimate, the background, the two as the camera sees them, and "
    "the recording. The difference of the last two, in % on the axis at the right, should be near 0.",
    "convergence": "How much a step still changes the simulated mean, and the discrepancy: the mean square of the "
    "residuals in units of their noise, 1 where model and recording agree within it. “Fitted” is that of a step's own "
    "image over the field with its margin, and tells whether the run has come to rest; “shown” (with Quality) is that "
    "of the image in sight without the margin: it stands with the result and is the one to quote. No unit, by "
    "powers of ten.",
    "quality": "Measured every few seconds on the image that is shown: the finest period that it holds, in nm "
    "(decorrelation), and at the right how Ψx + b agrees with the recorded mean: its discrepancy without the margin, "
    "which is the one that stands with the result, and its correlation. " + RULE + " " + CAUTION,
}

_READING = (
    "Dashed lines mark where a part of the run begins; curves are not joined across them. Point at a diagram, or use "
    "the arrow keys in it, to read all values at a step. Click on a name to hide its curve, drag or turn the wheel to "
    "see fewer steps, and double-click (or press 0) to see all."
)


def help_text(titles: dict[str, str]) -> str:
    """All of it as rich text, diagram by diagram."""
    parts = [f"<p><b>{titles[name]}.</b> {words}</p>" for name, words in HELP.items()]
    return f"<p>{_READING}</p>{''.join(parts)}"
