"""Requests as people send them, seldom with everything right, and JSON that is seldom whole."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from local.in_process import Json, public_keys
from tests.fuzz.values import ANYTHING, MOSTLY, NAMES, SCALARS, TEXTS
from tests.keys import forms, many

KEYS = [*public_keys(), *many.public_keys(3)]

#: Public keys in forms that are none.
WRONG_FORMS = [*forms.private_keys().values(), "\n".join(KEYS[:2]), KEYS[0].replace(" ", "")]

GOOD: dict[str, st.SearchStrategy[Any]] = {
    "keyName": st.sampled_from(["alice", "bob_laptop", "onb_carol", "A" * 25]),
    "publicKey": st.sampled_from([*KEYS, *(f"{key} me@home" for key in KEYS)]),
    "projectId": st.sampled_from([0, 1001, "1001", 377.0]),
    "region": st.sampled_from(["ap-guangzhou", "ap-shanghai", "na-siliconvalley"]),
    "tags": st.dictionaries(st.sampled_from(["owner", "team", "成本"]), st.sampled_from(["a", "ü 1"])),
    "dryRun": st.booleans(),
}


@st.composite
def damaged_keys(draw: st.DrawFn) -> str:
    """Return a public key in a wrong form, or with a few characters changed."""
    if draw(st.booleans()):
        return draw(st.sampled_from(WRONG_FORMS))
    text = draw(st.sampled_from(KEYS))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(TEXTS) + text[at + draw(st.integers(0, 3)) :]
    return text


@st.composite
def requests(draw: st.DrawFn) -> Json:
    """Return a request, about half of them with everything right."""
    optional = [name for name in GOOD if name not in ("keyName", "publicKey") and draw(st.booleans())]
    value: Json = {name: draw(GOOD[name]) for name in ("keyName", "publicKey", *optional)}
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        what = draw(st.sampled_from(["key", "key", "member", "less", "tags"]))
        if what == "key":
            value["publicKey"] = draw(damaged_keys())
        elif what == "member":
            value[draw(NAMES)] = draw(ANYTHING)
        elif what == "tags":
            value["tags"] = draw(st.dictionaries(TEXTS, SCALARS, max_size=3))
        elif value:
            del value[draw(st.sampled_from(sorted(value)))]
    return value


BODIES = st.one_of(
    requests(),
    requests(),
    requests(),
    st.lists(requests(), min_size=1, max_size=3),
    st.lists(st.one_of(requests(), ANYTHING), max_size=3),
    ANYTHING,
)


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """Return a body as JSON text, now and then with something cut, doubled or put in between."""
    text = json.dumps(draw(BODIES), ensure_ascii=draw(st.booleans()))
    while not draw(MOSTLY):
        at, to = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        between = text[:at] + draw(TEXTS) + text[at:]
        text = draw(st.sampled_from([between, text[:at], text[:to] + text[at:], text[:at] + text[to:]]))
    return text
