"""What the page of recorded beside simulated frames shows, in the words of the window."""

from __future__ import annotations

HELP = """
<p><b>The pair.</b> A frame as it was recorded, and one that the run's simulator drew for the same place and the same
brightness from the present x and b, with the camera's noise. Both have one colour scale, in photons per frame and
camera pixel. A new pair comes on its key. If you can tell them apart, so may the critic, and the model lacks
something: look for the fixed pattern of the camera, a wrong PSF, or blinking that the generator does not draw.</p>
<p><b>Which is real?</b> The pair comes in an order that chance decides, without titles. Your answers are counted, and
beside them stands how often guessing would do as well.</p>
<p><b>Scores.</b> The critic's score of recorded and of simulated patches at the same random places, in percent of the
patches. Scores have no unit and no zero; only how far the two histograms lie apart counts. AUC is the chance that a
recorded patch scores higher than a simulated one: 0.5 where the critic cannot tell them apart. That is good news only
if the critic had the time and the size to learn; and recorded patches are those it was trained on.</p>
<p><b>Residuals.</b> What each pixel of the recorded mean differs from the simulated one, in its own standard
deviations, beside the curve of noise alone. It needs no critic, so it is what a run with δ = 0 shows.</p>
<p><b>The critic's pull.</b> On the mean frame: orange where the critic wants more light, blue where it wants less. The
scale says by how many photons per frame and camera pixel it alone would move the simulated mean away from the recorded
one; it is held to one standard deviation of the mean. A pull without a pattern is the noise of its patches; one that
follows a structure is where x and b do not explain the frames.</p>
"""
