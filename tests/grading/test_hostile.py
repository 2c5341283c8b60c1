"""Submissions that attack: each ends with the points it deserves and a sentence; nothing changes, nothing runs on.

The attacks are real and run only inside the sandbox; sockets go to loopback.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from pathlib import Path

import pytest

from tlwidgets.grading import unit
from tlwidgets.grading.sandbox import Limits

LIMITS = Limits(cpu=6, wall=60, memory=1 << 30)
DOUBLE = "def double(x):\n    return 2 * x\n"
TOTAL = "def total(numbers):\n    return sum(numbers)\n"


@pytest.fixture
def scores(engine, cheap, hand_in):
    """Return points for each task, and the run."""

    def of(double=DOUBLE, total=TOTAL, limits=LIMITS, raw=None):
        seed = secrets.randbits(30)
        ran = unit.run(engine, cheap, hand_in(double, total) if raw is None else raw, seed, limits)
        found = {m.test: m for m in unit.judge(engine, cheap, ran, seed, limits)}
        points = {"double": 0.0, "total": 0.0}
        for test in unit.hidden_tests(cheap):
            points[test.task] += test.points * found[test.name].passed
        return points["double"], points["total"], ran

    return of


def printed(ran, task):
    return "".join(str(o.get("text", "")) for o in ran.outputs.get(task, []))


def running(marker):
    """Return the processes with an argument of this name, anywhere on the machine."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and marker.encode() in (path / "cmdline").read_bytes().split(b"\0"):
                found.append(path.name)
        except OSError:
            continue
    return found


def test_a_correct_answer_gets_everything(scores):
    double, total, ran = scores()
    assert (double, total) == (2, 2)
    assert ran.notes == []
    assert ran.errors == {}


def test_wrong_and_partial_answers_get_what_they_deserve(scores):
    wrong = "def double(x):\n    return x + 1"
    part = (
        "def total(numbers):\n    t = None\n    for n in numbers:\n        t = n if t is None else t + n\n    return t"
    )
    assert scores(wrong, part)[:2] == (0, 1)


def test_a_loop_is_stopped_and_the_rest_is_graded(scores):
    double, total, ran = scores("while True:\n    pass")
    assert (double, total) == (0, 2)
    assert "stopped after" in ran.errors["double"]


def test_a_loop_that_cannot_be_interrupted_costs_only_its_own_marks(scores):
    stubborn = """import signal
for s in (signal.SIGPROF, signal.SIGALRM, signal.SIGINT, signal.SIGXCPU): signal.signal(s, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass"""
    double, total, ran = scores(stubborn, limits=Limits(cpu=2, wall=60, memory=1 << 30))
    assert (double, total) == (0, 2)
    assert "could not be interrupted" in ran.errors["double"]


def test_code_that_sleeps_is_ended_by_the_backstop(scores):
    double, total, ran = scores("import time\ntime.sleep(1000)", limits=Limits(cpu=6, wall=4, memory=1 << 30))
    assert (double, total) == (0, 2)
    assert ran.errors["double"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import ctypes\nctypes.string_at(0)", "segmentation fault"),
        ("import os\nos._exit(0)", "status 0"),
        ("import os\nos.abort()", "abort"),
        ("import os\nos.kill(os.getpid(), 9)", "a kill"),
    ],
)
def test_a_crash_costs_only_its_own_marks(scores, code, words):
    double, total, ran = scores(code)
    assert (double, total) == (0, 2)
    assert words in ran.errors["double"]


def test_exit_is_only_the_end_of_a_cell(scores):
    assert scores(DOUBLE + "import sys\nsys.exit(0)")[:2] == (2, 2)


def test_taking_20_gb_is_a_memory_error_in_that_cell(scores):
    enough = Limits(cpu=60, wall=120, memory=1 << 30)  # writing a gigabyte takes seconds where pages are slow
    double, total, ran = scores(DOUBLE + "kept = [bytearray(b'x' * 100_000_000) for _ in range(200)]", limits=enough)
    assert (double, total) == (2, 2)  # the function was defined before the attack
    assert "MemoryError" in ran.errors["double"]


def test_many_processes_together_cannot_take_more_than_one_may(scores):
    code = """import os, time
for _ in range(20):
    if os.fork() == 0:
        kept = bytearray(b'x' * 300_000_000); time.sleep(30); os._exit(0)
time.sleep(20)"""
    double, total, ran = scores(code)
    assert (double, total) == (0, 2)
    assert "GB together" in ran.errors["double"]


def test_a_fork_bomb_runs_into_the_limit(scores):
    marker = str(700_000_000 + secrets.randbelow(10**8))
    code = f"""import subprocess
children = []
try:
    while True: children.append(subprocess.Popen(['sleep', '{marker}']))
except OSError as e: print(len(children) < 200, e)
"""
    double, total, ran = scores(code + DOUBLE)
    assert (double, total) == (2, 2)
    assert printed(ran, "double").startswith("True")
    assert running(marker) == []


def test_filling_the_disk_fills_only_the_box(scores):
    code = """n = 0
for place in ('/box', '/tmp', '/dev/shm', '/dev'):
    try:
        for i in range(100):
            open(f'{place}/{i}', 'wb').write(b'x' * 20_000_000); n += 1
    except OSError as e: print(place, 'full')
print(n * 20 < 1000)
"""
    double, total, ran = scores(code + DOUBLE)
    assert (double, total) == (2, 2)
    assert printed(ran, "double").endswith("True\n")


def test_printing_a_gigabyte_is_cut(scores):
    double, total, ran = scores("for _ in range(1000): print('x' * 1_000_000)\n" + DOUBLE)
    assert (double, total) == (2, 2)
    assert len(printed(ran, "double")) <= 50_000
    assert any("cut" in note for note in ran.notes)


def test_it_finds_no_test_and_no_other_learner(scores, tmp_path, top):
    secret = tmp_path / "another-learner.ipynb"
    secret.write_text("answer")
    os.chmod(tmp_path, 0o755)  # noqa: PTH101
    code = f"""import os
print(*[os.path.exists(p) for p in ({str(secret)!r}, {str(top / "assignments")!r}, {str(top / "tests")!r})])
print([os.path.join(d, f) for d, _, fs in os.walk({str(top)!r}) for f in fs if 'hidden' in d and f.startswith('test_')])
print(sorted(k for k in os.environ if 'KEY' in k or 'TOKEN' in k or 'PYTEST' in k))
"""
    double, _, ran = scores(code + DOUBLE)
    assert double == 2
    assert printed(ran, "double") == "False False False\n[]\n[]\n"


def test_it_changes_nothing_outside(scores, tmp_path, top):
    os.chmod(tmp_path, 0o777)  # noqa: PTH101
    code = f"""import os
for place in ({str(tmp_path)!r}, {str(top)!r}, '/', '/usr', '/etc', '/dev', os.path.dirname(os.__file__)):
    try: open(place + '/tlwidgets-was-here', 'w').close(); print(place)
    except OSError: pass
"""
    written = printed(scores(code + DOUBLE)[2], "double").split()
    assert all(place.startswith("/tmp/") for place in written), written  # in the box's own /tmp, which is gone with it
    for place in (tmp_path, top, Path("/"), Path("/usr"), Path("/etc"), Path(os.__file__).parent):
        assert not (place / "tlwidgets-was-here").exists()


def test_no_connection_leaves_the_box(scores):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        code = f"""import socket
try: socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=2); print('connected')
except OSError as e: print('refused')
"""
        assert printed(scores(code + DOUBLE)[2], "double") == "refused\n"
        with pytest.raises(TimeoutError):
            server.accept()


def test_nothing_is_left_behind(scores):
    marker = str(800_000_000 + secrets.randbelow(10**8))
    code = f"import subprocess\nsubprocess.Popen(['sleep', '{marker}'], start_new_session=True)\n"
    assert scores(code + DOUBLE)[:2] == (2, 2)
    time.sleep(0.2)
    assert running(marker) == []


def test_it_has_no_rights_to_gain(scores):
    code = """import subprocess, os
print(subprocess.run(['unshare', '-Ur', 'true'], capture_output=True).returncode != 0, os.getuid() != 0)
rights = ('CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs')
print([line.split()[1] for line in open('/proc/self/status') if line.startswith(rights)])
print(sorted(os.listdir('/proc/self/fd')) and [p for p in os.listdir('/proc') if p.isdigit() and int(p) > 40])
"""
    said = printed(scores(code + DOUBLE)[2], "double").splitlines()
    assert said[0] == "True True"
    assert said[1] == str(["0" * 16, "0" * 16, "0" * 16, "1"])
    assert said[2] == "[]"


def test_making_later_cells_do_nothing_earns_nothing(scores):
    code = "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\ndef double(x): return 0"
    double, total, ran = scores(code)
    assert (double, total) == (0, 0)
    assert any("look at this answer" in note for note in ran.notes)


def test_an_object_equal_to_everything_earns_nothing(scores):
    code = """class Equal:
    dtype = __class__ = property(lambda self: __import__('numpy').ndarray)
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __len__(self): return 1
"""
    assert scores(f"{code}double = Equal()", f"{code}total = Equal()")[:2] == (0, 0)


def test_a_list_that_lies_about_itself_earns_nothing(scores):
    code = (
        "class L(list):\n    def __eq__(self, o): return True\nclass F(float):\n    def __eq__(self, o): return True\n"
    )
    double, total, ran = scores(f"{code}def double(x): return L()", f"{code}def total(n): return F()")
    assert (double, total) == (0, 0)
    assert "cannot be recorded" in ran.errors["double"]


def test_patching_the_grader_inside_the_box_changes_no_mark(scores):
    code = """import sys
for name, module in list(sys.modules.items()):
    if name.startswith(('tlwidgets', 'pytest', '_pytest')):
        for key, value in list(vars(module).items()):
            if callable(value):
                try: setattr(module, key, lambda *a, **k: True)
                except Exception: pass
def double(x): return x
"""
    assert scores(code)[0] == 0


FORGE = """import json, os
def forge(name, ending, body):
    head = {{'kind': 'record', 'name': name, 'ending': ending, 'task': 'double', 'size': len(body)}}
    line = json.dumps(head).encode()
    for fd in range(3, 60):
        try:
            if os.readlink(f'/proc/self/fd/{{fd}}').startswith('pipe:'): os.write(fd, line + b'\\n' + body)
        except OSError: pass
{more}
os._exit(0)
"""


@pytest.mark.parametrize(
    "more",
    [
        "forge('double', 'json', b'[1, 2, 3]')",
        "forge('double', 'npy', b'\\x93NUMPY' + b'\\xff' * 500)",
        "import pickle, numpy as np, io\n"
        "class Run:\n    def __reduce__(self): return (os.system, ('touch /box/hidden/ran',))\n"
        "b = io.BytesIO(); np.save(b, np.array([Run()], dtype=object), allow_pickle=True)\n"
        "forge('double', 'npy', b.getvalue())",
        "forge('double', 'pickle', b'cos\\nsystem\\n(S\"true\"\\ntR.')",
        "forge('../../../double', 'json', b'1')",
        "forge('double', 'h5', b'\\x89HDF')",
        "forge('double', 'json', b'[' * 100000)",
        "os.write(5, b'x' * 3_000_000)",
    ],
)
def test_forged_records_earn_nothing(scores, more):
    """An answer cell that writes records itself knows no input of the run, because the seed is new."""
    double, total, ran = scores(FORGE.format(more=more))
    assert double == 0
    assert total == 2
    assert all("/" not in name for name in ran.records)


def test_a_forged_end_loses_only_what_was_not_there(scores):
    more = "forge('x', 'json', b'1')\nos.write(4, b'{\"kind\": \"end\", \"size\": 0}\\n')"
    double, total, _ = scores(FORGE.format(more=more))
    assert double == 0
    assert total in (0, 2)


def test_edited_and_deleted_checks_are_ignored(scores, hand_in):
    whole = hand_in("def double(x): return x", raw=False)
    for cell in whole["cells"]:
        grade = cell["metadata"].get("nbgrader", {})
        if grade.get("grade_id", "").endswith("_check"):
            cell["source"], grade["points"], grade["grade"] = "pass", 100, False
    assert scores(raw=json.dumps(whole).encode())[:2] == (0, 2)
    whole["cells"] = [
        c for c in whole["cells"] if not c["metadata"].get("nbgrader", {}).get("grade_id", "").endswith("_check")
    ]
    assert scores(raw=json.dumps(whole).encode())[:2] == (0, 2)


def test_a_cold_box_gives_the_same_marks(sandbox_kind, cheap, hand_in):
    from tlwidgets.grading.engine import Engine

    with Engine(sandbox_kind, warm=False) as engine:
        ran = unit.run(engine, cheap, hand_in("import os\nos._exit(1)"), 3, LIMITS)
        scores = unit.judge(engine, cheap, ran, 3, LIMITS)
    assert [m.passed for m in scores] == [False, True, True]
    assert "status 1" in ran.errors["double"]


def test_a_forged_record_does_arrive_and_is_judged_like_any_other(scores):
    """The forging above is not harmless because it fails: what arrives is wrong, since no input was known."""
    double, _, ran = scores(FORGE.format(more="forge('double', 'json', b'[1, 2, 3]')"))
    assert ran.records["double"][0] == "json"
    assert double == 0
