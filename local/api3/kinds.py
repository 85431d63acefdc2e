"""The kinds of faults that every service behind the gateway has."""

from __future__ import annotations

from local.stand_in.faults import COMMON, Kinds

KINDS: Kinds = {
    **COMMON,
    "throttle": (
        "RequestLimitExceeded for `asked` requests; not executed",
        {"error": "RequestLimitExceeded", "execute": False},
    ),
    "token-expired": (
        "AuthFailure.TokenFailure; not executed",
        {"error": "AuthFailure.TokenFailure", "execute": False},
    ),
    "denied": (
        "AuthFailure.UnauthorizedOperation; not executed",
        {"error": "AuthFailure.UnauthorizedOperation", "execute": False},
    ),
    "no-request-id": ("a reply without RequestId; executed", {"without": "RequestId"}),
}
