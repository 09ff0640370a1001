"""Joins the form and the session: what the user edits goes in; what the session holds is shown, and what follows."""

from __future__ import annotations

from contextlib import ExitStack

from PySide6.QtCore import QObject

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Method, draws_lots
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import Params, specs
from fluogan_app.core.project.another_method import with_method
from fluogan_app.core.project.differences import as_stated
from fluogan_app.core.project.presets import Preset, applied, built_in
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.derived import derived_values
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.views.parameter_form import ParameterForm


class ParametersController(QObject):
    """Keeps form and session equal in both directions, marks wrong values, and shows derived ones."""

    def __init__(self, context: Context, form: ParameterForm) -> None:
        super().__init__(context.window)
        self._context, self._form = context, form
        self._shown_problems: set[str] = set()
        session = context.session
        session.project_changed.connect(self._show_defaults)
        session.document_changed.connect(lambda _: self.refresh())
        session.stack_changed.connect(self.refresh)
        session.job_changed.connect(self._show_derived)
        session.problems_changed.connect(self._follow_problems)
        form.edited.connect(session.edit)
        form.was_reset.connect(session.reset)
        form.problems_changed.connect(session.note_problems)
        self._several = ExitStack()
        form.several_began.connect(lambda title: self._several.enter_context(session.step(title)))
        form.several_ended.connect(self._several.close)
        self._show_sections()

    def refresh(self) -> None:
        """Show the session's values; a field whose text does not fit keeps it."""
        session = self._context.session
        if session.method.name != self._method:
            self._show_sections()
            return
        for name in self._solved:
            self._form.drop_text(name)
        for params_type in self._sections:
            values = session.values_of(params_type)
            fitting = [spec.name for spec in specs(params_type) if spec.name not in self._form.problems]
            origins = _origins(values) if isinstance(values, Acquisition) else None
            self._form.set_values(params_type, {name: getattr(values, name) for name in fitting}, origins)
        own, method = session.method.params_type, session.method
        idle = {own: session.params.without_effect(), RunSettings: _idle_settings(method)}
        for (params_type, name), row in self._form.rows.items():
            row.set_idle(idle.get(params_type, {}).get(name, ""))
        self._show_derived()
        self._show_problems()

    def _show_derived(self) -> None:
        session, shape = self._context.session, _shape(self._context)
        lines = derived_values(session.document, session.method, session.params, shape)
        pace = Pace(self._context.settings)
        expected = pace.estimate_text(session.document, session.params, shape[1:]) if shape else ""
        self._form.set_derived([*lines, ("Expected time", expected)] if expected else lines)

    def renew(self) -> None:
        """The form was made anew: show everything again."""
        self._show_defaults()
        self.refresh()

    def focus(self, name: str) -> None:
        """Go to a field."""
        self._form.focus(name)

    def _show_sections(self) -> None:
        method = self._context.session.method
        self._method, self._sections = method.name, sections(method.params_type)
        self._form.set_sections(list(zip(("Recording", method.title, "Run"), self._sections, strict=True)))
        self._show_defaults()
        self.refresh()

    def _show_defaults(self) -> None:
        stated = self._context.session.stated
        self._form.set_defaults(Acquisition, {spec.name: getattr(stated, spec.name) for spec in specs(Acquisition)})

    def choose_method(self, name: str) -> None:
        """The next run takes another method, with the values that it had last; what is wrong in the one's own goes."""
        session = self._context.session
        left = {spec.name for spec in specs(session.method.params_type)}
        session.note_problems({field: kept for field, kept in session.problems.items() if field not in left})
        session.change(**with_method(session.document, name))

    def take_preset(self, name: str, method: str = "") -> None:
        """The parameters as a preset of a method has them, else of the one that stands; “default” are its defaults."""
        owner = METHODS.get(method, self._context.session.method)
        self.take(next(preset for preset in built_in(owner) if preset.key == name))

    def take(self, preset: Preset) -> None:
        """Set all values that a preset holds."""
        session = self._context.session
        replaced = {name for values in preset.values.values() for name in values}
        if "method" in preset.values:
            replaced |= {spec.name for spec in specs(session.method.params_type)}
        session.note_problems({name: kept for name, kept in session.problems.items() if name not in replaced})
        with session.step(f"Preset: {preset.name}"):
            session.change(**applied(preset, session.document))
        self.refresh()
        self._context.say(f"Parameters: {preset.name}. {preset.note}".strip())

    def take_over_run(self) -> None:
        """Set everything to what the shown run was made with."""
        session = self._context.session
        if session.shown_run is None:
            return
        record = session.shown_run.record
        if record.method not in METHODS:
            self._context.say(f"Run {record.number} was not computed here: it has no parameters to take over.")
            return
        session.note_problems({})
        with session.step(f"Parameters of run {record.number}"):
            session.change(
                roi=record.roi,
                frames=record.frames,
                acquisition=as_stated(record.acquisition),
                method=record.method,
                params={**session.document.params, record.method: record.params},
                settings=record.settings,
            )
        self._context.say(f"Parameters, region and frames are those of run {record.number}.")

    def _follow_problems(self) -> None:
        # While the user types, the session hears that a problem is gone before it hears the value.
        self.refresh() if self._solved else self._show_problems()

    @property
    def _solved(self) -> set[str]:
        """Fields whose text is no value, though the session has taken another value for them."""
        return self._form.problems.keys() - self._context.session.problems.keys()

    def _show_problems(self) -> None:
        problems = self._context.session.problems
        for name in self._shown_problems - problems.keys():
            self._form.set_problem(name, None)
        for name, sentence in problems.items():
            if self._form.problems.get(name) != sentence:
                self._form.set_problem(name, sentence)
        self._shown_problems = set(problems)


def sections(method_params: type[Params]) -> tuple[type[Params], ...]:
    """The sets of parameters that the form shows, in their order."""
    return Acquisition, method_params, RunSettings


def _idle_settings(method: Method) -> dict[str, str]:
    """The run's own settings that change nothing with a method, each with the reason."""
    idle = {}
    if not draws_lots(method):
        idle["seed"] = f"{method.title} draws nothing at random: every seed gives the same image."
    if not {"steps", "support_steps"} & method.params_type.model_fields.keys():
        idle["stop_when_still"] = f"{method.title} goes through the frames once and ends there: it does not iterate."
    return idle


def _origins(acquisition: Acquisition) -> dict[str, Origin | None]:
    """Where each value comes from. Missing is only what is needed, assumed only what could have been stated."""
    origins: dict[str, Origin | None] = {spec.name: acquisition.origin(spec.name) for spec in specs(Acquisition)}
    for name in ("numerical_aperture", "emission_nm", "psf_file", "psf_pixel_size_nm"):
        if getattr(acquisition, name) is None:
            origins[name] = None
    if origins["psf"] is Origin.ASSUMED:
        origins["psf"] = None
    return origins | {"fwhm_nm": acquisition.psf_origin}


def _shape(context: Context) -> tuple[int, int, int] | None:
    session = context.session
    if session.stack is not None:
        return session.stack.shape
    return session.document.link.shape_tyx if session.document.link else None
