"""What somebody typed, to a command.

    import KEY_NAME ssh-rsa AAAA... [comment] [project=1001] [region=ap-shanghai] [account=prod]
        [tag:owner=alice] [expires=2027-01-31] [--dry-run]
    check ssh-rsa AAAA...
    invite KEY_NAME [project=1001] [region=ap-shanghai] [account=prod] [tag:owner=alice]
    show KEY_NAME [region=ap-shanghai] [account=prod]
    help

The same in Chinese: 导入, 检查, 邀请, 查看, 帮助. Options may stand anywhere behind the key name. A text that
is no command is a call for help. A word that only looks like an option is refused, since its sender believes
that it works.
"""

from __future__ import annotations

import re

from handler.chat import repairs, wrapped_key
from handler.chat.repairs import MARKS
from handler.key_gate.dashes import DASHES
from handler.problems import InvalidRequest
from handler.record import NamedTuple
from handler.sentence import Sentence

IMPORT, CHECK, INVITE, SHOW, HELP = "import", "check", "invite", "show", "help"

#: The words that a command begins with. A Chinese one needs no blank behind it, as nobody writes one there.
_VERBS = {
    "import": IMPORT, "check": CHECK, "invite": INVITE, "show": SHOW, "help": HELP,
    "导入": IMPORT, "检查": CHECK, "邀请": INVITE, "查看": SHOW, "帮助": HELP,
}  # fmt: skip

#: Options that stand for a member of the request, by name.
_MEMBERS = {"project": "projectId", "region": "region", "account": "account", "expires": "expiresOn"}

#: The options that an invitation may have; the others belong to an import.
_INVITED = ("projectId", "region", "account", "tags")

#: The options of `show`, beside the name of the key pair.
_SHOWN = ("region", "account")

_QUOTES = "\"'"

_WORDS = (
    rf"(?:({'|'.join(verb for verb in _VERBS if verb.isascii())})(?![^\s:：,，{MARKS}])"
    rf"|({'|'.join(verb for verb in _VERBS if not verb.isascii())}))"
)
_VERB = re.compile(rf"[{MARKS}\s]*{_WORDS}[{MARKS}]*[:：,，\s]*", re.IGNORECASE)

#: Names before a command, the bot's among them, as people type them and as Slack and Discord write ids. A
#: name may have blanks in it. No compiled pattern, since most messages begin with none.
_MENTIONS = rf"\s*<?@[^\n]{{1,64}}?[{MARKS}\s>:：,，]{{1,4}}(?={_WORDS})"

# Keyboards make one long dash of two short ones, and Chinese ones write signs of full width.
_DASH = f"[-{DASHES}]"
_MEMBER = "|".join(_MEMBERS)
_NAME = f"""(?:{_MEMBER}|tag[:：][^\\s"'=＝]*)"""

# Quotation marks may stand around an option's value or all of the option, and keep blanks in it.
_WORD = re.compile(
    rf"""{_NAME}[=＝](?:"[^"\n]*"|'[^'\n]*')(?!\S)|"{_NAME}[=＝][^"\n]*"(?!\S)|'{_NAME}[=＝][^'\n]*'(?!\S)|\S+""",
    re.IGNORECASE,
)
# A run of marks is matched from its beginning alone, so that a long run costs no more time.
_AROUND = re.compile(rf"(?<!\S)[{MARKS}]+|(?<![{MARKS}])[{MARKS}]+(?!\S)")

_OPTION = re.compile(f"(?:({_MEMBER})|tag[:：]([^=＝]*))[=＝](.*)", re.IGNORECASE)
_DRY_RUN = re.compile(f"{_DASH}*dry(?:{_DASH}|_)?run", re.IGNORECASE)
_LIKE_AN_OPTION = re.compile(rf"{_DASH}+[^\W\d].*|[^\W\d][\w-]*[=＝].+|tags?[:：].*", re.IGNORECASE)

# What begins a key and not a key name.
_KEY = re.compile("ssh-|ecdsa-|sk-|-|AAAA[B-E]")


class Command(NamedTuple):
    """A command.

    Attributes:
        verb: `import`, `check`, `invite`, `show` or `help`.
        value: of an import, the request as a JSON value in the form of
            `import-key-pair.request.json`; of an invitation, that of `POST /invitations`; of a look, the
            parameters of `GET /key-pairs`; not checked.
        public_key: of a check, the key's text, not checked.
    """

    verb: str
    value: dict[str, object]
    public_key: str


class _Arguments(NamedTuple):
    """What stands behind verb and key name: the options, as members of the request, and the key."""

    options: dict[str, object]
    public_key: str


def parse(typed: str) -> Command:
    """Return the command that a text holds.

    Raises:
        InvalidRequest: an option is repeated, has no place there, or there is none of its name; or somebody
            invites to no name, or looks at none.
    """
    text = _unaddressed(repairs.undo(typed))
    begin = _VERB.match(text)
    verb = _VERBS[(begin[1] or begin[2]).lower()] if begin else HELP
    if begin is None or verb == HELP:
        return Command(HELP, {}, "")
    rest = text[begin.end() :]
    if verb == CHECK:
        # A colon behind a word stays, since the key gate takes a bare word for the name of a server.
        return Command(CHECK, {}, _arguments(rest).public_key)
    rest = repairs.separate(rest)
    key_name, behind = _first(rest)
    if _KEY.match(key_name):
        key_name, behind = "", rest
    options, public_key = _arguments(behind)
    if verb in (INVITE, SHOW) and not key_name:
        raise _nameless(verb)
    if verb == INVITE:
        return Command(INVITE, _invited(key_name, options, public_key), "")
    if verb == SHOW:
        return Command(SHOW, _shown(key_name, options, public_key), "")
    named = {"keyName": key_name, "publicKey": public_key}
    return Command(IMPORT, {**{member: text for member, text in named.items() if text}, **options}, "")


def _unaddressed(text: str) -> str:
    """Return a text without the mentions that stand before its command."""
    if "@" not in text[:64].lstrip()[:2]:
        return text
    mentions = re.match(_MENTIONS, text, re.IGNORECASE)
    return text[mentions.end() :] if mentions else text


def _invited(key_name: str, options: dict[str, object], rest: str) -> dict[str, object]:
    """Return the request for an invitation; the invited person brings the key.

    Raises:
        InvalidRequest: behind the key name stands anything but options of an invitation.
    """
    if rest or not options.keys() <= set(_INVITED):
        raise InvalidRequest(
            Sentence("Something behind the key name has no place in an invitation."),
            Sentence(
                "Write `invite KEY_NAME` and at most `project=NUMBER`, `region=REGION`, `account=ACCOUNT` and"
                " `tag:NAME=VALUE`. The key comes from whoever is invited."
            ),
        )
    return {"keyName": key_name, **options}


def _shown(key_name: str, options: dict[str, object], rest: str) -> dict[str, object]:
    """Return which key pair is to be shown.

    Raises:
        InvalidRequest: behind the key name stands anything but where to look.
    """
    if rest or not options.keys() <= set(_SHOWN):
        raise InvalidRequest(
            Sentence("Something behind the key name says nothing of where to look."),
            Sentence("Write `show KEY_NAME` and at most `region=REGION` and `account=ACCOUNT`."),
        )
    return {"keyName": key_name, **options}


def _first(text: str) -> tuple[str, str]:
    """Return the first word of a text, and what is behind it."""
    word, *behind = text.split(maxsplit=1) or [""]
    return word.strip(MARKS), "".join(behind)


def _arguments(text: str) -> _Arguments:
    bare = _AROUND.sub(lambda marks: " " * len(marks[0]), text)
    found = wrapped_key.find(bare)
    begin, end = (found.start, found.end) if found else (len(text), len(text))
    options: dict[str, object] = {}
    for word in _WORD.finditer(text):
        if word.start() < end and word.end() > begin:
            continue
        if _take(word[0].strip(_QUOTES), options):
            bare = bare[: word.start()] + " " * len(word[0]) + bare[word.end() :]
        elif word.start() >= end and _LIKE_AN_OPTION.fullmatch(word[0].strip(_QUOTES)):
            raise _wrong(
                Sentence("A word behind the key looks like an option, and there is no option of that name.")
            )
    if found is None:
        # The key gate says what is wrong with it, line ends and all.
        return _Arguments(options, bare.strip())
    return _Arguments(options, " ".join([*bare[:begin].split(), found.line, *bare[end:].split()]))


def _take(word: str, options: dict[str, object]) -> bool:
    """Add an option to the others; say whether the word is one."""
    if _DRY_RUN.fullmatch(word):
        options["dryRun"] = True
        return True
    option = _OPTION.fullmatch(word)
    if option is None:
        return False
    name, tag, value = option.groups()
    members = options if name else options.setdefault("tags", {})
    member = _MEMBERS[name.lower()] if name else tag
    assert isinstance(members, dict)  # noqa: S101 - as set here; for the type checker
    if member in members:
        raise _wrong(Sentence("An option is given twice."))
    members[member] = value.strip(_QUOTES)
    return True


def _nameless(verb: str) -> InvalidRequest:
    return InvalidRequest(
        Sentence("The key name is missing: `{command}`.", command=f"{verb} KEY_NAME"),
        Sentence("Send `help` to see how a command is written."),
    )


def _wrong(what: Sentence) -> InvalidRequest:
    return InvalidRequest(
        what,
        Sentence(
            "The options are `project=NUMBER`, `region=REGION`, `account=ACCOUNT`, `tag:NAME=VALUE`,"
            " `expires=DATE` and `--dry-run`, each at most once (tags once for each name); a value with"
            " blanks stands in quotation marks."
        ),
    )
