"""A life of two accounts: imports, repeats, faults, other people's edits, and a model of the truth."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from handler.importing.order import OWN, Target
from handler.upstream import sts
from local.cvm import AccountStore
from tests.conftest import LONG
from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import ACCOUNTS, OTHER, Seen, environ, order, see, stand_in, store, uin
from tests.keys.many import key

NAMES = st.sampled_from(["alice", "bob", "carol", "Alice"])
KEYS = st.integers(1, 3)
WHERE = st.sampled_from(ACCOUNTS)
QUOTA = 3

#: Faults after which CVM's answer was heard, or had in another way.
HARMLESS = ["", "throttle", "delay-after", "dribbled", "content-type", "no-request-id"]
LOST_BEFORE = ["drop-before", "reset-before", "http-error-before", "html-before", "internal-error-before"]
LOST_AFTER = ["drop-after", "reset-after", "http-error-after", "html-after", "truncated", "no-key-id"]
ROLES = ["", "throttle", "drop-before", "drop-after", "html-before", "internal-error-before", "delay-after"]
LOOK_UPS = ["", "throttle", "drop-before", "html-before", "internal-error-before", "delay-after"]


class Life(RuleBasedStateMachine):
    """The answers to a caller must be those of the model, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = stand_in(quota=QUOTA)
        self.running = self._stage.__enter__()
        self.credential = self.running.mint()
        self.clock = SkippingClock()
        self.models: dict[str, dict[str, int]] = {account.name: {} for account in ACCOUNTS}
        self.ids: dict[str, dict[str, str]] = {account.name: {} for account in ACCOUNTS}

    def teardown(self) -> None:
        """End the stand-in."""
        self._stage.__exit__(None, None, None)

    def expected(self, where: Target, name: str, number: int) -> str:
        """Return what the model says to an import."""
        model = self.models[where.name]
        if model.get(name) == number:
            return "unchanged"
        if number in model.values():
            return "public-key-conflict"
        if name in model:
            return "key-name-conflict"
        return "created" if len(model) < QUOTA else "key-pair-quota"

    def account(self, where: Target) -> AccountStore:
        """Return what an account holds."""
        return store(self.running, where)

    def fault(self, where: Target, action: str, kind: str, seconds: float = 0.005) -> None:
        """Let something go wrong with the next call in an account; nothing if nothing is said."""
        if kind:
            self.running.fault(action, kind, seconds=seconds, account=uin(where))

    def seen(
        self, where: Target, name: str, number: int, *, dry_run: bool = False, credentials: Any = None
    ) -> Seen:
        """Import, judge the answer by what the stand-in knows, and let no fault outlive the step."""
        before = {pair.key_id: pair for pair in self.account(where)}
        first = len(self.running.calls)
        wanted = order(name, number, dry_run=dry_run, account=where)
        lent = credentials or environ(self.credential)
        seen = see(self.running.host, wanted, lent, 20.0, self.clock, sts_host=self.running.sts.host)
        calls = self.running.calls[first:]
        self.running.clear_faults()
        self.running.sts.clear_faults()
        truth.check(seen, self.running, wanted, before, calls)
        if seen.imported and not dry_run:
            self.models[where.name][name] = number
            assert self.ids[where.name].setdefault(name, seen.imported.key_id) == seen.imported.key_id
        return seen

    @rule(
        where=WHERE,
        name=NAMES,
        number=KEYS,
        fault=st.sampled_from(HARMLESS),
        look_up=st.sampled_from(LOOK_UPS),
    )
    def import_heard(self, where: Target, name: str, number: int, fault: str, look_up: str) -> None:
        """Hear the answer to the write; a look-up may fail in passing."""
        expected = self.expected(where, name, number)
        for action, kind in (("ImportKeyPair", fault), ("DescribeKeyPairs", look_up)):
            self.fault(where, action, kind)
        assert self.seen(where, name, number).answer == expected

    @rule(where=WHERE, name=NAMES, number=KEYS)
    def import_twice(self, where: Target, name: str, number: int) -> None:
        """Repeat a request: one call more finds what the first one made."""
        first = self.seen(where, name, number)
        again = self.seen(where, name, number)
        if first.answer in {"created", "unchanged"}:
            # By then the role is kept, if it took one.
            assert (again.answer, again.calls) == ("unchanged", 2)
        else:
            assert again.answer == first.answer

    @rule(
        where=WHERE,
        name=NAMES,
        number=KEYS,
        fault=st.sampled_from(LOST_BEFORE),
        look_up=st.sampled_from(LOOK_UPS),
    )
    def import_lost_on_the_way(self, where: Target, name: str, number: int, fault: str, look_up: str) -> None:
        """Lose a write before it reaches the account, so that another one does."""
        expected = self.expected(where, name, number)
        self.fault(where, "ImportKeyPair", fault)
        self.fault(where, "DescribeKeyPairs", look_up)
        assert self.seen(where, name, number).answer == expected

    @rule(
        where=WHERE,
        name=NAMES,
        number=KEYS,
        fault=st.sampled_from(LOST_AFTER),
        look_up=st.sampled_from(LOOK_UPS),
    )
    def import_whose_reply_is_lost(
        self, where: Target, name: str, number: int, fault: str, look_up: str
    ) -> None:
        """Lose the reply to a write: what was created is found, and is not called created."""
        expected = self.expected(where, name, number)
        self.fault(where, "ImportKeyPair", fault)
        self.fault(where, "DescribeKeyPairs", look_up)
        assert self.seen(where, name, number).answer == ("unchanged" if expected == "created" else expected)

    @rule(where=WHERE, name=NAMES, number=KEYS)
    def import_that_lands_late(self, where: Target, name: str, number: int) -> None:
        """Whichever write is first makes the one key pair there is."""
        expected = self.expected(where, name, number)
        self.fault(where, "ImportKeyPair", "late-write", 0.002)
        answer = self.seen(where, name, number).answer
        assert answer == expected or (expected, answer) == ("created", "unchanged")
        # It must not land in a later step, where somebody may have deleted the key pair.
        while not all(call.parameters for call in self.running.calls if call.fault == "late-write"):
            time.sleep(0.001)
        time.sleep(0.002)

    @rule(where=WHERE, name=NAMES, number=KEYS)
    def import_while_somebody_else_is_quicker(self, where: Target, name: str, number: int) -> None:
        """Another client imports the same pair: it is there, but this request has not created it."""
        if self.expected(where, name, number) == "created":
            self.fault(where, "ImportKeyPair", "rival-pair")
            assert self.seen(where, name, number).answer == "unchanged"

    @rule(where=WHERE, name=NAMES, number=KEYS)
    def ask_in_a_dry_run(self, where: Target, name: str, number: int) -> None:
        """Ask for a dry run: it says what an import would, the quota apart, and changes nothing."""
        expected = self.expected(where, name, number)
        answer = self.seen(where, name, number, dry_run=True).answer
        assert answer == ("created" if expected == "key-pair-quota" else expected)

    @rule(where=WHERE, name=NAMES, number=KEYS)
    def import_with_an_expired_token(self, where: Target, name: str, number: int) -> None:
        """Nothing is written, and SCF lends another for the next call; a role that is kept still holds."""
        own = {kept.own_secret_id for kept in sts._kept}
        is_kept = where == OTHER and self.credential.secret_id in own
        expected = self.expected(where, name, number) if is_kept else "misconfigured"
        self.running.keyring.expire(self.credential.secret_id)
        assert self.seen(where, name, number).answer == expected
        self.credential = self.running.mint()

    @rule(name=NAMES, number=KEYS, fault=st.sampled_from(ROLES), look_up=st.sampled_from(LOOK_UPS))
    def import_with_a_role_that_has_ended(self, name: str, number: int, fault: str, look_up: str) -> None:
        """CVM calls the role's credentials expired, so it is assumed again, where STS may fail in passing."""
        expected = self.expected(OTHER, name, number)
        for kept in sts._kept.values():
            self.running.keyring.expire(kept.credentials.secret_id)
        if fault:
            self.running.sts.fault("AssumeRole", fault, seconds=0.005)
        self.fault(OTHER, "DescribeKeyPairs", look_up)
        assert self.seen(OTHER, name, number).answer == expected

    @rule(name=NAMES, number=KEYS, refused=st.sampled_from(["denied", "token-expired"]))
    def import_with_a_role_that_is_refused(self, name: str, number: int, refused: str) -> None:
        """Without credentials, the account is not asked."""
        sts._kept.clear()
        self.running.sts.fault("AssumeRole", refused, times=None)
        asked = len(self.running.calls)
        assert self.seen(OTHER, name, number).answer == "misconfigured"
        assert len(self.running.calls) == asked

    @rule(where=WHERE, name=NAMES, number=KEYS)
    def import_while_the_token_is_renewed(self, where: Target, name: str, number: int) -> None:
        """Let the credentials expire on the way; the next ones are there already."""
        expected = self.expected(where, name, number)
        expired, self.credential = self.credential, self.running.mint()
        self.running.keyring.expire(expired.secret_id)
        readings = iter([environ(expired), environ(self.credential)])
        credentials = environ(expired)

        class Renewed(dict[str, str]):
            """An environment that changes between two readings of its first variable."""

            def get(self, name: str, default: Any = None) -> Any:
                if name == "TENCENTCLOUD_SECRETID":
                    self.update(next(readings, {}))
                return super().get(name, default)

        assert self.seen(where, name, number, credentials=Renewed(credentials)).answer == expected

    @rule(where=WHERE, name=NAMES)
    def delete(self, where: Target, name: str) -> None:
        """Somebody deletes a key pair behind our back."""
        if self.models[where.name].pop(name, None):
            self.account(where).delete(name)
            self.ids[where.name].pop(name)

    @rule(where=WHERE, name=NAMES, new=NAMES)
    def rename(self, where: Target, name: str, new: str) -> None:
        """Somebody renames a key pair behind our back."""
        model, ids = self.models[where.name], self.ids[where.name]
        if name in model and new not in model:
            self.account(where).rename(name, new)
            model[new] = model.pop(name)
            ids[new] = ids.pop(name)

    @invariant()
    def the_accounts_are_what_the_models_say(self) -> None:
        """Each name with its key and its first id, and nothing else; in either account."""
        for where in ACCOUNTS:
            held = self.account(where).key_pairs
            assert {name: truth.blob(pair) for name, pair in held.items()} == {
                name: key(number).blob for name, number in self.models[where.name].items()
            }
            assert {name: pair.key_id for name, pair in held.items()} == self.ids[where.name]

    @invariant()
    def no_credentials_are_shared(self) -> None:
        """See that nothing which signed in one account has signed in another, or asked STS there."""
        signed = {uin(where): set[str]() for where in ACCOUNTS}
        for call in (*self.running.calls, *self.running.sts.calls):
            if call.account:
                signed[call.account].add(call.secret_id)
        assert not signed[uin(OWN)] & signed[uin(OTHER)]
        assert {call.account for call in self.running.sts.calls} <= {uin(OWN), ""}


def test_a_life_of_two_accounts() -> None:
    """Every answer in it is the model's: 40 lives, 2,000 under `make long`."""
    lives = settings(stateful_step_count=25, max_examples=2_000 if LONG else 40)
    run_state_machine_as_test(Life, settings=lives)  # type: ignore[no-untyped-call] # Hypothesis leaves it so
