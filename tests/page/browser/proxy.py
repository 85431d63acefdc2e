"""Stands between browser and gateway: keeps every byte that the browser sends, and can be slow or cut off."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator


class Proxy:
    """A TCP proxy on 127.0.0.1 for one address behind it.

    Attributes:
        port: where the browser connects to.
        sent: every byte that the browser has sent.
        delay: seconds by which each piece of an answer is held back.
        cut: whether connections are dropped instead of being passed on.
    """

    def __init__(self, behind: int) -> None:
        self.sent = bytearray()
        self.delay = 0.0
        self.cut = False
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._start(self._accept)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.cut:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._behind))
            self._open += [client, server]
            self._start(self._pass, client, server, True)
            self._start(self._pass, server, client, False)

    def _pass(self, source: socket.socket, target: socket.socket, from_browser: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if from_browser:
                    self.sent += piece
                    if self.cut:
                        break
                else:
                    time.sleep(self.delay)
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End every connection and wait until nothing is left running."""
        for end in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self._threads:
            thread.join(10)


@contextlib.contextmanager
def between(behind: int) -> Iterator[Proxy]:
    """Yield a proxy for as long as the block lasts."""
    proxy = Proxy(behind)
    try:
        yield proxy
    finally:
        proxy.close()
