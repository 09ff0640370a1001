"""Presets: what they hold, what they change, what is refused on reading, and the folder that keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import FluoganError, ReadError, UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.preset_folder import PresetFolder, export_preset, find_preset
from fluogan_app.core.project.presets import (
    GROUPS, applied, built_in, content, deviations, preset_from, read_preset, standing, values_text,
)  # fmt: skip

METHOD = METHODS["fluogan"]
PLAIN = ProjectDocument()
SET = ProjectDocument(
    acquisition=Acquisition().with_values(
        Origin.FILE, pixel_size_nm=80.0, numerical_aperture=1.4, emission_nm=608.0, gain=2.5, offset=99.0
    ),
    params={"fluogan": FluoganParams(zoom=4, lambda1=3.0).model_dump()},
    settings=RunSettings(seed=7),
)


@pytest.fixture
def own(tmp_path: Path) -> PresetFolder:
    return PresetFolder(tmp_path / "presets")


def with_preset(preset, document: ProjectDocument) -> ProjectDocument:
    return document.replace(**applied(preset, document))


def test_what_is_saved_and_taken_again_is_what_was_set(tmp_path: Path) -> None:
    """Through the file, for every group: the values are the same, and none of another group is touched."""
    for group in GROUPS:
        path = tmp_path / f"{group}.json"
        export_preset(preset_from(SET, "Mine", [group], "A note"), path)
        preset, notes = read_preset(path)
        assert (preset.name, preset.note, notes, set(preset.values)) == ("Mine", "A note", (), {group})
        assert deviations(preset, SET) == () and deviations(preset, PLAIN)
        taken = with_preset(preset, PLAIN)
        assert deviations(preset, taken) == ()
        others = [preset_from(PLAIN, "p", [other]) for other in GROUPS if other != group]
        assert not any(deviations(other, taken) for other in others)


def test_the_papers_are_taken_whole_and_deviations_are_told() -> None:
    """Parameters that a preset does not name go back to their defaults."""
    default, paper, _ = built_in(METHOD)
    taken = with_preset(paper, SET)
    assert taken.params["fluogan"]["lambda1"] == FluoganParams().lambda1 and taken.params["fluogan"]["delta"] == 1
    assert taken.acquisition == SET.acquisition
    assert standing(built_in(METHOD), taken) == paper and standing(built_in(METHOD), SET) is None
    assert [each.text for each in deviations(default, SET)] == [
        "Zoom L 6 → 4 fine pixels per pixel", "Sparsity λ1 1 → 3",
    ]  # fmt: skip
    twin = preset_from(taken, "Same as the paper", ["method"])
    assert standing((paper, twin), taken, last="Same as the paper") == twin


def test_a_preset_states_where_values_come_from_only_where_it_changes_them() -> None:
    camera = preset_from(SET, "Camera", ["camera"])
    again = with_preset(camera, SET)
    assert again.acquisition.origin("gain") is Origin.FILE
    elsewhere = with_preset(camera, PLAIN)
    assert elsewhere.acquisition.gain == 2.5 and elsewhere.acquisition.origin("gain") is Origin.USER
    assert elsewhere.acquisition.origin("read_noise") is Origin.ASSUMED


def test_optics_with_na_and_wavelength_take_the_place_of_a_stated_width() -> None:
    stated = PLAIN.replace(acquisition=Acquisition().with_values(Origin.USER, fwhm_nm=300.0))
    taken = with_preset(preset_from(SET, "Objective", ["optics"]), stated)
    assert taken.acquisition.fwhm_nm is None and taken.acquisition.psf_fwhm_nm == pytest.approx(0.51 * 608 / 1.4)


def test_the_values_of_a_group_are_told_in_words() -> None:
    preset = preset_from(SET, "All", GROUPS)
    assert values_text(preset, "camera") == (
        "Camera gain 2.5 counts/photon, Camera offset 99 counts, Read noise 0 photons rms"
    )
    assert values_text(preset, "method") == "Zoom L 4 fine pixels per pixel, Sparsity λ1 3"


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"fluogan_preset": 2}, "newer format (2"),
        ({"fluogan_preset": True}, "no FluoGAN preset"),
        ({"fluogan_preset": None}, "no FluoGAN preset"),
        ({"values": [1]}, "holds no values"),
        ({"values": {}}, "no value that this version knows"),
        ({"values": {"camera": {"gain": -2}}}, "Camera gain (gain) is -2; allowed is above 0"),
        ({"values": {"camera": {"gain": "NaN"}}}, "Camera gain"),
        ({"values": {"method": {"zoom": 99}}}, "Zoom L (zoom) is 99"),
        ({"method": "palm"}, "method “palm”"),
        ({"name": "x" * 200}, "is no name"),
    ],
)
def test_what_cannot_be_used_is_refused_with_one_sentence(tmp_path: Path, changed: dict, words: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**content(preset_from(SET, "Mine", GROUPS)), **changed}), encoding="utf-8")
    with pytest.raises(ReadError) as raised:
        read_preset(path)
    assert words in raised.value.message and raised.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"fluogan_preset": NaN}', "\xff\x00", " " * 1_100_000])
def test_other_files_are_no_presets(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ReadError):
        read_preset(path)


def test_what_is_not_known_is_told_and_left_out(tmp_path: Path) -> None:
    held = content(preset_from(SET, "Mine", GROUPS))
    held["values"]["camera"]["quantum_efficiency"] = 0.8
    held["values"]["camera"]["zoom"] = 5
    held["values"]["stage"] = {}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(held), encoding="utf-8-sig")
    preset, notes = read_preset(path)
    assert deviations(preset, SET) == () and len(notes) == 3
    assert all(any(name in note for note in notes) for name in ("quantum_efficiency", "zoom", "stage"))


def test_the_folder_keeps_renames_and_deletes(own: PresetFolder) -> None:
    first = own.save(preset_from(SET, "Andor / gain 300", ["camera"]))
    own.save(preset_from(PLAIN, "CON", ["run"]))
    with pytest.raises(UsageError, match="already"):
        own.save(preset_from(PLAIN, "andor / Gain 300", ["run"]))
    own.save(preset_from(PLAIN, "andor / Gain 300", ["run"]), overwrite=True)
    (own.folder / "broken.json").write_text("{")
    presets, troubles = own.presets()
    assert [preset.name for preset in presets] == ["andor / Gain 300", "CON"] and "broken.json" in troubles[0]
    with pytest.raises(UsageError):
        own.rename(presets[0], "con")
    renamed = own.rename(presets[0], "Hamamatsu")
    assert renamed.path == first.path and own.named("HAMAMATSU") == renamed
    own.delete(renamed)
    assert [preset.name for preset in own.presets()[0]] == ["CON"]
    with pytest.raises(FluoganError):
        own.rename(built_in(METHOD)[0], "Mine")
    assert not list(own.folder.glob("con.json")), "a name that Windows keeps for itself"


def test_a_preset_that_is_taken_in_takes_no_ones_place(own: PresetFolder, tmp_path: Path) -> None:
    path = tmp_path / "theirs.json"
    export_preset(preset_from(SET, "Mine", ["camera"]), path)
    names = [own.take_in(path)[0].name for _ in range(3)]
    assert names == ["Mine", "Mine (2)", "Mine (3)"] and len(own.presets()[0]) == 3


def test_a_preset_is_found_by_name_or_file(own: PresetFolder, tmp_path: Path) -> None:
    kept = own.save(preset_from(SET, "My camera", ["camera"]))
    path = tmp_path / "elsewhere.json"
    export_preset(kept, path)
    assert find_preset(METHOD, "paper-2023", own)[0] == built_in(METHOD)[1]
    for text in ("my camera", str(path)):
        assert find_preset(METHOD, text, own)[0].values == kept.values
    with pytest.raises(UsageError, match="no preset “2024”") as raised:
        find_preset(METHOD, "2024", own)
    assert "paper-2024" in raised.value.hint and "My camera" in raised.value.hint
    with pytest.raises(ReadError, match="could not be read"):
        find_preset(METHOD, str(tmp_path / "gone.json"), own)
