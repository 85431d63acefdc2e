"""What people and tests in other processes use: look, edit behind a client's back, order faults.

It is no part of the API and needs no signature; that the server listens on loopback only is its fence. The
Host header has to be the server's own and an Origin absent, so that no web page can reach it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .credentials import Credential
from .faults import KINDS, Fault
from .http import Reply, Request

if TYPE_CHECKING:
    from .server import StandIn

PREFIX = "/_control"

ROUTES = {
    "GET /_control": "these lines, and every kind of fault",
    "GET /_control/calls": "the last calls, oldest first",
    "GET /_control/key-pairs": "what the account holds",
    "POST /_control/key-pairs": 'insert {"keyName", "publicKey"?, "projectId"?, "tags"?}, unchecked',
    "PATCH /_control/key-pairs/NAME": 'rename to {"keyName"}',
    "DELETE /_control/key-pairs/NAME": "delete",
    "GET /_control/faults": "the faults that can still strike",
    "POST /_control/faults": 'set {"action", "kind", "nth"?, "times"?, "probability"?, "seed"?, ...}',
    "DELETE /_control/faults": "drop all faults",
    "POST /_control/credentials": 'let in {"secretId", "secretKey", "token"?}',
    "DELETE /_control/credentials/ID": "let the token of this credential be expired",
    "POST /_control/reset": "empty the account, drop faults, calls and counted requests",
}


class _NotFound(Exception):
    pass


def answer(request: Request, stand_in: StandIn) -> Reply:
    """Answer a request below `PREFIX`, always in JSON; errors say what is wrong in `error`."""
    own = (f"127.0.0.1:{stand_in.port}", f"localhost:{stand_in.port}")
    if request.headers.get("host") not in own or "origin" in request.headers:
        return _json({"error": f"The control routes want Host: {own[0]} and no Origin."}, 400)
    _, _, rest = request.path.partition(PREFIX)
    _, _, rest = rest.partition("/")
    topic, _, name = rest.partition("/")
    try:
        sent = json.loads(request.body or b"{}")
        return _json(_act(stand_in, request.method, topic, name, sent))
    except _NotFound:
        return _json({"error": "There is no such control route.", "routes": ROUTES}, 404)
    except KeyError as error:
        return _json({"error": f"{error} is missing."}, 400)
    except (ValueError, TypeError, AttributeError) as error:
        return _json({"error": str(error)}, 400)


def _act(stand_in: StandIn, method: str, topic: str, name: str, sent: dict[str, Any]) -> Any:
    account = stand_in.account
    done: dict[str, Any] = {"done": True}
    match method, topic, bool(name):
        case "GET", "", False:
            return {"routes": ROUTES, "faults": {kind: says for kind, (says, _) in KINDS.items()}}
        case "GET", "calls", False:
            return [{"key_name": call.key_name, **call._asdict()} for call in stand_in.calls]
        case "GET", "key-pairs", False:
            return [pair._asdict() for pair in account]
        case "POST", "key-pairs", False:
            tags, project = sent.get("tags"), sent.get("projectId", 0)
            return account.insert(sent["keyName"], sent.get("publicKey", ""), project, tags)._asdict()
        case "PATCH", "key-pairs", True:
            return account.rename(name, sent["keyName"])._asdict()
        case "DELETE", "key-pairs", True:
            return account.delete(name)._asdict()
        case "GET", "faults", False:
            return [fault._asdict() for fault in stand_in.waiting_faults]
        case "POST", "faults", False:
            return stand_in.set_fault(Fault(**sent))._asdict()
        case "DELETE", "faults", False:
            stand_in.clear_faults()
            return done
        case "POST", "credentials", False:
            stand_in.keyring.add(Credential(sent["secretId"], sent["secretKey"], sent.get("token", "")))
            return done
        case "DELETE", "credentials", True:
            stand_in.keyring.expire(name)
            return done
        case "POST", "reset", False:
            stand_in.clear()
            return done
    raise _NotFound


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(value, indent=2).encode() + b"\n", status)
