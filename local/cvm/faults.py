"""What can go wrong with calls for key pairs, beyond what can go wrong with every API."""

from __future__ import annotations

from local.api3 import kinds
from local.stand_in.faults import Fault, Kinds

__all__ = ["KINDS", "Fault"]

KINDS: Kinds = {
    **kinds.KINDS,
    "no-key-id": ("a reply without KeyId; executed", {"without": "KeyId"}),
    "rival-name": ("just before, somebody else imports another key under the name", {"somebody": "name"}),
    "rival-key": ("just before, somebody else imports the key under another name", {"somebody": "key"}),
    "rival-pair": ("just before, somebody else imports the same key under the name", {"somebody": "pair"}),
    "pair-added": ("just before, somebody else adds a key pair", {"somebody": "add"}),
    "pair-deleted": ("just before, somebody else deletes the oldest key pair", {"somebody": "delete"}),
    "pair-swapped": (
        "just before, somebody else deletes the oldest key pair and adds one, so that the total stays",
        {"somebody": "swap"},
    ),
}
