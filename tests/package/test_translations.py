"""The Chinese of every marked sentence."""

from __future__ import annotations

import re
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from package import ROOT, translations


def catalog() -> Catalog:
    """Return the translations as they stand."""
    return read_po(BytesIO((ROOT / translations.SOURCE).read_bytes()), locale="zh_CN")


def test_every_sentence_has_a_translation() -> None:
    """None is missing, and none is a guess."""
    assert [message.id for message in catalog() if message.id and (message.fuzzy or not message.string)] == []


def test_no_translation_breaks_a_placeholder() -> None:
    """Each has the placeholders of its sentence, by name."""
    for message in catalog():
        names = [sorted(set(re.findall(r"\{(\w+)[:}]", str(text)))) for text in (message.id, message.string)]
        assert names[0] == names[1], message.id


def test_the_file_is_in_step_with_the_code() -> None:
    """Who changes a sentence runs `python -m package.translations`."""
    assert translations.source(translations.up_to_date(ROOT)) == (ROOT / translations.SOURCE).read_bytes()


def test_what_is_compiled_names_no_moment() -> None:
    """Two builds of the same sources have the same bytes, however long one comes after the other."""
    dates = re.findall(rb"POT-Creation-Date: (\d+)", translations.compiled(ROOT))
    assert dates == [b"1980"]
