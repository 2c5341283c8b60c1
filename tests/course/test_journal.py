"""A measurement that is interrupted goes on, and one that is finished leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tlwidgets.course.experiments import Journal, save_table

FILE = Path("build") / "some.jsonl"


class Measure:
    """Gives twice the seed, remembers what it was asked for, and can break down."""

    def __init__(self):
        self.asked = []
        self.breaks_at = None

    def __call__(self, seed, **way):
        if seed == self.breaks_at:
            raise RuntimeError
        self.asked.append(seed)
        return [{"seed": seed, "value": 2 * seed, **way}]


@pytest.fixture
def measure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Measure()


def points(*seeds):
    return [{"seed": seed} for seed in seeds]


def interrupted(measure, *seeds, at):
    measure.breaks_at = at
    with pytest.raises(RuntimeError), Journal("some") as journal:
        journal.rows(points(*seeds), measure)
    measure.breaks_at = None


def test_it_goes_on_after_an_error_and_is_deleted_at_the_end(measure):
    interrupted(measure, 1, 2, 3, at=3)
    assert FILE.exists()
    with Journal("some") as journal:
        rows = journal.rows(points(1, 2, 3), measure)
        assert FILE.exists()
    assert [row["value"] for row in rows] == [2, 4, 6]
    assert measure.asked == [1, 2, 3]
    assert not FILE.exists()
    with Journal("some") as journal:
        journal.rows(points(1), measure)
    assert measure.asked == [1, 2, 3, 1]


def test_a_line_that_was_cut_off_is_measured_again_and_spoils_no_other(measure):
    interrupted(measure, 1, 2, 3, at=3)
    FILE.write_text(FILE.read_text()[:-9])
    interrupted(measure, 1, 2, 3, at=3)
    assert measure.asked == [1, 2, 2]
    with Journal("some") as journal:
        rows = journal.rows(points(1, 2, 3), measure)
    assert [row["value"] for row in rows] == [2, 4, 6]
    assert measure.asked == [1, 2, 2, 3]


def test_a_point_is_written_and_told_before_the_next_is_measured(measure, capsys):
    def look(seed):
        written = FILE.read_text().splitlines()[1:] if FILE.exists() else []
        assert [json.loads(line)[1] for line in written] == [[{"seed": n}] for n in range(seed)]
        assert capsys.readouterr().out == (f'{{"seed": {seed - 1}}}\n' if seed else "")
        return [{"seed": seed}]

    with Journal("some") as journal:
        journal.rows(points(0, 1, 2), look)


def test_it_is_kept_when_the_table_cannot_be_saved(measure):
    with pytest.raises(FileNotFoundError), Journal("some") as journal:
        save_table("no such folder/some.json", "Some", {}, journal.rows(points(1), measure))
    with Journal("some") as journal:
        assert journal.rows(points(1), measure) == [{"seed": 1, "value": 2}]
    assert measure.asked == [1]


def test_two_calls_share_what_is_the_same_point_and_nothing_else(measure):
    with Journal("some") as journal:
        one = journal.rows(points(1, 2), measure)
        same = journal.rows(points(2, 3), measure)
        other = journal.rows([{**point, "way": "other"} for point in points(1, 2)], measure)
    assert [row["value"] for row in one + same] == [2, 4, 4, 6]
    assert {row["way"] for row in other} == {"other"}
    assert measure.asked == [1, 2, 3, 1, 2]
