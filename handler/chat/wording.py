"""What is said in a chat: results, verdicts, problems and help, in short sentences.

A text knows no platform's markup: a fact is a label and a value that is shown as it is, a sentence may
have code between backticks. Of what somebody sent nothing is repeated but valid names, ids, regions and tags.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from handler.problems import Problem
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handler.chat.message import Typed
    from handler.decide import Answer
    from handler.importing.decision import Difference, Imported
    from handler.importing.order import Order
    from handler.key_gate.public_key import PublicKey

#: After these nothing is decided yet, and the same message leads to an answer that is true.
_OUT_OF_TIME = ("upstream-busy", "upstream-unreachable", "outcome-unknown")

#: How a command writes what a JSON Pointer of the request's schema names.
_PLACES = {
    "/keyName": "KEY_NAME",
    "/publicKey": "the key",
    "/projectId": "project=",
    "/region": "region=",
    "/account": "account=",
    "/expiresOn": "expires=",
    "/tags": "tag:",
}

#: What an imported key pair opens, and what it does not.
_GOOD_FOR = Sentence(
    "New instances can use this key pair; binding it to one that is there is the administrator's step."
)

_MOST_DIFFERENCES = 5

#: The ids that a refusal shows, narrower than those that are taken: nothing that could be a secret. `cid`
#: begins the id of a DingTalk conversation, which is base64.
_SHOWN = re.compile("[A-Za-z0-9._@:-]{1,64}|cid[A-Za-z0-9+/]{8,60}={0,2}")

#: The moods of results.
_RESULTS = ("created", "unchanged", "dry-run")


class Fact(NamedTuple):
    """A value and what it is called; `private` is what only the sender of a message may see."""

    label: str
    value: str
    private: bool = False


class Text(NamedTuple):
    """A reply to one message.

    Attributes:
        mood: `created`, `unchanged`, `dry-run`, `checked`, `invited`, `help`, `refused` or `again`.
        headline: one sentence.
        lines: what else there is to say, facts and sentences, in the order in which they are shown.
    """

    mood: str
    headline: str
    lines: tuple[Fact | str, ...]

    def shown(self, *, private: bool) -> tuple[Fact | str, ...]:
        """Return the lines that may be shown: where others see them, of a result no more than what it is."""
        if private or self.mood not in _RESULTS:
            return self.lines
        return tuple(line for line in self.lines if isinstance(line, Fact) and not line.private)


def answered(answer: Answer, typed: Typed, request_id: str) -> Text:
    """Return what is said about an answer."""
    if isinstance(answer.outcome, Problem):
        return _refused(answer.outcome, typed, request_id)
    assert answer.order is not None  # noqa: S101 - nothing is imported without an order; for the type checker
    return _imported(answer.order, answer.outcome)


def _imported(order: Order, result: Imported) -> Text:
    name = order.key_name
    mood, headline = {
        (False, "created"): ("created", f"Imported as {name}."),
        (False, "unchanged"): ("unchanged", f"{name} is there already, with this very key."),
        (True, "created"): ("dry-run", f"Dry run: {name} would be imported."),
        (True, "unchanged"): ("dry-run", f"Dry run: {name} is there already, with this very key."),
    }[order.dry_run, result.result]
    return Text(
        mood,
        headline,
        (
            Fact("Result", result.result),
            *_known(result.key_id, name),
            *_key(order.key),
            Fact("Project", str(result.project_id), private=True),
            Fact("Region", order.region.name, private=True),
            *([Fact("Account", order.account.name, private=True)] if order.account.role_arn else ()),
            *_differences(result.differences),
            *(() if order.dry_run else (_GOOD_FOR,)),
        ),
    )


def checked(key: PublicKey) -> Text:
    """Return what is said about a key that passed the key gate, where nothing else was asked for."""
    return Text("checked", "This key can be imported.", tuple(_key(key)))


def invited(invitation: Mapping[str, str]) -> Text:
    """Return what is said about an invitation, which nobody but its sender may read.

    Args:
        invitation: it, in the form of the contract.
    """
    link = invitation.get("url", "")
    way = (
        Sentence("Send the link to one person: whoever opens it can hand in a key under this name.")
        if link
        else Sentence("A key is handed in with `Authorization: Invitation TOKEN` at `POST /key-pairs`.")
    )
    return Text(
        "invited",
        Sentence("Invitation for {name}.", name=invitation["keyName"]),
        (
            Fact("Link" if link else "Token", link or invitation["token"], private=True),
            Fact("Key name", invitation["keyName"]),
            Fact("Ends", invitation["expiresAt"]),
            way,
        ),
    )


def _refused(problem: Problem, typed: Typed, request_id: str) -> Text:
    code, last = problem.slug, Fact("Request id", request_id)
    if code in _OUT_OF_TIME:
        wait = f" in {problem.retry_after} seconds" if problem.retry_after > 1 else ""
        again = f"Nothing was lost: send the same again{wait}."
        return Text("again", f"{problem.title}.", (problem.detail, again, last))
    if problem.reason == "private-key":
        delete = "Delete your message, so that nobody else reads the key in it."
        return Text("refused", "Do not send private keys.", (problem.detail, problem.remedy, delete, last))
    if code == "invalid-request":
        errors = [_error(error.pointer, error.detail) for error in problem.errors]
        lines = [*errors, "Send `help` to see how a command is written."] if errors else _why(problem)
        return Text("refused", "The command is wrong.", (*lines, last))
    # Who sets up the callers file needs the ids, which no platform shows to people.
    ids = [Fact("Your user id", typed.user), Fact("Channel id", typed.channel), Fact("Team id", typed.team)]
    shown = [fact for fact in ids if code == "forbidden" and _SHOWN.fullmatch(fact.value)]
    pair = _known(problem.key_id, problem.key_name)
    return Text("refused", f"{problem.title}.", (*_why(problem), *pair, *shown, last))


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
            Fact("Invite somebody, in private", f"{start}invite KEY_NAME"),
            Fact("Options of import", "project=1001 region=ap-shanghai tag:owner=alice --dry-run"),
            Fact("More options", "account=prod expires=2027-01-31"),
            Fact("Make a key", "ssh-keygen -t rsa -b 3072 -f ~/.ssh/id_rsa_tencent"),
            "`KEY_NAME` has 1 to 25 letters, digits and underscores.",
            "Send the one line of the `.pub` file, never the private key.",
        ),
    )


def _known(key_id: str, key_name: str) -> Iterator[Fact]:
    """Yield which key pair it is, as far as that is known."""
    for label, value in (("Key id", key_id), ("Key name", key_name)):
        if value:
            yield Fact(label, value)


def _key(key: PublicKey) -> Iterator[Fact]:
    yield Fact("Bits", str(key.bits))
    yield Fact("Fingerprint", key.fingerprint)
    yield Fact("Fingerprint", key.fingerprint_md5)


def _differences(differences: tuple[Difference, ...]) -> Iterator[Fact | str]:
    """Yield how a stored key pair differs from what was asked for; pointers are as RFC 6901 has them."""
    for difference in differences[:_MOST_DIFFERENCES]:
        tag = difference.pointer.partition("/tags/")[2].replace("~1", "/").replace("~0", "~")
        stored = "nothing" if difference.stored is None else str(difference.stored)
        text = f"asked for {difference.requested}, there is {stored}"
        label = f"Differs, {'tag' if tag else 'project'}"
        yield Fact(label, " ".join(f"{tag} {text}".split()), private=True)
    if more := len(differences[_MOST_DIFFERENCES:]):
        yield f"{more} more tags differ."


def _error(pointer: str, detail: str) -> str:
    place = _PLACES.get(pointer)
    return f"`{place}` {detail}" if place else detail


def _why(problem: Problem) -> list[str]:
    # A chat's sender is always a known caller.
    return [problem.explained(known_caller=True), problem.remedy]
