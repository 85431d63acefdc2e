"""What is said in a chat: results, verdicts, problems and help, in short sentences.

A text knows no platform's markup: a fact is a label and a value that is shown as it is, a sentence may
have code between backticks. Of what somebody sent nothing is repeated but valid names, ids, regions and tags.
"""

from __future__ import annotations

import re

from handler.decide import Asked
from handler.problems import Problem
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from handler.chat.message import Typed
    from handler.decide import Answer
    from handler.importing.decision import Difference, Imported
    from handler.importing.order import Order, Target
    from handler.key_gate.public_key import PublicKey
    from handler.problems import FieldError
    from handler.sentence import Translate

#: After these nothing is decided yet, and the same message leads to an answer that is true.
_OUT_OF_TIME = ("upstream-busy", "upstream-unreachable", "outcome-unknown")

#: What is said of an option that the request's schema refuses, by JSON Pointer.
_OPTIONS = {
    "/projectId": Sentence("`project=` takes a number, such as `project=1001`."),
    "/region": Sentence("`region=` takes the name of a region, such as `region=ap-shanghai`."),
    "/expiresOn": Sentence("`expires=` takes a date that exists, such as `expires=2027-01-31`."),
}

#: How a command writes the other places.
_PLACES = {"/keyName": "KEY_NAME", "/account": "account=", "/tags": "tag:"}

#: What an imported key pair opens, and what it does not.
_GOOD_FOR = Sentence(
    "New instances can use this key pair. To use it on an existing one, ask an administrator to bind it."
)

_MOST_DIFFERENCES = 5
_MOST_TAGS = 10

#: The ids that a refusal shows, narrower than those that are taken: nothing that could be a secret. `cid`
#: begins the id of a DingTalk conversation, which is base64.
_SHOWN = re.compile("[A-Za-z0-9._@:-]{1,64}|cid[A-Za-z0-9+/]{8,60}={0,2}")


class Fact(NamedTuple):
    """A value and what it is called; `private` is what only the sender of a message may see."""

    label: str
    value: str
    private: bool = False


class Text(NamedTuple):
    """A reply to one message.

    Attributes:
        mood: `created`, `unchanged`, `dry-run`, `checked`, `invited`, `shown`, `help`, `refused` or
            `again`.
        headline: one sentence.
        lines: what else there is to say, facts and sentences, in the order in which they are shown.
        colon: what stands between the label and the value of a fact.
    """

    mood: str
    headline: str
    lines: tuple[Fact | str, ...]
    colon: str = Sentence(": ")

    def shown(self, *, private: bool) -> tuple[Fact | str, ...]:
        """Return the lines that may be shown: where others see them, without what is private."""
        return tuple(line for line in self.lines if private or not (isinstance(line, Fact) and line.private))


def translated(text: Text, say: Translate) -> Text:
    """Return a reply in another language; `say` makes a sentence readable in it."""
    lines = tuple(
        say(line) if isinstance(line, str) else line._replace(label=say(line.label), value=say(line.value))
        for line in text.lines
    )
    return Text(text.mood, say(text.headline), lines, say(text.colon))


def answered(answer: Answer, typed: Typed, request_id: str) -> Text:
    """Return what is said about an answer."""
    if isinstance(answer.outcome, Problem):
        return _refused(answer.outcome, answer, typed, request_id)
    assert answer.order is not None  # noqa: S101 - nothing is imported without an order; for the type checker
    return _imported(answer.order, answer.outcome)


def _imported(order: Order, result: Imported) -> Text:
    name = order.key_name
    mood, headline = {
        (False, "created"): ("created", Sentence("Imported as {name}.", name=name)),
        (False, "unchanged"): (
            "unchanged",
            Sentence("{name} is there already, with this very key.", name=name),
        ),
        (True, "created"): ("dry-run", Sentence("Dry run: {name} would be imported.", name=name)),
        (True, "unchanged"): (
            "dry-run",
            Sentence("Dry run: {name} is there already, with this very key.", name=name),
        ),
    }[order.dry_run, result.result]
    return Text(
        mood,
        headline,
        (
            Fact(Sentence("Result"), result.result),
            *_known(result.key_id, name),
            *_key(order.key),
            Fact(Sentence("Project"), str(result.project_id), private=True),
            Fact(Sentence("Region"), order.region.name, private=True),
            *(
                [Fact(Sentence("Account"), order.account.name, private=True)]
                if order.account.role_arn
                else ()
            ),
            *_differences(result.differences),
            *(() if order.dry_run else (_GOOD_FOR,)),
        ),
    )


def checked(key: PublicKey) -> Text:
    """Return what is said about a key that passed the key gate, where nothing else was asked for."""
    return Text("checked", Sentence("This key can be imported."), tuple(_key(key)))


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
            Fact(Sentence("Link") if link else Sentence("Token"), link or invitation["token"], private=True),
            Fact(Sentence("Key name"), invitation["keyName"]),
            Fact(Sentence("Ends"), invitation["expiresAt"]),
            way,
        ),
    )


def shown(key_pair: Mapping[str, Any], region: str, account: Target) -> Text:
    """Return what is said about a key pair that somebody looks at.

    Args:
        key_pair: it, in the form of the contract.
        region, account: where it is.
    """
    tags = sorted(key_pair["tags"].items())
    return Text(
        "shown",
        Sentence("Key pair {name}.", name=key_pair["keyName"]),
        (
            *_known(key_pair["keyId"], key_pair["keyName"]),
            *_stored_key(key_pair),
            Fact(Sentence("Project"), str(key_pair["projectId"]), private=True),
            Fact(Sentence("Region"), region, private=True),
            *([Fact(Sentence("Account"), account.name, private=True)] if account.role_arn else ()),
            *_since(key_pair),
            Fact(Sentence("Instances"), str(key_pair["instanceCount"]), private=True),
            *(
                Fact(Sentence("Tag"), f"{_on_one_line(name)}={_on_one_line(value)}", private=True)
                for name, value in tags[:_MOST_TAGS]
            ),
            *_more(Sentence("More tags"), len(tags) - _MOST_TAGS),
        ),
    )


def _stored_key(key_pair: Mapping[str, Any]) -> Iterator[Fact | str]:
    """Yield what is known of the key of a stored key pair."""
    if "bits" not in key_pair:
        yield Sentence("Its key cannot be read, so it has no fingerprint.")
        return
    yield Fact(Sentence("Bits"), str(key_pair["bits"]))
    yield Fact(Sentence("Fingerprint"), key_pair["fingerprint"])
    yield Fact(Sentence("Fingerprint"), key_pair["fingerprintMd5"])


def _since(key_pair: Mapping[str, Any]) -> Iterator[Fact]:
    if "createdAt" in key_pair:
        yield Fact(Sentence("Created"), _on_one_line(key_pair["createdAt"]), private=True)


def _refused(problem: Problem, answer: Answer, typed: Typed, request_id: str) -> Text:
    code, last = problem.slug, Fact(Sentence("Request id"), request_id)
    title = Sentence("{title}.", title=problem.title)
    if code in _OUT_OF_TIME:
        again = Sentence("Nothing was lost: send the same again.")
        if problem.retry_after > 1:
            again = Sentence(
                "Nothing was lost: send the same again in {seconds} seconds.", seconds=problem.retry_after
            )
        return Text("again", title, (problem.detail, again, last))
    if problem.reason == "private-key":
        delete = Sentence("Delete your message, so that nobody else reads the key in it.")
        headline = Sentence("Do not send private keys.")
        return Text("refused", headline, (problem.detail, problem.remedy, delete, last))
    if code == "invalid-request":
        errors = [_error(error, answer, typed) for error in problem.errors]
        see = Sentence("Send `help` to see how a command is written.")
        lines = [*errors, see] if errors else _why(problem)
        return Text("refused", Sentence("The command is wrong."), (*lines, last))
    # The ids are needed for the callers file, and no platform shows them to people.
    ids = [
        Fact(Sentence("Your user id"), typed.user),
        Fact(Sentence("Channel id"), typed.channel),
        Fact(Sentence("Team id"), typed.team),
    ]
    shown = [fact for fact in ids if code == "forbidden" and _SHOWN.fullmatch(fact.value)]
    pair = _known(problem.key_id, problem.key_name)
    return Text("refused", title, (*_why(problem), *pair, *shown, last))


def usage(prefix: str) -> Text:
    """Return how commands are written.

    Args:
        prefix: what has to be typed before one, such as `/key`; may be empty.
    """
    start = _start(prefix)
    return Text(
        "help",
        Sentence("Import an SSH public key into Tencent Cloud CVM."),
        (
            Fact(Sentence("Import"), Sentence("{start}import KEY_NAME ssh-rsa AAAA...", start=start)),
            Fact(Sentence("Only check a key"), Sentence("{start}check ssh-rsa AAAA...", start=start)),
            Fact(Sentence("Invite somebody, in private"), Sentence("{start}invite KEY_NAME", start=start)),
            Fact(Sentence("Look at a key pair"), Sentence("{start}show KEY_NAME", start=start)),
            Fact(Sentence("Options of import"), "project=1001 region=ap-shanghai tag:owner=alice --dry-run"),
            Fact(Sentence("More options"), "account=prod expires=2027-01-31"),
            Fact(Sentence("Make a key"), "ssh-keygen -t rsa -b 3072 -f id_rsa_tencent"),
            Sentence("`KEY_NAME` has 1 to 25 letters, digits and underscores."),
            Sentence("Send the one line of the `.pub` file, never the private key."),
        ),
    )


def _known(key_id: str, key_name: str) -> Iterator[Fact]:
    """Yield which key pair it is, as far as that is known."""
    for label, value in ((Sentence("Key id"), key_id), (Sentence("Key name"), key_name)):
        if value:
            yield Fact(label, value)


def _key(key: PublicKey) -> Iterator[Fact]:
    yield Fact(Sentence("Bits"), str(key.bits))
    yield Fact(Sentence("Fingerprint"), key.fingerprint)
    yield Fact(Sentence("Fingerprint"), key.fingerprint_md5)


def _differences(differences: tuple[Difference, ...]) -> Iterator[Fact | str]:
    """Yield how a stored key pair differs from what was asked for; pointers are as RFC 6901 has them."""
    for difference in differences[:_MOST_DIFFERENCES]:
        tag = difference.pointer.partition("/tags/")[2].replace("~1", "/").replace("~0", "~")
        stored = Sentence("nothing") if difference.stored is None else _on_one_line(difference.stored)
        requested = _on_one_line(difference.requested)
        if tag:
            text = Sentence(
                "{tag} asked for {requested}, there is {stored}",
                tag=_on_one_line(tag),
                requested=requested,
                stored=stored,
            )
            yield Fact(Sentence("Differs, tag"), text, private=True)
        else:
            text = Sentence("asked for {requested}, there is {stored}", requested=requested, stored=stored)
            yield Fact(Sentence("Differs, project"), text, private=True)
    yield from _more(Sentence("More tags that differ"), len(differences) - _MOST_DIFFERENCES)


def _more(label: str, count: int) -> Iterator[Fact]:
    """Yield how many more there are, where there are any."""
    if count > 0:
        yield Fact(label, str(count), private=True)


def _on_one_line(value: object) -> str:
    return " ".join(str(value).split())


def _error(error: FieldError, answer: Answer, typed: Typed) -> str:
    """Return what is said of a wrong member, in the terms of the command."""
    command = f"{_start(typed.prefix)}import {answer.key_name or 'KEY_NAME'} ssh-rsa AAAA..."
    if error.pointer == "/publicKey":
        return Sentence("The key is missing: `{command}`.", command=command)
    asked = answer.item.value if isinstance(answer.item, Asked) else None
    if error.pointer == "/keyName" and isinstance(asked, dict) and "keyName" not in asked:
        return Sentence("The key name is missing: `{command}`.", command=command)
    if option := _OPTIONS.get(error.pointer):
        return option
    place = _PLACES.get(error.pointer)
    return Sentence("`{place}`: {detail}", place=place, detail=error.detail) if place else error.detail


def _start(prefix: str) -> str:
    return f"{prefix} " if prefix else ""


def _why(problem: Problem) -> list[str]:
    # A chat's sender is always a known caller.
    return [problem.explained(known_caller=True), problem.remedy]
