"""What must be true of every answer after any fault, judged by what the stand-in knows.

The stand-in sees both sides: what it executed, and what it let the client see of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handler.importing.order import Order
from local.cvm import RecordedCall, StandIn, StoredKeyPair
from local.cvm import public_key as stored
from tests.faults.scene import Seen, store, uin

#: Faults after which a client can know that nothing was written: CVM said so, and was heard.
HEARD = {"", "throttle", "token-expired", "denied", "content-type", "no-request-id", "no-key-id", "dribbled"}
HEARD |= {"delay-before", "delay-after", "rival-name", "rival-key", "rival-pair"}

#: Faults after which it is heard only if it is still awaited.
DELAYED = {"delay-before", "delay-after", "dribbled"}


def blob(pair: StoredKeyPair) -> bytes | None:
    """Return the decoded key of a stored key pair."""
    key = stored.decode(pair.public_key, ed25519=True)
    return key[1] if key else None


def check(
    seen: Seen,
    running: StandIn,
    wanted: Order,
    before: Mapping[str, StoredKeyPair],
    calls: Sequence[RecordedCall],
    slow: bool = False,
) -> None:
    """Assert that an answer was true, in time, and that it cost no more than it had to.

    Args:
        seen: what the caller got.
        running: the stand-in, right after it.
        wanted: what was asked for.
        before: the account of the order before, by key id.
        calls: what was asked of the stand-in for this request.
        slow: whether a delayed reply may have come when it was awaited no more.
    """
    now = {pair.key_id: pair for pair in store(running, wanted.account)}
    assert {call.account for call in calls if call.account} <= {uin(wanted.account)}, "in another account"
    holders = [pair for pair in now.values() if pair.key_name == wanted.key_name]
    writes = [call for call in calls if call.action == "ImportKeyPair"]
    assert seen.late <= 0, "answered after the deadline"
    assert len(holders) <= 1, "two key pairs of one name"
    for key_id, pair in before.items():
        assert now.get(key_id, pair).public_key == pair.public_key, "a key pair was overwritten"
    if wanted.dry_run:
        assert not writes, "a dry run wrote"
    _judge(seen, wanted, holders, before, writes, slow)
    others = [pair for pair in now.values() if blob(pair) == wanted.key.blob and pair not in holders]
    if seen.answer == "public-key-conflict":
        assert others, "the key is not there under another name"
    if seen.answer == "key-name-conflict":
        assert holders, "nothing is in the way"
        assert blob(holders[0]) != wanted.key.blob, "the name holds this very key"
    if seen.answer == "key-pair-quota":
        assert not holders
        assert not others


def _judge(
    seen: Seen,
    wanted: Order,
    holders: Sequence[StoredKeyPair],
    before: Mapping[str, StoredKeyPair],
    writes: Sequence[RecordedCall],
    slow: bool,
) -> None:
    if seen.answer == "created" and not wanted.dry_run:
        assert seen.imported is not None
        assert holders, "created, and not there"
        assert blob(holders[0]) == wanted.key.blob
        assert seen.imported.key_id == holders[0].key_id
        assert holders[0].key_id not in before, "created what was there already"
        assert writes[-1].executed, "created without a write that was executed"
    if seen.answer == "unchanged":
        assert seen.imported is not None
        assert holders, "unchanged, and not there"
        assert blob(holders[0]) == wanted.key.blob, "unchanged, and another key"
        assert seen.imported.key_id == holders[0].key_id
    if seen.answer in {"upstream-busy", "upstream-unreachable"}:
        assert seen.problem is not None
        assert seen.problem.retry_after >= 1
        assert all(is_heard(call) for call in writes), "503, and a write in doubt"
        assert not any(call.executed for call in writes), "503, and written"
    if seen.answer == "outcome-unknown":
        assert any(not is_heard(call, slow) for call in writes), "unknown, and no write in doubt"


def is_heard(call: RecordedCall, slow: bool = False) -> bool:
    """Say whether the client got the reply to a write; this is uncertain for delayed replies."""
    parts = set(call.fault.split("+"))
    if slow and parts & DELAYED:
        return False
    sure = call.code not in {"InternalError", "InternalServerError", "FailedOperation", "ServiceUnavailable"}
    if "no-key-id" in parts and call.code == "ok":
        return False
    return bool(call.code) and sure and parts <= (HEARD | {"error-before"})
