"""WeCom's XML."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import wecom_xml
from handler.chat.wecom_xml import NotFlatError

_ANY = st.text(st.characters(exclude_categories=["Cs"]))
_ALLOWED = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def test_a_message_is_read() -> None:
    """The elements of a message come out by name, with and without CDATA."""
    assert wecom_xml.parse(
        b"<xml><ToUserName><![CDATA[ww1]]></ToUserName>\n<CreateTime>1348831860</CreateTime> <Content>"
        b"<![CDATA[a<b]]> &amp; <![CDATA[c]]></Content><!-- no --><Empty/></xml>"
    ) == {"ToUserName": "ww1", "CreateTime": "1348831860", "Content": "a<b & c", "Empty": ""}


def test_deeper_elements_are_passed_over() -> None:
    """What an event has below its first level is neither read nor mixed with what is above."""
    read = wecom_xml.parse(
        b"<xml><MsgType a='b'>event</MsgType><Info>x<Deep><Content>no</Content></Deep>y</Info></xml>"
    )

    assert read == {"MsgType": "event", "Info": "xy"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"<xml>",
        b"<xml></lmx>",
        b"<xml><a>1</a><a>2</a></xml>",
        b"<xml/><xml/>",
        b"<xml><a>\xff</a></xml>",
        b"<xml><a>\x00</a></xml>",
        b"<xml><a>&nbsp;</a></xml>",
        b"<xml><a>&b;</a></xml>",
        "<xml><a>1</a></xml>".encode("utf-16"),
        "<xml><a>1</a></xml>".encode("utf-16-le"),
        "<xml><a>1</a></xml>".encode("utf-16-be"),
        b'<?xml version="1.0" encoding="gbk"?><xml><a>\xc4\xe3</a></xml>',
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<!DOCTYPE xml [<!ENTITY b "c">]><xml><a>&b;</a></xml>',
        b'<!DOCTYPE xml [<!ENTITY b SYSTEM "file:///etc/hostname">]><xml><a>&b;</a></xml>',
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20))
        + b"]><xml><a>&t;</a></xml>",
    ],
)
def test_what_is_not_flat_xml_is_refused(content: bytes) -> None:
    """Malformed, not UTF-8, an element twice, and every document type, before anything of it is expanded."""
    with pytest.raises(NotFlatError):
        wecom_xml.parse(content)


def test_a_declared_encoding_changes_nothing() -> None:
    """A message is read as UTF-8, even if it declares another encoding."""
    declared = '<?xml version="1.0" encoding="iso-8859-1"?><xml><a>é</a></xml>'.encode()

    assert wecom_xml.parse(declared) == {"a": "é"}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Any bytes lead to texts or to a refusal."""
    try:
        texts = wecom_xml.parse(content)
    except NotFlatError:
        return
    assert all(isinstance(text, str) for text in texts.values())


@given(_ALLOWED, st.integers(0, 1 << 62))
def test_what_is_written_is_read_again(text: str, number: int) -> None:
    """Texts, `]]>` in them included, and numbers come out as they went in, here and with ElementTree."""
    written = wecom_xml.serialize({"Content": text, "CreateTime": number, "End": text + "]]>"})

    assert wecom_xml.parse(written.encode()) == {
        "Content": text,
        "CreateTime": str(number),
        "End": text + "]]>",
    }
    assert ElementTree.fromstring(written).findtext("Content") == text


@given(_ANY)
def test_what_xml_cannot_hold_is_left_out(text: str) -> None:
    """Control characters, which no XML can hold, do not make a reply unreadable."""
    written = wecom_xml.serialize({"Content": f"{text}\x00\x1b\ufffe"})

    read = wecom_xml.parse(written.encode())["Content"]
    assert [character for character in read if character < " " and character not in "\t\n\r"] == []
