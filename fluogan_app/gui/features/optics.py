"""FWHM, σ, NA and wavelength as one: each is typed, the others follow; and the measured PSF with its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.optics.sampling import (
    GaussianWidth, PsfImage, Sampling, aperture_width_nm, fwhm_from_sigma, measured_psf, sampling_of, sigma_of,
)  # fmt: skip
from fluogan_app.core.params import spec
from fluogan_app.core.units import sigma_from_fwhm
from fluogan_app.gui.dialogs.file_dialogs import choose_psf
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.optics_panel import OpticsPanel, PsfPicture
from fluogan_app.gui.views.parameter_row import BUTTON_SIDE, ParameterRow
from fluogan_app.gui.watched_work import WatchedWork
from fluogan_app.gui.wording import without_flags

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_WIDTHS = ((Acquisition, "fwhm_nm"), (GaussianWidth, "sigma_nm"))


class Optics(Feature):
    """Keeps the panel equal to the session, and reads the PSF's file on a thread."""

    name: ClassVar[str] = "optics"

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._form = window.workspace.form
        self._stated_nm: float | None = None  # the width that NA and wavelength took the place of
        self._psf: PsfImage | None = None
        self._read_for: tuple[Any, ...] | None = None
        self._furnished: ParameterRow | None = None
        self._reading = WatchedWork(window.workbench, self)
        self.panel, self.picture = OpticsPanel(), PsfPicture()
        self.panel.sigma_edited.connect(self._take_sigma)
        self.panel.source_chosen.connect(self._take_source)
        self.panel.sigma.help_wanted.connect(self._form.help.setText)
        self.panel.sigma.help_toggled.connect(self._form.toggle_help)
        self._form.sections_changed.connect(self._add_browse)
        self._form.sections_changed.connect(lambda: self._say_empty(self._acquisition))
        self._form.set_footers(Acquisition, "Optics", self.panel, self.picture)
        window.parameters.renew()
        self.session.document_changed.connect(self._follow)
        self.session.project_changed.connect(self._forget)
        self._follow()

    def stop(self, seconds: float) -> bool:
        """Nobody waits for a PSF any more."""
        self._reading.stop()
        return True

    @property
    def sampling(self) -> Sampling | None:
        """What follows from the values as they stand."""
        measured = self._psf.fwhm_nm if self._psf is not None else None
        return sampling_of(self._acquisition, getattr(self.session.params, "zoom", 1), measured)

    @property
    def _acquisition(self) -> Acquisition:
        return self.session.document.acquisition

    # From the panel

    def _take_sigma(self, sigma_nm: float | None) -> None:
        self.session.edit(Acquisition, "fwhm_nm", fwhm_from_sigma(sigma_nm))

    def _take_source(self, source: str) -> None:
        """One click from the stated width to that of NA and wavelength, and back to the one that was stated."""
        stated, aperture = self._acquisition.fwhm_nm, aperture_width_nm(self._acquisition)
        if source == "aperture":
            self._stated_nm = stated
        wanted = None if source == "aperture" else stated or self._stated_nm or aperture
        with self.session.step("PSF width from NA and wavelength" if wanted is None else f"PSF width {wanted:.4g} nm"):
            self.session.edit(Acquisition, "fwhm_nm", None if wanted is None else float(f"{wanted:.6g}"))
        self._follow()

    # From the session

    def _forget(self) -> None:
        self._stated_nm = None
        self._follow()

    def _follow(self, _changed: object = None) -> None:
        acquisition = self._acquisition
        self._read_psf(acquisition)
        measured, stated = acquisition.psf == "measured", acquisition.fwhm_nm is not None
        self.panel.sigma.editor.setEnabled(not measured)
        self.panel.show_sampling(self.sampling, None if measured else sigma_of(acquisition.fwhm_nm))
        self._say_empty(acquisition)
        aperture = aperture_width_nm(acquisition) is not None
        self.panel.show_sources("stated" if stated else "aperture", aperture and not measured, aperture)

    def _say_empty(self, acquisition: Acquisition) -> None:
        """What the empty fields of the width stand for: from NA and wavelength, assumed, or nothing that is known."""
        width, origin = acquisition.psf_fwhm_nm, acquisition.psf_origin
        fwhm, sigma = (spec(kind, name).none_text for kind, name in _WIDTHS)
        if width is None:
            fwhm = sigma = "not known"
        elif origin is Origin.ASSUMED:
            fwhm, sigma = f"{width:.4g} (assumed)", f"{sigma_from_fwhm(width):.4g} (assumed)"
        self._form.row("fwhm_nm").editor.show_none_words(fwhm)
        self.panel.sigma.editor.show_none_words(sigma)

    def _read_psf(self, acquisition: Acquisition) -> None:
        wanted = None
        if acquisition.psf == "measured" and acquisition.psf_file:
            wanted = (acquisition.psf_file, acquisition.psf_pixel_size_nm)
        if wanted == self._read_for:
            return
        self._read_for, self._psf = wanted, None
        self.picture.show_psf(None)
        if wanted is None:
            self._reading.stop()
        else:
            self._reading.start(lambda watch: measured_psf(acquisition), self._show_psf, self._show_trouble)

    def _show_psf(self, psf: PsfImage) -> None:
        self._psf = psf
        self.picture.show_psf(psf)
        self._follow()

    def _show_trouble(self, error: FluoganError) -> None:
        self.picture.show_psf(None, without_flags(error.one_line))

    # The file

    def _add_browse(self) -> None:
        row = self._form.row("psf_file")
        if row is self._furnished:
            return
        self._furnished = row
        button = IconButton("open", "browse_psf_file", "Choose the PSF's file", "Choose a bead's image (TIFF or NPY)")
        button.setFixedSize(BUTTON_SIDE, BUTTON_SIDE)
        button.clicked.connect(self._ask_file)
        row.add_tool(button)

    def _ask_file(self) -> None:
        settings = self.context.settings

        def chosen(path: Path) -> None:
            settings.set_folder("open", path.parent)
            with self.session.step(f"PSF file {path.name}"):
                self.session.edit(Acquisition, "psf_file", str(path))
                self.session.edit(Acquisition, "psf", "measured")

        choose_psf(self.window, settings.folder("open"), chosen)
