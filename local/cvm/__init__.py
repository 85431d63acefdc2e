"""A stand-in for Tencent Cloud CVM's key pair API: `python -m local.cvm`, or `serve` from a test.

In a test:

    with serve(Options(quota=3)) as cvm:
        cvm.fault("ImportKeyPair", "drop-after")
        # here the real SDK imports a key, with cvm.host and cvm.credentials
        assert cvm.calls[0].executed
        assert "alice" in cvm.account.key_pairs
"""

from __future__ import annotations

from local.cvm.account import AccountStore, StoredKeyPair
from local.cvm.options import Options
from local.cvm.server import StandIn, serve
from local.stand_in.calls import RecordedCall
from local.stand_in.credentials import Credential, mint
from local.stand_in.faults import Fault

__all__ = [
    "AccountStore",
    "Credential",
    "Fault",
    "Options",
    "RecordedCall",
    "StandIn",
    "StoredKeyPair",
    "mint",
    "serve",
]
