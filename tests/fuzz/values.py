"""Unexpected values: odd texts, odd numbers, deep ones, and good ones with one part broken."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

from hypothesis import strategies as st

#: True four times out of five.
MOSTLY = st.sampled_from([True, True, True, True, False])

#: Texts that have broken readers before: control characters, half pairs, templates, markup, too much of it.
ODD_TEXTS = [
    *("", " ", "\0", "\r\nX-Injected: 1", "\ud800", "\udfff x", "\u2028", "é", "😀", "a" * 26, "A" * 9_000),
    *("%00", "&amp;", "<![CDATA[", "]]>", "${jndi:ldap://x}", "../../etc/passwd"),
    *("{}", "[]", "null", "NaN", "1e999", "-0", "true", "True", "on", "\ufeff{}"),
    *("Bearer", "Bearer ", "v1,", "v0=", "ssh-rsa", "ssh-rsa AAAA"),
]

ODD_NUMBERS = [
    *(0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**40, 10**4_000),
    *(0.5, 377.0, -0.0, 1e308, float("inf"), float("-inf"), float("nan")),
]

TEXTS = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.text(max_size=12),
    st.text(st.characters(exclude_categories=[]), max_size=12),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.sampled_from(ODD_NUMBERS), st.integers(), st.floats(), TEXTS)


def _deep(depth: int, kind: str) -> Any:
    value: Any = "bottom"
    for _ in range(depth):
        value = [value] if kind == "list" else {"a": value}
    return value


ANYTHING = st.one_of(
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
        max_leaves=6,
    ),
    st.builds(_deep, st.sampled_from([31, 33, 400]), st.sampled_from(["list", "dict"])),
)

#: Names of members: right ones, nearly right ones, those of other sources.
NAMES = st.one_of(
    st.sampled_from(
        ["keyName", "publicKey", "projectId", "region", "tags", "dryRun", "KeyName", "public_key"]
    ),
    st.sampled_from(["items", "Records", "EventList", "specversion", "httpMethod", "headers", "Type"]),
    TEXTS,
)

#: Where a part of a value stands; None in it means within the JSON that a text holds.
Place = tuple[Any, ...]


def places(value: Any, here: Place = ()) -> list[tuple[Place, Any]]:
    """Return every part of a value with the place where it stands, the whole among them."""
    found = [(here, value)]
    if isinstance(value, dict):
        for name, member in value.items():
            found += places(member, (*here, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            found += places(member, (*here, index))
    elif isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            found += places(json.loads(value), (*here, None))
    return found


def changed(value: Any, place: Place, part: Any) -> Any:
    """Return a value in which another part stands at a place."""
    if not place:
        return part
    first, *rest = place
    if first is None:
        return json.dumps(changed(json.loads(value), tuple(rest), part))
    value = copy.copy(value)
    value[first] = changed(value[first], tuple(rest), part)
    return value


@st.composite
def broken(draw: st.DrawFn, value: Any) -> Any:
    """Return a value in which one part is missing, another one, doubled, renamed or wrapped."""
    everywhere = places(value)
    place, part = everywhere[draw(st.integers(0, len(everywhere) - 1))]
    how = draw(st.sampled_from(["replace", "text", "less", "more", "rename", "wrap"]))
    return changed(value, place, _broken(part, how, draw(ANYTHING), draw(NAMES), draw(st.integers(0, 40))))


def _broken(part: Any, how: str, other: Any, name: str, at: int) -> Any:
    if how == "text" and isinstance(part, str):
        return part[:at] + (other if isinstance(other, str) else "x") + part[at + 1 :]
    if how in ("less", "rename") and isinstance(part, dict) and part:
        gone = list(part)[at % len(part)]
        rest = {member: inner for member, inner in part.items() if member != gone}
        return rest if how == "less" else {**rest, name: part[gone]}
    if how == "less" and isinstance(part, list) and part:
        return part[1:]
    if how == "more" and isinstance(part, (dict, list)):
        return {**part, name: other} if isinstance(part, dict) else [*part, *part, other]
    if how == "wrap":
        return [part] if at % 2 else {name: part}
    return other
