"""What is undone of the things that programs do to pasted text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.key_gate import paste_damage
from handler.key_gate import reasons as why
from handler.key_gate.reasons import Reason


@pytest.mark.parametrize(
    ("text", "damage", "plain"),
    [
        ("ssh-rsa AAAA alice", None, "ssh-rsa AAAA alice"),
        ('ssh-rsa\\nAAAA\\r\\t\\/\\"\\\\', why.ESCAPED, 'ssh-rsa\nAAAA\r\t/"\\'),
        ("ssh-rsa\\u0020\\u00e9", why.ESCAPED, "ssh-rsa \xe9"),
        ("a\\x", None, "a\\x"),
        ("a\\u12", None, "a\\u12"),
        ("R&amp;D &lt;x&gt; &#43;&#x2F;&#X3d;", why.HTML_ENCODED, "R&D <x> +/="),
        (
            "a&nbsp;b&plus;&sol;&equals;&NUM;&commat;&hyphen;&dash;&quot;&apos;c",
            why.HTML_ENCODED,
            "a b+/=#@--\"'c",
        ),
        ("a&tab;b&NewLine;c", why.HTML_ENCODED, "a\tb\nc"),
        ("a&bogus;b&#12345678;", None, "a&bogus;b&#12345678;"),
        ("&#9999999;&#xFFFFFF;", why.HTML_ENCODED, "\U0010ffff\U0010ffff"),
        ("ssh-rsa%20AAAA%2b%2F%3d%40", why.URL_ENCODED, "ssh-rsa AAAA+/=@"),
        ("a%0Ab%0dc%09d", why.URL_ENCODED, "a\nb\rc\td"),
        ("a%2bb", why.URL_ENCODED, "a+b"),
        ("\\u00E9", why.ESCAPED, "\xe9"),
        ("50%40", None, "50%40"),
        ("100% x", None, "100% x"),
        ("ssh-rsa+AAAA+x", why.URL_ENCODED, "ssh-rsa AAAA x"),
        ("a+b", None, "a+b"),
        ("\ufeffa\u200bb\xadc\x00d\x1f\x7f\x9fe\U000e0041", why.INVISIBLE, "abcde"),
        ("a\xa0b\u2028c\u2009d e", why.INVISIBLE, "a b c d e"),
        ("\x1b[1;32mssh\x1b[0m", why.INVISIBLE, "ssh"),
        ("a\tb\r\nc", None, "a\tb\r\nc"),
        ("ssh\u2010\u2011\u2013\u2014\u2212rsa", why.TYPOGRAPHIC, "ssh-----rsa"),
        ("\uff53\uff53\uff48\uff0d\uff5e", why.FULL_WIDTH, "ssh-~"),
        ("\uff53\uff53\uff48\u3000\uff21", why.FULL_WIDTH, "ssh A"),
        ("ssh\uff0drsa", why.FULL_WIDTH, "ssh-rsa"),
        ("> ssh-rsa A\n> B", why.QUOTED, "ssh-rsa A\nB"),
        ("\u674e", None, "\u674e"),
        ('"a"', why.QUOTED, "a"),
        ("\u201ca b\u201d,", why.QUOTED, "a b"),
        ("```\na\n```", why.QUOTED, "a"),
        ("> a", why.QUOTED, "a"),
        ('a"', None, 'a"'),
        ("''", why.QUOTED, ""),
        ("SSH-Rsa AAAA", why.CAPITALS, "ssh-rsa AAAA"),
        ("SSH-RSA\tAAAA", why.CAPITALS, "ssh-rsa\tAAAA"),
        ("SSH-RSA-X", None, "SSH-RSA-X"),
        ("x SSH-RSA y", None, "x SSH-RSA y"),
        ('\ufeff"SSH-RSA\xa0AAAA"', why.INVISIBLE, "ssh-rsa AAAA"),
        ("&quot;a\\n&quot;", why.ESCAPED, "a"),
    ],
    ids=map(str, itertools.count()),
)
def test_undone(text: str, damage: Reason | None, plain: str) -> None:
    """Each kind of damage is undone and named, the first of several; other text is left alone."""
    assert paste_damage.undo(text) == (damage, plain)


@given(st.text())
def test_undoing_never_fails(text: str) -> None:
    """Any text comes out of it, and only a changed one with a damage."""
    damage, plain = paste_damage.undo(text.strip(" \t\r\n"))
    assert (damage is None) == (plain == text.strip(" \t\r\n"))
