"""A stand-in for Tencent Cloud's object storage, COS: reading and writing objects, and the trigger's events.

In a test:

    with cos.serve(keyring=cvm.keyring) as store:
        event = store.put("keys-1250000000", "in/alice.pub", b"ssh-rsa AAAA...")
        store.fault("GetObject", "throttle")
        # here the function takes the event, with COS_ENDPOINT=store.url
        assert store.objects["keys-1250000000", "out/alice.json"].body

`python -m local.cos --help` explains the command.
"""

from __future__ import annotations

from local.cos.objects import Stored
from local.cos.options import Options
from local.cos.server import Cos, serve

__all__ = ["Cos", "Options", "Stored", "serve"]
