"""A file's own words as lines of text."""

from __future__ import annotations

import json

import numpy as np

from fluogan_app.core.data.metadata_text import metadata_lines, plain

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


def test_of_a_long_value_nothing_is_lost() -> None:
    (line,) = metadata_lines({"Info": "x" * 20_000})
    assert line == f"Info: {'x' * 20_000}"


def test_what_is_kept_as_json_is_plain() -> None:
    tree = {"Sizes": (1, 2.5), "Gain": float("nan"), "Type": np.dtype("uint8"), "Deep": {1: [True, None]}}
    assert json.loads(json.dumps(plain(tree), allow_nan=False)) == {
        "Sizes": [1, 2.5], "Gain": "nan", "Type": "uint8", "Deep": {"1": [True, None]},
    }  # fmt: skip
