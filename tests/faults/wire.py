"""A server that a test controls byte by byte."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from handler.upstream import transport

Serve = Callable[[socket.socket, int], None]


def reply(body: bytes) -> bytes:
    """Return a whole good reply with this body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return head + body


def received(peer: socket.socket) -> bytes:
    """Read one request with its body; nothing where the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = peer.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        piece = peer.recv(65536)
        if not piece:
            return b""
        body += piece
    return head + b"\r\n\r\n" + body


def answers(*contents: dict[str, Any]) -> Serve:
    """Answer request after request as API 3.0 does, with these members; the last ones for ever."""
    script = list(contents)

    def serve(peer: socket.socket, _number: int) -> None:
        while received(peer):
            content = script.pop(0) if len(script) > 1 else script[0]
            peer.sendall(reply(json.dumps({"Response": {"RequestId": "r-1", **content}}).encode()))

    return serve


class Server:
    """A server whose every connection, numbered from 0, is in the hands of a function."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._peers: list[socket.socket] = []
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()

    @property
    def connections(self) -> int:
        """How many clients have come so far."""
        return len(self._peers)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._peers.append(peer)
            thread = threading.Thread(target=self._handle, args=(peer, len(self._peers) - 1))
            self._threads.append(thread)
            thread.start()

    def _handle(self, peer: socket.socket, number: int) -> None:
        with peer:
            try:
                self._serve(peer, number)
            except OSError:
                return

    def close(self) -> None:
        """Send everybody away."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


@contextmanager
def server(serve: Serve) -> Iterator[Server]:
    """Run a server for as long as the `with` block lasts."""
    running = Server(serve)
    try:
        yield running
    finally:
        transport.forget()
        running.close()


def repeating(*replies: bytes) -> Serve:
    """Answer the requests of each connection with these, the last one for ever."""

    def serve(peer: socket.socket, _number: int) -> None:
        script = list(replies)
        while received(peer):
            peer.sendall(script.pop(0) if len(script) > 1 else script[0])

    return serve


@contextmanager
def swallowing() -> Iterator[int]:
    """Return a port that does not answer, as behind a firewall: the queue of its listener is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for waiting in crowd:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for waiting in crowd:
                waiting.close()
