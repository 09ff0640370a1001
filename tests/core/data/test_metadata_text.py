"""A file's own words as lines of text."""

from __future__ import annotations

import json

import numpy as np

from fluogan_app.core.data.metadata_text import LONGEST_VALUE, metadata_lines, plain

TREE = {
    "Image": {"Name": "cell", "Sizes": [3, 512, 512], "Empty": {}},
    "Channels": [{"Name": "GFP"}, {"Name": "DAPI"}],
    "Note": "two\nlines",
    "Nothing": None,
}


def test_each_level_is_indented_and_no_value_is_lost() -> None:
    assert list(metadata_lines(TREE)) == [
        "Image:", "  Name: cell", "  Sizes: 3, 512, 512", "  Empty: ",
        "Channels:", "  0:", "    Name: GFP", "  1:", "    Name: DAPI",
        "Note: two lines", "Nothing: ",
    ]  # fmt: skip


def test_a_value_without_end_is_cut() -> None:
    (line,) = metadata_lines({"Info": "x" * 10 * LONGEST_VALUE})
    assert len(line) == len("Info: ") + LONGEST_VALUE and line.endswith("…")


def test_what_is_kept_as_json_is_plain() -> None:
    tree = {"Sizes": (1, 2.5), "Gain": float("nan"), "Type": np.dtype("uint8"), "Deep": {1: [True, None]}}
    assert json.loads(json.dumps(plain(tree), allow_nan=False)) == {
        "Sizes": [1, 2.5], "Gain": "nan", "Type": "uint8", "Deep": {"1": [True, None]},
    }  # fmt: skip
