"""Advice that is given for want of memory holds: what is proposed fits, and less of a change would not."""

from __future__ import annotations

import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.needs import SHARE, Asked, fits, ways_to_fit
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.planning import SIDES
from fluogan_app.core.methods.registry import METHODS

METHOD = METHODS["fluogan"]
ACQUISITION = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=300.0)
ROI = Roi(10, 20, 700, 500)


def _asked(roi: Roi = ROI, settings: RunSettings = RunSettings(), **params) -> Asked:
    return Asked(METHOD, METHOD.params_type(**params), ACQUISITION, 200, roi, settings)


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_each_proposal_fits_and_the_next_larger_one_would_not(share):
    asked = _asked(settings=RunSettings(tile=4096))
    free = int(share * asked.needed_bytes)
    ways = {way.words.split()[0]: way for way in ways_to_fit(asked, free)}
    assert set(ways) == {"Tiles", "Zoom", "Middle"}
    for way in ways.values():
        assert fits(way.needed_bytes, free)
    zoom = ways["Zoom"].params["zoom"]
    assert _asked(settings=asked.settings, zoom=zoom).needed_bytes == ways["Zoom"].needed_bytes
    assert zoom == 5 or not fits(_asked(settings=asked.settings, zoom=zoom + 1).needed_bytes, free)
    side = ways["Tiles"].settings["tile"]
    larger = [other for other in SIDES if side < other < 700]
    assert not any(fits(_asked(settings=RunSettings(tile=other)).needed_bytes, free) for other in larger)
    middle = ways["Middle"].roi
    assert middle.height < 700 and abs((middle.y0 + middle.height / 2) - 360) <= 1
    assert _asked(roi=middle, settings=asked.settings).needed_bytes == ways["Middle"].needed_bytes


def test_where_nothing_helps_nothing_is_proposed():
    assert ways_to_fit(_asked(), 1000) == ()


def test_a_field_that_closes_in_on_itself_is_not_cut():
    asked = _asked(boundary="periodic")
    ways = ways_to_fit(asked, int(0.5 * asked.needed_bytes))
    assert ways and not any(way.settings for way in ways)


def test_where_the_system_does_not_tell_all_fits():
    assert fits(10**15, None) and fits(int(SHARE * 100), 100) and not fits(100, 100)
