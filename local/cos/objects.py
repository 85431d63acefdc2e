"""Objects in buckets, kept in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple


class Stored(NamedTuple):
    """One object: its bytes, the headers that came with them, and when it was written (Unix seconds)."""

    body: bytes
    headers: Mapping[str, str] = {}
    written: float = 0.0

    @property
    def etag(self) -> str:
        """The entity tag, as COS makes it of an object that was put in one piece."""
        # An identifier that COS defines this way, and no protection.
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


#: By bucket, with its APPID, and object key.
Objects = dict[tuple[str, str], Stored]
