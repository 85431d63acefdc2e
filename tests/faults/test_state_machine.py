"""A life of an account: imports, repeats, faults, other people's edits, and a model of the truth."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import Seen, environ, order, see, stand_in
from tests.keys.many import key

NAMES = st.sampled_from(["alice", "bob", "carol", "Alice"])
KEYS = st.integers(1, 3)
QUOTA = 3

#: Faults after which CVM's answer was heard, or had in another way.
HARMLESS = ["", "throttle", "delay-after", "dribbled", "content-type", "no-request-id"]
LOST_BEFORE = ["drop-before", "reset-before", "http-error-before", "html-before", "internal-error-before"]
LOST_AFTER = ["drop-after", "reset-after", "http-error-after", "html-after", "truncated", "no-key-id"]
LOOK_UPS = ["", "throttle", "drop-before", "html-before", "internal-error-before", "delay-after"]


class Life(RuleBasedStateMachine):
    """What a caller is told must be what the model says, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = stand_in(quota=QUOTA)
        self.running = self._stage.__enter__()
        self.credential = self.running.mint()
        self.clock = SkippingClock()
        self.model: dict[str, int] = {}
        self.ids: dict[str, str] = {}

    def teardown(self) -> None:
        """End the stand-in."""
        self._stage.__exit__(None, None, None)

    def expected(self, name: str, number: int) -> str:
        """Return what the model says to an import."""
        if self.model.get(name) == number:
            return "unchanged"
        if number in self.model.values():
            return "public-key-conflict"
        if name in self.model:
            return "key-name-conflict"
        return "created" if len(self.model) < QUOTA else "key-pair-quota"

    def seen(self, name: str, number: int, *, dry_run: bool = False, credentials: Any = None) -> Seen:
        """Import, judge the answer by what the stand-in knows, and let no fault outlive the step."""
        before = {pair.key_id: pair for pair in self.running.account}
        first = len(self.running.calls)
        wanted = order(name, number, dry_run=dry_run)
        seen = see(self.running.host, wanted, credentials or environ(self.credential), 20.0, self.clock)
        calls = self.running.calls[first:]
        self.running.clear_faults()
        truth.check(seen, self.running, wanted, before, calls)
        if seen.imported and not dry_run:
            self.model[name] = number
            assert self.ids.setdefault(name, seen.imported.key_id) == seen.imported.key_id
        return seen

    @rule(name=NAMES, number=KEYS, fault=st.sampled_from(HARMLESS), look_up=st.sampled_from(LOOK_UPS))
    def import_heard(self, name: str, number: int, fault: str, look_up: str) -> None:
        """Hear the answer to the write; a look-up may fail in passing."""
        expected = self.expected(name, number)
        for action, kind in (("ImportKeyPair", fault), ("DescribeKeyPairs", look_up)):
            if kind:
                self.running.fault(action, kind, seconds=0.005)
        assert self.seen(name, number).answer == expected

    @rule(name=NAMES, number=KEYS)
    def import_twice(self, name: str, number: int) -> None:
        """Repeat a request: one call more finds what the first one made."""
        first = self.seen(name, number)
        again = self.seen(name, number)
        if first.answer in {"created", "unchanged"}:
            assert (again.answer, again.calls) == ("unchanged", 2)
        else:
            assert again.answer == first.answer

    @rule(name=NAMES, number=KEYS, fault=st.sampled_from(LOST_BEFORE), look_up=st.sampled_from(LOOK_UPS))
    def import_lost_on_the_way(self, name: str, number: int, fault: str, look_up: str) -> None:
        """Lose a write before it reaches the account, so that another one does."""
        expected = self.expected(name, number)
        self.running.fault("ImportKeyPair", fault)
        if look_up:
            self.running.fault("DescribeKeyPairs", look_up, seconds=0.005)
        assert self.seen(name, number).answer == expected

    @rule(name=NAMES, number=KEYS, fault=st.sampled_from(LOST_AFTER), look_up=st.sampled_from(LOOK_UPS))
    def import_whose_reply_is_lost(self, name: str, number: int, fault: str, look_up: str) -> None:
        """Lose the reply to a write: what was created is found, and is not called created."""
        expected = self.expected(name, number)
        self.running.fault("ImportKeyPair", fault)
        if look_up:
            self.running.fault("DescribeKeyPairs", look_up, seconds=0.005)
        assert self.seen(name, number).answer == ("unchanged" if expected == "created" else expected)

    @rule(name=NAMES, number=KEYS)
    def import_that_lands_late(self, name: str, number: int) -> None:
        """Whichever write is first makes the one key pair there is."""
        expected = self.expected(name, number)
        self.running.fault("ImportKeyPair", "late-write", seconds=0.002)
        answer = self.seen(name, number).answer
        assert answer == expected or (expected, answer) == ("created", "unchanged")
        # It must not land in a later step, where somebody may have deleted the key pair.
        while not all(call.parameters for call in self.running.calls if call.fault == "late-write"):
            time.sleep(0.001)
        time.sleep(0.002)

    @rule(name=NAMES, number=KEYS)
    def import_while_somebody_else_is_quicker(self, name: str, number: int) -> None:
        """Let somebody else import the same pair: it counts, but this request has not created it."""
        if self.expected(name, number) == "created":
            self.running.fault("ImportKeyPair", "rival-pair")
            assert self.seen(name, number).answer == "unchanged"

    @rule(name=NAMES, number=KEYS)
    def ask_in_a_dry_run(self, name: str, number: int) -> None:
        """Ask for a dry run: it says what an import would, the quota apart, and changes nothing."""
        expected = self.expected(name, number)
        answer = self.seen(name, number, dry_run=True).answer
        assert answer == ("created" if expected == "key-pair-quota" else expected)

    @rule(name=NAMES, number=KEYS)
    def import_with_an_expired_token(self, name: str, number: int) -> None:
        """Nothing is written, and SCF lends another one for the next call."""
        self.running.keyring.expire(self.credential.secret_id)
        assert self.seen(name, number).answer == "misconfigured"
        self.credential = self.running.mint()

    @rule(name=NAMES, number=KEYS)
    def import_while_the_token_is_renewed(self, name: str, number: int) -> None:
        """Let the credentials expire on the way; the next ones are there already."""
        expected = self.expected(name, number)
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

        assert self.seen(name, number, credentials=Renewed(credentials)).answer == expected

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        """Somebody deletes a key pair behind our back."""
        if self.model.pop(name, None):
            self.running.account.delete(name)
            self.ids.pop(name)

    @rule(name=NAMES, new=NAMES)
    def rename(self, name: str, new: str) -> None:
        """Somebody renames a key pair behind our back."""
        if name in self.model and new not in self.model:
            self.running.account.rename(name, new)
            self.model[new] = self.model.pop(name)
            self.ids[new] = self.ids.pop(name)

    @invariant()
    def the_account_is_what_the_model_says(self) -> None:
        """Each name with its key and its first id, and nothing else."""
        held = self.running.account.key_pairs
        assert {name: truth.blob(pair) for name, pair in held.items()} == {
            name: key(number).blob for name, number in self.model.items()
        }
        assert {name: pair.key_id for name, pair in held.items()} == self.ids


def test_a_life_of_an_account() -> None:
    """Every answer in it is the model's."""
    run_state_machine_as_test(Life, settings=settings(stateful_step_count=25))  # type: ignore[no-untyped-call] # Hypothesis leaves it so
