"""What is said in a chat: results, verdicts, problems and help, in short sentences.

A text knows no platform's markup: a fact is a label and a value that is shown as it is, a sentence may
have code between backticks. Of what somebody sent nothing is repeated but valid names, ids, regions and tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handler.chat.message import ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handler.chat.message import Typed
    from handler.key_gate.public_key import PublicKey

Body = dict[str, Any]

#: After these nothing is decided yet, and the same message leads to an answer that is true.
_OUT_OF_TIME = ("upstream-busy", "upstream-unreachable", "outcome-unknown")

#: How a command writes what a JSON Pointer of the request's schema names.
_PLACES = {
    "/keyName": "KEY_NAME",
    "/publicKey": "the key",
    "/projectId": "project=",
    "/region": "region=",
    "/tags": "tag:",
}

_MOST_DIFFERENCES = 5


class Fact(NamedTuple):
    """A value and what it is called."""

    label: str
    value: str


class Text(NamedTuple):
    """A reply to one message.

    Attributes:
        mood: `created`, `unchanged`, `dry-run`, `checked`, `help`, `refused` or `again`.
        headline: one sentence.
        lines: what else there is to say, facts and sentences, in the order in which they are shown.
    """

    mood: str
    headline: str
    lines: tuple[Fact | str, ...]


def imported(body: Body) -> Text:
    """Return what is said about a result in the form of `import-key-pair.result.json`."""
    name, result = body["keyName"], body["result"]
    mood, headline = {
        (False, "created"): ("created", f"Imported as {name}."),
        (False, "unchanged"): ("unchanged", f"{name} is there already, with this very key."),
        (True, "created"): ("dry-run", f"Dry run: {name} would be imported."),
        (True, "unchanged"): ("dry-run", f"Dry run: {name} is there already, with this very key."),
    }[body["dryRun"], result]
    return Text(
        mood,
        headline,
        (
            Fact("Result", result),
            *_known(body),
            *_key(body["bits"], body["fingerprint"], body["fingerprintMd5"]),
            Fact("Project", str(body["projectId"])),
            Fact("Region", body["region"]),
            *_differences(body["differences"]),
        ),
    )


def checked(key: PublicKey) -> Text:
    """Return what is said about a key that passed the key gate, where nothing else was asked for."""
    facts = _key(key.bits, key.fingerprint, key.fingerprint_md5)
    return Text("checked", "This key can be imported.", tuple(facts))


def refused(body: Body, typed: Typed) -> Text:
    """Return what is said about a problem in the form of `problem.json`."""
    code, request_id = body["code"], Fact("Request id", body["requestId"])
    if code in _OUT_OF_TIME:
        wait = f" in {body['retryAfter']} seconds" if body.get("retryAfter", 1) > 1 else ""
        again = f"Nothing was lost: send the same again{wait}."
        return Text("again", f"{body['title']}.", (body["detail"], again, request_id))
    if body.get("reason") == "private-key":
        delete = "Delete your message, so that nobody else reads the key in it."
        return Text(
            "refused", "Do not send private keys.", (body["detail"], body["remedy"], delete, request_id)
        )
    if code == "invalid-request":
        errors = [_error(error["pointer"], error["detail"]) for error in body.get("errors", ())]
        lines = [*errors, "Send `help` to see how a command is written."] if errors else _why(body)
        return Text("refused", "The command is wrong.", (*lines, request_id))
    # Who sets up the callers file needs the ids, which no platform shows to people.
    ids = [Fact("Your user id", typed.user), Fact("Channel id", typed.channel), Fact("Team id", typed.team)]
    told = [fact for fact in ids if ID.fullmatch(fact.value) and code == "forbidden"]
    return Text("refused", f"{body['title']}.", (*_why(body), *_known(body), *told, request_id))


def usage(prefix: str) -> Text:
    """Return how commands are written.

    Args:
        prefix: what has to be typed before one, such as `/key`; may be empty.
    """
    start = f"{prefix} " if prefix else ""
    return Text(
        "help",
        "Import an SSH public key into Tencent Cloud CVM.",
        (
            Fact("Import", f"{start}import KEY_NAME ssh-rsa AAAA..."),
            Fact("Only look at a key", f"{start}check ssh-rsa AAAA..."),
            Fact("Options of import", "project=1001 region=ap-shanghai tag:owner=alice --dry-run"),
            Fact("Make a key", "ssh-keygen -t rsa -b 3072 -f ~/.ssh/id_rsa_tencent"),
            "`KEY_NAME` has 1 to 25 letters, digits and underscores.",
            "Send the one line of the `.pub` file, never the private key.",
        ),
    )


def _known(body: Body) -> Iterator[Fact]:
    """Yield which key pair it is, as far as that may be said."""
    for member, label in (("keyId", "Key id"), ("keyName", "Key name")):
        if member in body:
            yield Fact(label, body[member])


def _key(bits: int, fingerprint: str, fingerprint_md5: str) -> Iterator[Fact]:
    yield Fact("Bits", str(bits))
    yield Fact("Fingerprint", fingerprint)
    yield Fact("Fingerprint", fingerprint_md5)


def _differences(differences: list[Body]) -> Iterator[Fact | str]:
    """Yield how a stored key pair differs from what was asked for; pointers are as RFC 6901 has them."""
    for one in differences[:_MOST_DIFFERENCES]:
        tag = one["pointer"].partition("/tags/")[2].replace("~1", "/").replace("~0", "~")
        stored = "nothing" if one["stored"] is None else str(one["stored"])
        told = f"asked for {one['requested']}, there is {stored}"
        yield Fact(f"Differs, {'tag' if tag else 'project'}", " ".join(f"{tag} {told}".split()))
    if more := len(differences[_MOST_DIFFERENCES:]):
        yield f"{more} more tags differ."


def _error(pointer: str, detail: str) -> str:
    place = _PLACES.get(pointer)
    return f"`{place}` {detail}" if place else detail


def _why(body: Body) -> list[str]:
    return [body["detail"], body["remedy"]]
