"""Make the sample class: 30 invented learners who hand in sheet 03, from very good to hostile.

It writes `submissions/` and `expected.csv` beside itself, the same bytes every time. The hostile ones attack
for real: never run them outside the sandbox.
"""

from __future__ import annotations

import copy
import csv
import json
import shutil
from pathlib import Path

from tlwidgets.grading import load

HERE = Path(__file__).resolve().parent
NAME = "freezing"

FREEZE = """def freeze_to(model, k):
    for i, layer in enumerate(model.layers):
        layer.trainable = i >= k"""
FREEZE_LOOPS = """def freeze_to(model, k):
    for layer in model.layers[:k]:
        layer.trainable = False
    for layer in model.layers[k:]:
        layer.trainable = True"""
# in part: setting model.trainable to True does nothing when it is True already, whatever the layers say
FREEZE_FIRST = """def freeze_to(model, k):
    model.trainable = True
    for layer in model.layers[:k]:
        layer.trainable = False"""
FREEZE_ONLY = """def freeze_to(model, k):
    for layer in model.layers[:k]:
        layer.trainable = False"""
FREEZE_OFF_BY_ONE = """def freeze_to(model, k):
    for i, layer in enumerate(model.layers):
        layer.trainable = i > k"""
USES = """def uses(model, base):
    inside = [layer for layer in base.layers if layer.weights]
    return any(layer is base or any(layer is b for b in inside) for layer in model.layers)"""
USES_IDS = """def uses(model, base):
    wanted = {id(base)} | {id(layer) for layer in base.layers if layer.weights}
    return bool(wanted & {id(layer) for layer in model.layers})"""
USES_WEIGHTS = """def uses(model, base):
    mine = {id(w) for w in base.weights}
    return any(id(w) in mine for w in model.weights)"""
USES_NESTED = """def uses(model, base):
    return base in model.layers"""
USES_NAMES = """def uses(model, base):
    names = {layer.name for layer in base.layers} | {base.name}
    return any(layer.name in names for layer in model.layers)"""
ALWAYS = "def uses(model, base):\n    return True"
WHY = "Freeze up to the middle and train the rest, and compare depths on validation images with several seeds."

HOSTILE = {
    "hostile-reader": """import os
found = []
for root in ("/home", "/root", "/srv", "/opt", "..", "/tmp", "/etc"):
    for folder, _, names in os.walk(root):
        found += [os.path.join(folder, n) for n in names if n.startswith("test_") and "hidden" in folder]
for name in found:
    print(open(name).read())
print("hidden tests found:", found)
""",
    "hostile-writer": """import os, pathlib
for place in (".", "..", "/", "/usr", "/etc", os.path.expanduser("~"), os.path.dirname(os.__file__)):
    try:
        pathlib.Path(place, "tlwidgets-sample-was-here").write_text("x")
        print("wrote to", place)
    except OSError as e:
        print(e)
""",
    "hostile-network": """import socket
try:
    socket.create_connection(("127.0.0.1", 22), timeout=2)
    print("connected")
except OSError as e:
    print("refused:", e)
""",
    "hostile-child": """import subprocess
subprocess.Popen(["sleep", "612345678"], start_new_session=True)
""",
}
EQUAL = """class Equal:
    trainable = False
    def __eq__(self, other): return True
    def __hash__(self): return 1
    def __bool__(self): return True
    def __len__(self): return 8
    def __getattr__(self, name): return self
    def __getitem__(self, key): return self
    def __call__(self, *args, **kwargs): return self
"""


def book(freeze=FREEZE, uses=USES, why=WHY):
    """Return a filled-in copy of the sheet."""
    sheet = load(NAME, HERE.parent)
    whole = json.loads(sheet.notebook(sheet.release()))
    answers = {"freeze_to": freeze, "uses": uses, "why": why}
    for cell in whole["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if answers.get(name) is not None:
            cell["source"] = answers[name]
    return whole


def cell(whole, name):
    """Return the cell of an answer."""
    return next(c for c in whole["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def learners():
    """Yield name, notebook (or bytes, or nothing), points for the two tasks, hour of the last day."""
    good = [("ada", FREEZE, USES), ("ben", FREEZE_LOOPS, USES_IDS), ("chidi", FREEZE_LOOPS, USES_WEIGHTS),
            ("dolores", FREEZE, USES_IDS), ("erik", FREEZE_LOOPS, USES), ("fatima", FREEZE, USES_WEIGHTS)]  # fmt: skip
    for name, freeze, uses in good:
        yield name, book(freeze, uses), 4, 4, 20
    yield "Grüße Ωμέγα 学生", book(FREEZE, USES_WEIGHTS), 4, 4, 20
    yield "hana o'neill", book(FREEZE_LOOPS, USES_IDS), 4, 4, 20
    # in part
    yield "ines", book(FREEZE_FIRST, USES), 3, 4, 20
    yield "jonas", book(FREEZE_OFF_BY_ONE, USES), 0, 4, 20
    yield "kofi", book(FREEZE, USES_NESTED), 4, 3, 20
    yield "li", book(FREEZE, USES_NAMES), 4, 3, 20
    yield "maria", book(FREEZE_ONLY, ALWAYS, None), 3, 0, 20
    yield "nils", book(FREEZE, None, None), 4, 0, 20
    yield "olga", book(None, None, None), 0, 0, 20
    # late
    yield "pavel", book(), 4, 4, 26
    yield "quentin", book(FREEZE_ONLY, USES_IDS), 3, 4, 49
    # broken
    yield "rosa", b'{"cells": [{"cell_type": "code", "sour', 0, 0, 20
    yield "sven", None, 0, 0, 20
    whole = book(FREEZE.replace("):", ")"), USES)
    yield "tariq", whole, 0, 4, 20
    whole = book(FREEZE, USES)
    for one in whole["cells"]:
        one["metadata"], one["id"] = {}, f"x{one['id']}"
    whole["metadata"]["kernelspec"] = {"name": "no-such-kernel", "display_name": "?", "language": "julia"}
    yield "uma", whole, 4, 4, 20
    whole = book(FREEZE, USES)
    twice = copy.deepcopy(cell(whole, "uses"))
    twice["id"] = "twice"
    cell(whole, "uses")["source"] = "raise SystemExit"
    whole["cells"].append(twice)
    whole["cells"] = [
        c for c in whole["cells"] if not c["metadata"].get("nbgrader", {}).get("grade_id", "").endswith("_check")
    ]
    yield "viktor", whole, 4, 4, 20
    # hostile
    yield "hostile-loop", book(FREEZE, "while True:\n    pass"), 4, 0, 20
    yield "hostile-exit", book("import os\nos._exit(0)", USES), 0, 4, 20
    yield "hostile-equal", book(EQUAL + "freeze_to = Equal()", "def uses(model, base):\n    return Equal()"), 0, 0, 20
    quiet = "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])"
    yield "hostile-no-op", book(f"{quiet}\ndef freeze_to(model, k): pass", USES), 0, 0, 20
    for name, attack in HOSTILE.items():
        yield name, book(attack + FREEZE, USES), 4, 4, 20


def main() -> None:
    """Write everything anew."""
    out = HERE / "submissions"
    shutil.rmtree(out, ignore_errors=True)
    rows = []
    for name, whole, freeze, uses, hour in learners():
        folder = out / name / NAME
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(f"2026-03-{1 + hour // 24:02d} {hour % 24:02d}:15:00 UTC\n")
        if whole is not None:
            raw = (
                whole if isinstance(whole, bytes) else (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()
            )
            (folder / f"{NAME}.ipynb").write_bytes(raw)
        rows.append([name, freeze, uses, "late" if hour > 24 else ""])
    with (HERE / "expected.csv").open("w", encoding="utf-8", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows([["learner", "freeze_to", "uses", "late"], *sorted(rows)])
    print(f"{len(rows)} learners")


if __name__ == "__main__":
    main()
