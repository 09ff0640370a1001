"""What is known of an image that another program made."""

from __future__ import annotations

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param

LONGEST_TITLE = 80


class ImportedParams(GridParams):
    """Where the image came from, and where it lies."""

    title: str = param("", label="Title", group="Import", help="What the image is called: the program that made it.")
    source: str = param("", label="File", group="Import", help="The file that the image was read from.")
    unit: str = param(
        "", label="Unit", group="Import", help="What the values of the image are, as far as its maker says."
    )
    source_pixel_nm: float = param(
        1.0, label="Pixel size of the file", unit="nm", gt=0, le=100_000, group="Import",
        help="Side of one pixel of the image as it was read, in the sample.",
    )  # fmt: skip
    corner_y_nm: float = param(
        0.0, label="Upper edge", unit="nm", ge=-1e9, le=1e9, group="Import",
        help="Where its first row begins, from the upper edge of the camera's frame.",
    )  # fmt: skip
    corner_x_nm: float = param(
        0.0, label="Left edge", unit="nm", ge=-1e9, le=1e9, group="Import",
        help="Where its first column begins, from the left edge of the camera's frame.",
    )  # fmt: skip
