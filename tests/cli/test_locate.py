"""`fluogan locate`."""

from __future__ import annotations


def test_a_moved_file_is_found_in_a_folder_or_named(fluogan, reconstruct, stack_file, project_path, tmp_path) -> None:
    assert reconstruct().code == 0
    moved = tmp_path / "archive" / "renamed.tif"
    moved.parent.mkdir()
    stack_file.rename(moved)
    fluogan("locate", project_path, project_path).refused("is not in")
    fluogan("locate", project_path).refused("not there any more")
    said = fluogan("locate", project_path, tmp_path / "archive")
    assert said.code == 0 and said.out.strip().endswith(str(moved))
    assert fluogan("locate", project_path).out == said.out
    assert fluogan("resume", project_path, "--steps", 9).code == 0
    again = moved.rename(tmp_path / "again.tif")
    assert fluogan("locate", project_path, again).code == 0


def test_a_wrong_file_is_refused_with_what_differs(fluogan, reconstruct, make_stack, project_path) -> None:
    assert reconstruct().code == 0
    other = make_stack("other.tif", (7, 9, 8))
    fluogan("locate", project_path, other).refused("7 frames of 9 × 8", "12 frames of 11 × 14")
