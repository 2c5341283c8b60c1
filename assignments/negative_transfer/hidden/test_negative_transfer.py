"""Hidden tests of the sheet on lesson 10."""

from probes import plans

from tlwidgets.grading import points


def said(answers, kind):
    answer = answers[f"is_harmful.{kind}"]
    assert isinstance(answer, bool), "The answer is neither True nor False."
    return answer


@points("is_harmful", 1, "It knows harm from gain", "Which of the two lists is the source?")
def test_direction(answers):
    assert said(answers, "harm"), "Harm in every seed was not called harmful."
    assert not said(answers, "gain"), "A gain in every seed was called harmful."


@points("is_harmful", 1, "It does not call noise harm", "Two means always differ: use the interval of the differences.")
def test_noise(answers):
    assert not said(answers, "noise"), "Differences of both signs were called harmful."
    assert said(answers, "harm"), "Harm in every seed was not called harmful."


@points("is_harmful", 1, "It compares in pairs", "What a seed does to both falls out when differences are taken.")
def test_pairs(answers):
    assert said(answers, "paired_harm"), "A small loss in every seed was not found, because the seeds differ much."


@points("is_harmful", 1, "One seed decides nothing", "One seed has no spread.")
def test_one_seed(answers):
    assert not said(answers, "one_seed"), "A single seed was taken for proof."
    assert said(answers, "harm"), "Harm in every seed was not called harmful."


def chosen(answers, seed):
    found = answers["repair"]
    assert isinstance(found, list), "There is no list of choices."
    shown = plans(seed)
    assert len(found) == len(shown), "There is not one choice for every pair."
    return [(level, choice) for (level, _), choice in zip(shown, found, strict=True)]


@points("repair", 2, "No choice does harm", "No transfer is one of the ways.")
def test_no_harm(answers, seed):
    for level, choice in chosen(answers, seed):
        assert choice in level, "A choice is none of the ways."
        assert level[choice] > level["no transfer"] - 0.05, "A choice is worse than no transfer."


@points("repair", 2, "The best way is taken", "Compare the ways by the numbers that you get.")
def test_best(answers, seed):
    for level, choice in chosen(answers, seed):
        assert choice == max(level, key=level.get), "A better way was there."
