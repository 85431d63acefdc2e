"""What is said in a chat."""

from __future__ import annotations

from typing import Any

import pytest

from handler import decide, problems
from handler.callers.allow import Allow
from handler.callers.caller import Caller
from handler.callers.trigger import Trigger
from handler.chat import command, wording
from handler.chat.message import Typed
from handler.chat.wording import Fact
from handler.importing.decision import Difference, Imported
from handler.importing.order import Order, Region, Target
from handler.key_gate.public_key import PublicKey
from handler.problems import FieldError, Problem
from handler.sentence import Sentence

TYPED = Typed((), "U0ALICE", "", "T0", "C0")
CALLER = Caller("ops", Trigger("invoke"), Allow(), {})
KEY = PublicKey(65537, 0, 3072, "", b"", "SHA256:x", "MD5:00", "")
ORDER = Order("alice", KEY, 7, Region("ap-guangzhou", False), {"a": "b"}, {"a": "b"}, False)
IMPORTED = Imported("created", "skey-1", 7, {"a": "b"}, (), "c-1")


def imported(order: Order = ORDER, **changes: Any) -> wording.Text:
    """Return what is said about a result."""
    answer = decide.Answer(decide.Asked({}, CALLER, "", {}), IMPORTED._replace(**changes), order)
    return wording.answered(answer, TYPED, "r-1")


def refused(problem: Problem, typed: Typed = TYPED) -> wording.Text:
    """Return what is said about a problem."""
    return wording.answered(decide.refuse(decide.Rejected(problem, CALLER, {})), typed, "r-1")


GOOD_FOR = "New instances can use this key pair."
GOOD_FOR += " To use it on an existing one, ask an administrator to bind it."


@pytest.mark.parametrize(
    ("dry_run", "result", "mood", "headline"),
    [
        (False, "created", "created", "Imported as alice."),
        (False, "unchanged", "unchanged", "alice is there already, with this very key."),
        (True, "created", "dry-run", "Dry run: alice would be imported."),
        (True, "unchanged", "dry-run", "Dry run: alice is there already, with this very key."),
    ],
)
def test_a_result_has_its_facts(dry_run: bool, result: str, mood: str, headline: str) -> None:
    """Result, key id, bits and fingerprints are said, and where the key pair is."""
    text = imported(ORDER._replace(dry_run=dry_run), result=result)

    assert (text.mood, text.headline) == (mood, headline)
    assert text.lines == (
        Fact("Result", result),
        Fact("Key id", "skey-1"),
        Fact("Key name", "alice"),
        Fact("Bits", "3072"),
        Fact("Fingerprint", "SHA256:x"),
        Fact("Fingerprint", "MD5:00"),
        Fact("Project", "7", private=True),
        Fact("Region", "ap-guangzhou", private=True),
        *(() if dry_run else (GOOD_FOR,)),
    )


def test_another_account_is_said_where_nobody_else_reads() -> None:
    """Its name is as private as the project; of the own account nothing is said."""
    prod = Target("prod", "qcs::cam::uin/200000000002:roleName/ImportKeyPair", "", "slack")

    assert Fact("Account", "prod", private=True) in imported(ORDER._replace(account=prod)).lines
    assert "Account" not in [line.label for line in imported().lines if isinstance(line, Fact)]


def test_without_a_key_id_none_is_said() -> None:
    """A dry run that would create a key pair has no id to tell."""
    text = imported(ORDER._replace(dry_run=True), key_id="")

    assert "Key id" not in [line.label for line in text.lines if isinstance(line, Fact)]


def test_differences_are_said() -> None:
    """What is stored and not as asked for is named: the project, tags by their name, and how many more."""
    differences = (
        Difference("/projectId", 1001, 0),
        Difference("/tags/a~1b~0c", "x\ny", None),
        *(Difference(f"/tags/t{n}", "new", "old") for n in range(6)),
    )
    lines = imported(differences=differences).lines[8:]

    assert lines[:3] == (
        Fact("Differs, project", "asked for 1001, there is 0", private=True),
        Fact("Differs, tag", "a/b~c asked for x y, there is nothing", private=True),
        Fact("Differs, tag", "t0 asked for new, there is old", private=True),
    )
    assert lines[5:] == (Fact("More tags that differ", "3", private=True), GOOD_FOR)


@pytest.mark.parametrize(
    ("problem", "wait"),
    [
        (problems.UpstreamBusy(Sentence("Busy."), Sentence("Later."), retry_after=7), " in 7 seconds"),
        (problems.UpstreamBusy(Sentence("Busy."), Sentence("Later."), retry_after=1), ""),
        (
            problems.UpstreamUnreachable(Sentence("Unreachable."), Sentence("Later."), retry_after=5),
            " in 5 seconds",
        ),
        (problems.OutcomeUnknown(Sentence("In doubt."), Sentence("Later.")), ""),
    ],
)
def test_out_of_time_the_same_may_be_sent_again(problem: Problem, wait: str) -> None:
    """Nothing is lost, so the only advice is to send the same again."""
    text = refused(problem)

    assert text.mood == "again"
    assert text.lines == (
        problem.detail,
        f"Nothing was lost: send the same again{wait}.",
        Fact("Request id", "r-1"),
    )


def test_schema_errors_are_said_in_the_commands_terms() -> None:
    """Each wrong member is named as the command writes it, with where to look."""
    errors = [
        FieldError(pointer, Sentence("Wrong."))
        for pointer in ("/keyName", "/publicKey", "/projectId", "/region", "/tags", "")
    ]
    text = refused(
        problems.InvalidRequest(Sentence("Broken."), Sentence("GET /openapi.json."), errors=tuple(errors))
    )

    assert text.lines == (
        "`KEY_NAME`: Wrong.",
        "The key is missing: `import KEY_NAME ssh-rsa AAAA...`.",
        "`project=` takes a number, such as `project=1001`.",
        "`region=` takes the name of a region, such as `region=ap-shanghai`.",
        "`tag:`: Wrong.",
        "Wrong.",
        "Send `help` to see how a command is written.",
        Fact("Request id", "r-1"),
    )
    assert refused(problems.InvalidRequest(Sentence("Twice."), Sentence("Once."))).lines[:2] == (
        "Twice.",
        "Once.",
    )


def test_other_problems_say_detail_and_remedy() -> None:
    """Detail and remedy are said as they are, with the key pair in the way where it may be known."""
    text = refused(
        problems.KeyNameConflict(Sentence("Taken."), Sentence("Choose."), key_id="skey-2", key_name="alice")
    )

    assert text.mood == "refused"
    assert text.headline == "The key name holds another key."
    assert text.lines == (
        "Taken.",
        "Choose.",
        Fact("Key id", "skey-2"),
        Fact("Key name", "alice"),
        Fact("Request id", "r-1"),
    )


def test_a_refusal_of_somebody_tells_the_ids() -> None:
    """Who sets up the callers file needs the ids, which platforms hardly show."""
    text = refused(problems.Forbidden(Sentence("No."), Sentence("Ask.")))

    assert text.lines[2:5] == (
        Fact("Your user id", "U0ALICE"),
        Fact("Channel id", "C0"),
        Fact("Team id", "T0"),
    )


def test_nothing_but_an_id_is_told_as_one() -> None:
    """A field of the form that holds something else, such as a private key, is not repeated."""
    pasted = "-----BEGIN PRIVATE KEY-----\nMIIE"
    text = refused(
        problems.Forbidden(Sentence("No."), Sentence("Ask.")), Typed((), pasted, "", pasted, pasted)
    )

    assert text.lines == ("No.", "Ask.", Fact("Request id", "r-1"))


@pytest.mark.parametrize(("prefix", "start"), [("", ""), ("/key", "/key ")])
def test_help_shows_commands_that_work(prefix: str, start: str) -> None:
    """The examples are written as the reader reads them, with what the platform wants in front."""
    text = wording.usage(prefix)
    shown = {line.label: line.value for line in text.lines if isinstance(line, Fact)}

    assert shown["Import"] == f"{start}import KEY_NAME ssh-rsa AAAA..."
    assert shown["Invite somebody, in private"] == f"{start}invite KEY_NAME"
    assert shown["Look at a key pair"] == f"{start}show KEY_NAME"
    assert shown["Only check a key"] == f"{start}check ssh-rsa AAAA..."
    typed = f"{shown['Import'].removeprefix(start)} {shown['Options of import']}"
    assert command.parse(typed).value == {
        "keyName": "KEY_NAME",
        "publicKey": "ssh-rsa AAAA...",
        "projectId": "1001",
        "region": "ap-shanghai",
        "tags": {"owner": "alice"},
        "dryRun": True,
    }
    assert [line for line in text.lines if isinstance(line, str)] == [
        "`KEY_NAME` has 1 to 25 letters, digits and underscores.",
        "Send the one line of the `.pub` file, never the private key.",
    ]
