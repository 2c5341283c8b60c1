"""Hidden tests of the sheet on lesson 08."""

from probes import CALM, EACH, TRIES

from tlwidgets.grading import points

MOST = 15  # of 120 at a level of 0.05; more happens to a sound detector in fewer than one of a thousand runs


def alarms(answers, name, n):
    found = answers[f"detect.{name}"]
    assert isinstance(found, list), "There is no list of answers."
    assert len(found) == n, "There is no answer for each pair."
    assert all(isinstance(a, bool) for a in found), "An answer is not True or False."
    return sum(found)


def sound(answers):
    wrong = alarms(answers, "calm", TRIES * len(CALM))
    assert wrong <= MOST, "The alarm is raised too often where nothing has shifted."


def finds(answers, kind):
    # one that is always alarmed finds everything and is worth nothing
    sound(answers)
    assert alarms(answers, kind, EACH) >= EACH - 3, "Clear shifts are missed."


@points(
    "detect",
    2,
    "It seldom cries wolf, and not by keeping silent",
    "Deal both sets out anew at random to see what is usual.",
)
def test_calm(answers, seed):
    sound(answers)
    assert any(alarms(answers, kind, EACH) for kind in ("one", "every", "little", "down")), "It never raises the alarm."


@points(
    "detect", 1, "It finds a shift of a single feature", "Look at all features, each in its own standard deviations."
)
def test_one(answers, seed):
    finds(answers, "one")


@points("detect", 1, "It finds a shift of all features", "Compare the distance with the distances of shuffled sets.")
def test_every(answers, seed):
    finds(answers, "every")


@points(
    "detect", 1, "It finds a small shift when there are many examples", "The threshold follows the number of examples."
)
def test_little(answers, seed):
    finds(answers, "little")


@points("detect", 1, "It finds a shift downwards", "A distance has no sign.")
def test_down(answers, seed):
    finds(answers, "down")
