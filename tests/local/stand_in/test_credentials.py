"""Whoever is on the keyring may sign; a token has to be the right one, and alive."""

from __future__ import annotations

from local.cvm import Credential, Options, StandIn, mint, serve
from local.stand_in.credentials import OWN_ACCOUNT, Keyring, Owner
from tests.doubles.clocks import Clock
from tests.local.cvm.client import call, code

FIXED = Credential("AKIDfixed", "key", "token")
PERMANENT = Credential("AKIDpermanent", "key")


def asked_by(cvm: StandIn, credential: Credential) -> str:
    """Give the code that an undemanding request by this credential gets."""
    return code(call(cvm, "DescribeKeyPairs", credential=credential))


def test_several_credentials() -> None:
    """Every credential that was given is good, temporary and permanent ones alike."""
    with serve(Options(credentials=(FIXED, PERMANENT))) as cvm:
        assert cvm.credentials == FIXED
        assert asked_by(cvm, FIXED) == "ok"
        assert asked_by(cvm, PERMANENT) == "ok"


def test_wrong_token() -> None:
    """A token has to be exact where there is one, and absent where there is none."""
    with serve(Options(credentials=(FIXED, PERMANENT))) as cvm:
        for wrong in (FIXED._replace(token=""), FIXED._replace(token="tokem"), PERMANENT._replace(token="t")):
            assert asked_by(cvm, wrong) == "AuthFailure.TokenFailure"


def test_unknown_id() -> None:
    """An unknown id is refused."""
    with serve(Options(credentials=(FIXED,))) as cvm:
        assert asked_by(cvm, PERMANENT) == "AuthFailure.SecretIdNotFound"
        assert asked_by(cvm, FIXED._replace(secret_key="kez")) == "AuthFailure.SignatureFailure"


def test_rotation(cvm: StandIn) -> None:
    """Credentials come and go while the server runs."""
    cvm.keyring.add(FIXED)
    assert asked_by(cvm, FIXED) == "ok"

    cvm.keyring.expire(FIXED.secret_id)
    assert asked_by(cvm, FIXED) == "AuthFailure.TokenFailure"

    cvm.keyring.add(FIXED._replace(token="next"))
    assert asked_by(cvm, FIXED) == "AuthFailure.TokenFailure"
    assert asked_by(cvm, FIXED._replace(token="next")) == "ok"


def test_minted_credentials_are_good_until_they_expire() -> None:
    """Whoever shares the secret makes credentials that need no telling."""
    clock = Clock(1_700_000_000.0)
    with serve(Options(mint_secret="shared"), clock) as cvm:
        first, second = (mint("shared", "role", clock.now + 60) for _ in range(2))

        def asked(credential: Credential) -> str:
            return code(call(cvm, "DescribeKeyPairs", credential=credential, now=clock.now))

        assert first.secret_id != second.secret_id
        assert asked(first) == asked(second) == "ok"
        assert asked(first._replace(token=second.token)) == "AuthFailure.TokenFailure"
        assert asked(first._replace(token="")) == "AuthFailure.TokenFailure"
        assert asked(mint("other", "role", clock.now + 60)) == "AuthFailure.SecretIdNotFound"
        clock.now += 60
        assert asked(first) == "AuthFailure.TokenFailure"


def test_a_minted_credential_can_be_expired_early(cvm: StandIn) -> None:
    """A minted credential can be expired before its end."""
    credential = cvm.mint()
    assert asked_by(cvm, credential) == "ok"

    cvm.keyring.expire(credential.secret_id)

    assert asked_by(cvm, credential) == "AuthFailure.TokenFailure"


def test_nobody_lengthens_a_minted_life() -> None:
    """The end of a token's life is part of what is proved."""
    keyring = Keyring([], "shared")
    credential = mint("shared", "role", 1000)
    longer = credential.token.replace("1000", "9000")

    assert keyring.owner(credential.secret_id, credential.token, 999) == Owner(OWN_ACCOUNT, "role")
    assert keyring.owner(credential.secret_id, credential.token, 1000) is None
    assert keyring.owner(credential.secret_id, longer, 999) is None
    for broken in ("", ".", "..", "role", "role.1000", "role.x.y"):
        assert keyring.owner(credential.secret_id, broken, 0) is None


def test_strange_ids() -> None:
    """An id of any shape is simply unknown."""
    keyring = Keyring([], "shared")

    for strange in ("", "AKID", "AKID" + "0" * 32, "é" * 36, "AKID" + "\xff" * 32):
        assert keyring.secret_key(strange) is None


def test_credentials_belong_to_one_account() -> None:
    """The account is part of what a token proves."""
    keyring = Keyring([], "shared")
    credential = mint("shared", "role", 1000, "200000000002")
    moved = credential.token.replace("200000000002", OWN_ACCOUNT)
    keyring.add(FIXED, "200000000002")

    assert keyring.owner(credential.secret_id, credential.token, 999) == Owner("200000000002", "role")
    assert keyring.owner(credential.secret_id, moved, 999) is None
    assert keyring.owner(FIXED.secret_id, FIXED.token, 999) == Owner("200000000002", FIXED.secret_id)
