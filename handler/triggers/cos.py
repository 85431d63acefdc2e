"""COS: a public key that was put into a bucket, below a prefix that is watched.

An event names objects (https://www.tencentcloud.com/document/product/583/9707). Only the bucket and the
prefix say whose they are: a person who may put an object there may also write its metadata. The key name is
the object's name without folders and `.pub`; everything else comes from the caller's policy. The result is
written below the caller's `results`, where no trigger watches.
"""

from __future__ import annotations

import json
import re

from handler import reply
from handler.callers.trigger import COS, Trigger
from handler.problems import FieldError, InvalidRequest, Problem, attempt
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence
from handler.settings import Settings
from handler.triggers import delivery, intake
from handler.triggers.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.deadline import Deadline
    from handler.decide import Answer
    from handler.invocation import Invocation

_CREATED = "cos:ObjectCreated:"
_SUFFIX = ".pub"

#: The form of object names that are read; other programs may read another form differently.
_OBJECT = re.compile(r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+)*")
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_APP_ID = re.compile(r"[0-9]{6,12}")
_LONGEST_KEY = 850


class _Object(NamedTuple):
    """An object as an event names it.

    Attributes:
        bucket: with its APPID; "" where the event names none.
        key: as it stands in the event, or "".
        created: whether the event says that it was created.
    """

    bucket: str
    key: str
    created: bool


def recognises(event: object) -> bool:
    """Say whether an event is about objects and about nothing else."""
    records = event.get("Records") if isinstance(event, dict) else None
    return (
        isinstance(records, list)
        and bool(records)
        and all(isinstance(record, dict) and {"cos", "event"} <= record.keys() for record in records)
    )


def answer(event: Mapping[str, Any], call: Invocation) -> dict[str, int]:
    """Import what every object holds and return how many ended how.

    Raises:
        Redeliver: see `delivery.process`.
    """
    configured = call.settings if isinstance(call.settings, Settings) else Settings()
    box = _DropBox(call, call.deadline(configured.time_budget))
    records = [_record(_object(record)) for record in event["Records"]]
    return delivery.process(records, len(records), call, box.opened, box.report)


def _object(record: Mapping[str, Any]) -> _Object:
    cos, happened = _mapping(record["cos"]), _mapping(record["event"])
    bucket, stored = _mapping(cos.get("cosBucket")), _mapping(cos.get("cosObject"))
    name, app_id, key = (
        _text(value) for value in (bucket.get("name"), bucket.get("appid"), stored.get("key"))
    )
    created = _text(happened.get("eventName")).startswith(_CREATED)
    before = f"/{app_id}/{name}/"
    if not (_BUCKET_NAME.fullmatch(name) and _APP_ID.fullmatch(app_id) and key.startswith(before)):
        return _Object("", "", created)
    return _Object(f"{name}-{app_id}", key.removeprefix(before), created)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _record(found: _Object) -> intake.Record:
    folder = found.key.rpartition("/")[0]
    sender = f"{COS}{found.bucket}/{folder}/" if folder else f"{COS}{found.bucket}/"
    return intake.Record(
        sender,
        found,
        {"bucket": found.bucket, "object": found.key if _is_plain(found.key) else ""},
    )


def _is_plain(key: str) -> bool:
    return len(key) <= _LONGEST_KEY and _OBJECT.fullmatch(key) is not None


class _DropBox(NamedTuple):
    """All buckets of one invocation."""

    call: Invocation
    deadline: Deadline

    def opened(self, record: intake.Record) -> intake.Opened:
        """Return the request that an object holds.

        Raises:
            InvalidRequest: the object's name is none that is read.
            Problem: it cannot be read; see `Bucket.read`.
        """
        found = record.content
        assert isinstance(found, _Object)  # noqa: S101 - made above; for the type checker
        if not found.created:
            return intake.PassedOver("removed")
        if not found.key.endswith(_SUFFIX):
            return intake.PassedOver("not-pub")
        if not _is_plain(found.key):
            what = Sentence(
                "An object's name may have A-Z, a-z, 0-9, ., _, - and single slashes, and no part . or .."
            )
            raise InvalidRequest(
                what, Sentence("Give the object another name."), errors=(FieldError("", what),)
            )
        content = Bucket(found.bucket, self.deadline, self.call).read(found.key)
        if content is None:
            return intake.PassedOver("gone")
        name = found.key.rpartition("/")[2].removesuffix(_SUFFIX)
        # Text that is not UTF-8 is no key; the key gate names the fault.
        request = {"keyName": name, "publicKey": content.decode("utf-8", "replace")}
        return (record._replace(content=request),)

    def report(self, answer: Answer) -> Problem | None:
        """Write the result of an object below the caller's `results`; return why that may work later."""
        caller, key = answer.item.caller, str(answer.item.origin["object"])
        if caller is None or not key:
            return None
        source = caller.auth
        assert isinstance(source, Trigger)  # noqa: S101 - nobody else sends objects; for the type checker
        if not source.results:
            return None
        place = source.results + key.removeprefix(source.prefix()).removesuffix(_SUFFIX) + ".json"
        body = json.dumps(reply.rendered(answer, self.call).body, indent=2).encode("ascii") + b"\n"
        status = attempt(Bucket(source.bucket(), self.deadline, self.call).write, place, body)
        if status == 200:
            return None
        unwritten = status if isinstance(status, Problem) else None
        self.call.log.write(
            "error",
            "A result could not be written.",
            bucket=source.bucket(),
            object=place,
            code=unwritten.slug if unwritten else "",
            cause=unwritten.cause if unwritten else f"COS answered with status {status}.",
        )
        return unwritten
