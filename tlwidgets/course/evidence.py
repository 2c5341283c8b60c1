"""From measurements to a verdict: what decided is kept, and shown so that a reader can come to the verdict by hand.

A claim rests on differences (:func:`tlwidgets.transfer.compare`), each with an interval and a margin. It is
compared with controls, which would give the same if the claim's *because* were wrong, and repeated with the second-best
setting of what was tuned. What was counted rather than sampled (parameters, bits) is exact and needs none of this.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import CourseError
from ..transfer.comparison import Comparison

__all__ = ["LOOK", "RULES", "as_html", "as_lines", "figures_in_words", "record"]

LOOK = {
    "holds": ("#12A67C", "solid", "✔"),
    "does not hold": ("#D55E00", "double", "✘"),
    "not settled": ("#7A7A7A", "dashed", "○"),
}
"""Colour, line and sign of each verdict."""

RULES = {
    "more": "holds: the interval lies above 0; does not hold: it ends below the margin; not settled: anything else",
    "less": "holds: the interval lies below 0; does not hold: it begins above minus the margin; not settled: "
    "anything else",
    "same": "holds: the whole interval lies within the margin on both sides of 0; does not hold: it lies outside; "
    "not settled: anything else",
}
"""What each expectation asks of an interval."""

Cases = Comparison | Mapping[str, Comparison]


def _cases(found: Cases, expect: str) -> list[dict[str, Any]]:
    named = {"": found} if isinstance(found, Comparison) else dict(found)
    for name, one in named.items():
        if not isinstance(one, Comparison):
            raise CourseError(f"{name or 'the claim'} rests on {one!r}: give what tl.compare returns.")
    return [{"name": str(name), **one.to_json(), "verdict": one.judge(expect)} for name, one in named.items()]


def _together(cases: Sequence[Mapping[str, Any]]) -> str:
    """Return the verdict on all of some cases: it holds where it holds for each of them."""
    verdicts = {case["verdict"] for case in cases}
    return "holds" if verdicts == {"holds"} else "does not hold" if "does not hold" in verdicts else "not settled"


def _settle(claim: Mapping[str, Any]) -> tuple[str, str]:
    """Return the verdict, and the reason where it is not read off the cases alone."""
    verdict = _together(claim["cases"])
    same = [case["name"] for case in claim["controls"] if case["verdict"] == "holds"]
    if verdict == "holds" and same:
        return "not settled", f"a control does it too ({', '.join(same)})"
    if verdict != "not settled" and claim["second_best"] and _together(claim["second_best"]) != verdict:
        return "not settled", "the verdict changes with the second-best setting"
    return verdict, ""


def record(
    id: str,
    said: str,
    found: bool | Cases,
    *,
    expect: str = "more",
    controls: Cases | None = None,
    second_best: Cases | None = None,
    untuned: str = "",
    when: str = "",
    elsewhere: Cases | None = None,
    left_out: str = "",
    figures: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what a lesson found about a claim as a record that can be stored; see :meth:`Lesson.claim`."""
    if when and elsewhere is None and not isinstance(found, bool):
        raise CourseError(f"{id} holds when {when}: give what was measured where that is not so as elsewhere=.")
    found = bool(found) if isinstance(found, np.bool_) else found
    claim: dict[str, Any] = {
        "id": id,
        "said": said,
        "kind": "exact" if isinstance(found, bool) else "measured",
        "expect": "" if isinstance(found, bool) else expect,
        "cases": [] if isinstance(found, bool) else _cases(found, expect),
        "elsewhere": _cases(elsewhere or {}, expect),
        "controls": _cases(controls or {}, expect),
        "second_best": _cases(second_best or {}, expect),
        "untuned": untuned,
        "left_out": left_out,
        "when": when,
        "figures": {name: _figure(value) for name, value in (figures or {}).items()},
    }
    if not (isinstance(found, bool) or claim["cases"]):
        raise CourseError(f"{id} rests on nothing: give at least one comparison.")
    if when and claim["elsewhere"] and all(case["verdict"] == "holds" for case in claim["elsewhere"]):
        raise CourseError(f"{id} holds elsewhere too, so 'when {when}' is no condition of it.")
    verdict, reason = ("holds" if found else "does not hold", "") if isinstance(found, bool) else _settle(claim)
    return {**claim, "verdict": f"holds when {when}" if when and verdict == "holds" else verdict, "reason": reason}


def _figure(value: Any) -> Any:
    v = np.asarray(value, "float64")
    several = v.ndim == 1 and v.size > 1
    return {"mean": float(v.mean()), "std": float(v.std(ddof=1)), "n": int(v.size)} if several else v.item()


def figures_in_words(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return stored figures as text: three digits, mean ± standard deviation where there were several."""

    def number(value: float) -> str:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"

    return {
        name.replace("_", " "): f"{number(v['mean'])} ± {v['std']:.2g} ({v['n']} seeds)"
        if isinstance(v, dict)
        else number(v)
        for name, v in figures.items()
    }


def _number(value: float, margin: float) -> str:
    """Return a difference with a digit more than its margin needs."""
    digits = 3 if margin == 0 else min(max(0, 1 - math.floor(math.log10(margin))), 6)
    return f"{value:+.{digits}f}"


def _interval(case: Mapping[str, Any]) -> tuple[str, str]:
    mean, low, high = (_number(case[key], case["margin"]) for key in ("mean", "low", "high"))
    return mean, f"{low} to {high}"


_PARTS = {
    "cases": "",
    "elsewhere": "elsewhere",
    "controls": "control",
    "second_best": "with another setting",
}


def _rows(claim: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (": ".join(word for word in (part, case["name"]) if word) or "difference", case)
        for key, part in _PARTS.items()
        for case in claim[key]
    ]


def _below(claim: Mapping[str, Any]) -> list[str]:
    """Return the sentences below the differences: the rule, margin and seeds, and what is left out."""
    lines = []
    if claim["cases"]:
        first = claim["cases"][0]
        images = f" and {first['images']} held-out images" if first["images"] else ""
        lines.append(
            f"Mean of {first['seeds']} seeds{images} with its {first['confidence']:.0%} interval; margin "
            f"{first['margin']:g}. Rule: {RULES[claim['expect']]}."
        )
    if claim["left_out"]:
        lines.append(f"Not in the interval: {claim['left_out']}.")
    if claim["untuned"]:
        lines.append(f"Nothing was tuned: {claim['untuned']}.")
    if claim["figures"]:
        lines.append("; ".join(f"{k} {v}" for k, v in figures_in_words(claim["figures"]).items()) + ".")
    return lines


def _head(claim: Mapping[str, Any]) -> str:
    verdict = claim["verdict"]
    return f"{verdict[0].upper()}{verdict[1:]}" + (f": {claim['reason']}" if claim["reason"] else "")


def as_lines(claim: Mapping[str, Any]) -> list[str]:
    """Return a record as lines of text: sentence, verdict, differences, and what they rest on."""
    lines = [f"{claim['id']}: {claim['said']}.", f"{_head(claim)}."]
    for name, case in _rows(claim):
        mean, interval = _interval(case)
        lines.append(
            f"  {name}: {mean} ({interval}), more in {case['wins']} of {case['seeds']} seeds: {case['verdict']}"
        )
    return [*lines, *_below(claim)]


def as_html(claim: Mapping[str, Any]) -> str:
    """Return a record as a box: the verdict by colour, line, sign and word, and a table of its differences."""
    base = claim["verdict"].split(" when ")[0]
    color, line, sign = LOOK[base]
    cell = 'style="text-align:{};padding:.1em .8em .1em 0"'
    left, right = cell.format("left"), cell.format("right")
    rows = "".join(
        f"<tr><td {left}>{html.escape(name)}</td><td {right}>{mean}</td><td {right}>{interval}</td>"
        f"<td {right}>{case['wins']} of {case['seeds']}</td>"
        f'<td {left}><span style="color:{LOOK[case["verdict"]][0]}">{LOOK[case["verdict"]][2]}</span> '
        f"{case['verdict']}</td></tr>"
        for name, case in _rows(claim)
        for mean, interval in [_interval(case)]
    )
    table = (
        f'<table style="margin:.3em 0"><thead><tr><th {left}></th><th {right}>difference</th><th {right}>interval</th>'
        f"<th {right}>more in</th><th {left}></th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    below = "".join(f'<div style="opacity:.8;font-size:.9em">{html.escape(text)}</div>' for text in _below(claim))
    return (
        f'<div style="border-left:6px {line} {color};padding:.3em .8em">'
        f"<div><strong>{html.escape(claim['id'])}</strong>: {html.escape(claim['said'])}.</div>"
        f'<div><strong><span style="color:{color}">{sign}</span> {html.escape(_head(claim))}.</strong></div>'
        f"{table}{below}</div>"
    )
