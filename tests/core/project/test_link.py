"""The link to the raw stack."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.project import link as links
from fluogan_app.core.project.model import InputLink
from fluogan_app.core.readers.open import open_stack


def test_the_fingerprint_of_a_file_is_its_sha256(raw):
    assert links.fingerprint(raw) == hashlib.sha256(raw.read_bytes()).hexdigest()


def test_no_file_has_no_fingerprint(tmp_path):
    assert links.fingerprint(tmp_path) == "" and links.fingerprint(tmp_path / "none") == ""


@pytest.mark.parametrize("change", ["head", "middle", "tail", "size"])
def test_of_a_large_file_head_middle_and_tail_count_and_it_is_said_so(tmp_path, monkeypatch, change):
    monkeypatch.setattr(links, "WHOLE_HASH_BYTES", 1000)
    monkeypatch.setattr(links, "SAMPLE_BYTES", 100)
    path = tmp_path / "large"
    content = bytearray(os.urandom(5000))
    path.write_bytes(content)
    before = links.fingerprint(path)
    assert before.startswith("sampled:") and len(before) == len("sampled:") + 64
    place = {"head": 0, "middle": 2500, "tail": 4999, "size": None}[change]
    if place is None:
        content += b"\0"
    else:
        content[place] ^= 1
    path.write_bytes(content)
    assert links.fingerprint(path) != before


def test_every_byte_of_a_small_file_counts(tmp_path):
    path = tmp_path / "small"
    path.write_bytes(b"a" * 3_000_000)
    before = links.fingerprint(path)
    path.write_bytes(b"a" * 1_234_567 + b"b" + b"a" * 1_765_432)
    assert links.fingerprint(path) != before and not before.startswith("sampled:")


def test_a_file_that_cannot_be_read_is_an_error_in_words(raw, monkeypatch):
    def failing(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(links, "_blocks", failing)
    with pytest.raises(ReadError, match="Input/output error"):
        links.fingerprint(raw)


def test_the_relative_path_uses_forward_slashes_and_goes_up(tmp_path):
    assert links.relative_to(tmp_path / "a" / "x.tif", tmp_path / "b" / "c") == "../../a/x.tif"


def test_of_two_files_the_one_with_the_right_size_is_taken(tmp_path, stack, raw):
    folder = tmp_path / "projects" / "p.fluogan"
    link = links.make_link(stack, folder)
    moved = tmp_path / "moved"
    (moved / "raw däta").mkdir(parents=True)
    there = moved / "raw däta" / raw.name
    there.write_bytes(raw.read_bytes())
    raw.write_bytes(b"another file")
    assert links.find(link, moved / "projects" / "p.fluogan") == there


def test_differences_are_named(stack, raw, tmp_path):
    link = links.make_link(stack, tmp_path, hashed=True)
    assert links.differences(link, stack) == []
    assert "content" in links.differences(link.replace(sha256="0" * 64), stack)[0]
    assert "bytes" in links.differences(link.replace(size_bytes=5), stack)[0]
    assert "13 frames" in links.differences(link.replace(shape_tyx=(13, 9, 11)), stack)[0]
    assert links.differences(link.replace(sha256="0" * 64), stack, with_hash=False) == []


@pytest.fixture
def several(stack, tmp_path):
    """A stack that comes from three files, the second of which is its own path."""
    files = tuple(tmp_path / f"{index}.tif" for index in range(3))
    for index, file in enumerate(files):
        file.write_bytes(bytes([index]) * (100 + index))
    return replace(stack, path=files[1], files=files)


def test_every_file_of_a_set_counts(several, tmp_path):
    link = links.make_link(several, tmp_path, hashed=True)
    assert (link.files, link.total_bytes, link.size_bytes) == (3, 303, 101)
    assert links.differences(link, several) == []
    several.files[2].write_bytes(b"x" * 102)
    assert "content" in links.differences(link, several)[0]
    fewer = replace(several, files=several.files[:2])
    assert "2 files, not 3" in links.differences(link, fewer)[0]


@pytest.mark.parametrize("byte", [0, 40])
def test_of_a_large_set_the_beginning_of_each_file_counts(several, monkeypatch, byte):
    monkeypatch.setattr(links, "WHOLE_HASH_BYTES", 150)
    before = links.fingerprint_of(several.files)
    assert before.startswith("sampled:")
    content = bytearray(several.files[2].read_bytes())
    content[byte] ^= 1
    several.files[2].write_bytes(content)
    assert links.fingerprint_of(several.files) != before


def test_a_set_of_files_is_never_taken_as_unchanged(several, tmp_path):
    link = links.make_link(several, tmp_path)
    assert not links.is_unchanged(link, link)
    alone = links.make_link(replace(several, files=()), tmp_path)
    assert links.is_unchanged(alone, alone)


def test_a_numbered_series_is_known_again_by_whichever_of_its_files_is_opened(tmp_path):
    for number in range(4):
        # Files of a series need not be of one size.
        picture = np.full((5, 6), number, np.uint16)
        tifffile.imwrite(tmp_path / f"{number}.tif", picture, description="x" * (10 + 40 * number), metadata=None)
    first, third = open_stack(tmp_path / "0.tif"), open_stack(tmp_path / "2.tif")
    link = links.make_link(first, tmp_path, hashed=True)
    assert links.differences(link, third) == []
    tifffile.imwrite(tmp_path / "3.tif", np.full((5, 6), 9, np.uint16), description="x" * 130, metadata=None)
    assert links.differences(link, third) == ["Its content differs (SHA-256)."]


def test_a_file_that_was_opened_alone_stays_alone(tmp_path):
    for number in range(3):
        tifffile.imwrite(tmp_path / f"{number}.tif", np.full((5, 6), number, np.uint16), metadata=None)
    link = links.make_link(open_stack(tmp_path / "1.tif", Selection(alone=True)), tmp_path)
    again = InputLink.model_validate_json(link.model_dump_json())
    assert open_stack(links.find(again, tmp_path), again.selection).shape == (1, 5, 6)
    # Projects from before there was the choice do not have it.
    older = json.loads(link.model_dump_json())
    del older["selection"]["alone"]
    assert not InputLink.model_validate(older).selection.alone
