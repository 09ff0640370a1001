"""The table tells what differs and nothing else; names and notes stay beside the record; deleted runs come back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.project.lock import RunLock
from fluogan_app.core.project.method_words import run_title
from fluogan_app.core.project.run_notes import NOTES, RunNotes, read_notes, write_notes
from fluogan_app.core.project.runs_table import runs_table
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.trash import discard, discarded, empty_trash, restore
from fluogan_app.core.project.workflow import start_run


@pytest.fixture
def three(project, stack, walk, request_for) -> Project:
    """Runs of 5, 9 and 5 steps, the last with another seed."""
    for steps, seed in ((5, 5), (9, 5), (5, 8)):
        start_run(project, stack, request_for(steps=steps, seed=seed))
    return Project.open(project.folder)


def test_columns_are_what_differs_and_each_run_has_its_value(three):
    table = runs_table(three.runs())
    settings = {column.label: column.name for column in table.columns if column.about == "setting"}
    assert set(settings) == {"Steps", "Seed"}
    assert [row[settings["Steps"]].text for row in table.rows.values()] == ["5", "9", "5"]
    assert [row[settings["Seed"]].key for row in table.rows.values()] == [5.0, 5.0, 8.0]
    assert [column.name for column in table.columns if column.about == "measure"] == ["photon_balance_percent"]
    same = runs_table(three.runs()[:1])
    assert not [column for column in same.columns if column.about == "setting"] and len(same.rows) == 1
    assert runs_table(()).rows == {}


def test_a_judgement_that_is_kept_brings_its_measures_and_a_damaged_one_none(three):
    first, second, _ = three.runs()
    for run, text in ((first, json.dumps({"measures": {"frc_nm": 123.5, "rsp": None}})), (second, "{ broken")):
        (run.folder / "quality").mkdir()
        (run.folder / "quality" / "quality.json").write_text(text)
    table = runs_table(three.runs())
    cells = [row["frc_nm"] for row in table.rows.values()]
    assert cells[0].text == "123.5" and [cell.text for cell in cells[1:]] == ["", ""]
    assert "rsp" not in {column.name for column in table.columns}
    # A resolution that was looked for and not found is not the same as one that was not looked for.
    (first.folder / "quality" / "quality.json").write_text(json.dumps({"measures": {"frc_nm": None}}))
    again = runs_table(three.runs())
    assert [row["frc_nm"].text for row in again.rows.values()] == ["none", "", ""]
    assert again.csv_text(columns=["frc_nm"]).splitlines()[1:] == ["none,", ",", ","]


def test_names_and_notes_stay_beside_the_record(three):
    run = three.run(2)
    write_notes(run.folder, RunNotes("  Finer\n steps ", "It is sharper.\nIs it true?"))
    assert read_notes(run.folder) == RunNotes("Finer steps", "It is sharper.\nIs it true?")
    assert Project.open(three.folder).run(2).record == run.record
    (run.folder / NOTES).write_text("[1]")
    assert read_notes(run.folder) == RunNotes()
    with pytest.raises(UsageError, match="81 letters"):
        write_notes(run.folder, RunNotes("x" * 81))
    with pytest.raises(ProjectError, match="not there"):
        write_notes(run.folder.with_name("0009-walk"), RunNotes("x"))


def test_as_a_table_for_spreadsheets(three):
    write_notes(three.run(2).folder, RunNotes("=cmd()", 'with "quotes", and\nlines'))
    rows = list(csv.reader(io.StringIO(runs_table(three.runs()).csv_text())))
    assert [len(row) for row in rows] == [len(rows[0])] * 4
    assert rows[0][:2] == ["Run", "Name"] and rows[2][1] == "'=cmd()" and rows[2][-1] == 'with "quotes", and\nlines'
    some = list(csv.reader(io.StringIO(runs_table(three.runs()).csv_text([3], ["number", "settings.seed"]))))
    assert some == [["Run", "Seed", "Notes"], ["3", "8", ""]]


def test_a_deleted_run_is_out_of_sight_and_comes_back_whole(three, same_result):
    run = three.run(3)
    before, record = run.result(), run.record
    place = discard(three, 3)
    assert [run.number for run in three.runs()] == [1, 2] and discarded(three) == (place,)
    back = restore(three, place)
    assert back.record == record and discarded(three) == ()
    same_result(back.result(), before)


def test_the_number_of_a_deleted_run_is_not_given_again(three, stack, request_for):
    place = discard(three, 3)
    run, _ = start_run(three, stack, request_for(steps=3))
    assert run.number == 4
    restore(three, place)
    assert [run.number for run in three.runs()] == [1, 2, 3, 4]


def test_an_emptied_trash_gives_nothing_back(three):
    place = discard(three, 1)
    assert empty_trash(three) == 1 and empty_trash(three) == 0
    with pytest.raises(ProjectError, match="for good"):
        restore(three, place)


def test_what_goes_on_or_is_only_for_reading_is_not_deleted(three):
    with RunLock(three.run(2).folder), pytest.raises(ProjectError, match="going on"):
        discard(three, 2)
    three.read_only = "It is open elsewhere."
    with pytest.raises(ProjectError, match="elsewhere"):
        discard(three, 2)
    assert len(three.runs()) == 3


def test_parameters_stand_with_the_runs_whose_method_has_them(three, stack, request_for):
    for zoom in (2, 3):
        request = request_for(method="mean")
        start_run(three, stack, replace(request, params=request.params.replace(zoom=zoom)))
    table = runs_table(Project.open(three.folder).runs())
    settings = {column.label: column.name for column in table.columns if column.about == "setting"}
    assert set(settings) == {"Method", "Steps", "Seed", "Zoom L"}
    assert [row[settings["Method"]].text for row in table.rows.values()] == ["Walk", "Walk", "Walk", "Mean", "Mean"]
    assert [row[settings["Steps"]].text for row in table.rows.values()] == ["5", "9", "5", "", ""]
    assert [row[settings["Zoom L"]].text for row in table.rows.values()][3:] == ["2", "3"]
    assert run_title(Project.open(three.folder).runs()[-1].record) == "Run 5 · Mean"
