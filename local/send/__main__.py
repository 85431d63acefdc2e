"""The command line of a sender: `python -m local.send --help`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from local.closed_pipe import ended_quietly
from local.columns import Help
from local.send import credential, files, report
from local.send.client import UnreachableError, endpoint, is_open_to_all, seconds
from local.send.collecting import collect
from local.send.credential import NoCredentialError
from local.send.diagnosis import explain
from local.send.progress import Progress
from local.send.sending import KeyOutcome, Line, NotOursError, send_all
from local.send.table import Columns
from local.send.wanted import Collection, Common, KeyToSend, NotSendableError
from local.terminal import say

DONE, REFUSED, NOT_SENT, UNKNOWN_CALLER, LATER, NO_ANSWER = range(6)

_DESCRIPTION = """\
Imports SSH public keys through the function, as an onboarding system would: signed, or with an API key.

one key:
  python -m local.send alice.pub --name onb_alice --url https://... --as onboarding
every .pub file of a folder:
  python -m local.send keys/ --prefix onb_ --url https://... --as onboarding
a table of names and keys, in a file or from standard input:
  python -m local.send hires.csv --failed rest.csv --url https://... --as onboarding
lines of keys, named after their comments:
  cat *.pub | python -m local.send - --prefix onb_ --url https://... --as onboarding

The secret comes from the environment: from the variables that callers.json names for the caller, else from
ONBOARDING_SECRET or ONBOARDING_API_KEY (for --as onboarding).

The first line of a table may name its columns: name,key,project,region,account,tag:owner.
A key is its text, or the path of its file. Up to ten keys a second are sent, which is what CVM takes.
A key that was imported before is not imported twice: the same command can be given again at any time.
"""
_EPILOG = """\
exit code:  0  every key is imported, or was before; in a dry run: could be
            1  at least one was refused, and something has to be changed
            2  nothing was sent: command line, file or secret are wrong
            3  the function does not know this caller; --explain finds out why
            4  at least one may succeed later: give the same command again, or --wait
            5  no answer, or none of this function; what was sent may have arrived, and can be sent again
"""


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    stdin: TextIO,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Send what the command line says; return the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        line = Line(endpoint(chosen.url), _credential(chosen, environ), chosen.timeout, clock, sleep)
        collection = _collection(chosen, stdin)
    except (NotSendableError, NoCredentialError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return NOT_SENT
    for note in collection.notes:
        print(note, file=sys.stderr)
    if is_open_to_all(line.url):
        print("Warning: http:// is not encrypted; use https://.", file=sys.stderr)
    sent = _send(chosen, line, collection)
    _report(sent.outcomes, collection)
    _write_files(chosen, collection, sent.outcomes)
    if sent.message:
        print(sent.message, file=sys.stderr)
    return sent.code or _code(sent.outcomes.values())


class _Sent(NamedTuple):
    """What became of the keys by their places; an exit code and a message where it was cut short."""

    outcomes: Mapping[int, KeyOutcome]
    code: int = DONE
    message: str = ""


def _send(chosen: argparse.Namespace, line: Line, collection: Collection) -> _Sent:
    wanted = collection.wanted
    outcomes: dict[int, KeyOutcome] = {}
    with Progress(len(wanted), sys.stderr) as progress:
        try:
            for place, outcome in send_all(line, wanted, chosen.wait, progress.advance):
                outcomes[place] = outcome  # noqa: PERF403 - what came before an interruption is to stay
        except NotOursError as problem:
            code, message = _not_ours(problem, line, wanted[0], is_explained=chosen.explain)
            return _Sent(outcomes, code, message + (_settled(outcomes, wanted) if outcomes else ""))
        except UnreachableError as problem:
            return _Sent(outcomes, NO_ANSWER, f"{chosen.url}: {problem}.{_settled(outcomes, wanted)}")
        except KeyboardInterrupt:
            notice = "Interrupted; what was sent may have arrived, and can be sent again."
            return _Sent(outcomes, NO_ANSWER, f"{notice}{_settled(outcomes, wanted)}")
    return _Sent(outcomes)


def _settled(outcomes: Mapping[int, KeyOutcome], wanted: Sequence[KeyToSend]) -> str:
    """Return how far it came, where that is worth saying, and how to go on."""
    if len(wanted) == 1:
        return ""
    done = sum(outcome.is_done for outcome in outcomes.values())
    are_in = "could be imported (dry run)" if wanted[0].is_dry else "are in"
    return (
        f"\n{done} of {len(wanted)} keys {are_in}, {len(outcomes) - done} were refused, and"
        f" {len(wanted) - len(outcomes)} are not settled."
        "\nGive the same command again to go on; what is in already stays as it is."
    )


def _collection(chosen: argparse.Namespace, stdin: TextIO) -> Collection:
    common = Common(chosen.project, chosen.region, chosen.account, dict(chosen.tag), chosen.dry_run)
    columns = Columns(chosen.name_column, chosen.key_column, chosen.prefix)
    collection = collect(chosen.key, chosen.name, columns, common, stdin)
    if chosen.report:
        files.require_report(chosen.report)
    if chosen.failed:
        files.require_failed(chosen.failed, collection)
    return collection


def _write_files(
    chosen: argparse.Namespace, collection: Collection, outcomes: Mapping[int, KeyOutcome]
) -> None:
    if chosen.report:
        files.write_report(chosen.report, collection.wanted, outcomes)
        print(f"Every key is a row in {chosen.report}.", file=sys.stderr)
    if chosen.failed and (count := files.write_failed(chosen.failed, collection, outcomes)):
        print(f"What is not in ({count}) is in {chosen.failed}, to be sent again.", file=sys.stderr)


def _credential(chosen: argparse.Namespace, environ: Mapping[str, str]) -> credential.CallerCredential:
    return credential.credential_of(
        chosen.caller,
        chosen.callers or credential.default_callers_file(environ),
        environ,
        key_variable=chosen.api_key_env,
        secret_variable=chosen.secret_env,
    )


def _not_ours(problem: NotOursError, line: Line, wanted: KeyToSend, *, is_explained: bool) -> tuple[int, str]:
    reply = problem.reply
    if reply.status != 401:
        return NO_ANSWER, f"{line.url} answers {reply.status}, and not as this function does."
    request_id = reply.body.get("requestId")
    found = f" Its log has the cause under {request_id}." if request_id else ""
    sentences = [f"401: the function does not know this caller.{found}"]
    sentences += (
        [f"  {sentence}" for sentence in explain(line, wanted, reply)]
        if is_explained
        else ["  Give --explain to find out why."]
    )
    return UNKNOWN_CALLER, report.visible("\n".join(sentences))


def _report(outcomes: Mapping[int, KeyOutcome], collection: Collection) -> None:
    settled = [outcomes[place] for place in sorted(outcomes)]
    if len(collection.wanted) == 1 and settled:
        say(report.of_key(settled[0]))
    elif settled:
        say(report.of_keys(settled))


def _code(outcomes: Iterable[KeyOutcome]) -> int:
    undone = [outcome for outcome in outcomes if not outcome.is_done]
    if any(outcome.is_passing for outcome in undone):
        return LATER
    return REFUSED if undone else DONE


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError("a tag is NAME=VALUE")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.send",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=Help,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("key", metavar="KEY", help="a .pub file, a folder, a .csv table, or - for standard input")
    add("--url", required=True, help="of the function, with its base path if it has one")
    add("--name", help="of the key (default: made of the file's name)")
    add("--prefix", default="", help="stands before names of a folder, of a table, or made of a file's")
    add("--name-column", default="", metavar="COLUMN", help="of a table: holds the names")
    add("--key-column", default="", metavar="COLUMN", help="of a table: holds the keys")
    add("--project", type=int, metavar="ID", help="to import into (default: the function's choice)")
    add("--region", help="to import into (default: the function's choice)")
    add("--account", metavar="NAME", help="of callers.json, to import into (default: the function's choice)")
    add("--tag", type=_tag, action="append", default=[], metavar="NAME=VALUE", help="may be repeated")
    add("--dry-run", action="store_true", help="everything but the write")
    add("--wait", type=float, nargs="?", const=60.0, default=0.0, metavar="SECONDS", help=_WAIT)
    add("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for an answer (default: 60)")
    add("--explain", action="store_true", help="find out why the function does not know this caller")
    group = parser.add_argument_group("files about many keys")
    add = group.add_argument
    add("--report", type=Path, metavar="FILE", help="every key as a row, in FILE.csv or FILE.jsonl")
    add("--failed", type=Path, metavar="FILE", help="what is not in, in the input's own form")
    group = parser.add_argument_group("as whom")
    add = group.add_argument
    add("--as", dest="caller", metavar="CALLER", help="the caller's id in callers.json")
    add("--callers", type=Path, metavar="FILE", help="another callers.json, to see which variables it names")
    variable = group.add_mutually_exclusive_group()
    variable.add_argument("--secret-env", metavar="VARIABLE", help="holds the signing secret")
    variable.add_argument("--api-key-env", metavar="VARIABLE", help="holds the API key")
    return parser


_WAIT = "send again what may succeed later, waiting so long in all (without a number: 60)"


if __name__ == "__main__":
    sys.exit(ended_quietly(lambda: main(sys.argv[1:], os.environ, sys.stdin), NO_ANSWER))
