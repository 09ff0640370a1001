"""What the form asks of a run, as the session holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluogan_app.gui.session import Session

if TYPE_CHECKING:
    from fluogan_app.core.project.prepare import RunRequest


def run_request(session: Session) -> RunRequest:
    """A request with the values as they stand."""
    from fluogan_app.core.project.prepare import RunRequest

    document = session.document
    return RunRequest(
        method=session.method.name,
        params=session.params,
        settings=document.settings,
        acquisition=document.acquisition,
        roi=document.roi,
        frames=document.frames,
        drift=document.drift,
    )
