"""Tenant access tokens.

Source: https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal
"""

from __future__ import annotations

import secrets

# With more than this left, the token that is there already is given out again.
_RENEWED_BELOW_SECONDS = 1800


class Tokens:
    """The tokens of one app; several can be good at one time.

    Args:
        life: seconds that a new one lives.
    """

    def __init__(self, life: int) -> None:
        self._life = life
        self._ends: dict[str, float] = {}

    def issue(self, now: float) -> tuple[str, int]:
        """Return a token and the seconds that it lives on."""
        newest = max(self._ends, key=lambda token: self._ends[token], default="")
        if not newest or self._ends[newest] - now < min(_RENEWED_BELOW_SECONDS, self._life):
            newest = f"t-{secrets.token_hex(16)}"
            self._ends[newest] = now + self._life
        return newest, int(self._ends[newest] - now)

    def holds(self, token: str, now: float) -> bool:
        """Return whether a token is good now."""
        return self._ends.get(token, 0.0) > now

    def expire(self) -> None:
        """Refuse every token from now on."""
        self._ends.clear()
