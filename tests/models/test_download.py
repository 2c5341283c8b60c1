"""Downloads: only when asked, resumed, checked, alone; all against a server on this machine."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import subprocess
import sys
import threading
import time
from collections import namedtuple

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.models import download
from tlwidgets.models.download import NotHere, WeightFile, fetch, locate

CONTENT = np.random.default_rng(0).bytes(1_000_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """A server that can misbehave."""

    daemon_threads = True
    content = CONTENT
    tag = '"one"'
    ranges = True
    stop_after: int | None = None
    pause = 0.0
    goog = ""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        s = self.server
        wanted = self.headers.get("Range")
        s.asked.append(wanted)
        if self.path == "/missing.h5":
            return self.send_error(404)
        begin = 0
        if wanted and s.ranges and self.headers.get("If-Range", s.tag) == s.tag:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(s.content):
                return self.send_error(416)
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(s.content) - 1}/{len(s.content)}")
        if s.tag:
            self.send_header("ETag", s.tag)
        if s.goog:
            self.send_header("x-goog-hash", s.goog)
        self.send_header("Content-Length", str(len(s.content) - begin))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(s.content[begin : s.stop_after])
            self.wfile.flush()
            time.sleep(s.pause)


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    s = Server()
    threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield s
    s.shutdown()
    s.server_close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("TLWIDGETS_WEIGHTS", raising=False)
    return tmp_path / "keras" / "models"


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_download_is_complete_and_leaves_nothing_else(server, tmp_path, capsys):
    target = fetch(server.url + "w.h5", tmp_path / "models" / "w.h5", md5=MD5)
    assert target.read_bytes() == CONTENT
    assert names(target.parent) == ["w.h5"]
    assert "w.h5 (1.0 MB) from 127.0.0.1" in capsys.readouterr().out


@pytest.mark.parametrize("md5", [MD5, None])
def test_a_broken_download_goes_on_where_it_stopped(server, tmp_path, md5):
    server.stop_after = 600_000
    with pytest.raises(NotHere, match=r"ended after 0\.6 of 1\.0 MB.*0\.6 MB are kept"):
        fetch(server.url + "w.h5", tmp_path / "w.h5", md5=md5)
    assert not (tmp_path / "w.h5").exists()
    server.stop_after = None
    fetch(server.url + "w.h5", tmp_path / "w.h5", md5=md5)
    assert server.asked == [None, "bytes=600000-"]
    assert (tmp_path / "w.h5").read_bytes() == CONTENT
    assert names(tmp_path) == ["w.h5"]


def test_a_server_without_ranges_is_asked_for_the_whole(server, tmp_path):
    server.stop_after = 600_000
    with pytest.raises(NotHere):
        fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5)
    server.stop_after, server.ranges = None, False
    assert fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5).read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_not_mixed(server, tmp_path):
    server.stop_after = 600_000
    with pytest.raises(NotHere):
        fetch(server.url + "w.h5", tmp_path / "w.h5")
    server.stop_after, server.tag, server.content = None, '"two"', CONTENT[::-1]
    assert fetch(server.url + "w.h5", tmp_path / "w.h5").read_bytes() == CONTENT[::-1]


def test_without_version_and_checksum_nothing_is_resumed(server, tmp_path):
    server.tag, server.stop_after = "", 600_000
    with pytest.raises(NotHere) as error:
        fetch(server.url + "w.h5", tmp_path / "w.h5")
    assert "kept" not in str(error.value)
    server.stop_after = None
    assert fetch(server.url + "w.h5", tmp_path / "w.h5").read_bytes() == CONTENT
    assert server.asked == [None, None]


def test_a_partial_file_longer_than_the_file_starts_again(server, tmp_path):
    server.stop_after = 600_000
    with pytest.raises(NotHere):
        fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5)
    (tmp_path / "w.h5.part").write_bytes(CONTENT * 2)
    server.stop_after = None
    assert fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5).read_bytes() == CONTENT


def test_wrong_bytes_are_removed(server, tmp_path):
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(NotHere, match="wrong checksum"):
        fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5)
    server.goog = "crc32c=AAAAAA==, md5=" + base64.b64encode(bytes.fromhex(MD5)).decode()
    with pytest.raises(NotHere, match="wrong checksum"):
        fetch(server.url + "w.h5", tmp_path / "w.h5")
    assert [n for n in names(tmp_path) if not n.endswith(".lock")] == []


def test_a_silent_server_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    server.stop_after, server.pause = 100_000, 3
    with pytest.raises(NotHere, match=r"timed out.*goes on from there"):
        fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5)


def test_errors_of_the_server_and_no_server_are_one_sentence(server, tmp_path):
    with pytest.raises(NotHere, match="the server answers 404"):
        fetch(server.url + "missing.h5", tmp_path / "w.h5")
    server.shutdown()
    server.server_close()
    with pytest.raises(NotHere, match=r"connection to 127\.0\.0\.1:\d+ failed \(.*refused"):
        fetch(server.url + "w.h5", tmp_path / "w.h5")


def test_a_full_disk_is_said_before_and_while_writing(server, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as m:
        m.setattr(download.shutil, "disk_usage", lambda _: usage(10, 9, 1))
        with pytest.raises(NotHere, match="no room for 1 MB"):
            fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5)
    if sys.platform == "linux":
        (tmp_path / "w.h5.part").symlink_to("/dev/full")
        with pytest.raises(NotHere, match=r"cannot be written to .*: No space left on device"):
            fetch(server.url + "w.h5", tmp_path / "w.h5", md5=MD5)
    assert [n for n in names(tmp_path) if not n.endswith(".lock")] == []


def test_a_folder_that_cannot_be_made_is_one_sentence(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotHere, match="cannot be written"):
        fetch(server.url + "w.h5", tmp_path / "file" / "models" / "w.h5")


def test_two_processes_fetch_it_once(server, tmp_path):
    server.stop_after, server.pause = None, 0.5
    code = (
        "import sys; from pathlib import Path; from tlwidgets.models.download import fetch;"
        "fetch(sys.argv[1], Path(sys.argv[2]), md5=sys.argv[3])"
    )
    arguments = [sys.executable, "-c", code, server.url + "w.h5", str(tmp_path / "w.h5"), MD5]
    # hold the lock until both are waiting, so that they really meet
    with download._alone(tmp_path / "w.h5.lock"):
        both = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        first_lines = [p.stdout.readline() for p in both]
    assert all("Waiting: another process" in line for line in first_lines)
    assert [p.wait(60) for p in both] == [0, 0]
    for p in both:
        p.stdout.close()
    assert server.asked == [None]
    assert names(tmp_path) == ["w.h5"]


def weights(server, md5=MD5):
    return WeightFile("w.h5", server.url, 1.0, md5)


def test_nothing_is_fetched_unless_asked(server, home):
    with pytest.raises(
        NotHere, match=r"download=True fetches them \(about 1 MB\).*TLWIDGETS_WEIGHTS.*efficientnet-lite0"
    ):
        locate(weights(server), wanted_by="net")
    assert server.asked == []
    assert not home.exists()
    assert locate(weights(server), wanted_by="net", download=True) == home / "w.h5"
    assert locate(weights(server), wanted_by="net") == home / "w.h5"
    assert len(server.asked) == 1


def test_a_damaged_file_is_named_and_replaced_when_asked(server, home):
    home.mkdir(parents=True)
    (home / "w.h5").write_bytes(CONTENT[:1000])
    with pytest.raises(CourseError, match=r"w\.h5 is damaged .*delete it"):
        locate(weights(server), wanted_by="net")
    assert locate(weights(server), wanted_by="net", download=True).read_bytes() == CONTENT


def test_a_folder_and_a_mirror_can_be_named(server, home, tmp_path, monkeypatch):
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "w.h5").write_bytes(CONTENT)
    elsewhere = WeightFile("w.h5", "http://127.0.0.1:9/", 1.0, MD5)
    monkeypatch.setenv("TLWIDGETS_WEIGHTS", str(folder))
    assert locate(elsewhere, wanted_by="net") == folder / "w.h5"
    monkeypatch.setenv("TLWIDGETS_WEIGHTS", server.url)
    with pytest.raises(NotHere):
        locate(elsewhere, wanted_by="net")  # a mirror says where, not that
    assert locate(elsewhere, wanted_by="net", download=True) == home / "w.h5"
    monkeypatch.setenv("TLWIDGETS_WEIGHTS", str(tmp_path / "nowhere"))
    with pytest.raises(CourseError, match="a folder that is not there"):
        locate(elsewhere, wanted_by="net")
