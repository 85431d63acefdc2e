"""Key pairs that somebody looks at in a chat: where, who, and how much of one is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from handler.chat import command, wording
from handler.importing.order import OWN
from handler.problems import InvalidRequest
from handler.upstream import sts, transport
from local import chat
from local.cvm import Options, StandIn, serve
from local.feishu import FeishuApi
from local.in_process import Function, Json, public_keys
from local.sts import KnownRole
from tests.handler.chat.conversations import PRIVATE, PUBLIC, seen
from tests.handler.chat.scene import ALICE, CALLERS, NOW, entry, function

KEY, OTHER, *_ = public_keys()
WHOLE = ("skey-", "3072", "SHA256:", "MD5:", "onb_alice")
PROD = KnownRole("qcs::cam::uin/200000000002:roleName/prod", external_id="shared-with-prod")

#: What only the sender of a message may see of a key pair.
ASIDE = ("Project", "Region", "Created", "Instances", "Tag", "2027-01-31", "s3cret-cost", "ap-guangzhou")


@contextmanager
def looking(
    feishu: FeishuApi, cvm: StandIn | None = None, allow: Json | None = None, **environ: str
) -> Iterator[Function]:
    """Run the function with a caller of each platform, all of which may look."""
    rules = {"look": True, "keyNames": ["onb_*"]} if allow is None else allow
    callers = [{**entry, "allow": rules} for entry in CALLERS]
    with function(cvm, callers, FEISHU_ENDPOINT=feishu.url, **environ) as made:
        yield made


@pytest.fixture
def held(cvm: StandIn) -> StandIn:
    """Return an account with a key pair that may be seen, and one that may not."""
    tags = {"cost": "s3cret-cost", "expires-on": "2027-01-31"}
    cvm.account.insert("onb_alice", KEY, 7, tags, ("ins-1", "ins-2"))
    cvm.account.insert("hidden", OTHER)
    return cvm


@pytest.mark.parametrize("play", PRIVATE)
@pytest.mark.parametrize("verb", ["show", "查看"])
def test_where_nobody_else_reads_it_all_is_shown(
    play: str, verb: str, held: StandIn, feishu: FeishuApi
) -> None:
    """The reply has id, key, project, age, instances and tags; the audit line says who looked at what."""
    with looking(feishu, held) as bot:
        text = seen(bot, feishu, play, f"{verb} onb_alice")

    for fact in (*WHOLE, *ASIDE):
        assert fact in text
    assert "cost=s3cret-cost" in text
    (line,) = bot.audit
    assert [line.get(name) for name in ("result", "keyName", "user", "count", "account")] == [
        *("shown", "onb_alice", "U0ALICE", 1, None)
    ]
    assert line["caller"] == line["trigger"] == play.removesuffix("-single")
    assert [call.action for call in held.calls] == ["DescribeKeyPairs"]


@pytest.mark.parametrize("play", [name for name in PUBLIC if name != "dingtalk"])
def test_where_others_read_it_no_more_than_what_it_is(play: str, held: StandIn, feishu: FeishuApi) -> None:
    """Name, id, bits and fingerprints; neither tags nor where it is or what it is used for."""
    with looking(feishu, held) as bot:
        text = seen(bot, feishu, play, "show onb_alice")

    for fact in WHOLE:
        assert fact in text
    for fact in ASIDE:
        assert fact not in text
    assert [line["result"] for line in bot.audit] == ["shown"]


@pytest.mark.parametrize("conversation", ["1", "2"])
def test_dingtalk_shows_none(conversation: str, held: StandIn, feishu: FeishuApi) -> None:
    """Its signature does not cover who asks, in a group or one to one; CVM is not asked."""
    body = {**json.loads(chat.dingtalk("show onb_alice", ALICE).body), "conversationType": conversation}
    sent = chat.dingtalk_signed(json.dumps(body), ALICE)
    with looking(feishu, held) as bot:
        answer = bot.answer(sent.event())

    text = chat.seen(sent, answer.status, answer.text, ALICE)
    assert "does not cover who asks" in text
    assert "SHA256" not in text
    assert [(line["code"], line["reason"]) for line in bot.audit] == [("forbidden", "private-chat")]
    assert held.calls == []


@pytest.mark.parametrize("play", [*PRIVATE, *PUBLIC])
def test_who_may_not_look_is_refused_before_cvm_is_asked(play: str, held: StandIn, feishu: FeishuApi) -> None:
    """Without `allow.look` the answer names the rule."""
    with looking(feishu, held, allow={"invite": True}) as bot:
        text = seen(bot, feishu, play, "show onb_alice")

    assert "SHA256" not in text
    reason = "private-chat" if play == "dingtalk" else "look"
    assert [(line["code"], line["reason"]) for line in bot.audit] == [("forbidden", reason)]
    assert held.calls == []


def test_what_may_not_be_known_is_as_what_is_not_there(held: StandIn, feishu: FeishuApi) -> None:
    """The same reply for a hidden and for an absent key pair, by name and by project."""
    with looking(feishu, held) as bot:
        texts = {seen(bot, feishu, "slack", f"show {name}") for name in ("hidden", "nobody", "onb_nobody")}
    assert len(texts) == 1
    with looking(feishu, held, allow={"look": True, "projectIds": [1, 2]}) as bot:
        texts |= {seen(bot, feishu, "slack", f"show {name}") for name in ("onb_alice", "nobody")}
    assert len(texts) == 1
    assert "There is no key pair of this name that this caller may know of." in texts.pop()


def test_the_users_own_names_are_those_of_the_one_who_asks(held: StandIn, feishu: FeishuApi) -> None:
    """`{user}` stands for the sender, as when importing."""
    held.account.insert("u0alice_laptop", public_keys()[2])
    held.account.insert("u0bob_laptop", public_keys()[3])
    with looking(feishu, held, allow={"look": True, "keyNames": ["{user}_*"]}) as bot:
        assert "u0alice_laptop" in seen(bot, feishu, "slack", "show u0alice_laptop")
        assert "There is no key pair" in seen(bot, feishu, "slack", "show u0bob_laptop")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("show", "The key name is missing: `show KEY_NAME`"),
        ("show region=ap-beijing", "`KEY_NAME`"),
        ("show a-b", "`KEY_NAME`"),
        (f"show {'a' * 26}", "`KEY_NAME`"),
        ("show onb_alice region=Guangzhou", "`region=` takes"),
        ("show onb_alice account=a.b", "`account=`"),
        ("show onb_alice please", "nothing of where to look"),
        ("show onb_alice project=7", "nothing of where to look"),
        ("show onb_alice tag:a=b", "nothing of where to look"),
        ("show onb_alice --dry-run", "nothing of where to look"),
        (f"show {KEY}", "The key name is missing: `show KEY_NAME`"),
        ("show onb_alice region=ap-beijing region=ap-shanghai", "twice"),
        ("show onb_alice account=nobody", "accounts"),
    ],
)
def test_what_cannot_be_is_explained(typed: str, said: str, held: StandIn, feishu: FeishuApi) -> None:
    """A wrong command is refused in words, and CVM is not asked."""
    with looking(feishu, held) as bot:
        assert said in seen(bot, feishu, "slack", typed)
    assert held.calls == []


def test_a_list_that_cannot_be_had_may_be_asked_for_again(held: StandIn, feishu: FeishuApi) -> None:
    """Within the platform's time; nothing is shown of half a list."""
    held.fault("DescribeKeyPairs", "html-before", times=None)
    with looking(feishu, held) as bot:
        assert "SHA256" not in seen(bot, feishu, "slack", "show onb_alice")
    assert bot.audit[0]["code"].startswith("upstream-")


def test_another_account_is_looked_at_with_its_own_role(feishu: FeishuApi) -> None:
    """`account=` names it; the reply says which one it was where nobody else reads."""
    with serve(Options(rate=0, roles=(PROD,)), lambda: NOW) as cvm:
        environ = {"STS_ENDPOINT": cvm.sts.url, "PROD_EXTERNAL_ID": "shared-with-prod"}
        cvm.store("200000000002").insert("onb_alice", KEY)
        callers: list[Any] = [
            {**entry(name), "allow": {"look": True, "accounts": ["own", "prod"]}}
            for name in ("slack", "teams")
        ]
        with function(cvm, callers, **environ) as bot:
            accounts = {"prod": {"roleArn": PROD.arn, "externalIdEnv": "PROD_EXTERNAL_ID"}}
            contents = {"callers": callers, "accounts": accounts}
            Path(bot.environ["CALLERS_FILE"]).write_text(json.dumps(contents))
            assert "Account: `prod`" in seen(bot, feishu, "slack", "show onb_alice account=prod")
            public = seen(bot, feishu, "teams", "show onb_alice account=prod")
            assert "SHA256" in public
            assert "prod" not in public
            assert "There is no key pair" in seen(bot, feishu, "slack", "show onb_alice")
            assert "There is no key pair" in seen(bot, feishu, "slack", "show onb_bob account=prod")
        assert [(line.get("account"), line["keyName"]) for line in bot.audit] == [
            *(("prod", "onb_alice"), ("prod", "onb_alice"), (None, "onb_alice"), ("prod", "onb_bob"))
        ]
        transport.forget()
        sts._kept.clear()


def test_many_tags_and_a_key_that_cannot_be_read_are_said() -> None:
    """The first tags by name, each on its own line, and the count of the rest."""
    tags = {f"t{number:02}": "a\nb" for number in range(12)}
    pair = {"keyId": "skey-1", "keyName": "a", "projectId": 0, "tags": tags, "instanceCount": 0}
    text = wording.shown(pair, "ap-guangzhou", OWN)

    assert [line.value for line in text.lines if isinstance(line, wording.Fact) and line.label == "Tag"] == [
        f"t{number:02}=a b" for number in range(10)
    ]
    assert [line for line in text.lines if isinstance(line, str)] == [
        "Its key cannot be read, so it has no fingerprint.",
    ]
    assert text.lines[-1] == wording.Fact("More tags", "2", private=True)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("show onb_a", {"keyName": "onb_a"}),
        (
            "Show onb_a region=ap-shanghai account=prod",
            {"keyName": "onb_a", "region": "ap-shanghai", "account": "prod"},
        ),
        ("查看onb_a", {"keyName": "onb_a"}),
    ],
)
def test_the_command_is_read(typed: str, value: Json) -> None:
    """The verb is found in both languages, and options say where to look."""
    assert command.parse(typed) == ("show", value, "")


def test_a_key_in_the_place_of_the_name_is_refused() -> None:
    """A key in the place of the name is refused, since its sender wanted to import or check it."""
    with pytest.raises(InvalidRequest):
        command.parse(f"show {KEY}")
