"""Predict, Quiz and FigureSlider: answers from the browser and from Python, and what stays without a kernel."""

from __future__ import annotations

import base64
import math

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets import FigureSlider, Predict, Quiz
from tlwidgets.widgets._figure import StaticFigure, png

HOSTILE = '<script>alert("&")</script>'
CHOICES = [
    {"text": "Freeze", "reason": "The features stay.", "right": True},
    {"text": "Melt", "reason": "They are gone.", "right": False},
]


def shown(widget) -> tuple[str, str]:
    """Return what a reader without a kernel gets: plain text and HTML."""
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data, "and with a kernel the live view"
    return data["text/plain"], data.get("text/html", "")


# ---------------------------------------------------------------- Predict


def test_a_guess_from_either_side(wire, from_browser):
    guess = Predict(question="How much?", low=0, high=100, unit=" %")
    heard = []
    guess.observe(lambda change: heard.append(change["new"]), "value")
    assert guess.value is None
    assert "no guess yet" in shown(guess)[0]
    from_browser(guess, value=40)
    assert guess.value == 40
    guess.value = 55.5
    assert wire.updates("value")[-1] == 55.5
    assert heard == [40, 55.5]
    text, page = shown(guess)
    assert "55.5 %" in text
    assert "55.5 %" in page


@pytest.mark.parametrize("side", ["browser", "python", "construction"])
@pytest.mark.parametrize(
    ("given", "kept"), [(-5, 0), (0, 0), (100, 100), (1e9, 100), (math.nan, None), (math.inf, None), (None, None)]
)
def test_a_guess_stays_on_the_scale(wire, from_browser, side, given, kept):
    if side == "construction":
        guess = Predict(question="How much?", low=0, high=100, value=given)
    else:
        guess = Predict(question="How much?", low=0, high=100, value=20)
        if side == "browser":
            from_browser(guess, value=given)
        else:
            guess.value = given
    assert guess.value == kept
    assert "nan" not in shown(guess)[0]


def test_the_browser_hears_what_was_made_of_its_guess(wire, from_browser):
    guess = Predict(question="How much?", low=0, high=10)
    from_browser(guess, value=99)
    assert wire.updates("value")[-1] == 10


def test_a_guess_on_a_scale_that_is_not_the_usual_one(wire):
    """The scale is known before the value is held against it, in whatever order they are given."""
    assert Predict(value=500, low=200, high=1000, question="?").value == 500
    assert Predict(value=-3, low=-10, high=-1, question="?").value == -3


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (math.nan, 1), (0, math.inf)])
def test_a_scale_that_does_not_go_up(low, high):
    with pytest.raises(CourseError, match="a scale that goes up"):
        Predict(question="?", low=low, high=high)


def test_a_hostile_question_is_text(wire):
    text, page = shown(Predict(question=HOSTILE, unit="<b>", value=3))
    assert HOSTILE in text
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


# ---------------------------------------------------------------- Quiz


def test_an_answer_from_either_side(wire, from_browser):
    quiz = Quiz(question="What now?", choices=CHOICES)
    assert (quiz.value, quiz.right) == (None, None)
    assert "The features stay." not in shown(quiz)[0], "no reason before an answer"
    from_browser(quiz, value=1)
    assert quiz.right is False
    assert "Not so. They are gone." in shown(quiz)[0]
    quiz.value = 0
    assert wire.updates("value")[-1] == 0
    assert quiz.right is True
    text, page = shown(quiz)
    assert "(x) Freeze" in text
    assert "( ) Melt" in text
    assert "Right. The features stay." in text
    for choice in CHOICES:  # the page has no kernel to answer, so it holds every reason, folded
        assert choice["reason"] in page
    assert page.count("<details>") == len(CHOICES)


@pytest.mark.parametrize("value", [-1, 2, 10**9, None])
def test_an_answer_that_is_none_of_them(wire, from_browser, value):
    quiz = Quiz(question="?", choices=CHOICES, value=0)
    from_browser(quiz, value=value)
    assert (quiz.value, quiz.right) == (None, None)
    assert Quiz(value=value, choices=CHOICES, question="?").value is None


@pytest.mark.parametrize(
    "choices",
    [
        [],
        CHOICES[:1],
        [CHOICES[1], CHOICES[1]],
        [CHOICES[0], CHOICES[0]],
        [CHOICES[0], {"text": "no reason", "right": False}],
        [{"text": "not marked", "reason": "."}, CHOICES[1]],
        ["a", "b"],
    ],
)
def test_a_quiz_that_cannot_be_answered(choices):
    with pytest.raises(CourseError, match="quiz"):
        Quiz(question="?", choices=choices)


def test_hostile_choices_are_text(wire):
    choices = [{"text": HOSTILE, "reason": HOSTILE, "right": True}, CHOICES[1]]
    text, page = shown(Quiz(question=HOSTILE, choices=choices, value=0))
    assert text.count(HOSTILE) == 3
    assert "<script" not in page


# ---------------------------------------------------------------- FigureSlider


@pytest.fixture(scope="module")
def figures():
    """Three figures that differ."""
    made = {}
    for height, name in enumerate(("stem", "block 1", "block 2"), 1):
        made[name] = StaticFigure((2, 1.5), f"A line at {height}.")
        made[name].add_subplot().plot([0, 1], [height, 2 * height])
    return made


def image(widget) -> tuple[bytes, str]:
    data, metadata = widget._repr_mimebundle_()
    return base64.b64decode(data["image/png"]), metadata["image/png"]["alt"]


def test_the_saved_image_is_the_one_chosen(wire, from_browser, figures):
    slider = FigureSlider(figures, label="Block")
    assert slider.value == "block 2", "the last one by default"
    for choose in (lambda name: from_browser(slider, value=name), lambda name: setattr(slider, "value", name)):
        for name, figure in figures.items():
            choose(name)
            assert image(slider) == (png(figure), figure.alt)
            assert shown(slider)[0] == figure.alt
            assert slider.summary() == f"Block {name}: {figure.alt}"
    assert len({png(figure) for figure in figures.values()}) == 3


def test_the_browser_has_every_figure(wire, figures):
    """The handle moves without asking the kernel."""
    slider = FigureSlider(figures, value="stem")
    state = slider.get_state()
    assert state["names"] == list(figures)
    assert list(state["_images"]) == [png(figure) for figure in figures.values()]
    assert state["_words"] == [figure.alt for figure in figures.values()]
    slider.value = "block 1"
    assert wire.updates("value")[-1] == "block 1"


def test_a_name_that_is_not_there(wire, figures):
    with pytest.raises(CourseError, match=r"unknown block 'blok 1'; did you mean block 1"):
        FigureSlider(figures, label="Block", value="blok 1")
    slider = FigureSlider(figures, label="Block", value="stem")
    with pytest.raises(CourseError, match="did you mean stem"):
        slider.value = "sten"
    assert slider.value == "stem"
    assert image(slider)[1] == figures["stem"].alt


def test_a_name_from_the_browser_that_is_not_there(wire, from_browser, figures):
    slider = FigureSlider(figures, label="Block", value="stem")
    from_browser(slider, value="gone")
    assert slider.value == "stem"
    assert image(slider)[1] == figures["stem"].alt


def test_no_figures():
    with pytest.raises(CourseError, match="one figure or more"):
        FigureSlider({})
