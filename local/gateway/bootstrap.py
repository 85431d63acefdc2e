"""Runs inside an instance: loads the function once, then takes one event at a time.

Started by path on any CPython, with nothing of this project on its path but the function's code:

    python bootstrap.py CHANNEL ROOT HANDLER [ROUTES]

ROUTES is JSON, `{"file": FILE, "ports": {HOST: PORT}, "ca": CA}`: FILE sends hosts to ports of this machine
and trusts CA (local/tls/route.py). CHANNEL is the number of an open socket to the gateway; every message is
four bytes of length, then JSON. It behaves as the platform's loop does (https://github.com/tencentyun/scfcli,
tcfcli/cmds/native/common/runtime/python3.6/bootstrap.py): only `Exception` is caught, so `sys.exit` ends the
instance; replies go through `json.dumps(ensure_ascii=False)`; variables that come with an event are set
before the call; the root logger prints from DEBUG up to standard output.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import traceback
from typing import Any

_REPLY_LIMIT = 6 * 1024 * 1024
# https://cloud.tencent.com/document/product/583/11637
_OPEN_FILES = 1024


def main() -> None:
    """Load the function, say so, and answer events until the gateway hangs up."""
    channel, root, handler = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    routes = sys.argv[4] if len(sys.argv) > 4 else ""
    _look_like_the_platform(channel)
    if routes:
        _route(**json.loads(routes))
    function = _load(channel, root, handler)
    if function is None:
        return
    _send(channel, {"ready": True})
    while (call := _receive(channel)) is not None:
        os.environ.update(call["environ"])
        answer = _call(function, call["event"], call["context"])
        # What the function has printed has to be in the log when its caller gets the answer.
        sys.stdout.flush()
        sys.stderr.flush()
        _send(channel, {**answer, "memory_mb": _peak_memory()})


def _look_like_the_platform(channel: int) -> None:
    os.set_inheritable(channel, False)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    # Python put this file's own directory first on the path; a function must not find it there.
    del sys.path[0]
    del sys.argv[1:]
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(line_buffering=True)
    logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)


def _route(file: str, ports: dict[str, int], ca: str) -> None:
    with open(file, "rb") as source:
        code = compile(source.read(), file, "exec")
    # A namespace of its own: a function with a module of that name must not find this one.
    names: dict[str, Any] = {"__name__": "route"}
    exec(code, names)  # noqa: S102 - the project's own file
    names["install"](ports, ca)


def _load(channel: int, root: str, handler: str) -> Any:
    module, _, name = handler.rpartition(".")
    found = None
    try:
        if os.path.isfile(os.path.join(root, module + ".py")):
            found = getattr(__import__(module), name, None)
    except Exception:  # noqa: BLE001 - whatever the code raises is its caller's to see
        _send(channel, {"load_error": _stack()})
        return None
    if not callable(found):
        _send(channel, {"not_found": handler})
        return None
    return found


def _call(function: Any, event: object, context: dict[str, object]) -> dict[str, object]:
    try:
        reply = json.dumps(function(event, context), ensure_ascii=False)
        size = len(reply.encode("utf-8"))
    except Exception:  # noqa: BLE001 - as above
        return {"exception": _stack()}
    return {"too_large": True} if size > _REPLY_LIMIT else {"reply": reply}


def _stack() -> str:
    kind, error, trace = sys.exc_info()
    # The first entry is this file's own and no business of the function's caller.
    return "".join(traceback.format_exception(kind, error, trace and trace.tb_next)).rstrip()


def _peak_memory() -> int:
    # Linux counts what the gateway used before exec in ru_maxrss (getrusage(2)); VmHWM is this program's.
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)


def _receive(channel: int) -> Any:
    head = _read(channel, 4)
    return None if head is None else json.loads(_read(channel, int.from_bytes(head, "big")) or b"null")


def _read(channel: int, length: int) -> bytes | None:
    data = bytearray()
    while len(data) < length:
        chunk = os.read(channel, length - len(data))
        if not chunk:
            return None
        data += chunk
    return bytes(data)


def _send(channel: int, message: dict[str, object]) -> None:
    data = json.dumps(message).encode()
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(channel, data) :]


if __name__ == "__main__":
    main()
