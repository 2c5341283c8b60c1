"""An answer that arrives while the client writes is heard."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import nbformat
import pytest
import zmq.asyncio
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import Session

from tlwidgets.course import kernel_client, runner


async def hears(kind) -> bool:
    """Let an answer come just before a message is sent, while a channel of this kind waits for it."""
    session, context = Session(key=b"key"), zmq.asyncio.Context()
    kernel, client = zmq.Context(context).socket(zmq.PAIR), context.socket(zmq.PAIR)
    channel = kind(client, session)
    try:
        kernel.bind("tcp://127.0.0.1:*")
        client.connect(kernel.getsockopt_string(zmq.LAST_ENDPOINT))
        channel.send(session.msg("kernel_info_request"))  # the connection stands and both have written
        await asyncio.sleep(0.2)
        waiting = asyncio.create_task(channel.get_msg(timeout=3))
        await asyncio.sleep(0.2)
        kernel.send_multipart(session.serialize(session.msg("execute_reply")))
        time.sleep(0.2)  # it arrives, and the loop has no chance to see the sign
        channel.send(session.msg("comm_msg"))
        begin = time.monotonic()
        return (await waiting)["msg_type"] == "execute_reply" and time.monotonic() - begin < 2
    except Empty:
        return False
    finally:
        client.close(linger=0)
        kernel.close(linger=0)
        context.term()


@pytest.mark.parametrize(("kind", "heard"), [(kernel_client.Channel, True), (AsyncZMQSocketChannel, False)])
def test_an_answer_is_heard_that_comes_while_the_client_writes(kind, heard):
    """Where jupyter_client's own channel hears it too, ours is no longer needed."""
    with ThreadPoolExecutor(1) as pool:  # a browser test leaves a running loop behind in this thread
        assert pool.submit(asyncio.run, hears(kind)).result() is heard


@pytest.mark.slow
def test_notebooks_are_run_with_it(tmp_path, monkeypatch):
    sent = []
    plain = kernel_client.Channel.send
    monkeypatch.setattr(
        kernel_client.Channel, "send", lambda self, msg: (sent.append(msg["msg_type"]), plain(self, msg))
    )
    cell = nbformat.v4.new_code_cell("import ipywidgets\nwith ipywidgets.Output():\n    print(6 * 7)")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "one.ipynb")
    (result,) = runner.run([str(tmp_path / "one.ipynb")], profile="smoke", out=tmp_path / "out", say=lambda line: None)
    assert result.outcome == "passed", result.error
    assert {"execute_request", "comm_msg"} <= set(sent)
