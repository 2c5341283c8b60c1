"""Hidden tests of the sheet on lesson 00."""

from tlwidgets.grading import points


@points("move", 2, "The answer is the number of parameters of the head", "Read it off the line above the bars.")
def test_number(answers):
    head = 1280 * 6 + 6
    answer = answers["move"]
    assert answer is not None, "No number was given."
    assert not isinstance(answer, (str, list, dict)), "The answer should be a number."
    assert answer < 100_000, "So many parameters train only when a part of the base trains too."
    assert answer == head, "This is not the number of parameters that train when only the head does."
