"""Makes the page's one file out of its sources: the same bytes from the same sources, every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

from package import ROOT, translations

SOURCE = Path(__file__).with_name("source")

#: Where the page sends keys to: its sibling, below whatever base path it is served from.
SIBLING = "key-pairs"

#: Past this many bytes the page is too slow to load on a phone.
LARGEST = 60_000

#: An address of the function for a copy on another host; loopback is for trying it out.
_API = re.compile(
    r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~/-]*)?|http://127\.0\.0\.1:[0-9]+/[\w/-]*"
)


class Page(NamedTuple):
    """The built page.

    Attributes:
        html: the file, in UTF-8.
        policy: the Content-Security-Policy that it is to be served with.
    """

    html: bytes
    policy: str


def build(api: str = "") -> Page:
    """Return the page, made from the sources beside this module.

    Args:
        api: the address of `key-pairs` for a copy on another host, whose policy then stands in the
            file itself; empty for the page that the function serves.

    Raises:
        ValueError: the address is not one, or the page is too large.
    """
    if api and not _API.fullmatch(api):
        raise ValueError(f"{api} is not the https address of a function's key-pairs.")
    script = _script(api or SIBLING)
    style = _read("hand-in.css")
    origin = "/".join(api.split("/")[:3]) if api else "'self'"
    policy = _policy(script, style, origin)
    html = _filled(_read("hand-in.html"), "<style>", style)
    html = _filled(html, "<script>", script)
    if api:
        # A policy in the file itself cannot speak of frames (Content Security Policy 3, section 3.3).
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        html = _filled(html, '<meta charset="utf-8">\n', meta)
    else:
        policy += "; frame-ancestors 'none'"
    page = Page(html.encode(), policy)
    if len(page.html) >= LARGEST:
        raise ValueError(f"The page has {len(page.html)} bytes, and may have less than {LARGEST}.")
    return page


def messages() -> dict[str, str]:
    """Return the page's sentences: English, as it stands in the sources, and Chinese, from the catalogue."""
    return translations.of_the_page(ROOT)


def _script(api: str) -> str:
    """Return the whole script: what the sources count on, then the sources."""
    constants = f"const API = {json.dumps(api)};\nconst MESSAGES = {_json(messages())};\n"
    return f'\n"use strict";\n(() => {{\n{constants}{_read("check.js")}{_read("hand-in.js")}}})();\n'


def _json(value: object) -> str:
    """Return JSON that cannot end a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _policy(script: str, style: str, connect: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        f" connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """Return the source expression of an inline element (Content Security Policy 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _filled(html: str, after: str, text: str) -> str:
    before, found, behind = html.partition(after)
    if not found:
        raise ValueError(f"The page's source lacks {after}.")
    return before + found + text + behind


def _read(name: str) -> str:
    return (SOURCE / name).read_text(encoding="utf-8")
