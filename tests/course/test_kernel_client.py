"""A sign of a message that is missed costs a moment, not the whole run."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import nbformat
import pytest

pytest.importorskip("zmq", reason="is in the extra 'course'")

import zmq
import zmq.asyncio
from jupyter_client.session import Session

from tlwidgets.course import kernel_client, runner

POLL = zmq.asyncio.Socket.poll


async def deaf(self, timeout=None, flags=zmq.POLLIN):
    """Notice a message only when the time is over, or never."""
    await asyncio.sleep(3600 if timeout is None else timeout / 1000)
    return await POLL(self, 0, flags)


@pytest.fixture(params=["as it is", "deaf"])
def socket_class(request, monkeypatch):
    if request.param == "deaf":
        monkeypatch.setattr(zmq.asyncio.Socket, "poll", deaf)


async def ask(timeout, *, send):
    session, context = Session(key=b"key"), zmq.asyncio.Context()
    there, here = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    try:
        there.bind("inproc://here")
        here.connect("inproc://here")
        if send:
            await there.send_multipart(session.serialize(session.msg("execute_reply")))
        return await asyncio.wait_for(kernel_client.Channel(here, session).get_msg(timeout), 30)
    finally:
        context.destroy(linger=0)


def answer(timeout, *, send):
    """Run it in a thread of its own: a browser test in this worker leaves a running loop behind."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask(timeout, send=send)).result()


@pytest.mark.parametrize("timeout", [None, 20])
def test_an_answer_is_found_also_if_nothing_announced_it(socket_class, timeout):
    assert answer(timeout, send=True)["msg_type"] == "execute_reply"


def test_a_time_limit_is_kept(socket_class):
    with pytest.raises(Empty):
        answer(1.2, send=False)


@pytest.mark.slow
def test_notebooks_are_run_with_it(tmp_path, monkeypatch):
    """With nbclient's own channels this would wait for an hour."""
    monkeypatch.setattr(zmq.asyncio.Socket, "poll", deaf)
    monkeypatch.setattr(kernel_client, "LOOK_AGAIN", 0.05)
    cell = nbformat.v4.new_code_cell("print(6 * 7)")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "one.ipynb")
    (result,) = runner.run([str(tmp_path / "one.ipynb")], profile="smoke", out=tmp_path / "out", say=lambda line: None)
    assert result.outcome == "passed", result.error
    (_, ran) = nbformat.read(tmp_path / "out" / "one.ipynb", as_version=4).cells
    assert ran.outputs[0].text == "42\n"
