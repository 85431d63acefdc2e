"""Credentials that are renewed, expire or vanish while the account is asked."""

from __future__ import annotations

from typing import Any

import pytest

from handler.importing.account import Created, Nonsense, Refused, Throttled, Unanswered
from handler.problems import Misconfigured
from local.cvm import Credential
from tests.faults.scene import HOME, NO_DEADLINE, account, environ, order, stand_in
from tests.handler.cvm.test_codes import OF_THE_CREDENTIALS


def test_credentials_are_read_for_every_call() -> None:
    """They were renewed between two invocations, and between two calls of one."""
    with stand_in() as running:
        role = environ(running.mint())
        held = account(running.host, role)
        first = role["TENCENTCLOUD_SECRETID"]
        assert isinstance(held.import_key_pair(order()), Created)
        role.update(environ(running.mint()))
        assert isinstance(held.import_key_pair(order("bob", 2)), Created)
        assert [call.secret_id for call in running.calls] == [first, role["TENCENTCLOUD_SECRETID"]]
        assert first != role["TENCENTCLOUD_SECRETID"]


class Renewing(dict[str, str]):
    """An environment that holds other credentials from the fourth reading on."""

    def __init__(self, before: Credential, after: Credential) -> None:
        super().__init__(environ(before))
        self._after = environ(after)
        self.readings = 0

    def get(self, name: str, default: Any = None) -> Any:
        """Read one variable."""
        self.readings += 1
        if self.readings > 3:
            self.update(self._after)
        return super().get(name, default)


def test_credentials_that_expired_and_were_renewed_are_used_once_more() -> None:
    """Within the invocation; the refused call was surely not executed."""
    with stand_in() as running:
        old, new = running.mint(), running.mint()
        running.keyring.expire(old.secret_id)
        held = account(running.host, Renewing(old, new))
        assert isinstance(held.import_key_pair(order()), Created)
        assert [call.secret_id for call in running.calls] == [old.secret_id, new.secret_id]
        assert held.calls == 2


@pytest.mark.parametrize("code", OF_THE_CREDENTIALS)
def test_every_code_that_speaks_of_credentials_is_a_reason_to_try_renewed_ones(code: str) -> None:
    """Signature, token and id alike: CVM does not always call it expired."""
    with stand_in() as running:
        running.fault("ImportKeyPair", "error-before", code=code)
        held = account(running.host, Renewing(running.mint(), running.mint()))
        assert isinstance(held.import_key_pair(order()), Created)
        assert held.calls == 2


def test_credentials_that_are_renewed_to_no_avail_are_ours_to_mend() -> None:
    """Credentials are renewed once; if that does not help, the answer is `misconfigured`."""
    with stand_in() as running:
        old, new = running.mint(), running.mint()
        for credential in (old, new):
            running.keyring.expire(credential.secret_id)
        outcome = account(running.host, Renewing(old, new)).list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(outcome, Refused)
        assert outcome.problem.cvm_code == "AuthFailure.TokenFailure"
        assert len(running.calls) == 2


@pytest.mark.parametrize("kind", ["token-expired", "denied"])
def test_a_refusal_of_the_same_credentials_is_not_repeated(kind: str) -> None:
    """It would be the same again; and a denial is one for new credentials as well."""
    with stand_in() as running:
        running.fault("*", kind, times=None)
        role = environ(running.credentials)
        held = account(running.host, role)
        outcome = held.import_key_pair(order())
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.problem, Misconfigured)
        assert len(running.calls) == 1


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("denied", Refused),
        ("throttle", Throttled),
        ("internal-error-after", Nonsense),
        ("drop-after", Unanswered),
    ],
)
def test_whatever_else_comes_back_is_not_sent_again_with_new_credentials(
    kind: str, outcome: type[Any]
) -> None:
    """Some may have been executed, and the others are not caused by old credentials."""
    with stand_in() as running:
        running.fault("ImportKeyPair", kind, times=None)
        held = account(running.host, Renewing(running.mint(), running.mint()))
        assert isinstance(held.import_key_pair(order()), outcome)
        assert len(running.calls) == held.calls == 1


@pytest.mark.parametrize(
    "name", ["TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN"]
)
def test_without_credentials_nothing_is_sent(name: str) -> None:
    """Without credentials nothing is sent, and the cause names the missing variable."""
    with stand_in() as running:
        role = environ(running.credentials)
        del role[name]
        held = account(running.host, role)
        for outcome in (held.import_key_pair(order()), held.list_key_pairs(HOME, NO_DEADLINE)):
            assert isinstance(outcome, Refused)
            assert name in outcome.problem.cause
        assert (running.calls, held.calls) == ([], 0)


def test_credentials_that_vanish_during_a_call_are_ours_to_mend() -> None:
    """If the role is removed during a call, the answer is `misconfigured`."""
    with stand_in() as running:
        role = Renewing(running.mint(), Credential("", "", ""))
        running.keyring.expire(role["TENCENTCLOUD_SECRETID"])
        outcome = account(running.host, role).import_key_pair(order())
        assert isinstance(outcome, Refused)
        assert "TENCENTCLOUD_SECRETID is not set" in outcome.problem.cause
