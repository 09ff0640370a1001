"""What a report says of a method that is not FluoGAN itself: what was done, what its image is, and what to cite."""

from __future__ import annotations

from fluogan_app import __version__
from fluogan_app.core.methods.base import draws_lots
from fluogan_app.core.methods.registry import DEFAULT_METHOD, IMPORTED, method_named
from fluogan_app.core.project.beside import changed_parameters
from fluogan_app.core.project.method_words import claims_words, method_title
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.units import length_text

SOFTWARE = f"FluoGAN {__version__}, open-source software (BSD 3-Clause)."
FLUOGAN_PAPERS = (
    "M. Cachia, V. Stergiopoulou, L. Calatroni, S. Schaub, L. Blanc-Féraud: Fluorescence image deconvolution "
    "microscopy via generative adversarial learning (FluoGAN). Inverse Problems 39, 054006 (2023). "
    "doi:10.1088/1361-6420/acc889",
    "H. Mentagui, L. Calatroni, S. Schaub, L. Blanc-Féraud: Physics-inspired generative adversarial modelling for "
    "fluctuation-based super-resolution microscopy. IEEE International Symposium on Biomedical Imaging (ISBI), Athens "
    "(2024). doi:10.1109/ISBI56570.2024.10635791",
)
#: How the citation of a method begins that nobody has published.
_NOBODY = "No publication"


def papers_of(record: RunRecord) -> tuple[str, ...]:
    """What to cite for a run: its method's papers, and the program."""
    if record.method == DEFAULT_METHOD:
        return (*FLUOGAN_PAPERS, SOFTWARE)
    if record.method == IMPORTED.name:
        return (f"The program that made the image: {_maker(record)}.", SOFTWARE)
    cited = method_named(record.method).citation
    return (SOFTWARE,) if cited.startswith(_NOBODY) else (cited, SOFTWARE)


def computed_with(record: RunRecord) -> str:
    """By what, in the middle of a sentence: "with eSRRF, as computed by FluoGAN 1.0"."""
    if record.method == DEFAULT_METHOD:
        return f"with FluoGAN {__version__} (Cachia et al., 2023; Mentagui et al., 2024)"
    if record.method == IMPORTED.name:
        return f"with {_maker(record)}"
    return f"with {method_title(record.method)}, as computed by FluoGAN {__version__},"


def imported_paragraph(record: RunRecord, fine_nm: float) -> str:
    """What is known of an image that another program made: where it was put, and nothing of how it came about."""
    size = f"{record.roi.height} × {record.roi.width} camera pixels"
    return (
        f"The image was made {computed_with(record)}. FluoGAN {__version__} placed it over {size} of "
        f"{length_text(record.acquisition.pixel_size_nm)}, on a grid of {length_text(fine_nm)}. "
        f"{claims_words(record.claims)}"
    )


def settings_sentence(record: RunRecord) -> str:
    """Which parameters were not the recommended ones, what the image is, and the seed where it plays a part."""
    changed = changed_parameters(record.method, record.params)
    values = f"Parameters were {', '.join(changed)}, all others the program's defaults" if changed else (
        "All parameters were the program's defaults"
    )  # fmt: skip
    seed = f"; random seed {record.settings.seed}" if draws_lots(method_named(record.method)) else ""
    return f"{values}{seed}. {claims_words(record.claims)}"


def _maker(record: RunRecord) -> str:
    return str(record.params.get("title", "")) or "another program"
