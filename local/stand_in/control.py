"""The control routes, for people and for tests in other processes.

They show and edit what is stored, and order faults. They are no part of any API and need no signature; they
are safe because the server listens on loopback only. The Host header has to be the server's own and an Origin
absent, so that no web page can reach them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from local.http1 import JSON, Reply, Request
from local.stand_in.calls import CallLog
from local.stand_in.faults import Fault, Faults

PREFIX = "/_control"

DONE = {"done": True}

#: The routes that every stand-in has, with what they do.
COMMON = {
    f"GET {PREFIX}": "these lines, and every kind of fault",
    f"GET {PREFIX}/calls": "the last calls, oldest first",
    f"GET {PREFIX}/faults": "the faults that can still strike",
    f"POST {PREFIX}/faults": 'set {"action", "kind", "nth"?, "times"?, "probability"?, "seed"?, ...}',
    f"DELETE {PREFIX}/faults": "drop all faults",
    f"POST {PREFIX}/reset": "be as new: nothing stored, no faults, no calls, nothing counted",
}


class ControlRequest(NamedTuple):
    """A request for a control route: what stands behind the topic, the query, and the body."""

    name: str
    query: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON, an empty object where there is none."""
        return json.loads(self.body or b"{}")


#: What routes do; a route whose line ends in a word in capitals has a name behind its topic.
Acts = Mapping[str, Callable[[ControlRequest], Any]]


def common(faults: Faults, calls: CallLog, reset: Callable[[], None]) -> Acts:
    """Return what the routes of `COMMON` do, but for the first, which `answer` does."""

    def set_fault(asked: ControlRequest) -> Any:
        fault = Fault(**asked.json)
        faults.add(fault)
        return fault._asdict()

    def clear(asked: ControlRequest) -> Any:
        faults.clear()
        return DONE

    def restart(asked: ControlRequest) -> Any:
        reset()
        return DONE

    return {
        f"GET {PREFIX}/calls": lambda _: [
            {"key_name": call.key_name, **call._asdict()} for call in calls.snapshot()
        ],
        f"GET {PREFIX}/faults": lambda _: [fault._asdict() for fault in faults.waiting()],
        f"POST {PREFIX}/faults": set_fault,
        f"DELETE {PREFIX}/faults": clear,
        f"POST {PREFIX}/reset": restart,
    }


def answer(request: Request, port: int, acts: Acts, index: Mapping[str, Any]) -> Reply:
    """Answer a request below `PREFIX`, always in JSON; errors say what is wrong in `error`.

    Args:
        request: the request.
        port: where the server listens.
        acts: what the routes do.
        index: what the route without a topic returns.
    """
    own = (f"127.0.0.1:{port}", f"localhost:{port}")
    headers = request.by_name()
    if headers.get("host") not in own or "origin" in headers:
        return _json({"error": f"The control routes want Host: {own[0]} and no Origin."}, 400)
    topic, _, name = request.path.removeprefix(PREFIX).removeprefix("/").partition("/")
    if (request.method, topic) == ("GET", ""):
        return _json(index)
    start = f"{request.method} {PREFIX}/{topic}"
    found = [act for route, act in acts.items() if _matches(route, start, bool(name))]
    if not found:
        return _json({"error": "There is no such control route.", "routes": list(acts)}, 404)
    asked = ControlRequest(unquote(name), dict(parse_qsl(request.query)), request.body)
    try:
        return _json(found[0](asked))
    except KeyError as error:
        return _json({"error": f"{error} is missing."}, 400)
    except (ValueError, TypeError, AttributeError) as error:
        return _json({"error": str(error)}, 400)


def _matches(route: str, start: str, named: bool) -> bool:
    topic, _, name = route.removeprefix(start).partition("/") if route.startswith(start) else ("-", "", "")
    return not topic and bool(name) is named


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, JSON, json.dumps(value, indent=2).encode() + b"\n")
