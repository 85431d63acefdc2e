"""What chat platforms, keyboards and clipboards do to a text, undone."""

from __future__ import annotations

import html
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import repairs
from tests import growth

DATA = "AAAAB3NzaC1yc2EAAAADAQABAAABAQ+/x=="


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("import a ssh-rsa AAAA", "import a ssh-rsa AAAA"),
        # Slack: code spans and fences are sent as they are typed.
        ("import a `ssh-rsa AAAA`", "import a  ssh-rsa AAAA "),
        ("import a ```ssh-rsa AAAA alice@host```", "import a  ssh-rsa AAAA alice@host "),
        ("import a\n```\nssh-rsa AAAA\n```", "import a\n \nssh-rsa AAAA\n "),
        # Mattermost: the fence may name a language.
        ("import a\n```text\nssh-rsa AAAA\n```", "import a\n \nssh-rsa AAAA\n "),
        ("import a ```ssh-rsa\nAAAA```", "import a  ssh-rsa\nAAAA "),
        # Slack: links and mentions, where the app asks for them.
        ("ssh-rsa AAAA <mailto:alice@example.com|alice@example.com>", "ssh-rsa AAAA alice@example.com"),
        ("ssh-rsa AAAA <mailto:alice@example.com>", "ssh-rsa AAAA alice@example.com"),
        (
            "ssh-rsa AAAA alice@<http://laptop.example.com|laptop.example.com>",
            "ssh-rsa AAAA alice@laptop.example.com",
        ),
        ("see <https://example.com/a?b=c|example.com/a?b=c> now", "see example.com/a?b=c now"),
        ("see <https://example.com>", "see https://example.com"),
        ("ssh-rsa AAAA <@U2CERLKJA|alice> <#C0GENERAL|general>", "ssh-rsa AAAA @alice #general"),
        # Slack: three characters are always escaped.
        ("tag:note=a&amp;b &lt;c&gt;", "tag:note=a&b <c>"),
        ("&amp;lt; &amp;amp; &quot; &lt;mailto:a@b|c&gt;", "&lt; &amp; &quot; <mailto:a@b|c>"),
        # macOS, iOS and Word.
        ("tag:owner=“alice smith” ‘x’", "tag:owner=\"alice smith\" 'x'"),
        ("import a\xa0ssh-rsa\u202fAAAA\u3000x\ty", "import a ssh-rsa AAAA x y"),
        ("import a ssh-rsa\u200b AA\u2060A\ufeffA\xad", "import a ssh-rsa AAAA"),
        ("import a\u2028ssh-rsa\r\nAAAA\rx\x0by\x85z", "import a\nssh-rsa\nAAAA\nx\ny\nz"),
        # A phone's capital at the line's start, and a word processor's hyphens.
        (f"import a Ssh-rsa {DATA}", f"import a ssh-rsa {DATA}"),
        (f"import a ssh\u2011rsa {DATA}", f"import a ssh-rsa {DATA}"),
        (f"SSH–RSA\n{DATA}", f"ssh-rsa\n{DATA}"),
        (f"“ssh—rsa {DATA}”", f'"ssh-rsa {DATA}"'),
        # Without the data behind it, nobody knows what was meant.
        ("Ssh-rsa is a kind of key", "Ssh-rsa is a kind of key"),
        (f"xssh\u2011rsa {DATA}", f"xssh\u2011rsa {DATA}"),
    ],
)
def test_what_was_done_to_a_text_is_undone(sent: str, typed: str) -> None:
    """Each sample comes out as somebody typed it."""
    assert repairs.undo(sent) == typed


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_slacks_escapes_are_undone_exactly(typed: str) -> None:
    """What Slack escapes comes out as it was typed, also where somebody typed an escape."""
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    plain = typed.replace("\r\n", "\n").translate(repairs._CHARACTERS)
    assert repairs.undo(escaped) == repairs._TYPE.sub("ssh-rsa", repairs._CODE.sub(" ", plain))
    assert html.unescape(escaped.replace("&amp;", "&")) == html.unescape(typed)


@given(st.text(alphabet="ABCDEFabcdef0123456789+/= \n-_.:@", max_size=200))
def test_a_plain_text_stays_as_it_is(typed: str) -> None:
    """Nothing is done to a text of which nothing was made."""
    assert repairs.undo(typed) == typed


@pytest.mark.slow
def test_a_hostile_text_is_repaired_in_no_time() -> None:
    """What half markup costs grows with the text, and it stays about as long."""
    parts = (
        "<",
        "<mailto:",
        "<@",
        "&",
        "&am",
        "```",
        "`",
        "ssh-",
        "Ssh-rsa ",
        "<a@",
        "<http://|",
        "a@",
        "x://",
        " ",
    )
    for part in parts:
        for start in ("", "<", "<a", "<http://", "Ssh-rsa"):
            make = partial(growth.text, start, part)
            assert len(repairs.undo(make(65536))) <= 65544
            assert growth.exponent(repairs.undo, make, 16384) < growth.NEARLY_LINEAR, (start, part)
