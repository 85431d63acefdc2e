"""The server speaks HTTP/1.1 on loopback, and no client can make it hang or fall over."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from local.cvm import Options, StandIn, serve
from local.http1 import TEXT, Limits, Reply, Request, Server, running
from local.http1.server import DEFAULT_LIMITS
from tests.local.cvm.client import call, code, importing, sign
from tests.local.cvm.test_faults import until

Listening = StandIn | Server


@pytest.fixture
def hasty() -> Iterator[StandIn]:
    """Yield a stand-in that waits for nobody for long."""
    with serve(Options(rate=0, request_seconds=0.3, idle_seconds=0.3)) as stand_in:
        yield stand_in


SLOW = threading.Event()
CLOSING = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def answer(request: Request) -> Reply:
    """Repeat the body, after a moment on a path of its own."""
    if request.path == "/slow":
        SLOW.set()
        await asyncio.sleep(0.5)
    return Reply(204 if request.path == "/nothing" else 200, TEXT, request.body)


@contextmanager
def served(limits: Limits = DEFAULT_LIMITS) -> Iterator[Server]:
    """Run a server of its own."""
    SLOW.clear()
    server = Server(0, answer, limits)
    with running(server.run):
        yield server


def connect(cvm: Listening) -> socket.socket:
    """Open a connection."""
    return socket.create_connection(("127.0.0.1", cvm.port), 10)


def head(cvm: StandIn, start: str = "POST / HTTP/1.1", **more: str) -> bytes:
    """Write the head of a good DescribeKeyPairs with more headers, up to the empty line."""
    headers = {**sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host).headers}
    headers.update({name.replace("_", "-"): value for name, value in more.items()})
    return f"{start}\r\n".encode() + b"".join(f"{n}: {v}\r\n".encode() for n, v in headers.items()) + b"\r\n"


def talk(cvm: Listening, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send the parts, then give all that comes until the server closes."""
    with connect(cvm) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(pause)
        return heard(client)


def heard(client: socket.socket) -> bytes:
    """Give all that comes until the server closes or resets."""
    answer = b""
    try:
        while part := client.recv(65536):
            answer += part
    except ConnectionResetError:
        pass
    return answer


def status(answer: bytes) -> int:
    """Give the status of the first reply."""
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer[9:12])


def well(cvm: StandIn) -> bool:
    """Tell whether the server still answers others."""
    return code(call(cvm, "DescribeKeyPairs")) == "ok"


class TestForms:
    """What a client may do."""

    def test_keeps_connections(self, cvm: StandIn) -> None:
        """Many requests share a connection, and each knows which."""
        connection = http.client.HTTPConnection(cvm.host)
        for name in ("a", "b"):
            request = sign(cvm.credentials, "ImportKeyPair", importing(name), host=cvm.host)
            connection.request("POST", "/", request.body, request.headers)
            reply = connection.getresponse()
            assert reply.getheader("connection") == "keep-alive"
            assert json.loads(reply.read())["Response"]["KeyId"]
        connection.close()

        assert [item.connection for item in cvm.calls] == [1, 1]

    @pytest.mark.parametrize(
        ("start", "more", "keeps"),
        [
            ("POST / HTTP/1.1", {}, True),
            ("POST / HTTP/1.1", {"connection": "close"}, False),
            ("POST / HTTP/1.0", {}, False),
            ("POST / HTTP/1.0", {"connection": "Keep-Alive"}, True),
        ],
    )
    def test_keep_alive(self, hasty: StandIn, start: str, more: dict[str, str], keeps: bool) -> None:
        """A connection lives on as the versions of HTTP have it, and the reply says so."""
        answer = talk(hasty, head(hasty, start, content_length="2", **more) + b"{}")

        assert (b"Connection: keep-alive\r\n" in answer) is keeps
        assert status(answer) == 200

    def test_pipelining(self, cvm: StandIn) -> None:
        """Requests that come at once are answered one after another."""
        request = head(cvm, content_length="2") + b"{}"
        answer = talk(cvm, request + request + head(cvm, content_length="2", connection="close") + b"{}")

        assert answer.count(b"HTTP/1.1 200 OK") == answer.count(b'"TotalCount": 0') == 3

    def test_chunks(self, cvm: StandIn) -> None:
        """A body in chunks is read as one body."""
        parts = (b"2;x=y\r\n{}\r\n", b"000", b"1\r\n \r\n0\r\n", b"Trailer: x\r\n\r\n")
        request = sign(cvm.credentials, "DescribeKeyPairs", b"{} ", host=cvm.host)
        sent = head(cvm, **{**request.headers, "transfer_encoding": "chunked", "connection": "close"})
        answer = talk(cvm, sent, *parts, pause=0.02)

        assert b'"TotalCount": 0' in answer

    def test_continue(self, cvm: StandIn) -> None:
        """A client that asks first is told to go on."""
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host)
        sent = {**request.headers, "content-length": "2", "expect": "100-continue", "connection": "close"}
        with connect(cvm) as client:
            client.sendall(head(cvm, **sent))
            assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(b"{}")
            assert b'"TotalCount": 0' in heard(client)

    @pytest.mark.parametrize(
        "target", ["http://cvm.tencentcloudapi.com/", "HTTP://127.0.0.1:80", "http://x?Limit=1"]
    )
    def test_absolute_targets(self, cvm: StandIn, target: str) -> None:
        """A target may carry scheme and host, as through a proxy; Host is what was signed."""
        sent = head(cvm, f"POST {target} HTTP/1.1", content_length="2", connection="close") + b"{}"

        assert b'"TotalCount": 0' in talk(cvm, sent)

    def test_head(self, cvm: StandIn) -> None:
        """A HEAD is answered without a body."""
        answer = talk(cvm, head(cvm, "HEAD / HTTP/1.1", connection="close"))

        assert status(answer) == 200
        assert answer.endswith(b"\r\n\r\n")

    def test_head_of_an_unknown_length(self) -> None:
        """A reply to HEAD without a body does not claim that GET would bring none."""
        longer = CLOSING.replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\nbody")
        with served() as server:
            unknown = talk(server, CLOSING.replace(b"GET", b"HEAD"))
            known = talk(server, longer.replace(b"GET", b"HEAD"))
            empty = talk(server, CLOSING)

        assert b"Content-Length" not in unknown
        assert b"Content-Length: 4\r\n" in known
        assert known.endswith(b"\r\n\r\n")
        assert b"Content-Length: 0\r\n" in empty

    def test_replies_without_a_body(self) -> None:
        """Status 204 has neither a body nor a length."""
        with served() as server:
            assert b"Content-Length" not in talk(server, CLOSING.replace(b"/ ", b"/nothing "))

    def test_empty_lines_before_a_request(self, cvm: StandIn) -> None:
        """RFC 9112, 2.2: an empty line before the request line means nothing."""
        assert status(talk(cvm, b"\r\n" + head(cvm, connection="close", content_length="2") + b"{}")) == 200

    def test_answers_at_once(self) -> None:
        """Replies do not wait for acknowledgements of earlier ones: the option TCP_NODELAY is set."""
        with served() as server, connect(server) as client:
            client.sendall(CLOSING.replace(b"close", b"keep-alive"))
            assert status(client.recv(65536)) == 200
            (connection,) = server._connections.values()
            ours = connection.writer.get_extra_info("socket")
            assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class TestRefusals:
    """What is no HTTP, or too much of it."""

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
            (b"hello\r\n\r\n", 400),
            (b"GET /\r\n\r\n", 400),
            (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            (b"GET / FTP/1.1\r\nHost: x\r\n\r\n", 400),
            (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \xb2\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10485761\r\n\r\n", 413),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1" + b"0" * 5000 + b"\r\n\r\n", 413),
            (
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                400,
            ),
            (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413),
            (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 70_000, 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
            (b"GET /" + b"x" * 5_000_000, 414),
        ],
    )
    def test_answers_and_closes(self, cvm: StandIn, sent: bytes, expected: int) -> None:
        """Each gets its status, the connection ends, and the server goes on."""
        assert status(talk(cvm, sent)) == expected
        assert well(cvm)

    def test_the_answer_gets_through(self, cvm: StandIn) -> None:
        """A client that sends eleven megabytes without looking still gets to read why not."""
        sent = head(cvm, content_length=str(11 * 1024 * 1024))

        assert status(talk(cvm, sent, b"x" * (11 * 1024 * 1024))) == 413

    def test_the_largest_body(self, cvm: StandIn) -> None:
        """Ten megabytes are taken, as the API gateway takes them."""
        body = b"{}".ljust(10 * 1024 * 1024)
        sent = sign(cvm.credentials, "DescribeKeyPairs", body, host=cvm.host).headers
        answer = talk(
            cvm, head(cvm, **{**sent, "content-length": str(len(body)), "connection": "close"}), body
        )

        assert b'"TotalCount": 0' in answer

    def test_no_headers(self, cvm: StandIn) -> None:
        """A request that says nothing at all is refused in the API's form."""
        answer = talk(cvm, b"POST / HTTP/1.0\r\n\r\n")

        assert status(answer) == 200
        assert b"AuthFailure.InvalidAuthorization" in answer


class TestPatience:
    """Clients that do not get on."""

    @pytest.mark.parametrize(
        "half",
        [
            b"P",
            b"POST / HTTP/1.1\r\nHost: x\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
        ],
    )
    def test_half_a_request(self, hasty: StandIn, half: bytes) -> None:
        """A client that stops in the middle gets a 408."""
        assert status(talk(hasty, half)) == 408

    def test_drop_by_drop(self, hasty: StandIn) -> None:
        """Sending a byte now and then does not buy more time."""
        drops = 0
        with connect(hasty) as client, suppress(ConnectionError):
            while drops < 200:
                client.sendall(b"x")
                time.sleep(0.05)
                drops += 1

        assert drops < 200

    def test_silence(self, hasty: StandIn) -> None:
        """A connection without any byte is closed without a reply."""
        assert talk(hasty) == b""

    def test_whoever_does_not_read(self, hasty: StandIn) -> None:
        """A client that asks and asks and never reads is let go; others are served meanwhile."""
        for number in range(100):
            hasty.account.insert(f"k{number}")
        sent = sign(hasty.credentials, "DescribeKeyPairs", b'{"Limit":100}', host=hasty.host)
        request = head(hasty, **{**sent.headers, "content-length": str(len(sent.body))}) + sent.body
        with connect(hasty) as client:
            client.settimeout(0.2)
            with suppress(OSError):  # raised once the server has stopped reading what it cannot answer
                while True:
                    client.sendall(request * 50)
            assert well(hasty)
            until(lambda: not hasty.connections)

    def test_a_thousand_connections(self, cvm: StandIn) -> None:
        """A thousand clients with half a request each disturb nobody."""
        with ExitStack() as stack:
            for _ in range(1000):
                stack.enter_context(connect(cvm)).sendall(b"POST / HTTP/1.1\r\nHost")
            assert well(cvm)
        assert well(cvm)

    def test_too_many_connections(self) -> None:
        """Where no more connections fit, the quietest makes room."""
        with served(Limits(connections=3)) as server, ExitStack() as stack:
            idle = [stack.enter_context(connect(server)) for _ in range(3)]
            until(lambda: server.connections == 3)
            assert status(talk(server, CLOSING)) == 200
            assert heard(idle[0]) == b""
            idle[2].sendall(CLOSING)
            assert status(heard(idle[2])) == 200

    def test_nobody_who_waits_for_a_reply_makes_room(self) -> None:
        """Where every connection is being answered, the new one is let go."""
        with served(Limits(connections=1)) as server, connect(server) as first:
            first.sendall(CLOSING.replace(b"/ ", b"/slow "))
            until(lambda: bool(SLOW.is_set()))
            assert talk(server, CLOSING) == b""
            assert status(heard(first)) == 200

    def test_clients_that_vanish(self, cvm: StandIn) -> None:
        """A client may close or reset at any moment."""
        whole = head(cvm, content_length="2") + b"{}"
        for at in range(0, len(whole), 40):
            with connect(cvm) as client:
                client.sendall(whole[:at])
        assert well(cvm)


def test_bugs_are_shown_and_survived(
    cvm: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of the stand-in itself is status 500 and a traceback in the log, not a dead server."""
    monkeypatch.setattr(cvm._service, "answer", None)
    answer = talk(cvm, head(cvm, connection="close", content_length="2") + b"{}")
    monkeypatch.undo()

    assert status(answer) == 500
    assert "TypeError" in caplog.text
    assert well(cvm)


def test_listens_on_loopback_only(cvm: StandIn, missing: Callable[[str, str], None]) -> None:
    """The kernel's table shows one listening socket on this port, at 127.0.0.1."""
    tables = [path for path in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if path.exists()]
    if not tables:
        return missing("/proc", "the stand-in listens on loopback only")
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{cvm.port:04X}")]

    assert listening == [f"0100007F:{cvm.port:04X}"]
    return None
