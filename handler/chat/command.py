"""What somebody typed, to a command.

    import KEY_NAME ssh-rsa AAAA... [comment] [project=1001] [region=ap-shanghai] [tag:owner=alice]
        [--dry-run]
    check ssh-rsa AAAA...
    help

Options may stand anywhere behind the key name. What cannot be a command is a call for help. A word
that looks like an option and is none is refused, since who typed it believes that it works.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from handler.chat import repairs, wrapped_key
from handler.problems import InvalidRequest

IMPORT, CHECK, HELP = "import", "check", "help"

# Keyboards make one long dash of two short ones, and Chinese ones write signs of full width.
_DASH = "[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
_NAME = """(?:project|region|tag[:：][^\\s"'=＝]*)"""

# Quotation marks may stand around an option's value or all of the option, and keep blanks in it.
_WORD = re.compile(
    rf"""{_NAME}[=＝](?:"[^"\n]*"|'[^'\n]*')(?!\S)|"{_NAME}[=＝][^"\n]*"(?!\S)|'{_NAME}[=＝][^'\n]*'(?!\S)|\S+""",
    re.IGNORECASE,
)
_MARKS = "\"'"
_AROUND = re.compile(rf"(?<!\S)[{_MARKS}]+|[{_MARKS}]+(?!\S)")

_OPTION = re.compile("(?:(project|region)|tag[:：]([^=＝]*))[=＝](.*)", re.IGNORECASE)
_DRY_RUN = re.compile(f"{_DASH}*dry(?:{_DASH}|_)?run", re.IGNORECASE)
_LIKE_AN_OPTION = re.compile(rf"{_DASH}+[^\W\d].*|[^\W\d][\w-]*[=＝].+|tags?[:：].*", re.IGNORECASE)

# What begins a key and not a key name.
_KEY = re.compile("ssh-|ecdsa-|sk-|-|AAAA[B-E]")


class Command(NamedTuple):
    """A command.

    Attributes:
        verb: `import`, `check` or `help`.
        value: of an import, the request as a JSON value in the form of
            `import-key-pair.request.json`, not checked.
        public_key: of a check, the key's text, not checked.
    """

    verb: str
    value: dict[str, object]
    public_key: str


class _Arguments(NamedTuple):
    """What stands behind verb and key name: the options, as members of the request, and the key."""

    options: dict[str, object]
    public_key: str


def read(typed: str) -> Command:
    """Return the command that a text holds.

    Raises:
        InvalidRequest: an option is repeated, or there is none of its name.
    """
    verb, rest = _first(repairs.undo(typed))
    if verb.lower() == CHECK:
        return Command(CHECK, {}, _arguments(rest).public_key)
    if verb.lower() != IMPORT:
        return Command(HELP, {}, "")
    key_name, behind = _first(rest)
    if _KEY.match(key_name):
        key_name, behind = "", rest
    options, public_key = _arguments(behind)
    named = {"keyName": key_name, "publicKey": public_key}
    return Command(IMPORT, {**{member: text for member, text in named.items() if text}, **options}, "")


def _first(text: str) -> tuple[str, str]:
    """Return the first word of a text, and what is behind it."""
    word, *behind = text.split(maxsplit=1) or [""]
    return word.strip(_MARKS), "".join(behind)


def _arguments(text: str) -> _Arguments:
    bare = _AROUND.sub(lambda marks: " " * len(marks[0]), text)
    found = wrapped_key.find(bare)
    begin, end = (found.start, found.end) if found else (len(text), len(text))
    options: dict[str, object] = {}
    for word in _WORD.finditer(text):
        if word.start() < end and word.end() > begin:
            continue
        if _take(word[0].strip(_MARKS), options):
            bare = bare[: word.start()] + " " * len(word[0]) + bare[word.end() :]
        elif word.start() >= end and _LIKE_AN_OPTION.fullmatch(word[0].strip(_MARKS)):
            raise _wrong("A word behind the key looks like an option, and there is no option of that name.")
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
    member = {"project": "projectId", "region": "region"}[name.lower()] if name else tag
    assert isinstance(members, dict)  # noqa: S101 - as set here; for the type checker
    if member in members:
        raise _wrong("An option stands there twice.")
    members[member] = value.strip(_MARKS)
    return True


def _wrong(what: str) -> InvalidRequest:
    return InvalidRequest(
        what,
        "The options are `project=NUMBER`, `region=REGION`, `tag:NAME=VALUE` and `--dry-run`, each at most"
        " once (tags once for each name); a value with blanks stands in quotation marks.",
    )
