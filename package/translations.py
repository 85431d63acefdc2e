"""`python -m package.translations`: brings the Chinese sentences up to date with the code, and compiles them.

Every `Sentence("...")` in the code and every sentence of the page is a message; its translation stands in
`locale/`, once for both. New messages are added empty; those that are gone are removed. What is empty, fuzzy
or has other placeholders than the English sentence is refused by a test.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from local.columns import Help
from package import ROOT
from page import sentences

SOURCE = Path("locale/zh_CN/LC_MESSAGES/messages.po")
SCHEMA = "schemas/import-key-pair.request.json"
COMPILED = SOURCE.with_suffix(".mo")

_LANGUAGE = "zh_CN"

#: The sources of the page.
_PAGE = "page/source"


def extracted(root: Path) -> Catalog:
    """Return the messages of the code and of the page, with the files that they stand in."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(root / "handler", [("**.py", "python")], keywords={"Sentence": None})
    for path, _line, message, _comments, _context in sorted(found, key=lambda item: (item[0], item[1])):
        catalog.add(message, locations=[(f"handler/{path}", None)])  # type: ignore[list-item] # no line
    for name, sentence in sentences.extracted(root / _PAGE):
        catalog.add(sentence, locations=[(f"{_PAGE}/{name}", None)])  # type: ignore[list-item] # no line
    # What a schema says of a member is part of the sentence about a wrong one.
    rules = json.loads((root / SCHEMA).read_text(encoding="utf-8"))["properties"]
    for rule in rules.values():
        catalog.add(rule["description"], locations=[(SCHEMA, None)])  # type: ignore[list-item] # no line
    return catalog


def up_to_date(root: Path) -> Catalog:
    """Return the translations of exactly the messages of the code."""
    known = _read(root)
    catalog = Catalog(locale=_LANGUAGE, charset="utf-8", fuzzy=False, header_comment="# Chinese sentences.")
    for message in extracted(root):
        if message.id:
            before = known.get(message.id)
            catalog.add(
                message.id, before.string if before else "", locations=message.locations, flags=message.flags
            )
    return catalog


def source(catalog: Catalog) -> bytes:
    """Return the text of a .po file, in the order of the messages."""
    out = BytesIO()
    write_po(out, catalog, width=110, sort_output=True, omit_header=True, include_lineno=False)
    return _HEAD + out.getvalue()


#: Without dates and names, so that the file says nothing of when and by whom.
_HEAD = b"""\
# Chinese (simplified) for every sentence that a person reads. Kept by `python -m package.translations`.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: zh_CN\\n"

"""


_ALWAYS = datetime(1980, 1, 1, tzinfo=timezone.utc)


def compiled(root: Path) -> bytes:
    """Return the .mo file that the function reads, without what the page alone says."""
    # A catalogue names the minute in which it was made, and the package has the same bytes on every build.
    plain = Catalog(charset="utf-8", creation_date=_ALWAYS)
    for message in _read(root):
        if message.id and message.string and not _is_of_the_page(message):
            plain.add(message.id, message.string)
    out = BytesIO()
    write_mo(out, plain)
    return out.getvalue()


def of_the_page(root: Path) -> dict[str, str]:
    """Return the Chinese of each sentence of the page; a sentence without a translation is left out."""
    catalog = _read(root)
    known = {sentence: catalog.get(sentence) for _, sentence in sentences.extracted(root / _PAGE)}
    return {sentence: str(found.string) for sentence, found in known.items() if found and found.string}


def _read(root: Path) -> Catalog:
    with (root / SOURCE).open("rb") as file:
        return read_po(file, locale=_LANGUAGE)


def _is_of_the_page(message: Message) -> bool:
    return all(path.startswith(f"{_PAGE}/") for path, _ in message.locations)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the files; return the exit code."""
    parser = argparse.ArgumentParser(
        "python -m package.translations",
        description="Brings the Chinese sentences up to date.",
        formatter_class=Help,
    )
    parser.add_argument("--compile", action="store_true", help="only compile what stands there")
    options = parser.parse_args(arguments)
    if not options.compile:
        (root / SOURCE).write_bytes(source(up_to_date(root)))
    (root / COMPILED).write_bytes(compiled(root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
