"""The switches of a job."""

from __future__ import annotations

import threading

from fluogan_app.core.jobs.control import Control


def waiting_thread(control: Control) -> tuple[threading.Thread, threading.Event]:
    through = threading.Event()

    def wait() -> None:
        control.wait_while_paused()
        through.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread, through


def test_a_new_job_neither_waits_nor_ends():
    control = Control()
    control.wait_while_paused()
    assert not control.paused and not control.cancelled


def test_resume_lets_a_paused_job_go_on():
    control = Control()
    control.pause()
    _, through = waiting_thread(control)
    assert control.paused and not through.is_set()
    control.resume()
    assert through.wait(10) and not control.cancelled


def test_cancel_lets_a_paused_job_go_to_its_end():
    control = Control()
    control.pause()
    _, through = waiting_thread(control)
    control.cancel()
    assert through.wait(10) and control.cancelled and not control.paused


def test_a_cancelled_job_cannot_be_paused_for_ever():
    control = Control()
    control.cancel()
    control.pause()
    _, through = waiting_thread(control)
    assert through.wait(10) and control.cancelled


def test_pause_and_cancel_at_the_same_moment_never_leave_a_job_waiting():
    for _ in range(200):
        control = Control()
        start = threading.Barrier(2)

        def pausing(control=control, start=start) -> None:
            start.wait()
            control.pause()

        thread = threading.Thread(target=pausing)
        thread.start()
        start.wait()
        control.cancel()
        thread.join()
        assert control.cancelled and not control.paused
