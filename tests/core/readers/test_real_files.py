"""Real files of microscopes and other programs, decided one by one: what each reads as, or why it is refused.

The table is in real_files.py. The files are extra: where they are absent these tests are skipped, with the reason.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.core.readers.recording import acquisition_of
from fluogan_app.core.units import fwhm_from_aperture_nm
from tests.core.readers.other_readers import seen_by_another_reader
from tests.core.readers.real_files import OPENED, REFUSED, TABLE, Image, Opened
from tests.system.test_broken_tiff import complaints, outcomes

#: Forty names of one series, of which the ends are read as a whole.
ONCE = [name for name in OPENED if "numbered_frames" not in name or name.endswith(("/00001.tif", "/00040.tif"))]


def test_every_file_there_has_been_decided(shared_data: Path) -> None:
    files = {path.relative_to(shared_data).as_posix() for path in shared_data.rglob("*") if path.is_file()}
    no_images = {name for name in files if name.endswith((".md", ".csv", "_LICENSE"))}
    assert files - no_images - set(TABLE) == set(), "these stand in no table"
    assert set(TABLE) - files == set(), "these are not there any more"


def differences(expected: Opened, name: str, shared_data: Path) -> list[str]:
    """What a file is described as otherwise than the table says."""
    description = describe(shared_data / name)
    found = [] if description.reader == expected.reader else [f"read as {description.reader}"]
    if len(description.files) != expected.files or len(description.scenes) != len(expected.images):
        found.append(f"{len(description.files)} files, {len(description.scenes)} images")
    for scene, image in zip(description.scenes, expected.images, strict=False):
        found += differences_of_image(image, scene)
    told = " ".join(description.warnings)
    found += [f"not said: {words}" for words in expected.said if words not in told]
    found += [f"said: {each}" for each in description.warnings if not any(words in each for words in expected.said)]
    return found


def differences_of_image(image: Image, scene: SceneDescription) -> list[str]:
    sides = (scene.pixel_size_y_nm, scene.pixel_size_x_nm)
    recording = scene.recording
    pairs = {
        "sizes": (tuple(scene.sizes[letter] for letter in "TCZYX"), image.sizes),
        "axes": (scene.axes, image.axes),
        "type": (scene.dtype, image.dtype),
        "pixel size": (None if None in sides else sides, nearly(image.pixel_nm)),
        "its origin": (scene.pixel_size_origin, Origin.MISSING if image.pixel_nm is None else Origin.FILE),
        "time step": (scene.time_step_ms, nearly(image.step_ms)),
        "plane step": (recording.plane_step_nm, nearly(image.plane_step_nm)),
        "channels": (scene.channels, image.channels),
        "emission": (tuple(each for each in recording.emissions_nm if each), tuple(filter(None, image.emissions_nm))),
        "aperture": (recording.numerical_aperture, nearly(image.aperture)),
    }
    return [f"{what} {found}, not {wanted}" for what, (found, wanted) in pairs.items() if found != wanted]


def nearly(value: object) -> object:
    """The same to the digits that the table gives."""
    return None if value is None else pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("name", OPENED)
def test_a_real_file_is_described_right(name: str, shared_data: Path) -> None:
    assert differences(OPENED[name], name, shared_data) == []


def test_a_wrong_description_would_be_found(shared_data: Path) -> None:
    wrong = Opened("ND2", (Image((50, 1, 1, 67, 73), "ZYX", "uint8", (80.0, 81.0)),), ("no such thing",))
    found = " ".join(differences(wrong, "stacks/dsred_mito_50x67x74.tif", shared_data))
    for what in ("read as ImageJ TIFF", "sizes", "axes", "type", "pixel size", "time step", "not said"):
        assert what in found


@pytest.mark.parametrize("name", ONCE)
def test_a_real_file_has_the_pixels_that_another_reader_sees(name: str, shared_data: Path) -> None:
    for number, image in enumerate(OPENED[name].images):
        seen = seen_by_another_reader(shared_data / name, number, image)
        assert seen.shape == image.sizes and seen.dtype == np.dtype(image.dtype)
        for channel in range(image.sizes[1]):
            for plane in range(image.sizes[2]):
                stack = open_stack(shared_data / name, Selection(scene=number, channel=channel, plane=plane))
                frames = np.stack([stack.frame(index) for index in range(stack.shape[0])])
                stack.close()
                np.testing.assert_array_equal(frames, seen[:, channel, plane])


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_stack_is_refused_with_the_reason(name: str, shared_data: Path) -> None:
    started = time.perf_counter()
    for action in (describe, open_stack):
        with pytest.raises(ReadError) as caught:
            action(shared_data / name)
        assert REFUSED[name].says in caught.value.message
        assert caught.value.hint
    assert time.perf_counter() - started < 10


def test_the_command_line_tells_every_file_in_bounded_time_and_memory(shared_data: Path) -> None:
    ended = outcomes([shared_data / name for name in TABLE])
    assert [complaint for outcome in ended for complaint in complaints(outcome)] == []
    codes = {Path(outcome.path).relative_to(shared_data).as_posix(): outcome.code for outcome in ended}
    assert codes == {name: 0 if name in OPENED else 2 for name in TABLE}


@pytest.mark.parametrize("name", ["nd2/example-timelapse.nd2", "czi/Airyscan.czi"])
def test_the_width_of_the_psf_follows_from_what_the_file_states(name: str, shared_data: Path) -> None:
    scene, image = describe(shared_data / name).scenes[0], OPENED[name].images[0]
    acquisition = acquisition_of(scene.recording, 0)
    width = fwhm_from_aperture_nm(image.aperture, image.emissions_nm[0])
    assert acquisition.psf_fwhm_nm == pytest.approx(width) and acquisition.psf_origin is Origin.FILE


def test_both_positions_of_a_micromanager_file_are_read(shared_data: Path) -> None:
    path = shared_data / "ometiff/181003_multi_pos_time_course_1_MMStack.ome.tif"
    with tifffile.TiffFile(path) as tiff:
        pages = [page.asarray() for page in tiff.pages]
    for scene in (0, 1):
        stack = open_stack(path, Selection(scene=scene))
        # The file alternates between its positions.
        for time_point in (0, 4, 9):
            np.testing.assert_array_equal(stack.frame(time_point), pages[2 * time_point + scene])
        stack.close()


@pytest.mark.parametrize(
    "name",
    [
        "ometiff/time-series.ome.tif", "ometiff/multi-channel-time-series.ome.tif",
        "ometiff/181003_multi_pos_time_course_1_MMStack.ome.tif", "tiff/membrane_2d_timelapse.tif",
        "nd2/example-timelapse.nd2",
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_aicsimageio_sees_the_same_frames(name: str, shared_data: Path) -> None:
    aicsimageio = pytest.importorskip("aicsimageio", reason="aicsimageio is not to be had for this Python")
    # Not ImageJ's files: the tifffile that it asks for cannot read numbers of high byte first with numpy 2.
    seen = aicsimageio.AICSImage(shared_data / name)
    for number, image in enumerate(OPENED[name].images):
        if number < len(seen.scenes):
            seen.set_scene(seen.scenes[number])
        for channel in range(image.sizes[1]):
            stack = open_stack(shared_data / name, Selection(scene=number, channel=channel))
            frames = np.stack([stack.frame(index) for index in range(stack.shape[0])])
            stack.close()
            # It puts time on Z, or on channels, where it does not know better.
            times, channels, planes = seen.dims.T, seen.dims.C, seen.dims.Z
            if times == image.sizes[0]:
                theirs = seen.get_image_data("TYX", C=channel, Z=0)
            else:
                assert max(channels, planes) == image.sizes[0] and image.axes != "TYX"
                theirs = seen.get_image_data("ZYX" if planes > 1 else "CYX")
            np.testing.assert_array_equal(frames, theirs)
