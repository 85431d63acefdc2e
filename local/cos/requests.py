"""GET, HEAD and PUT of one object.

Sources: https://cloud.tencent.com/document/product/436/7753 (GET), 7745 (HEAD), 7749 (PUT).
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Mapping
from typing import NamedTuple

from local.cos.errors import Refusal
from local.cos.objects import Objects, Stored
from local.http1 import Reply

ACTIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject"}

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)
_KEPT = ("content-type", "content-encoding", "content-disposition", "cache-control")


class CosRequest(NamedTuple):
    """A request that may be executed; header names in lower case."""

    method: str
    bucket: str
    key: str
    headers: Mapping[str, str]
    body: bytes


def perform(wanted: CosRequest, objects: Objects, now: float) -> Reply:
    """Read or write the object, and return the reply but for its request id.

    Raises:
        Refusal: it cannot be read or written.
    """
    return _put(wanted, objects, now) if wanted.method == "PUT" else _get(wanted, objects)


def _get(wanted: CosRequest, objects: Objects) -> Reply:
    stored = objects.get((wanted.bucket, wanted.key))
    if stored is None:
        raise Refusal("NoSuchKey")
    modified = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(stored.written))
    headers = {
        "Content-Type": "application/octet-stream",
        "ETag": stored.etag,
        "Last-Modified": modified,
        "Accept-Ranges": "bytes",
        **{name.title(): value for name, value in stored.headers.items()},
    }
    status, body = 200, stored.body
    # A range that is malformed is ignored (RFC 9110, 14.2).
    if asked := _RANGE.fullmatch(wanted.headers.get("range", "")):
        first, last = _bounds(asked[1], asked[2], len(stored.body))
        status, body = 206, stored.body[first : last + 1]
        headers["Content-Range"] = f"bytes {first}-{last}/{len(stored.body)}"
    return Reply(status, tuple(headers.items()), body)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    start = int(first) if first else max(0, size - int(last or "0"))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or end < start:
        raise Refusal("InvalidRange")
    return start, end


def _put(wanted: CosRequest, objects: Objects, now: float) -> Reply:
    headers = wanted.headers
    if "content-length" not in headers:
        raise Refusal("MissingContentLength")
    digest = base64.b64encode(hashlib.md5(wanted.body, usedforsecurity=False).digest()).decode()
    if headers.get("content-md5", digest) != digest:
        raise Refusal("BadDigest")
    place = wanted.bucket, wanted.key
    if headers.get("x-cos-forbid-overwrite") == "true" and place in objects:
        raise Refusal("FileAlreadyExists")
    kept = {name: value for name, value in headers.items() if name in _KEPT or name.startswith("x-cos-meta-")}
    objects[place] = stored = Stored(wanted.body, kept, now)
    return Reply(200, (("ETag", stored.etag),))


def disturb(what: str, wanted: CosRequest, objects: Objects, now: float) -> None:
    """Change the object as a fault orders it, on behalf of somebody else; an absent object stays absent."""
    place = wanted.bucket, wanted.key
    stored = objects.get(place)
    if not what or stored is None:
        return
    if what == "remove":
        del objects[place]
    else:
        body = stored.body + b"\n" * 2**20 if what == "grow" else stored.body[::-1]
        objects[place] = stored._replace(body=body, written=now)
