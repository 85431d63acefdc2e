"""The command line that shows key pairs: `python -m local.look --help`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from local.callers.mint import variable
from local.closed_pipe import ended_quietly
from local.columns import Help, fitted
from local.look import report
from local.look.listing import Listing, RefusedError, fetch
from local.send import credential
from local.send.client import FunctionReply, UnreachableError, endpoint, get, is_open_to_all, seconds
from local.send.credential import ApiKeyCredential, NoCredentialError
from local.send.report import cause, visible
from local.terminal import say

DONE, REFUSED, NOT_ASKED, UNKNOWN_CALLER, LATER, NO_ANSWER, NONE_FOUND = range(7)

_DESCRIPTION = """\
Shows the key pairs that a caller may know of: a table sorted by name, and how many there are, how old
the oldest is, and how many are past their day. Whoever looks has an API key, and "look": true in the
"allow" of callers.json.

all of them:
  python -m local.look --url https://... --as platform-team
is one there, and whose key is this:
  python -m local.look --url https://... --as platform-team --name alice_laptop
  python -m local.look --url https://... --as platform-team --fingerprint SHA256:...
what should be gone by the end of January, as JSON:
  python -m local.look --url https://... --as platform-team --expires-before 2027-02-01 --json

The key comes from the environment, from PLATFORM_TEAM_API_KEY (for --as platform-team).
"""
_EPILOG = """\
exit code:  0  the list is there, also if it is empty
            1  it was refused, and something has to be changed
            2  nothing was asked: command line, file or key are wrong
            3  the function does not know this caller
            4  the same may succeed later
            5  no answer, or none of this function
            6  there is no key pair of this --name or --fingerprint that this caller may know of
"""


def main(arguments: Sequence[str], environ: Mapping[str, str], clock: Callable[[], float] = time.time) -> int:
    """Show what the command line asks for; return the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        url, key = endpoint(chosen.url), _key(chosen, environ)
    except (NoCredentialError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return NOT_ASKED
    if is_open_to_all(url):
        print("Warning: http:// is not encrypted; use https://.", file=sys.stderr)
    ask = partial(_ask, url, key.headers(b"", clock()), chosen.timeout)
    try:
        listing = fetch(ask, _query(chosen), chosen.limit)
    except RefusedError as problem:
        return _refused(problem.reply, url)
    except UnreachableError as problem:
        print(f"{chosen.url}: {problem}.", file=sys.stderr)
        return NO_ANSWER
    except KeyboardInterrupt:
        print("Interrupted; nothing was changed.", file=sys.stderr)
        return NO_ANSWER
    _show(listing, time.strftime("%Y-%m-%d", time.gmtime(clock())), as_json=chosen.json)
    is_about_one = chosen.name or chosen.fingerprint
    return NONE_FOUND if is_about_one and not listing.key_pairs else DONE


def _ask(url: str, headers: Mapping[str, str], timeout: float, query: Mapping[str, str]) -> FunctionReply:
    return get(url, query, headers, timeout)


def _query(chosen: argparse.Namespace) -> dict[str, str]:
    members = {
        "keyName": chosen.name,
        "fingerprint": chosen.fingerprint,
        "account": chosen.account,
        "region": chosen.region,
        "expiresBefore": chosen.expires_before,
        "after": chosen.after,
    }
    return {name: value for name, value in members.items() if value}


def _show(listing: Listing, today: str, *, as_json: bool) -> None:
    if as_json:
        print(report.as_json(listing))
        print(report.summary(listing, today), file=sys.stderr)
        return
    if len(listing.key_pairs) == 1:
        say(report.single(listing.key_pairs[0]))
    elif listing.key_pairs:
        say(report.table(listing.key_pairs))
    say(report.summary(listing, today))


def _refused(reply: FunctionReply, url: str) -> int:
    if not reply.is_ours() or "code" not in reply.body:
        print(fitted(f"{url} answers {reply.status}, and not as this function does."), file=sys.stderr)
        return NO_ANSWER
    if reply.status == 401:
        found = f" Its log has the cause under {reply.body.get('requestId')}."
        print(fitted(visible(f"401: the function does not know this caller.{found}")), file=sys.stderr)
        return UNKNOWN_CALLER
    print(fitted(visible(cause(reply.body, reply.status))), file=sys.stderr)
    return LATER if reply.body.get("retryable") is True else REFUSED


def _key(chosen: argparse.Namespace, environ: Mapping[str, str]) -> ApiKeyCredential:
    """Return the API key to look with.

    Raises:
        NoCredentialError: there is none; the message says which variable to set, and never shows one.
    """
    if chosen.caller is None and chosen.api_key_env is None:
        raise NoCredentialError("Say as whom to look: --as CALLER or --api-key-env VARIABLE.")
    path = chosen.callers or credential.default_callers_file(environ)
    name = chosen.api_key_env or (None if path else variable(chosen.caller, "api-key"))
    found = credential.credential_of(chosen.caller, path, environ, key_variable=name)
    if not isinstance(found, ApiKeyCredential):
        raise NoCredentialError(f"{chosen.caller} signs what it sends, which is no proof of who looks.")
    return found


def _number(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("it is a number, 1 or more")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.look",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=Help,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--url", required=True, help="of the function, with its base path if it has one")
    add("--json", action="store_true", help="print JSON, as GET /key-pairs answers; the last line goes aside")
    add("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for an answer (default: 60)")
    group = parser.add_argument_group("which key pairs")
    add = group.add_argument
    add("--name", metavar="KEY_NAME", help="exactly this one")
    add("--fingerprint", help="of the key, SHA256:... or MD5:..., as ssh-keygen -l prints it")
    add("--account", metavar="NAME", help="of callers.json, to look into (default: the function's choice)")
    add("--region", help="to look into (default: the function's choice)")
    add("--expires-before", metavar="DATE", help="only those that should be gone before, such as 2027-01-31")
    add("--limit", type=_number, metavar="COUNT", help="so many at most (default: all)")
    add("--after", metavar="KEY_NAME", help="only names behind this one")
    group = parser.add_argument_group("as whom")
    add = group.add_argument
    add("--as", dest="caller", metavar="CALLER", help="the caller's id in callers.json")
    add("--callers", type=Path, metavar="FILE", help="another callers.json, to see who has an API key")
    add("--api-key-env", metavar="VARIABLE", help="holds the API key")
    return parser


if __name__ == "__main__":
    sys.exit(ended_quietly(lambda: main(sys.argv[1:], os.environ), NO_ANSWER))
