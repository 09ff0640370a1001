"""Pictures of "What can I expect?". Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_expect_states(open_window: Callable, take: Callable, scheme: str) -> None:
    """Before, under way, and what came out."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.opens_sample()
    user.presses("expect")
    dialog = user.dialog("expect_dialog")
    take(dialog, f"{scheme}-expect-1-before")
    user.types("param_tries", "3", inside=dialog)
    user.click("expect_start", inside=dialog)
    user.sees(lambda: dialog.progress.value() > 300)
    take(dialog, f"{scheme}-expect-2-under-way")
    user.sees(lambda: dialog.start_button.isEnabled())
    take(dialog, f"{scheme}-expect-3-found")
    dialog.close()
    user.window.set_scheme("light")
