"""How large a request to SCF's API may be, and what a zip takes of it."""

from __future__ import annotations

#: SCF answers a larger request with RequestSizeLimitExceeded.
REQUEST_BYTES = 10_485_760

#: What this project's own package may take, so that settings and somebody's callers still fit.
OWN_BYTES = 10_000_000

# All variables, 4 KB, as JSON with every character escaped, and the rest of the settings.
_SETTINGS_BYTES = 40_000


def request_bytes(archive_bytes: int) -> int:
    """Return the largest size of create-function.json with a zip of this many bytes in Base64."""
    return (archive_bytes + 2) // 3 * 4 + _SETTINGS_BYTES
