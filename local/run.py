"""`make run`: imports a key on this machine and shows each step; exit code 0 if all was as expected."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from local import cvm, events, gateway, own_key, report, throwaway
from local.callers.mint import new_secret
from local.columns import Help
from local.stage import Stage, staged
from local.terminal import say

_DESCRIPTION = """\
Imports a key on this machine, sends it again, sends a bad one, invites somebody and hands their key in, and
shows what came of each. CVM is a stand-in, so no cloud account is needed.
"""
_EPILOG = """\
environment:
  PUBLIC_KEY  the file of a public key of your own, such as ~/.ssh/id_rsa.pub
  EVENT       a recorded event to run instead, such as events/ckafka-batch.json
  TLS         anything: the function reaches the stand-in over HTTPS, under CVM's own name
"""

# A busy machine may take longer to load the code.
_OPTIONS = gateway.Options(init_timeout=120)


class KeyLine(NamedTuple):
    """A public key line, and where it is from, for people."""

    line: str
    origin: str


class Step(NamedTuple):
    """One event of the run and its expected answer: a status, and a result, code or key name."""

    title: str
    file: str
    status: int
    answer: str


#: The key name of the recorded invitation.
INVITED = "bob_laptop"

_STORY = (
    Step("A new key", "function-url-import.json", 201, "created"),
    Step("The same again", "function-url-import.json", 200, "unchanged"),
    Step("A bad one", "function-url-bad-key.json", 422, "invalid-public-key"),
    Step("An invitation", "function-url-invite.json", 201, INVITED),
    Step("The invited person's key", "function-url-redeem.json", 201, "created"),
)


class _NoEventError(Exception):
    """There is no recorded event at that path."""


def main(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> int:
    """Show each step, or run one event; return the exit code."""
    argparse.ArgumentParser(
        "python -m local.run",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=Help,
    ).parse_args(arguments)
    try:
        key = _key(environ.get("PUBLIC_KEY", ""))
        event = _event(environ["EVENT"]) if environ.get("EVENT") else None
    except (own_key.NotUsableError, _NoEventError) as problem:
        print(problem, file=sys.stderr)
        return 2
    callers = throwaway.trigger_callers(events.sources(event))
    inviting = new_secret("invitations", "standard-webhooks")
    variables = {"INVITATION_SECRETS": inviting.variable, inviting.variable: inviting.secret}
    run_as = _OPTIONS._replace(environment=variables)
    with _cvm_options(environ) as options, staged(options, run_as, callers) as stage:
        values = _values(stage, key, throwaway.invitation(throwaway.YOU, INVITED, inviting.secret))
        say(f"CVM is a stand-in at {stage.cvm.url}; the function runs as in SCF, in a process of its own.")
        if event is None:
            return _tell_story(stage, key, values)
        return _run_event(stage, environ["EVENT"], event, values)


@contextmanager
def _cvm_options(environ: Mapping[str, str]) -> Iterator[cvm.Options]:
    if not environ.get("TLS"):
        yield cvm.Options()
        return
    # Making certificates takes a module of its own.
    from local import tls

    with tempfile.TemporaryDirectory(prefix="authority-of-one-run-") as directory:
        yield cvm.Options(authority=tls.Authority(Path(directory)))


def _key(path: str) -> KeyLine:
    return KeyLine(own_key.read_file(path), f"from {path}") if path else KeyLine(*throwaway.public_key())


def _event(path: str) -> Any:
    try:
        return events.load(Path(path).expanduser())
    except OSError:
        raise _NoEventError(f"There is no event {path}. Recorded ones are in events/.") from None
    except ValueError:
        raise _NoEventError(f"{path} is not JSON, and an event has to be.") from None


def _values(stage: Stage, key: KeyLine, invitation: str) -> dict[str, str]:
    """Return the fresh values for the placeholders of recorded events."""
    return {
        "PUBLIC_KEY": key.line,
        "API_KEY": stage.api_key,
        "INVITATION": invitation,
        "INVITED_KEY": throwaway.invited_key(),
    }


def _tell_story(stage: Stage, key: KeyLine, values: Mapping[str, str]) -> int:
    for number, step in enumerate(_STORY, 1):
        say(f"\n{number}. {step.title}: events/{step.file}")
        event = events.fill(events.load(events.EVENTS / step.file), values)
        outcome = stage.gateway.invoke(event)
        say(report.text([("sent", _sent(event, key)), *report.rows(outcome)]))
        status, body = report.status_and_body(outcome)
        body = body if isinstance(body, dict) else {}
        shown = [body.get(name) for name in ("result", "code", "keyName")]
        if status != step.status or step.answer not in shown:
            say(f"\nNot as expected: it should have been {step.status} {step.answer}. The function's log:")
            say("\n".join(f"   {line}" for line in stage.gateway.log))
            return 1
        if "token" in body:
            values = {**values, "INVITATION": body["token"]}
    held = [f"{pair.key_name} ({pair.key_id})" for pair in stage.cvm.account]
    say(f"\nCVM was asked {len(stage.cvm.calls)} times and holds: {', '.join(held)}.")
    wanted = [step for step in _STORY if step.answer == "created"]
    if len(held) != len(wanted):
        say(f"Not as expected: it should hold {len(wanted)} of them.")
        return 1
    say("All as expected.")
    return 0


def _run_event(stage: Stage, name: str, event: Any, values: Mapping[str, str]) -> int:
    say(f"\n{name}")
    for bucket, object_key in events.objects(event):
        stage.cos.put(bucket, object_key, values["PUBLIC_KEY"].encode())
        say(f"COS is a stand-in, too; {object_key} in {bucket} holds the key.")
    outcome = stage.gateway.invoke(events.fill(event, values))
    say(report.text([*report.rows(outcome), *report.decisions(stage.gateway.log)]))
    return 1 if outcome.failure else 0


def _sent(event: Any, key: KeyLine) -> str:
    try:
        body = json.loads(event["body"])
    except ValueError:
        return f"{event['httpMethod']} {event['path']}, no JSON"
    keys = {
        None: "",
        key.line: f"the key {key.origin}",
        throwaway.invited_key(): "a key from events/keys.pub",
    }
    name = f"keyName {body['keyName']}" if "keyName" in body else "the invitation"
    sent = [name, keys.get(body.get("publicKey"), "a key of another kind")]
    return ", ".join([f"{event['httpMethod']} {event['path']}", *filter(None, sent)])


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
