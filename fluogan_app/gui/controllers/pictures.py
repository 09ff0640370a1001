"""Which picture each viewer shows: those of the shown run, those of runs that were pinned, and those of no run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.run import Run
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.picture_kinds import PictureChoice, PictureKind
from fluogan_app.gui.run_pictures import RUN_PICTURES
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.linked_panes import LinkedPanes
from fluogan_app.gui.views.pane_image import PaneImage

#: What comes with a run's result, and while it goes on.
_OF_RESULT = ("mean", "estimate", "background")
_LAST = "fourth"
_NOT_THERE = "This picture is not there now"
_AT_FIRST = {**{name: PictureChoice(name) for name in _OF_RESULT}, _LAST: PictureChoice("stack_frame")}


class Pictures(QObject):
    """Knows the kinds of pictures, fetches them in the background and puts them into the viewers.

    `wanted` asks whoever offers a picture to make it, for a viewer that was told to show it.
    """

    changed = Signal()
    wanted = Signal(str)

    def __init__(self, context: Context, panes: LinkedPanes) -> None:
        super().__init__(context.window)
        self._context, self._panes = context, panes
        self._kinds: dict[str, PictureKind] = {kind.name: kind for kind in RUN_PICTURES}
        self._offered: dict[str, tuple[str, PaneImage | None]] = {}
        self._choices: dict[str, PictureChoice] = {name: _AT_FIRST[name] for name in panes.panes}
        self._requests = dict.fromkeys(panes.panes, 0)
        self._absent: dict[str, str] = {}
        context.session.document_changed.connect(self._forget)
        context.session.runs_changed.connect(self._renew_pinned)
        context.session.job_changed.connect(self._renew_pinned)
        panes.links.sight_changed.connect(self._catch_up)

    # What there is

    @property
    def kinds(self) -> Mapping[str, PictureKind]:
        """The kinds of pictures that runs may have, by name."""
        return self._kinds

    def register(self, kind: PictureKind) -> None:
        """Let every run have another picture."""
        self._kinds[kind.name] = kind
        self.changed.emit()

    def offer(self, name: str, title: str, image: PaneImage | None) -> None:
        """A picture that belongs to no run; None where it is not there now. Viewers that show it are renewed."""
        renewed = self._offered.get(name, ("", None))[0] != title
        self._offered[name] = (title, image)
        for viewer in self._in_use():
            if self._choices[viewer].kind == name:
                self._put(viewer, image, "" if image is not None else _NOT_THERE)
        if renewed:
            self.changed.emit()

    @property
    def offered(self) -> dict[str, str]:
        """Titles of the pictures that belong to no run, by name."""
        return {name: title for name, (title, _) in self._offered.items()}

    def title_of(self, choice: PictureChoice, own: str = "") -> str:
        """Words for what a viewer shows. own: what the picture itself is called, where it says so."""
        kind = self._kinds.get(choice.kind)
        title = own or (kind.title if kind is not None else self.offered.get(choice.kind, choice.kind))
        return f"{title} · run {choice.run}" if choice.pinned else title

    # What is shown

    @property
    def choices(self) -> Mapping[str, PictureChoice]:
        """What each viewer shows, by viewer."""
        return self._choices

    def choose(self, viewer: str, kind: str, run: int | None = None) -> None:
        """Let a viewer show a picture: of one run, or of the shown one, which it then follows. Raises KeyError."""
        before, choice = self._choices[viewer], PictureChoice(kind, run)
        self._choices[viewer] = choice
        self._give_room({name: words for name, words in self._absent.items() if name != viewer})
        if before.kind != kind:
            self._show_as(self._panes.pane(viewer), before.kind, kind)
        self._fill(viewer)
        self.changed.emit()

    def set_choices(self, choices: Mapping[str, PictureChoice]) -> None:
        """Let the viewers show these; those that are not named what they show at first."""
        for viewer, at_first in _AT_FIRST.items():
            choice = choices.get(viewer, at_first)
            if choice != self._choices.get(viewer):
                self.choose(viewer, choice.kind, choice.run)

    def show(self, kind: str, run: int | None = None) -> str:
        """Bring a picture into sight, in the viewer that has it or the last one. Returns the viewer's name."""
        choice = PictureChoice(kind, run)
        viewer = next((name for name, shown in self._choices.items() if shown == choice), _LAST)
        if self._choices[viewer] != choice:
            self.choose(viewer, kind, run)
        if viewer not in self._panes.shown:
            self._panes.set_shown(tuple(name for name in self._panes.panes if name in (*self._panes.shown, viewer)))
        return viewer

    def show_of_run(self, number: int, images: Mapping[str, PaneImage | None], words: str = "") -> None:
        """Pictures of the shown run have come: into the viewers that follow it, and those that are pinned to it.

        words: stand where there is no picture.
        """
        taken = {
            viewer: self._titled(choice, images[choice.kind])
            for viewer, choice in self._choices.items()
            if choice.kind in images and choice.run in (None, number)
        }
        for viewer in taken:
            self._requests[viewer] += 1
        self._panes.set_images(taken)
        for viewer in (name for name, image in taken.items() if image is None):
            self._panes.pane(viewer).set_placeholder(words)
            self._panes.set_words(viewer, self.title_of(self._choices[viewer]))
        self._give_room({**self._absent, **{name: words * (image is None) for name, image in taken.items()}})

    def _give_room(self, absent: Mapping[str, str]) -> None:
        """Viewers of which it is known why they show nothing; a run may have no background, for example."""
        absent = {viewer: words for viewer, words in absent.items() if words}
        if absent != self._absent:
            self._absent = absent
            self._panes.set_absent(absent)

    def renew_followers(self) -> None:
        """The shown run is another, or has come to its end: fetch what its result does not hold."""
        for viewer, choice in self._choices.items():
            if choice.kind in self._kinds and choice.kind not in _OF_RESULT and not choice.pinned:
                self._fill(viewer)

    def clear_followers(self) -> None:
        """No run is shown."""
        self._give_room({})
        following = [name for name, choice in self._choices.items() if choice.kind in self._kinds and not choice.pinned]
        for viewer in following:
            self._requests[viewer] += 1
        self._panes.set_images(dict.fromkeys(following))

    # Inside

    def _show_as(self, pane: ImagePane, before: str, kind: str) -> None:
        """Contrast and colours of a kind that has its own; else what the user chose, but for levels in another unit."""
        own, former = (self._kinds[name].display if name in self._kinds else None for name in (kind, before))
        pane.set_display(own or replace(DisplaySettings() if former else pane.display, levels=None))

    def _forget(self, changed: frozenset[str]) -> None:
        """Another project: its viewers begin as all do. One that was saved elsewhere is still the same."""
        if changed != frozenset(ProjectDocument.model_fields):
            return
        pinned = [viewer for viewer, choice in self._choices.items() if choice != _AT_FIRST[viewer]]
        self._choices = {name: _AT_FIRST[name] for name in self._panes.panes}
        for viewer in self._requests:
            self._requests[viewer] += 1
        self._panes.set_images(dict.fromkeys(pinned))
        self.changed.emit()

    def _in_use(self) -> set[str]:
        """Viewers that are looked at: others need not follow every frame."""
        now = self._panes.comparison
        return {*self._panes.shown, *((now.first, now.second) if now is not None else ())}

    def _catch_up(self) -> None:
        """Viewers have come into sight that did not follow what is offered."""
        for viewer in self._in_use():
            choice = self._choices[viewer]
            if choice.kind not in self._kinds:
                self._fill(viewer)

    def _renew_pinned(self) -> None:
        """What was not there may be now, and what was may have gone."""
        there = {run.number for run in self._context.session.runs}
        for viewer, choice in self._choices.items():
            if choice.pinned and (choice.run not in there or self._panes.pane(viewer).image is None):
                self._fill(viewer)

    def _fill(self, viewer: str) -> None:
        """Fetch what a viewer is to show; the newest wish wins."""
        self._requests[viewer] += 1
        choice, session = self._choices[viewer], self._context.session
        if choice.kind not in self._kinds:
            image = self._offered.get(choice.kind, ("", None))[1]
            self._put(viewer, image, _NOT_THERE)
            if image is None:
                self.wanted.emit(choice.kind)
            return
        number = choice.run if choice.pinned else session.shown_run.number if session.shown_run else None
        run = next((run for run in session.runs if run.number == number), None)
        if run is None:
            self._put(viewer, None, "" if number is None else f"Run {number} is not there any more")
        elif number == session.running_number:
            self._put(viewer, None, f"Run {number} is going on; this is shown when it has ended")
        else:
            self._fetch(viewer, choice, run)

    def _fetch(self, viewer: str, choice: PictureChoice, run: Run) -> None:
        request = self._requests[viewer]

        def current() -> bool:
            return self._requests[viewer] == request

        def take(image: PaneImage) -> None:
            if current():
                self._put(viewer, image, "")

        def fail(error: FluoganError) -> None:
            if current():
                self._put(viewer, None, error.one_line)

        self._context.workbench.do(partial(self._kinds[choice.kind].load, run), take, fail)

    def _put(self, viewer: str, image: PaneImage | None, words: str) -> None:
        """Show an image, or words in its place."""
        choice = self._choices[viewer]
        pane = self._panes.pane(viewer)
        pane.set_placeholder(words)
        same = pane.image is not None and image is not None and pane.image.shape == image.array.shape
        keep = same and choice.kind not in self._kinds
        self._panes.set_images({viewer: self._titled(choice, image)}, keep_levels=keep)
        if image is None:
            self._panes.set_words(viewer, self.title_of(choice))

    def _titled(self, choice: PictureChoice, image: PaneImage | None) -> PaneImage | None:
        return None if image is None else replace(image, title=self.title_of(choice, image.title))
