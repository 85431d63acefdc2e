"""What can go wrong with an object, beyond what can go wrong with every API."""

from __future__ import annotations

from local.stand_in.faults import COMMON, Kinds

KINDS: Kinds = {
    **COMMON,
    "throttle": ("503 SlowDown; not executed", {"error": "SlowDown", "execute": False}),
    "denied": ("403 AccessDenied; not executed", {"error": "AccessDenied", "execute": False}),
    "gone": ("404 NoSuchKey; not executed", {"error": "NoSuchKey", "execute": False}),
    "object-changed": ("just before, somebody else writes other bytes", {"somebody": "change"}),
    "object-grown": ("just before, somebody else makes it a megabyte larger", {"somebody": "grow"}),
    "object-removed": ("just before, somebody else removes it", {"somebody": "remove"}),
}
