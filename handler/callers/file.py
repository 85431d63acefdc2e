"""Reads the callers file, strictly: whatever `schemas/callers.json` does not describe is a wrong file.

The rules are written twice, there for editors and `python -m local.callers check`, here for the
function, which can then say 401 without loading jsonschema; one table of files holds them together.
Rules between callers (unique ids and claims) stand here alone: JSON Schema cannot express them.
"""

from __future__ import annotations

import os
import re

from handler import strict_json
from handler.callers import accounts, api_key, standard_webhooks, trigger
from handler.callers.allow import USER, Allow
from handler.callers.caller import Caller, label
from handler.callers.node import MOST, Node, Rule
from handler.catalogue import CHINESE, ENGLISH
from handler.importing.order import MOST_TAGS
from handler.problems import MalformedJson, Misconfigured
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence
from handler.settings import REGION, RSA_BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from handler.callers.caller import Auth
    from handler.importing.order import Target

    class Scheme(Protocol):
        """The module of a scheme."""

        def read(self, auth: Node, /) -> Auth:
            """Return the record that an `auth` object holds, or raise `Misconfigured`."""

    #: What loads the module of a scheme, by the scheme's name.
    Schemes = Mapping[str, Callable[[], Scheme]]

    #: Returns the schemes of chat platforms; asked only where a file has another scheme than ours.
    ChatSchemes = Callable[[], Schemes]


#: Where the file is unless CALLERS_FILE says otherwise: beside `index.py`.
BESIDE_INDEX = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "callers.json")

#: A larger file, in bytes, is none: thousands of callers fit.
LARGEST = 1 << 20

#: The schemes of callers that are no chat platforms.
_SCHEMES: Schemes = {
    "api-key": lambda: api_key,
    "standard-webhooks": lambda: standard_webhooks,
    "trigger": lambda: trigger,
}

#: What a caller may be called.
ID = Rule("[A-Za-z0-9._-]{1,64}", Sentence('an id of 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"'))
_GLOB = Rule("[A-Za-z0-9_*?]{1,64}", Sentence("a pattern of 1 to 64 of A-Z, a-z, 0-9, _, * and ?"))
_USER_GLOB = Rule(
    r"(?:[A-Za-z0-9_*?]|\{user\}){1,64}",
    Sentence("a pattern of 1 to 64 of A-Z, a-z, 0-9, _, *, ? and {user}", user=USER),
)

INVITATION_RULE = Rule("[A-Za-z0-9_-]{22}", Sentence("the id of an invitation: 22 of A-Z, a-z, 0-9, - and _"))
#: The languages of chat replies, as the file writes them.
_LANGUAGES = {"zh": CHINESE, "en": ENGLISH}
_LANGUAGE = Rule("zh|en", Sentence("zh or en"))

REGION_RULE = Rule(rf"(?=.{{1,32}}(?![\s\S])){REGION}", Sentence("a region such as ap-guangzhou"))

# The rules of the request for tags, which CVM makes
# (https://www.tencentcloud.com/document/product/651/13354).
_BLANK = r"\t-\r\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_TRIMMED = rf"(?![\s\S]*[\ud800-\udfff])(?![{_BLANK}])[\s\S]*[^{_BLANK}]"
_TAG_NAME = Rule(
    rf"(?=[\s\S]{{1,127}}(?![\s\S]))(?![Qq][Cc][Ss]:|[Pp][Rr][Oo][Jj][Ee][Cc][Tt]|项目){_TRIMMED}",
    Sentence(
        "a tag name of 1 to 127 characters without blanks at an end, not starting qcs:, project or 项目"
    ),
)
# Required tags are no patterns, and no tag of CVM has these characters.
_REQUIRED_TAG = Rule(
    rf"(?![\s\S]*[*?]){_TAG_NAME.pattern}", Sentence("{words}, without * and ?", words=_TAG_NAME.words)
)
_TAG_VALUE = Rule(
    rf"(?=[\s\S]{{1,255}}(?![\s\S])){_TRIMMED}",
    Sentence("a text of 1 to 255 characters without blanks at an end"),
)


class Contents(NamedTuple):
    """What a callers file holds.

    Attributes:
        callers: in the order of the file.
        accounts: the other accounts, in the order of the file.
        revoked_invitations: the ids of invitations that are no longer valid.
    """

    callers: tuple[Caller, ...]
    accounts: tuple[Target, ...]
    revoked_invitations: frozenset[str]


def load(path: str, chats: ChatSchemes) -> Contents:
    """Return what a file holds.

    Args:
        path: where it is; empty for `callers.json` beside `index.py`.
        chats: returns the schemes of chat platforms.

    Raises:
        Misconfigured: it is missing, empty or wrong; the cause says where and what belongs there.
    """
    try:
        with open(path or BESIDE_INDEX, "rb") as file:
            text = file.read(LARGEST + 1)
    except (OSError, ValueError):  # ValueError: a path with a zero byte in it
        raise Misconfigured(
            Sentence("The file that CALLERS_FILE names cannot be read.")
            if path
            else Sentence(
                "There is no callers.json beside index.py that can be read; pack one, or set CALLERS_FILE."
            )
        ) from None
    return parse(text, chats)


def parse(text: bytes, chats: ChatSchemes) -> Contents:
    """Return what the text of a file holds.

    Args:
        text: the bytes of the file.
        chats: returns the schemes of chat platforms.

    Raises:
        Misconfigured: it is empty or wrong; the cause says where and what belongs there.
    """
    if len(text) > LARGEST:
        raise Misconfigured(
            Sentence("The callers file is wrong: it must be at most {most} MiB.", most=LARGEST >> 20)
        )
    if not text.strip():
        raise Misconfigured(Sentence("The callers file is empty."))
    try:
        value = strict_json.loads(text)
    except MalformedJson as problem:
        raise Misconfigured(
            Sentence("The callers file is not JSON that this function reads. {cause}", cause=problem.cause)
        ) from None
    members = Node("", "", value).members(("callers",), ("accounts", "revokedInvitations"))
    others = accounts.by_name(members["accounts"]) if "accounts" in members else {}
    found = [_caller(index, item, others, chats) for index, item in enumerate(members["callers"].items(MOST))]
    _require_distinct(found)
    revoked = members.get("revokedInvitations")
    return Contents(
        tuple(found),
        tuple(others.values()),
        frozenset(revoked.texts(INVITATION_RULE, MOST) if revoked else ()),
    )


def _caller(index: int, item: Node, others: Mapping[str, Target], chats: ChatSchemes) -> Caller:
    sent_id = item.value.get("id") if isinstance(item.value, dict) else None
    known_id = sent_id if isinstance(sent_id, str) and re.fullmatch(ID.pattern, sent_id) else ""
    members = Node(label(index, known_id), "", item.value).members(
        ("id", "auth"), ("allow", "tags", "language")
    )
    auth = members["auth"]
    sent_scheme = auth.value.get("scheme") if isinstance(auth.value, dict) else None
    scheme = sent_scheme if isinstance(sent_scheme, str) else ""
    is_chat = scheme not in _SCHEMES
    proof = auth.choice("scheme", {**_SCHEMES, **chats()} if is_chat else _SCHEMES)().read(auth)
    allow = _allow(members["allow"], scheme, others) if "allow" in members else Allow()
    caller_id = members["id"].text(ID)
    return Caller(
        id=caller_id,
        auth=proof,
        allow=allow._replace(accounts=accounts.on_behalf(caller_id, allow.accounts)),
        tags=_tags(members["tags"]) if "tags" in members else {},
        language=_language(members["language"], is_chat=is_chat) if "language" in members else "",
    )


def _language(language: Node, *, is_chat: bool) -> str:
    if not is_chat:
        raise language.wrong(Sentence("has no place on a caller that is no chat"))
    return _LANGUAGES[language.text(_LANGUAGE)]


def _allow(allow: Node, scheme: str, others: Mapping[str, Target]) -> Allow:
    optional = (
        *("keyNames", "projectIds", "regions", "minBits", "requiredTags", "dryRunOnly", "invite"),
        *("look", "accounts"),
    )
    members = allow.members((), optional)
    # `{user}` stands for somebody who types.
    pattern = _GLOB if scheme in _SCHEMES else _USER_GLOB
    key_names, project_ids, regions, min_bits, required_tags, dry_run_only, invite, look, listed = map(
        members.get, optional
    )
    if invite and scheme == "trigger":
        raise invite.wrong(Sentence("has no place on a trigger, through which nobody invites"))
    if look and scheme in ("trigger", "standard-webhooks"):
        raise look.wrong(Sentence("has no place on {scheme}, which cannot prove who looks", scheme=scheme))
    return Allow(
        key_names=key_names and key_names.texts(pattern, MOST),
        project_ids=project_ids and project_ids.distinct(lambda item: item.whole(0, (1 << 63) - 1), MOST),
        regions=regions and regions.texts(REGION_RULE, MOST),
        min_bits=min_bits.whole(*RSA_BITS) if min_bits else 0,
        required_tags=required_tags.texts(_REQUIRED_TAG, MOST_TAGS) if required_tags else (),
        dry_run_only=dry_run_only.flag() if dry_run_only else False,
        invite=invite.flag() if invite else False,
        look=look.flag() if look else False,
        accounts=accounts.listed(listed, others) if listed else Allow().accounts,
    )


def _tags(tags: Node) -> Mapping[str, str]:
    return {name.text(_TAG_NAME): value.text(_TAG_VALUE) for name, value in tags.pairs(MOST_TAGS)}


def _require_distinct(callers: list[Caller]) -> None:
    claimed: dict[object, str] = {}
    for index, caller in enumerate(callers):
        here = label(index, caller.id)
        for what, value in ((Sentence("id"), caller.id), *caller.auth.claims()):
            other = claimed.setdefault((what, value), here)
            if other != here:
                raise Misconfigured(
                    Sentence(
                        "The callers file is wrong: {here} has the same {what} as {other}.",
                        here=here,
                        what=what,
                        other=other,
                    )
                )
    _require_no_loop(callers)


def _require_no_loop(callers: list[Caller]) -> None:
    sources = [
        (label(index, caller.id), caller.auth)
        for index, caller in enumerate(callers)
        if isinstance(caller.auth, trigger.Trigger)
    ]
    # Few have results, so this stays small also with a thousand callers.
    for here, writing in sources:
        for there, watching in sources if writing.results else ():
            if trigger.is_fed_back(writing, watching):
                raise Misconfigured(
                    Sentence(
                        "The callers file is wrong: {here}: auth.results overlaps the source of {there}.",
                        here=here,
                        there=there,
                    )
                )
