"""Makes an invitation on this machine with the function's secret, so it stands in no log and in no replay."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from handler import chat, settings
from handler.callers import file
from handler.invitations import mint, secrets
from handler.problems import InvalidRequest, Misconfigured, Problem


class NotInvitedError(Exception):
    """There is no invitation; the text says why, in sentences for people."""


class InvitationWish(NamedTuple):
    """What to invite to.

    Attributes:
        caller: the id of the caller who invites.
        user: the chat user who invites as that caller; empty outside chat.
        callers_file: the file that the function has.
        request: the members of a request for an invitation.
    """

    caller: str
    user: str
    callers_file: Path
    request: Mapping[str, Any]


def invite(wanted: InvitationWish, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the new invitation in the form of the contract, without a request id.

    Raises:
        NotInvitedError: the function would not make it either, or the secret is not here.
    """
    try:
        configured = settings.from_environment(environ)
        signing = secrets.from_environment(configured, environ)
        contents = file.load(str(wanted.callers_file), chat.schemes)
        callers = {caller.id: caller for caller in contents.callers}
        if wanted.caller not in callers:
            raise NotInvitedError(f"There is no caller {wanted.caller} in {wanted.callers_file}.")
        # Where the function runs is not known here; the function itself settles the region when the key
        # comes.
        region = environ.get("TENCENTCLOUD_REGION") or "ap-guangzhou"
        caller = callers[wanted.caller]
        minted = mint.mint(wanted.request, caller, wanted.user, configured, signing, region, time.time())
    except Misconfigured as problem:
        raise NotInvitedError(problem.cause) from None
    except InvalidRequest as problem:
        faults = [f"{error.pointer}: {error.detail}".lstrip(": ") for error in problem.errors]
        raise NotInvitedError("\n".join(faults or [problem.detail])) from None
    except Problem as problem:
        raise NotInvitedError(f"{problem.detail} {problem.remedy}") from None
    return minted.body(configured, "")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command line of an invitation holds."""
    add = parser.add_argument
    add("key_name", metavar="KEY_NAME", help="the one name that a key may be handed in under")
    add("--caller", required=True, metavar="ID", help="the caller who invites, with `invite` in its allow")
    add("--user", default="", metavar="ID", help="the chat user who invites, for a caller of a chat")
    add(
        "--callers",
        type=Path,
        default=Path("callers.json"),
        metavar="FILE",
        help="the function's callers file",
    )
    add("--project", metavar="ID", help="the project of the key pair")
    add("--region", metavar="REGION", help="its region")
    add("--account", metavar="NAME", help="its account")
    add("--tag", action="append", default=[], metavar="NAME=VALUE", help="a tag of it; may be repeated")
    add("--expires-in", type=int, metavar="SECONDS", help="300 to 604800; two days if nothing is said")
    add("--json", action="store_true", help="print the whole answer as JSON, for scripts")


def wanted(chosen: argparse.Namespace) -> InvitationWish:
    """Return what a command line asks for."""
    request = {
        "keyName": chosen.key_name,
        "projectId": chosen.project,
        "region": chosen.region,
        "account": chosen.account,
        "tags": dict(tag.partition("=")[::2] for tag in chosen.tag) or None,
        "expiresIn": chosen.expires_in,
    }
    sent = {name: value for name, value in request.items() if value is not None}
    return InvitationWish(chosen.caller, chosen.user, chosen.callers, sent)


def written(answer: Mapping[str, str], *, as_json: bool) -> str:
    """Return an invitation for people, or as JSON."""
    if as_json:
        return json.dumps(dict(answer))
    link = answer.get("url") or answer["token"]
    what = "link" if "url" in answer else "token (set PAGE_URL to get a link)"
    return f"""\
The {what} of the invitation for {answer["keyName"]}, until {answer["expiresAt"]}:

    {link}

Give it to one person: the first key that is handed in counts. To take it back, put its id into
"revokedInvitations" of callers.json: {answer["invitationId"]}"""
