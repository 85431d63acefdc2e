"""Finds out why the function does not recognise the caller.

The function gives the same answer for every cause. So the request is sent again as a dry run, with one thing
changed: if it is recognised, that thing was the cause.
"""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from handler.callers.freshness import TOLERANCE
from local.send.client import FunctionReply, UnreachableError
from local.send.credential import WebhookCredential
from local.send.sending import Line, written
from local.send.wanted import KeyToSend

_LET_PASS = "Let whatever stands in between pass on the bytes as they are, or send to the function's own URL."


def explain(line: Line, wanted: KeyToSend, refusal: FunctionReply) -> Iterator[str]:
    """Yield sentences about why a request was answered 401; nothing secret is in them.

    Args:
        line: where to, and as whom.
        wanted: a key of the request.
        refusal: the answer that it got.
    """
    if not refusal.is_ours():
        yield (
            "This answer is not the function's own, so something before it refused the request. A Function"
            " URL with authentication CAM wants a TC3 signature; it must be open for this caller."
        )
        return
    value = {**wanted.members, "dryRun": True}
    if isinstance(line.credential, WebhookCredential):
        clock = _of_clock(line, value, refusal)
        yield clock.says
        if not clock.is_cause:
            yield from line.credential.described()
            yield _of_body(line, value, clock)
    else:
        yield from line.credential.described()
        yield "Whatever stands in between must pass on the header Authorization as it is."
    if proxies := urllib.request.getproxies():
        names = ", ".join(sorted(proxies))
        yield f"The environment names a proxy for {names}; the request may go through it."


class _Clock(NamedTuple):
    """What the clocks show, whether this is the cause or unknown, and the time for signing further trials."""

    says: str
    is_cause: bool = False
    is_unknown: bool = False
    moment: float | None = None


def _of_clock(line: Line, value: Mapping[str, object], refusal: FunctionReply) -> _Clock:
    theirs = refusal.time()
    if theirs is None:
        return _Clock(
            "The answer does not say what time it is there, so the clocks could not be compared.",
            is_unknown=True,
        )
    off = round(line.clock() - theirs)
    if abs(off) <= TOLERANCE:
        return _Clock(f"The clocks agree within {max(abs(off), 1)} s, and {TOLERANCE} s are allowed.")
    which = f"The clock here is {abs(off)} s {'ahead' if off > 0 else 'behind'}, {TOLERANCE} s are allowed"
    if _is_recognised(line, value, now=theirs):
        return _Clock(
            f"{which}: set it. Signed by the clock there, the request is recognised.", is_cause=True
        )
    return _Clock(f"{which}: set it. Something else is wrong, too.", moment=theirs)


def _of_body(line: Line, value: Mapping[str, object], clock: _Clock) -> str:
    """Return what the trials with the body in other spellings show."""
    body = written(value)
    for how, changed in _rewritten(value, body):
        if changed != body and _is_recognised(line, value, now=clock.moment, sign_for=changed):
            return f"The body is changed on its way: it arrives {how}. {_LET_PASS}"
    # This body has only one spelling, and it creates no key pair.
    if _is_recognised(line, 0, now=clock.moment):
        return (
            "The body is changed on its way, in none of the ways that were tried: a body of one digit is"
            f" recognised, this one is not. {_LET_PASS}"
        )
    cause = f", or the clock here is more than {TOLERANCE} s off" if clock.is_unknown else ""
    return (
        "The body does not seem to be changed on its way: signed as others would write it, it is not"
        f" recognised either. So the secret is most likely another than the function's{cause}; compare"
        f" {'both' if clock.is_unknown else 'the hashes'}."
    )


def _rewritten(value: Mapping[str, object], body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the spellings in which a body may arrive, in words and in bytes."""
    yield "with blanks behind its commas and colons", json.dumps(value).encode()
    yield "with its characters beyond ASCII as they are", _dense(value, ensure_ascii=False)
    yield "with its members sorted", _dense(value, sort_keys=True)
    yield "with its members sorted and blanks between them", json.dumps(value, sort_keys=True).encode()
    yield "indented by two", json.dumps(value, indent=2).encode()
    yield "indented by four", json.dumps(value, indent=4).encode()
    yield "with a backslash before each slash", body.replace(b"/", b"\\/")
    yield "with a line end behind it", body + b"\n"
    yield "in Base64", base64.b64encode(body)
    yield "without a body", b""


def _dense(value: Mapping[str, object], *, ensure_ascii: bool = True, sort_keys: bool = False) -> bytes:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=ensure_ascii, sort_keys=sort_keys)
    return text.encode("utf-8", "surrogatepass")


def _is_recognised(
    line: Line, value: object, *, now: float | None = None, sign_for: bytes | None = None
) -> bool:
    try:
        reply = line.send(value, now=now, sign_for=sign_for)
    except UnreachableError:
        return False
    return reply.is_ours() and reply.status != 401
