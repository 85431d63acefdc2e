"""What a caller may do: one table that walks every rule, and what an allowed request amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.callers import policy
from handler.callers.allow import Allow
from handler.callers.caller import Caller
from handler.callers.trigger import Trigger
from handler.importing.order import OWN, Order, Region, Target
from handler.key_gate.public_key import PublicKey
from handler.problems import FieldError, Forbidden, InvalidRequest, Misconfigured
from handler.request import ImportRequest
from handler.sentence import Sentence
from handler.settings import Settings

KEY = PublicKey(
    e=65537,
    n=1 << 3071,
    bits=3072,
    comment="",
    blob=b"",
    fingerprint="SHA256:",
    fingerprint_md5="MD5:",
    line="ssh-rsa AAAA",
)


class Case(NamedTuple):
    """A rule, a request, and what is said: an id of a rule, or nothing where it is allowed."""

    allow: Mapping[str, Any]
    request: Mapping[str, Any]
    says: str = ""
    user: str = ""


def caller(tags: Mapping[str, str] | None = None, **allow: Any) -> Caller:
    """Return a caller with these rules and tags."""
    return Caller("onboarding", Trigger("invoke"), Allow(**allow), tags or {})


def wanted(**members: Any) -> ImportRequest:
    """Return a request for these members, and usual ones for the rest."""
    usual = ImportRequest("onb_alice", "ssh-rsa AAAA", None, None, {}, dry_run=False)
    return usual._replace(**members)


def judge(
    who: Caller,
    request: ImportRequest,
    *,
    user: str = "",
    default_region: str = "ap-guangzhou",
    own_region: str = "ap-shanghai",
) -> Order:
    """Return what a caller's request amounts to."""
    tags = policy.all_tags(who, request.tags)
    settings = Settings(default_region=default_region)
    return policy.judge(who, request, tags, KEY, settings, own_region, user)


SAID = {
    reason: f"The rule `{rule}` of this caller says no: {what}."
    for reason, rule, what in (
        ("key-names", "keyNames", "the key name matches none of the patterns that this caller may use"),
        ("project-ids", "projectIds", "the project is none of those that this caller may use"),
        ("regions", "regions", "the region is none of those that this caller may use"),
        ("accounts", "accounts", "the account is none of those that this caller may use"),
        ("required-tags", "requiredTags", "a tag is missing that every request of this caller must carry"),
        ("dry-run-only", "dryRunOnly", "this caller may only do dry runs"),
    )
}
NAMES = {"key_names": ("onb_*", "tmp?")}
PROD = Target("prod", "qcs::cam::uin/200000000002:roleName/ImportKeyPair", "", "onboarding")
TEST = Target("test", "qcs::cam::uin/200000000003:roleName/ImportKeyPair", "", "onboarding")
PEOPLE = {"key_names": ("{user}_*", "team_{user}")}


@pytest.mark.parametrize(
    "case",
    [
        Case({}, {}),
        Case({}, {"key_name": "anything", "project_id": 7, "region": "eu-frankfurt", "tags": {"a": "b"}}),
        Case(NAMES, {"key_name": "onb_alice"}),
        Case(NAMES, {"key_name": "onb_"}),
        Case(NAMES, {"key_name": "tmp1"}),
        Case(NAMES, {"key_name": "alice"}, "key-names"),
        Case(NAMES, {"key_name": "tmp"}, "key-names"),
        Case(NAMES, {"key_name": "tmp12"}, "key-names"),
        Case(NAMES, {"key_name": "xonb_alice"}, "key-names"),
        Case(NAMES, {"key_name": "ONB_alice"}, "key-names"),
        Case(PEOPLE, {"key_name": "u2cerlkja_laptop"}, user="U2CERLKJA"),
        Case(PEOPLE, {"key_name": "team_u2cerlkja"}, user="U2CERLKJA"),
        Case(PEOPLE, {"key_name": "U2CERLKJA_laptop"}, "key-names", user="U2CERLKJA"),
        Case(PEOPLE, {"key_name": "bob_laptop"}, "key-names", user="alice"),
        Case(PEOPLE, {"key_name": "alice"}, "key-names", user="alice"),
        Case(PEOPLE, {"key_name": "a_b_laptop"}, user="a.b"),
        Case(PEOPLE, {"key_name": "a_b_laptop"}, user="a_b"),
        Case(PEOPLE, {"key_name": "alice_x_laptop"}, user="alice"),
        Case(PEOPLE, {"key_name": "__laptop"}, "key-names", user="张三"),
        Case(PEOPLE, {"key_name": "_laptop"}, "key-names", user=""),
        Case(PEOPLE, {"key_name": "team_"}, "key-names", user=""),
        Case({"key_names": ("{user}_*", "shared")}, {"key_name": "shared"}, user=""),
        Case({"key_names": ("{user}_*",)}, {"key_name": "anything"}, "key-names", user="*"),
        Case({"project_ids": (0, 1001)}, {"project_id": 1001}),
        Case({"project_ids": (0, 1001)}, {}),
        Case({"project_ids": (0, 1001)}, {"project_id": 1002}, "project-ids"),
        Case({"project_ids": (1001, 1002)}, {}, "project-ids"),
        Case({"project_ids": (1001,)}, {}),
        Case({"project_ids": (1001,)}, {"project_id": 0}, "project-ids"),
        Case({"regions": ("ap-guangzhou", "ap-beijing")}, {"region": "ap-beijing"}),
        Case({"regions": ("ap-guangzhou", "ap-beijing")}, {}),
        Case({"regions": ("ap-guangzhou", "ap-beijing")}, {"region": "ap-shanghai"}, "regions"),
        Case({"regions": ("ap-shanghai", "ap-beijing")}, {}, "regions"),
        Case({"regions": ("ap-beijing",)}, {}),
        Case({"regions": ("ap-beijing",)}, {"region": "ap-guangzhou"}, "regions"),
        Case({}, {"account": "own"}),
        Case({}, {"account": "prod"}, "accounts"),
        Case({"accounts": (PROD,)}, {}),
        Case({"accounts": (PROD,)}, {"account": "prod"}),
        Case({"accounts": (PROD,)}, {"account": "own"}, "accounts"),
        Case({"accounts": (PROD, OWN)}, {}),
        Case({"accounts": (PROD, OWN)}, {"account": "prod"}),
        Case({"accounts": (PROD, TEST)}, {"account": "test"}),
        Case({"accounts": (PROD, TEST)}, {}, "accounts"),
        Case({"accounts": (PROD, TEST)}, {"account": "Prod"}, "accounts"),
        Case({"required_tags": ("owner", "team")}, {"tags": {"owner": "a", "team": "b", "x": "y"}}),
        Case({"required_tags": ("owner", "team")}, {"tags": {"owner": "a"}}, "required-tags"),
        Case({"required_tags": ("owner",)}, {"tags": {"Owner": "a"}}, "required-tags"),
        Case({"required_tags": ("owner",)}, {}, "required-tags"),
        Case({"dry_run_only": True}, {"dry_run": True}),
        Case({"dry_run_only": True}, {"dry_run": False}, "dry-run-only"),
        Case({"dry_run_only": False}, {"dry_run": False}),
        Case({"min_bits": 16384}, {}),
    ],
)
def test_every_rule_allows_what_it_says_and_nothing_else(case: Case) -> None:
    """A request that a rule does not allow is forbidden, and the refusal names that rule."""
    who, request = caller(**case.allow), wanted(**case.request)
    if not case.says:
        assert judge(who, request, user=case.user).key_name == request.key_name
        return
    with pytest.raises(Forbidden) as raised:
        judge(who, request, user=case.user)
    assert raised.value.reason == case.says
    assert raised.value.detail == SAID[case.says]


def test_rules_are_judged_in_their_documented_order() -> None:
    """Of several rules the first that says no answers: names, projects, regions, accounts, tags, dry run."""
    rules: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "key-names": ({"key_names": ("x",)}, {"key_name": "x"}),
        "project-ids": ({"project_ids": (1, 2)}, {"project_id": 1}),
        "regions": ({"regions": ("ap-a", "ap-b")}, {"region": "ap-a"}),
        "accounts": ({"accounts": (PROD, TEST)}, {"account": "prod"}),
        "required-tags": ({"required_tags": ("owner",)}, {"tags": {"owner": "x"}}),
        "dry-run-only": ({"dry_run_only": True}, {"dry_run": True}),
    }
    allow: dict[str, Any] = {}
    for rule, _ in rules.values():
        allow.update(rule)
    members: dict[str, Any] = {}
    for name, (_, mended) in rules.items():
        with pytest.raises(Forbidden) as raised:
            judge(caller(**allow), wanted(**members))
        assert raised.value.reason == name
        members.update(mended)
    assert judge(caller(**allow), wanted(**members)).dry_run


def test_refusals_tell_the_caller_their_own_rule() -> None:
    """What would be allowed stands in the remedy: the rule is the caller's own."""
    who = caller(
        key_names=("onb_*", "tmp?"), project_ids=(0, 1001), regions=("ap-a",), required_tags=("owner", "team")
    )
    request = wanted(key_name="x")
    assert remedy(who, request) == (
        "Choose a keyName that matches one of onb_*, tmp?, or have the rule changed by the administrator"
        " of this function."
    )
    request = wanted(project_id=7)
    assert remedy(who, request).startswith("Send as projectId one of 0, 1001, or have the rule")
    request = wanted(region="ap-b")
    assert remedy(who, request).startswith("Send as region one of ap-a, or have the rule")
    request = wanted(tags={"owner": "a"})
    assert remedy(who, request).startswith("Add to tags team, or have the rule")
    assert remedy(caller(dry_run_only=True), wanted()).startswith("Ask for a dry run, or have the rule")


def test_without_a_user_no_pattern_of_users_matches() -> None:
    """Without a user, `{user}` matches no name."""
    who = caller(key_names=("{user}",))
    for name in ("_", "x", "xx", "xxxx", "none", "user"):
        with pytest.raises(Forbidden):
            policy.judge(who, wanted(key_name=name), {}, KEY, Settings(), "ap-a")
        assert not policy.may_know(who, "", name, 0)


def test_refusal_explains_what_user_stands_for() -> None:
    """A pattern with {user} is explained, and the user's id is not repeated."""
    with pytest.raises(Forbidden) as raised:
        judge(caller(key_names=("x", "{user}_*")), wanted(), user="SomeUser")
    assert (
        "one of x, {user}_* (where {user} is your user id in lower case, with _ for what is no letter or"
        " digit), or have" in raised.value.remedy
    )
    assert "someuser" not in (raised.value.remedy + raised.value.detail).lower()


def test_long_rules_are_told_in_part() -> None:
    """Of more than ten allowed values ten are listed and the rest is counted."""
    ten, eleven = (caller(project_ids=tuple(range(1, n + 1))) for n in (10, 11))
    assert "one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, or" in remedy(ten, wanted(project_id=77))
    assert "one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1 more, or" in remedy(eleven, wanted(project_id=77))


def remedy(who: Caller, request: ImportRequest) -> str:
    """Return the remedy for a refused caller."""
    with pytest.raises(Forbidden) as raised:
        judge(who, request)
    return raised.value.remedy


def test_order_holds_everything_that_was_settled() -> None:
    """An allowed request becomes an order with project, region and tags settled."""
    request = wanted(project_id=5, region="ap-a", tags={"owner": "alice"}, dry_run=True)
    assert judge(caller({"by": "onb"}), request) == Order(
        key_name="onb_alice",
        key=KEY,
        project_id=5,
        region=Region("ap-a", True),
        sent_tags={"owner": "alice"},
        tags={"owner": "alice", "by": "onb"},
        dry_run=True,
    )


@pytest.mark.parametrize(
    ("asked", "allowed", "settled"),
    [
        (None, None, 0),
        (None, (5,), 5),
        (None, (0, 5), 0),
        (0, None, 0),
        (5, None, 5),
        (5, (0, 5), 5),
        (0, (0,), 0),
    ],
)
def test_project_is_the_one_asked_for_else_the_only_one_else_zero(
    asked: int | None, allowed: tuple[int, ...] | None, settled: int
) -> None:
    """A single allowed project is the default."""
    assert judge(caller(project_ids=allowed), wanted(project_id=asked)).project_id == settled


@pytest.mark.parametrize(
    ("asked", "allowed", "default", "own", "settled"),
    [
        ("ap-a", None, "ap-b", "ap-c", "ap-a"),
        (None, None, "ap-b", "ap-c", "ap-b"),
        (None, None, "", "ap-c", "ap-c"),
        (None, ("ap-d",), "ap-b", "ap-c", "ap-d"),
        (None, ("ap-d",), "", "", "ap-d"),
        (None, ("ap-b", "ap-d"), "ap-b", "ap-d", "ap-b"),
        (None, ("ap-c", "ap-d"), "", "ap-c", "ap-c"),
        ("ap-a", None, "", "", "ap-a"),
    ],
)
def test_region_is_the_one_asked_for_else_the_only_one_else_ours(
    asked: str | None, allowed: tuple[str, ...] | None, default: str, own: str, settled: str
) -> None:
    """A single allowed region is the default, then DEFAULT_REGION, then where the function runs."""
    order = judge(caller(regions=allowed), wanted(region=asked), default_region=default, own_region=own)
    assert order.region.name == settled
    assert order.region.chosen is (asked is not None)


def test_no_region_at_all_is_our_fault() -> None:
    """Where nothing says which region to use, the log says which setting is missing."""
    with pytest.raises(Misconfigured) as raised:
        judge(caller(), wanted(), default_region="", own_region="")
    assert raised.value.cause == (
        "DEFAULT_REGION is not set, and the platform does not say where this function runs."
    )
    with pytest.raises(Misconfigured):
        judge(caller(regions=("ap-a", "ap-b")), wanted(), default_region="", own_region="")


def test_tags_of_the_caller_win_and_do_not_count_as_sent() -> None:
    """The caller's tags are added after what was sent and replace it; a required tag must be sent."""
    who = caller({"owner": "caller", "by": "onb"}, required_tags=("owner",))
    order = judge(who, wanted(tags={"owner": "alice", "x": "y"}))
    assert order.tags == {"owner": "caller", "x": "y", "by": "onb"}
    assert order.sent_tags == {"owner": "alice", "x": "y"}
    with pytest.raises(Forbidden):
        judge(who, wanted(tags={"x": "y"}))


def test_tags_with_those_of_the_caller_are_at_most_fifty() -> None:
    """Fifty tags in all are allowed, one that both have counting once; more is an invalid request."""
    who = caller({"by": "onb", "t0": "x"}, key_names=("nothing",))
    sent = {f"t{i}": "v" for i in range(49)}
    assert len(policy.all_tags(who, sent)) == 50
    with pytest.raises(InvalidRequest) as raised:
        judge(who, wanted(tags={**sent, "t49": "v"}))
    fault = "With the 2 tags that this caller's key pairs always get, these are 51, and a key pair can have"
    fault += " at most 50."
    assert raised.value.detail == fault
    assert raised.value.remedy == "Send at most 48 tags."
    assert raised.value.errors == (FieldError("/tags", Sentence(fault)),)


@pytest.mark.parametrize(
    ("allow", "name", "project", "user", "may"),
    [
        ({}, "anything", 7, "", True),
        ({"key_names": ("onb_*",)}, "onb_bob", 7, "", True),
        ({"key_names": ("onb_*",)}, "bob", 7, "", False),
        ({"project_ids": (0, 7)}, "bob", 7, "", True),
        ({"project_ids": (0,)}, "bob", 7, "", False),
        ({"project_ids": (7,), "key_names": ("onb_*",)}, "onb_bob", 7, "", True),
        ({"project_ids": (7,), "key_names": ("onb_*",)}, "bob", 7, "", False),
        ({"project_ids": (8,), "key_names": ("onb_*",)}, "onb_bob", 7, "", False),
        ({"key_names": ("{user}_*",)}, "bob_laptop", 0, "bob", True),
        ({"key_names": ("{user}_*",)}, "bob_laptop", 0, "alice", False),
        ({"key_names": ("{user}_*",)}, "_laptop", 0, "", False),
    ],
)
def test_only_key_pairs_within_ones_own_rules_may_be_known(
    allow: dict[str, Any], name: str, project: int, user: str, may: bool
) -> None:
    """A key pair in the way is named only if its name and project pass this caller's rules."""
    assert policy.may_know(caller(**allow), user, name, project) is may


@pytest.mark.parametrize(
    ("least", "own", "needed"), [(2048, 0, 2048), (3072, 2048, 3072), (2048, 3072, 3072)]
)
def test_smallest_key_is_the_larger_of_setting_and_rule(least: int, own: int, needed: int) -> None:
    """A caller's minBits can only ask for more than MIN_RSA_BITS."""
    assert policy.smallest_rsa(caller(min_bits=own), Settings(min_rsa_bits=least)) == needed


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("U2CERLKJA", "u2cerlkja"),
        ("alice", "alice"),
        ("a.b", "a_b"),
        ("a_b", "a_b"),
        ("a..-b", "a_b"),
        ("Zhang San@corp", "zhang_san_corp"),
        ("张三", "_"),
        ("李四4", "_4"),
        ("\u212a", "_"),
        ("", ""),
    ],
)
def test_user_in_a_pattern_is_lower_case_letters_digits_and_underscores(user: str, name: str) -> None:
    """A user's id becomes lower case, each run of anything but ASCII letters and digits one underscore."""
    assert policy.as_name(user) == name


@given(st.text(), st.text("abz09_AB", max_size=25))
def test_user_never_widens_a_pattern(user: str, key_name: str) -> None:
    """Whatever a user is called, {user}_x allows at most the one name that their id makes."""
    if policy.may_know(caller(key_names=("{user}_x",)), user, key_name, 0):
        assert key_name == f"{policy.as_name(user)}_x"
