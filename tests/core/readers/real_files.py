"""What every real file at hand is: the table that the reader's answers are held against.

Its values were read with other programs (tifffile, nd2, liffile, pylibCZIrw, Pillow, imageio) or from the bytes
themselves, not from this reader's output.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_AXES = "does not name its axes"
ONE_FRAME = "one frame only"
COLOUR = "colour picture"
NOT_ALIKE = "no stack of equal frames"
UNEVEN = "time between frames varies"
ONE_BIT = "1 bit per pixel"


@dataclass(frozen=True)
class Image:
    """One scene: sizes T, C, Z, Y, X as they are taken, the file's own axes, and what it states of its recording.

    pixel_nm: (height, width), or None where the file does not state it.
    """

    sizes: tuple[int, int, int, int, int]
    axes: str
    dtype: str = "uint16"
    pixel_nm: tuple[float, float] | None = None
    step_ms: float | None = None
    channels: tuple[str, ...] = ()
    emissions_nm: tuple[float | None, ...] = ()
    aperture: float | None = None
    plane_step_nm: float | None = None


@dataclass(frozen=True)
class Opened:
    """A file that opens: which reader takes it, its images, words of its warnings (none else may come), its files."""

    reader: str
    images: tuple[Image, ...]
    said: tuple[str, ...] = ()
    files: int = 1


@dataclass(frozen=True)
class Refused:
    """A file that is no stack, or a damaged one: a word of the reason."""

    says: str


def as_time(letter: str) -> str:
    """The sentence on an axis that is taken as time."""
    return f"Axis {letter} is taken as time"


def take(letter: str) -> str:
    """The advice on an axis that might be time."""
    return f"take axis {letter} as time"


def square(side_nm: float) -> tuple[float, float]:
    """Pixels as high as wide."""
    return side_nm, side_nm


def frames(count: int, height: int, width: int, axis: str = "T", **stated: object) -> Image:
    """A stack of frames along one axis."""
    return Image((count, 1, 1, height, width), axis + "YX", **stated)


def single(height: int, width: int, dtype: str = "uint16") -> Opened:
    """A TIFF that holds one frame."""
    return Opened("TIFF", (Image((1, 1, 1, height, width), "YX", dtype),), (ONE_FRAME,))


_NUMBERED = Opened(
    "Numbered TIFF series", (frames(40, 64, 64),), ("40 numbered files, 00001.tif to 00040.tif",), files=40
)
_MULTIFILE = Opened(
    "OME-TIFF", (Image((1, 1, 5, 24, 18), "ZYX", "uint8"),), (take("Z"), ONE_FRAME), files=5
)
_POSITION = frames(10, 256, 256, pixel_nm=square(5230.4), step_ms=5000.0, channels=("Default",))
_LATTICE = Image(
    (2, 2, 3, 64, 64), "TCZYX", pixel_nm=square(144.992), plane_step_nm=144.992, aperture=1.0,
    channels=("LatticeLightsheet 1-T1", "LatticeLightsheet 2-T2"), emissions_nm=(642.0, 561.0), step_ms=90_038.0,
)  # fmt: skip
_WELL = Image(
    (1, 1, 1, 440, 544), "YX", pixel_nm=square(100.0), aperture=0.35, channels=("AF488",), emissions_nm=(517.0,)
)
_TIMELAPSE = frames(
    53, 64, 64, pixel_nm=square(325.0), step_ms=500.16, channels=("GFP 488 nm",), emissions_nm=(512.0,), aperture=0.95
)
_LIF = {"dtype": "uint8", "aperture": 1.3}

STACKS: dict[str, Opened | Refused] = {
    "stacks/dsred_mito_50x67x74.tif": Opened(
        "ImageJ TIFF",
        (frames(50, 67, 74, pixel_nm=square(80.0), step_ms=24.074075743556, plane_step_nm=375.4215538),),
    ),
    "stacks/mito_014_50x70x70.tif": Opened("ImageJ TIFF", (frames(50, 70, 70, "Z"),), (as_time("Z"),)),
    "stacks/mito_014_50x70x70.txt": Refused("a text file"),
    "stacks/blinking_bleaching_300x60x60.tif": Opened("TIFF", (frames(300, 60, 60, "I"),), (NO_AXES,)),
    "stacks/bundled_tubes_361x64x64.tif": Opened("ImageJ TIFF", (frames(361, 64, 64, pixel_nm=square(100.0)),)),
    "stacks/tubes_known_positions_20x64x64.tif": Opened(
        "ImageJ TIFF", (frames(20, 64, 64, "Z", pixel_nm=square(100.0)),), (as_time("Z"),)
    ),
    "tiff/locan_dstorm_images.tif": Opened("ImageJ TIFF", (frames(5, 128, 128, "Z"),), (as_time("Z"),)),
    "tiff/membrane_2d_timelapse.tif": Opened("TIFF", (frames(5, 256, 256, "Q"),), (NO_AXES,)),
    **{f"numbered_frames/{number:05}.tif": _NUMBERED for number in range(1, 41)},
}

OME: dict[str, Opened | Refused] = {
    "ometiff/time-series.ome.tif": Opened(
        "OME-TIFF", (frames(7, 167, 439, dtype="int8"),)
    ),
    "ometiff/multi-channel-time-series.ome.tif": Opened(
        "OME-TIFF", (Image((7, 3, 1, 167, 439), "TCYX", "int8"),)
    ),
    "ometiff/181003_multi_pos_time_course_1_MMStack.ome.tif": Opened(
        "OME-TIFF", (_POSITION, _POSITION), (UNEVEN,)
    ),
    **{f"ometiff/multifile_master/multifile-Z{number}.ome.tiff": _MULTIFILE for number in range(1, 6)},
    "ometiff/ndtiff3.2_monochrome/NDTiff3.2_monochrome_NDTiffStack.tif": Opened(
        "NDTiff", (Image((8, 1, 16, 64, 64), "TZYX", pixel_nm=square(1000.0)),)
    ),
}  # fmt: skip

_DIVISION = {"pixel_nm": square(90.576674), "plane_step_nm": 320.0, "aperture": 1.2}
CZI: dict[str, Opened | Refused] = {
    "czi/CellDivision_T3_Z5_CH2_X240_Y170.czi": Opened("CZI", (Image(
        (3, 2, 5, 170, 240), "TCZYX", step_ms=59_995.43, channels=("LED555", "LED470"), emissions_nm=(568.0, 517.0),
        **_DIVISION,
    ),)),
    "czi/CellDivision_T3_Z6_CH1_X300_Y200_DCV_ZSTD.czi": Opened("CZI", (Image(
        (3, 1, 6, 200, 300), "TZYX", step_ms=59_996.43, channels=("LED555",), emissions_nm=(568.0,), **_DIVISION,
    ),)),
    "czi/Airyscan.czi": Opened("CZI", (Image(
        (3, 2, 1, 480, 480), "TCYX", pixel_nm=square(43.929409), step_ms=523.34545, aperture=1.4,
        channels=("ChA-T1", "ChA-T2"), emissions_nm=(578.617841, 522.5),
    ),)),
    "czi/LLS7_small.czi": Opened("CZI", (_LATTICE,)),
    "czi/tiles_time_z.czi": Opened("CZI", (Image(
        (2, 2, 2, 512, 512), "TCZYX", "uint8", square(1660.5316), 6045.8967, ("Ch1", "T PMT"), (571.0, None), 0.8,
        4000.0,
    ),), ("assembled from 4 tiles",)),
    "czi/WellD6-7_S2.czi": Opened("CZI", (_WELL, _WELL), (ONE_FRAME,)),
    "czi/RGB-multichannel.czi": Refused(COLOUR),
    "czi/FOV7_HV110_P0500510000.czi": Opened("CZI", (Image((1, 1, 1, 512, 512), "YX", "uint8"),), (ONE_FRAME,)),
    "czi/DAPI_GFP.czi": Opened(
        "CZI", (Image((1, 2, 1, 640, 640), "CYX", "uint8", channels=("DAPI", "GFP")),), (ONE_FRAME,)
    ),
    "czi/Snap-1858.czi": Opened("CZI", (Image(
        (1, 3, 1, 512, 512), "CYX", "uint8", square(623.92578), None, ("DAPI-T1", "Ch1-T2", "Ch2-T3"),
        (465.0, None, None), 0.8,
    ),), (ONE_FRAME,)),
    "czi/bundled_tubes_T361_gray16_zstd.czi": Opened(
        "CZI", (frames(361, 64, 64, pixel_nm=square(100.0), channels=("Ch0",)),)
    ),
}  # fmt: skip

ND2: dict[str, Opened | Refused] = {
    "nd2/example-timelapse.nd2": Opened("ND2", (_TIMELAPSE,)),
    "nd2/example-zstack.nd2": Opened("ND2", (Image(
        (1, 1, 11, 128, 128), "ZYX", pixel_nm=square(323.39034), plane_step_nm=6000.0, aperture=0.75,
        channels=("FITC BP",), emissions_nm=(512.0,),
    ),), (take("Z"), ONE_FRAME)),
    "nd2/example-multichannel.nd2": Opened("ND2", (Image(
        (1, 4, 1, 256, 256), "CYX", pixel_nm=square(323.39034), aperture=0.75,
        channels=("Mono", "DAPI", "FITC BP", "TRITC BP"), emissions_nm=(None, 450.0, 512.0, 595.0),
    ),), (ONE_FRAME,)),
    "nd2/cluster.nd2": Opened("ND2", (Image(
        (3, 2, 10, 31, 38), "TZCYX", pixel_nm=square(167.80898), step_ms=10_647.547, plane_step_nm=500.0, aperture=0.95,
        channels=("5-FAM/pH 9.0", "FM 4-64/2% CHAPS"), emissions_nm=(525.0, 700.0),
    ),)),
}  # fmt: skip

_SECTION = "is a section"
LIF: dict[str, Opened | Refused] = {
    "lif/testdata_2channel_xz.lif": Opened("LIF", (
        Image((20, 2, 1, 128, 128), "TCYX", pixel_nm=(140.27874, 140.27984), step_ms=530.0,
              channels=("Green", "Red"), **_LIF),
        Image((1, 2, 23, 128, 128), "ZCYX", pixel_nm=(140.27874, 140.27984), plane_step_nm=229.061545,
              channels=("Green", "Red"), **_LIF),
        Image((1, 2, 1, 512, 512), "CYX", pixel_nm=(102.697476, 102.697221), channels=("Green", "Red"), **_LIF),
    ), (_SECTION, take("Z"), ONE_FRAME)),
}  # fmt: skip

OTHERS: dict[str, Opened | Refused] = {
    "unsupported/spestack_test.spe": Opened("SPE 2.x", (frames(5, 128, 128),)),
    "unsupported/test.oib": Opened("OIB", (Image(
        (1, 3, 1, 256, 256), "CYX", pixel_nm=square(177.0), channels=("CH1", "Alexa Fluor 546", "TD1"),
        emissions_nm=(None, 572.0, None), aperture=0.75,
    ),), (ONE_FRAME,)),
}

_SPECTRUM = {"pixel_nm": square(104.814429), "channels": ("Green",), **_LIF}
DAMAGED: dict[str, Opened | Refused] = {
    "broken/derived/CellDivision_ZSTD_flip1.czi": Refused("damaged"),
    "broken/derived/CellDivision_ZSTD_trunc50.czi": Refused("damaged"),
    "broken/derived/LLS7_small_flip1.czi": Refused("damaged"),
    "broken/derived/LLS7_small_trunc50.czi": Refused("damaged"),
    "broken/derived/cardio_trunc50.tif": Refused("page 2 should be described at byte 270200, but the file ends at"),
    "broken/derived/cardio_flip1.tif": Refused(NOT_ALIKE),
    "broken/derived/czi_named.tif": Opened("CZI", (_LATTICE,)),
    "broken/derived/nd2_named.lif": Opened("ND2", (_TIMELAPSE,)),
    "broken/derived/tiff_named.czi": Opened("ImageJ TIFF", (frames(100, 30, 45, "Z"),), (as_time("Z"),)),
    **{f"broken/derived/empty.{suffix}": Refused("empty") for suffix in ("czi", "lif", "nd2", "ome.tif", "tif")},
    **{f"broken/derived/text.{suffix}": Refused("a text file") for suffix in ("czi", "lif", "nd2", "ome.tif", "tif")},
    "broken/derived/time-series_trunc50.ome.tif": Refused("the pixels of page 4 run to byte 299796"),
    "broken/derived/time-series_flip1.ome.tif": Refused("its OME description cannot be read"),
    "broken/derived/timelapse_flip1.nd2": Refused("damaged"),
    "broken/derived/timelapse_trunc50.nd2": Refused("cut short"),
    "broken/derived/xzt_flip1.lif": Refused("damaged"),
    "broken/derived/xzt_trunc50.lif": Opened("LIF", (
        Image((1, 1, 20, 64, 64), "LYX", **_SPECTRUM), Image((1, 1, 15, 64, 64), "EYX", **_SPECTRUM),
    ), ("cut short", "Left out: “x_y_z_t_lambdaEmi”", take("L"), take("E"), ONE_FRAME)),
}  # fmt: skip

_CRASH = "broken/pillow/crash-"
UNUSUAL: dict[str, Opened | Refused] = {
    "broken/pillow/10ct_32bit_128.tiff": single(128, 128, "float32"),
    "broken/pillow/12in16bit.tif": single(100, 100),
    "broken/pillow/16bit.MM.cropped.tif": single(64, 64),
    "broken/pillow/16bit.MM.deflate.tif": single(64, 64),
    "broken/pillow/16bit.cropped.tif": single(64, 64),
    "broken/pillow/16bit.deflate.tif": single(64, 64),
    "broken/pillow/16bit.r.tif": single(64, 64),
    "broken/pillow/16bit.s.tif": single(10, 10, "int16"),
    "broken/pillow/ifd_tag_type.tiff": single(512, 640),
    _CRASH + "0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": Refused(COLOUR),
    _CRASH + "0da013a13571cc8eb457a39fee8db18f8a3c7127.tif": Refused(ONE_BIT),
    _CRASH + "0e16d3bfb83be87356d026d66919deaefca44dac.tif": Refused(COLOUR),
    _CRASH + "1152ec2d1a1a71395b6f2ce6721c38924d025bf3.tif": Refused(COLOUR),
    _CRASH + "1185209cf7655b5aed8ae5e77784dfdd18ab59e9.tif": Refused(COLOUR),
    _CRASH + "2020-10-test.tif": Refused("damaged"),
    _CRASH + "338516dbd2f0e83caddb8ce256c22db3bd6dc40f.tif": Refused(COLOUR),
    _CRASH + "4f085cc12ece8cde18758d42608bed6a2a2cfb1c.tif": Refused(COLOUR),
    _CRASH + "63b1dffefc8c075ddc606c0a2f5fdc15ece78863.tif": Refused("page 2 should be described"),
    _CRASH + "74d2a78403a5a59db1fb0a2b8735ac068a75f6e3.tif": Refused(ONE_BIT),
    _CRASH + "86214e58da443d2b80820cff9677a38a33dcbbca.tif": Refused(COLOUR),
    _CRASH + "f46f5b2f43c370fe65706c11449f567ecc345e74.tif": Refused(COLOUR),
    "broken/pillow/hopper_bigtiff.tif": Refused(COLOUR),
    "broken/pillow/hopper_float_dpi_None.tif": Refused(COLOUR),
    "broken/pillow/hopper_unknown_pixel_mode.tif": Refused(COLOUR),
    "broken/pillow/multipage-lastframe.tif": Refused(ONE_BIT),
    "broken/pillow/multipage-mmap.tiff": Refused(NOT_ALIKE),
    "broken/pillow/multipage.tiff": Refused(NOT_ALIKE),
    "broken/pillow/multipage_multiple_frame_loop.tiff": Refused("lead back"),
    "broken/pillow/multipage_out_of_order.tiff": Refused(NOT_ALIKE),
    "broken/pillow/multipage_single_frame_loop.tiff": Refused("lead back"),
    "broken/pillow/oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif": Refused("the description of page 1 runs to byte"),
    "broken/pillow/tiff_overflow_rows_per_strip.tif": Refused(COLOUR),
    "broken/pillow/tiff_wrong_bits_per_sample.tiff": Refused(COLOUR),
    "broken/pillow/tiff_wrong_bits_per_sample_2.tiff": Refused(COLOUR),
    "broken/pillow/tiff_wrong_bits_per_sample_3.tiff": Refused(COLOUR),
    "broken/pillow/total-pages-zero.tif": Refused(ONE_BIT),
}

TABLE: dict[str, Opened | Refused] = {**STACKS, **OME, **CZI, **ND2, **LIF, **OTHERS, **DAMAGED, **UNUSUAL}
OPENED = {name: answer for name, answer in TABLE.items() if isinstance(answer, Opened)}
REFUSED = {name: answer for name, answer in TABLE.items() if isinstance(answer, Refused)}
