"""The button that repeats a measurement."""

from __future__ import annotations

import pytest

import tlwidgets as tl


def button(function, label="Repeat it (about 2 s)"):
    return tl.lesson("start_here", "smoke").live(label, function)


def test_nothing_runs_before_it_is_pressed():
    calls = []
    live = button(lambda: calls.append(1))
    assert calls == []
    live.children[0].click()
    assert calls == [1]
    live.press()
    assert calls == [1, 1]


def test_it_keeps_the_result_and_can_be_pressed_again():
    live = button(lambda: 0.75)
    assert live.result is None
    assert live.succeeded is None
    live.press()
    assert live.result == 0.75
    assert live.succeeded
    assert not live.children[0].disabled
    assert live.children[0].description == "Repeat it (about 2 s)"


def test_while_it_runs_it_says_so_and_a_second_press_does_nothing():
    seen = []

    def function():
        seen.append((live.children[0].disabled, live.children[0].description))
        live.press()

    live = button(function)
    live.press()
    assert seen == [(True, "Repeat it (about 2 s): running …")]


def test_our_errors_are_a_sentence_and_others_are_not_hidden(capsys):
    def teaches():
        raise tl.CourseError("there are 20 images per class, not 50.")

    teaching = button(teaches)
    teaching.press()
    assert teaching.succeeded is False
    assert "there are 20 images per class, not 50." in capsys.readouterr().out
    broken = button(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        broken.press()
    assert not broken.children[0].disabled


def test_without_a_kernel_there_are_words():
    data, _ = button(lambda: None)._repr_mimebundle_()
    assert data["text/plain"] == "Button: Repeat it (about 2 s). It works where a kernel runs."
    with pytest.raises(tl.CourseError, match="lambda"):
        button(3)
