"""Everything that a course site gives an instructor is found: one entry a learner, a note where something is odd."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.grading.submissions import find

BOOK = b'{"cells": []}'


def write(root, names):
    for name, body in names.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return root


def archive(names):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as z:
        for name, data in names.items():
            z.writestr(name, data)
    return body.getvalue()


def by_name(source):
    return {s.learner: s for s in find(source, "cheap")}


def test_a_folder_of_notebooks_with_any_names(tmp_path):
    names = ["Zoë Ω 学生.ipynb", "o'neill, pat.ipynb", "=cmd.ipynb", "ann.ipynb", "ann (1).ipynb", "thesis.pdf"]
    write(tmp_path, dict.fromkeys(names, BOOK))
    os.utime(tmp_path / "ann (1).ipynb", (0, 0))
    found = by_name(tmp_path)
    assert set(found) == {"Zoë Ω 学生", "o'neill, pat", "=cmd", "ann", "thesis"}
    assert found["ann"].notes == ("2 notebooks were handed in; ann.ipynb was taken.",)
    assert found["thesis"].read() == b""
    assert found["thesis"].notes == ("There is no notebook, only .pdf.",)


def test_folders_empty_ones_and_several_files(tmp_path):
    write(tmp_path, {"ann/cheap.ipynb": b"1", "ann/draft.ipynb": b"2", "bob/deep/er/x.ipynb": b"3", "cy/x.ipynb": b""})
    (tmp_path / "dee").mkdir()
    found = by_name(tmp_path)
    assert found["ann"].read() == b"1"
    assert "cheap.ipynb was taken" in found["ann"].notes[0]
    assert found["bob"].read() == b"3"
    assert found["cy"].notes == ("x.ipynb is empty.",)
    assert found["dee"].notes == ("The folder is empty.",)


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(b"of another learner")
    folder = tmp_path / "class"
    (folder / "eve").mkdir(parents=True)
    (folder / "eve" / "x.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (eve,) = find(folder, "cheap")
    assert eve.read() == b""
    assert any("is a link" in note for note in eve.notes)


def test_nbgrader_tree_with_times(tmp_path):
    names = {
        "ann/cheap/cheap.ipynb": b"1",
        "ann/cheap/timestamp.txt": b"2026-03-01 15:58:23.948203 UTC",
        "ann/other/other.ipynb": b"2",
        "bob/other/other.ipynb": b"3",
    }
    found = by_name(write(tmp_path, names))
    assert found["ann"].read() == b"1"
    assert found["ann"].handed_in == datetime(2026, 3, 1, 15, 58, 23, 948203, tzinfo=UTC)
    assert found["bob"].read() == b""


def test_nbgrader_exchange_takes_the_newest(tmp_path):
    names = {
        "ann+cheap+2026-03-01 10:00:00.000000 UTC+abc/cheap.ipynb": b"old",
        "ann+cheap+2026-03-02 10:00:00.000000 UTC+def/cheap.ipynb": b"new",
    }
    (ann,) = find(write(tmp_path, names), "cheap")
    assert (ann.learner, ann.read()) == ("ann", b"new")
    assert ann.handed_in == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_github_classroom(tmp_path):
    found = by_name(
        write(
            tmp_path, {"cheap-ann/cheap.ipynb": BOOK, "cheap-bob-2/cheap.ipynb": BOOK, "cheap-ann/.git/x.ipynb": BOOK}
        )
    )
    assert set(found) == {"ann", "bob-2"}
    assert found["ann"].notes == ()


def test_moodle_zip(tmp_path):
    names = {"Ann Ω Lee_1234_assignsubmission_file_/my work.ipynb": b"1", "Bob_77_assignsubmission_file_/x.docx": b"2"}
    path = tmp_path / "moodle.zip"
    path.write_bytes(archive(names))
    found = by_name(path)
    assert found["Ann Ω Lee"].read() == b"1"
    assert dict(found["Ann Ω Lee"].ids) == {"moodle": "1234"}
    assert found["Bob"].notes == ("There is no notebook, only .docx.",)


def test_canvas_zip(tmp_path):
    names = {"leeann_1234_98765_cheap.ipynb": b"1", "orrbob_LATE_777_98766_cheap-1.ipynb": b"2"}
    path = tmp_path / "submissions.zip"
    path.write_bytes(archive(names))
    found = by_name(path)
    assert dict(found["leeann"].ids) == {"canvas": "1234"}
    assert found["orrbob"].late
    assert found["orrbob"].read() == b"2"


def test_a_zip_inside_and_path_tricks(tmp_path):
    tricks = archive({"../../../evil.ipynb": b"evil", "/etc/evil.ipynb": b"evil", "work/x.ipynb": b"good"})
    found = by_name(
        write(tmp_path / "class", {"ann/all.zip": tricks, "bob/all.zip": b"PK no zip", "cy/all.zip": archive({})})
    )
    assert found["ann"].read() == b"good"
    assert any("leads out of it" in note for note in found["ann"].notes)
    assert any("cannot be opened" in note for note in found["bob"].notes)
    assert [p.name for p in tmp_path.iterdir()] == ["class"]


def test_a_bomb_is_read_only_so_far(tmp_path):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("x.ipynb", b" " * (80 * 2**20))
    (ann,) = find(write(tmp_path, {"ann/all.zip": body.getvalue()}), "cheap")
    assert len(ann.read()) == 50 * 2**20 + 1


@pytest.mark.parametrize("name", ["nothing-here", "empty", "text.txt", "bad.zip"])
def test_what_cannot_be_a_class_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "bad.zip").write_text("x")
    with pytest.raises(CourseError):
        find(tmp_path / name, "cheap")
