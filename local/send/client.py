"""Sends one HTTP request to the function and returns the reply; redirects are not followed."""

from __future__ import annotations

import argparse
import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

#: The most bytes of an answer; the function's own are shorter.
_LONGEST = 16 << 20


class UnreachableError(Exception):
    """No answer came; the message says why."""


class FunctionReply(NamedTuple):
    """The reply of the function, or of something before it.

    Attributes:
        status: the HTTP status.
        headers: by lower-case name.
        body: the JSON object that it holds, or nothing.
    """

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    def time(self) -> float | None:
        """Return the server's clock, in seconds since the Unix epoch, if the reply has it."""
        try:
            return parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return None

    def is_ours(self) -> bool:
        """Say whether it is an answer of this function, and not of something before it."""
        return any(name in self.body for name in ("result", "results", "keyPairs", "code"))


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Returns a redirection as the reply; following it would send the key elsewhere, with GET."""

    def redirect_request(self, *_: Any) -> None:
        """Return no request to follow up with."""


_OPENER = urllib.request.build_opener(NoRedirects)


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> FunctionReply:
    """Return the answer to a POST of JSON.

    Args:
        url: where to.
        body: the bytes to send, exactly.
        headers: beside `Content-Type`.
        timeout: how long one wait for the network may take, in seconds.

    Raises:
        UnreachableError: no answer came.
    """
    return _asked(url, body, {"Content-Type": "application/json", **headers}, timeout)


def get(url: str, query: Mapping[str, str], headers: Mapping[str, str], timeout: float) -> FunctionReply:
    """Return the answer to a GET.

    Args:
        url: where to.
        query: the parameters.
        headers: what proves the caller.
        timeout: how long one wait for the network may take, in seconds.

    Raises:
        UnreachableError: no answer came.
    """
    return _asked(f"{url}?{urlencode(query)}", None, headers, timeout)


def _asked(url: str, body: bytes | None, headers: Mapping[str, str], timeout: float) -> FunctionReply:
    request = urllib.request.Request(url, body, {"User-Agent": "import-key-pair-send", **headers})
    try:
        with _OPENER.open(request, timeout=timeout) as response:
            return _reply(response.status, response.headers.items(), response.read(_LONGEST))
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error.code, error.headers.items(), error.read(_LONGEST))
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(_why(error, timeout)) from None


def endpoint(url: str) -> str:
    """Return the route of key pairs, given the function's URL or the route itself.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    if (
        parts.scheme not in {"http", "https"}
        or not _is_host(parts)
        or not re.fullmatch("[!-~]*", parts.path)
        or parts.query
        or parts.fragment
    ):
        raise ValueError("a URL is https://HOST, with the function's base path behind it if it has one")
    path = parts.path.rstrip("/")
    return parts._replace(path=path if path.endswith("/key-pairs") else f"{path}/key-pairs").geturl()


def _is_host(parts: SplitResult) -> bool:
    """Say whether a URL names a host that can be looked up, and a port that there is."""
    try:
        # The codec refuses a label that is empty or too long, as the look-up would.
        named = parts.hostname and parts.hostname.encode("idna")
        return bool(named) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def seconds(text: str) -> float:
    """Return how long to wait for an answer, given a word of the command line."""
    # Beyond a day the operating system may not be able to wait.
    if not 0 < (number := float(text)) <= 86_400:
        raise argparse.ArgumentTypeError("it is a number of seconds, more than 0 and at most 86400")
    return number


def is_open_to_all(url: str) -> bool:
    """Say whether what is sent to a URL can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}


def _reply(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> FunctionReply:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    return FunctionReply(
        status,
        {name.lower(): text for name, text in headers},
        value if isinstance(value, dict) else {},
    )


def _why(error: Exception, timeout: float) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer came within {timeout:g} seconds"
    if isinstance(reason, ssl.SSLError):
        return f"the connection is not safe: {reason.reason or 'TLS failed'}"
    if isinstance(reason, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror[:1].lower() + reason.strerror[1:]
    return "the connection broke off before the answer was whole"
