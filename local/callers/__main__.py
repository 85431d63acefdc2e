"""The command line around the callers file: `python -m local.callers --help`."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from handler.callers import accounts, file
from handler.callers.caller import resolve
from handler.problems import Misconfigured
from local.callers import chats, invite
from local.callers.mint import SUFFIXES, NewSecret, new_secret, written
from local.closed_pipe import ended_quietly
from local.columns import Help

_DESCRIPTION = """\
Makes secrets for callers, and judges callers.json, the file that says who may call and what they may do.

exit code of check:  0  the function takes the file; what is risky is told
                     1  it is wrong: the function would refuse every call as misconfigured
                     2  it cannot be read, or the command line is wrong
"""

_NEEDS_PACKAGES = """\
This Python lacks the packages that judge the file. In this tree:
  make setup
  .venv/bin/python -m local.callers check FILE"""


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do what the command line says; return the exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "new" and chosen.scheme in chats.SCHEMES:
        made = chats.entry(chosen.name, chosen.scheme)
        print(json.dumps(made._asdict()) if chosen.json else _to_fill_in(made))
        return 0
    if chosen.command == "new":
        minted = new_secret(chosen.name, chosen.scheme)
        print(json.dumps(minted._asdict()) if chosen.json else _introduced(minted, chosen.scheme))
        return 0
    if chosen.command == "invite":
        return _invite(chosen, environ)
    return _check(chosen.file, environ if chosen.environment else None)


def _invite(chosen: argparse.Namespace, environ: Mapping[str, str]) -> int:
    try:
        answer = invite.invite(invite.wanted(chosen), environ)
    except invite.NotInvitedError as problem:
        print(problem, file=sys.stderr)
        return 1
    except ModuleNotFoundError:
        print(_NEEDS_PACKAGES, file=sys.stderr)
        return 2
    print(invite.written(answer, as_json=chosen.json))
    return 0


def _check(path: Path, environ: Mapping[str, str] | None) -> int:
    try:
        text = path.read_bytes()
    except OSError as error:
        print(f"{path} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    # Imported here: a secret can be made by any Python, the schema needs the packages of `.venv`.
    try:
        from local.callers import check, explain, risks
    except ModuleNotFoundError:
        print(_NEEDS_PACKAGES, file=sys.stderr)
        return 2
    verdict = check.validate(text)
    faults = list(verdict.faults)
    if environ is not None and not faults:
        try:
            resolve(verdict.callers, environ)
            for account in verdict.accounts:
                accounts.external_id(account, environ)
        except Misconfigured as problem:
            faults.append(problem.cause)
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    print("\n".join(explain.lines(verdict.callers)))
    for risk in risks.of(verdict.callers, verdict.accounts):
        print(f"Warning: {risk}")
    print(f"{path} is right.")
    return 0


def _introduced(minted: NewSecret, scheme: str) -> str:
    caller = minted.entry["id"]
    if scheme == "api-key":
        what = "key"
        kept = (
            "The function knows only its hash. The caller sends the key itself, as\n"
            "`Authorization: Bearer <key>`, or keeps it in this variable for `python -m local.send`:"
        )
    else:
        what = "secret"
        kept = "Function and sender both need it. Set it where each of them runs, as this variable:"
    return f"""\
The {what} of {caller}. It is shown this once and stored nowhere:

    {minted.secret}

{kept}

    {minted.variable}

Put this into "callers" of callers.json, and add "allow" to say what {caller} may import:

{_indented(written(minted.entry))}

Then: python -m local.callers check callers.json"""


def _to_fill_in(made: chats.Entry) -> str:
    lines = [
        'Put this into "callers" of callers.json:',
        "",
        _indented(written(made.entry)),
        "",
        "Fill in:",
        "",
    ]
    lines += [f"    {placeholder}" for placeholder in made.placeholders]
    if made.variables:
        lines += ["", "Set these variables of the function to secrets that the platform shows:", ""]
        lines += [f"    {name}: {origin}" for name, origin in made.variables.items()]
    return "\n".join([*lines, "", "Then: python -m local.callers check callers.json"])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _caller_id(text: str) -> str:
    if not re.fullmatch(file.ID.pattern, text):
        raise argparse.ArgumentTypeError(f"it must be {file.ID.words}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.callers",
        description=_DESCRIPTION,
        formatter_class=Help,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    new = commands.add_parser(
        "new", help="make a secret or key, or name what a chat platform makes, and the entry for callers.json"
    )
    new.add_argument("name", type=_caller_id, metavar="NAME", help="the caller's id, such as onboarding")
    new.add_argument(
        "--scheme", choices=(*SUFFIXES, *chats.SCHEMES), required=True, help="how it will prove itself"
    )
    new.add_argument(
        "--json", action="store_true", help="print secret, variable and entry as JSON, for scripts"
    )
    judge = commands.add_parser("check", help="say what is wrong with a callers file, or what it means")
    judge.add_argument("file", type=Path, nargs="?", default=Path("callers.json"), metavar="FILE")
    judge.add_argument(
        "--environment",
        action="store_true",
        help="also judge the variables that it names, as they are set here",
    )
    inviting = commands.add_parser(
        "invite", help="make an invitation here, with the secret that INVITATION_SECRETS names"
    )
    invite.add_arguments(inviting)
    return parser


if __name__ == "__main__":
    sys.exit(ended_quietly(lambda: main(sys.argv[1:], os.environ), 2))
