"""What happens between two pages of a list, and whose list it is."""

from __future__ import annotations

import pytest

from local.cvm import Options, StandIn, serve
from tests.doubles.clocks import Clock
from tests.local.cvm.client import Answer, call, code, importing

OTHER = "200000000002"


def page(cvm: StandIn, offset: int) -> tuple[int, list[str]]:
    """Return the total that a page tells, and the names on it."""
    answer = call(cvm, "DescribeKeyPairs", {"Offset": offset, "Limit": 100})
    return answer["TotalCount"], [pair["KeyName"] for pair in answer["KeyPairSet"]]


def imported(cvm: StandIn, name: str, region: str) -> Answer:
    """Import a key in a region."""
    return call(cvm, "ImportKeyPair", importing(name), headers={"x-tc-region": region})


@pytest.mark.parametrize(
    ("kind", "total", "rest"), [("pair-swapped", 120, 20), ("pair-deleted", 119, 19), ("pair-added", 121, 21)]
)
def test_a_list_changes_between_pages(kind: str, total: int, rest: int) -> None:
    """A key pair comes or goes just before the second page, and a swap leaves the total as it was."""
    with serve(Options(rate=0, quota=0)) as cvm:
        cvm.account.fill(120)
        cvm.fault("DescribeKeyPairs", kind, nth=2)
        first_total, first = page(cvm, 0)
        second_total, second = page(cvm, 100)

        assert (first_total, len(first)) == (120, 100)
        assert (second_total, len(second)) == (total, rest)
        # The pair that slipped from the second page to the first is on neither.
        assert ("filled_101" in first + second) is (kind == "pair-added")


def test_one_page_is_throttled() -> None:
    """A single page can be refused."""
    with serve(Options(rate=0, quota=0)) as cvm:
        cvm.account.fill(101)
        cvm.fault("DescribeKeyPairs", "throttle", nth=2)

        codes = [code(call(cvm, "DescribeKeyPairs", {"Offset": offset})) for offset in (0, 100, 100)]
        assert codes == ["ok", "RequestLimitExceeded", "ok"]


def test_ten_thousand_key_pairs() -> None:
    """Without a quota the account holds as many as one likes, and the pages bring each of them once."""
    with serve(Options(rate=0, quota=0)) as cvm:
        cvm.account.fill(10_000)
        names = [name for offset in range(0, 10_000, 100) for name in page(cvm, offset)[1]]

        assert sorted(names) == sorted(cvm.account.key_pairs)
        assert len(set(names)) == 10_000


def test_accounts_are_apart() -> None:
    """Each account has its own names, keys, quota and rate."""
    clock = Clock(1_700_000_000.0)
    with serve(Options(rate=2, quota=1), clock) as cvm:
        sent = importing("a")
        theirs = cvm.mint("role", account=OTHER)
        asked = [
            code(call(cvm, "ImportKeyPair", sent, now=clock.now, **how))
            for how in ({}, {"credential": theirs})
        ]
        assert asked == ["ok", "ok"]
        assert [list(cvm.store(account).key_pairs) for account in ("100000000001", OTHER)] == [["a"], ["a"]]
        assert [item.account for item in cvm.calls] == ["100000000001", OTHER]

        for credential in (cvm.credentials, theirs):
            codes = [
                code(call(cvm, "DescribeKeyPairs", now=clock.now, credential=credential)) for _ in range(3)
            ]
            assert codes == ["ok", "ok", "RequestLimitExceeded"]
        cvm.clear()
        assert not cvm.store(OTHER).key_pairs


def test_a_fault_in_one_account() -> None:
    """A fault can be ordered for the calls of one account alone."""
    with serve(Options(rate=0)) as cvm:
        theirs = cvm.mint("role", account=OTHER)
        cvm.fault("*", "denied", account=OTHER, times=None)

        assert code(call(cvm, "DescribeKeyPairs")) == "ok"
        assert code(call(cvm, "DescribeKeyPairs", credential=theirs)) == "AuthFailure.UnauthorizedOperation"


def test_regions_share_an_account(cvm: StandIn) -> None:
    """By default a name is taken in every region at once."""
    codes = [code(imported(cvm, "a", region)) for region in ("ap-tokyo", "ap-seoul")]

    assert codes == ["ok", "InvalidKeyPairName.Duplicate"]


def test_regional() -> None:
    """With the switch, each region has its own names and its own quota."""
    with serve(Options(rate=0, quota=1, regional=True)) as cvm:
        codes = [
            code(imported(cvm, name, region))
            for name, region in (("a", "ap-tokyo"), ("a", "ap-seoul"), ("b", "ap-tokyo"))
        ]

        assert codes == ["ok", "ok", "InvalidKeyPair.LimitExceeded"]
        assert list(cvm.store(region="ap-tokyo").key_pairs) == ["a"]
        assert not cvm.account.key_pairs


def test_bound_instances_are_listed(cvm: StandIn) -> None:
    """A key pair tells when it was made and which instances it is bound to."""
    cvm.account.insert("a", instance_ids=("ins-1", "ins-2"), created="2024-01-04T08:00:00Z", tags={"k": "v"})
    (pair,) = call(cvm, "DescribeKeyPairs")["KeyPairSet"]

    assert pair["AssociatedInstanceIds"] == ["ins-1", "ins-2"]
    assert pair["CreatedTime"] == "2024-01-04T08:00:00Z"
    assert pair["Tags"] == [{"Key": "k", "Value": "v"}]
