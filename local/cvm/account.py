"""One account's key pairs: a name belongs to one of them.

The account only stores. The actions check what may be stored, so a test can store anything. Every method may
be called from any thread; hold `lock` to look and then act.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from local.cvm import public_key

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class StoredKeyPair(NamedTuple):
    """A stored key pair; `created` is a UTC time in the form `2024-01-04T08:00:00Z`.

    `instance_ids` are the instances that the key pair is bound to.
    """

    key_id: str
    key_name: str
    project_id: int
    public_key: str
    created: str
    tags: Mapping[str, str]
    description: str = ""
    instance_ids: tuple[str, ...] = ()


class AccountStore:
    """The key pairs of one account, in the order of their making."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.lock = threading.RLock()
        self._clock = clock
        self._pairs: dict[str, StoredKeyPair] = {}
        self._names: dict[str, str] = {}
        self._keys: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[StoredKeyPair]:
        with self.lock:
            return iter(list(self._pairs.values()))

    @property
    def key_pairs(self) -> dict[str, StoredKeyPair]:
        """A copy of what is stored, by name."""
        return {pair.key_name: pair for pair in self}

    def get(self, key_id: str) -> StoredKeyPair | None:
        """Find a key pair by its id."""
        return self._pairs.get(key_id)

    def named(self, key_name: str) -> StoredKeyPair | None:
        """Find a key pair by its exact name."""
        return self._pairs.get(self._names.get(key_name, ""))

    def holds(self, blob: bytes) -> bool:
        """Say whether a key pair has this key, under any name."""
        return hashlib.sha256(blob).digest() in self._keys

    def insert(
        self,
        key_name: str,
        text: str = "",
        project_id: int = 0,
        tags: Mapping[str, str] | None = None,
        instance_ids: tuple[str, ...] = (),
        created: str = "",
    ) -> StoredKeyPair:
        """Store a key pair, unchecked but for its name.

        Args:
            key_name: any name that is free.
            text: the public key, by default one that nobody owns. The comment of a readable key is replaced
                by the new id, as the real service does it; anything else is kept as it is.
            project_id: stored as it is.
            tags: stored as they are.
            instance_ids: the instances that it is bound to.
            created: when it was made, by default now.

        Raises:
            ValueError: the name is taken.
        """
        text = text or public_key.made_up()
        with self.lock:
            if key_name in self._names:
                raise ValueError("this name is taken")
            key_id = self._new_id()
            key = public_key.decode(text, ed25519=True)
            if key:
                text = public_key.line(*key, key_id)
            created = created or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock()))
            pair = StoredKeyPair(
                key_id, key_name, project_id, text, created, dict(tags or {}), "", instance_ids
            )
            self._pairs[key_id] = pair
            self._names[key_name] = key_id
            digest = _digest(text)
            self._keys[digest] = self._keys.get(digest, 0) + 1
            return pair

    def fill(self, count: int) -> None:
        """Store this many key pairs, `filled_1` and so on, with keys that nobody owns."""
        for number in range(1, count + 1):
            self.insert(f"filled_{number}")

    def rename(self, key_name: str, new_name: str) -> StoredKeyPair:
        """Give a key pair another name; KeyError if there is none, ValueError if the new name is taken."""
        with self.lock:
            if new_name != key_name and new_name in self._names:
                raise ValueError("this name is taken")
            key_id = self._names.pop(key_name)
            self._names[new_name] = key_id
            return self.replace(self._pairs[key_id]._replace(key_name=new_name))

    def replace(self, pair: StoredKeyPair) -> StoredKeyPair:
        """Store a key pair in the place of the one with the same id, name and key."""
        with self.lock:
            self._pairs[pair.key_id] = pair
            return pair

    def delete(self, key_name: str) -> StoredKeyPair:
        """Remove a key pair; raise KeyError if there is none of this name."""
        with self.lock:
            pair = self._pairs.pop(self._names.pop(key_name))
            digest = _digest(pair.public_key)
            self._keys[digest] -= 1
            if not self._keys[digest]:
                del self._keys[digest]
            return pair

    def clear(self) -> None:
        """Remove everything."""
        with self.lock:
            for store in (self._pairs, self._names, self._keys):
                store.clear()

    def _new_id(self) -> str:
        while True:
            key_id = "skey-" + "".join(_ALPHABET[byte % 36] for byte in os.urandom(8))
            if key_id not in self._pairs:
                return key_id


def _digest(text: str) -> bytes:
    """Return a short hash of a stored key: of its blob if it has one, else of its text."""
    key = public_key.decode(text, ed25519=True)
    return hashlib.sha256(key[1] if key else text.encode("utf-8", "surrogatepass")).digest()
