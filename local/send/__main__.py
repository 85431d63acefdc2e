"""The command line of a sender: `python -m local.send --help`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from local.columns import Help
from local.send import credential, report
from local.send.client import UnreachableError, endpoint, is_open_to_all
from local.send.credential import NoCredentialError
from local.send.diagnosis import explain
from local.send.sending import Line, NotOursError, Outcome, send_all
from local.send.wanted import Common, NotSendableError, Wanted, collect

DONE, REFUSED, NOT_SENT, UNKNOWN_CALLER, LATER, NO_ANSWER = range(6)

_DESCRIPTION = """\
Imports SSH public keys through the function, as an onboarding system would: signed, or with an API key.

  python -m local.send alice.pub --name onb_alice --url https://... --as onboarding
  ssh-keygen -y -f id_rsa | python -m local.send - --name onb_alice --url https://... --as onboarding
  python -m local.send keys/ --prefix onb_ --url https://... --as onboarding      every .pub file of a folder
  python -m local.send hires.csv --url https://... --as onboarding                a table of name,key

The secret comes from the environment: from the variables that callers.json names for the caller, where there
is one, else from ONBOARDING_SECRET or ONBOARDING_API_KEY (for --as onboarding).
The first line of a table may name its columns: name,key,project,region,tag:owner. A key is its text, or the
path of its file. What is sent twice is imported once: the same command can be given again at any time.
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
    common = Common(chosen.project, chosen.region, dict(chosen.tag), chosen.dry_run)
    try:
        line = Line(endpoint(chosen.url), _credential(chosen, environ), chosen.timeout, clock, sleep)
        wanted = collect(chosen.key, chosen.name, chosen.prefix, common, stdin)
    except (NotSendableError, NoCredentialError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return NOT_SENT
    if is_open_to_all(line.url):
        print("Mind: http:// shows everybody on the way what is sent; use https://.", file=sys.stderr)
    outcomes: list[Outcome] = []
    bar = report.Bar(len(wanted), sys.stderr)
    code = DONE
    try:
        bar.show(0, "")
        for outcome in send_all(line, wanted, chosen.wait, bar.show):
            outcomes.append(outcome)  # noqa: PERF402 - what came before an interruption is to stay
    except NotOursError as problem:
        bar.clear()
        code = _not_ours(problem, line, wanted[0], is_explained=chosen.explain)
    except UnreachableError as problem:
        bar.clear()
        print(f"{chosen.url}: {problem}.", file=sys.stderr)
        code = NO_ANSWER
    except KeyboardInterrupt:
        bar.clear()
        print("Interrupted; what was sent may have arrived, and can be sent again.", file=sys.stderr)
        code = NO_ANSWER
    bar.clear()
    _report(outcomes, wanted)
    return code or _code(outcomes)


def _credential(chosen: argparse.Namespace, environ: Mapping[str, str]) -> credential.Credential:
    return credential.find(
        chosen.caller,
        chosen.callers or credential.default_callers_file(environ),
        environ,
        key_variable=chosen.api_key_env,
        secret_variable=chosen.secret_env,
    )


def _not_ours(problem: NotOursError, line: Line, wanted: Wanted, *, is_explained: bool) -> int:
    reply = problem.reply
    if reply.status != 401:
        print(f"{line.url} answers {reply.status}, and not as this function does.", file=sys.stderr)
        return NO_ANSWER
    request_id = reply.body.get("requestId")
    found = f" Its log has the cause under {request_id}." if request_id else ""
    print(report.visible(f"401: the function does not know this caller.{found}"), file=sys.stderr)
    for sentence in explain(line, wanted, reply) if is_explained else ():
        print(f"  {report.visible(sentence)}", file=sys.stderr)
    if not is_explained:
        print("  Give --explain to find out why.", file=sys.stderr)
    return UNKNOWN_CALLER


def _report(outcomes: Sequence[Outcome], wanted: Sequence[Wanted]) -> None:
    if len(wanted) == 1 and outcomes:
        print(report.single(outcomes[0]))
    elif outcomes:
        print(report.table(outcomes))
    if outcomes and len(outcomes) < len(wanted):
        print(f"{len(wanted) - len(outcomes)} of {len(wanted)} were not settled.", file=sys.stderr)


def _code(outcomes: Sequence[Outcome]) -> int:
    undone = [outcome for outcome in outcomes if not outcome.is_done]
    if any(outcome.is_passing for outcome in undone):
        return LATER
    return REFUSED if undone else DONE


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError("a tag is NAME=VALUE")
    return name, value


def _seconds(text: str) -> float:
    # Beyond a day the operating system may not be able to wait.
    if not 0 < (seconds := float(text)) <= 86_400:
        raise argparse.ArgumentTypeError("it is a number of seconds, more than 0 and at most 86400")
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.send",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=Help,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("key", metavar="KEY", help="a .pub file, - for standard input, a folder, or a .csv table")
    add("--url", required=True, help="of the function, with its base path if it has one")
    add("--name", help="of the key (default: made of the file's name)")
    add("--prefix", default="", help="stands before names of a folder, of a table, or made of a file's")
    add("--project", type=int, metavar="ID", help="to import into (default: the function's choice)")
    add("--region", help="to import into (default: the function's choice)")
    add("--tag", type=_tag, action="append", default=[], metavar="NAME=VALUE", help="may be repeated")
    add("--dry-run", action="store_true", help="everything but the write")
    add("--wait", type=float, nargs="?", const=60.0, default=0.0, metavar="SECONDS", help=_WAIT)
    add("--timeout", type=_seconds, default=60.0, metavar="SECONDS", help="for an answer (default: 60)")
    add("--explain", action="store_true", help="find out why the function does not know this caller")
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
    sys.exit(main(sys.argv[1:], os.environ, sys.stdin))
