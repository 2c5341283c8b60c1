"""The same class on a Dask cluster, with a worker killed half-way."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.grading import grader
from tlwidgets.grading.sandbox import Limits

pytestmark = pytest.mark.slow
LIMITS = Limits(cpu=6, wall=60, memory=1 << 30)


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, host="127.0.0.1"
    ) as cluster:
        yield cluster


def test_a_worker_killed_half_way_loses_and_doubles_nothing(
    cluster, sandbox_kind, cheap, class_folder, hand_in, tmp_path
):
    crash = "import os\nos._exit(0)"
    people = {f"learner{i:02d}": hand_in(*([crash] if i % 5 == 0 else []), why=str(i)) for i in range(15)}
    out = tmp_path / "r"
    with cluster.get_client() as client:
        pids = list(client.run(os.getpid).values())
    killed = []

    def kill():
        while len(list((out / "runs").glob("*.json"))) < 4:
            time.sleep(0.02)
        os.kill(pids[0], signal.SIGKILL)
        killed.append(len(list((out / "runs").glob("*.json"))))

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    found = grader.grade(
        class_folder(people), cheap, out, limits=LIMITS, cluster=cluster.scheduler_address, say=lambda _: None
    )
    thread.join(10)
    assert killed
    assert killed[0] < 15
    assert {g.learner: g.points for g in found} == {k: 2 if int(k[-2:]) % 5 == 0 else 4 for k in people}
    assert len(list((out / "runs").glob("*.json"))) == 15


def test_no_scheduler_is_said(cheap, class_folder, hand_in, tmp_path):
    with pytest.raises(CourseError, match="no Dask scheduler answers"):
        grader.grade(
            class_folder({"ann": hand_in()}), cheap, tmp_path / "r", cluster="tcp://127.0.0.1:9", say=lambda _: None
        )
