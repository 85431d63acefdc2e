"""What to send: keys with their names, and the members that all keys of one command share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handler.key_gate import private_keys


class NotSendableError(Exception):
    """What was asked for cannot be sent; the message says what to do instead."""


class KeyToSend(NamedTuple):
    """One key to import.

    Attributes:
        members: the request, as JSON has it.
        origin: where it is from, for people.
        cells: the key as it stood in the input: the cells of a table's row, else the path of a file or the
            line itself alone.
    """

    members: Mapping[str, object]
    origin: str
    cells: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The name for the key."""
        return str(self.members["keyName"])

    @property
    def is_dry(self) -> bool:
        """Whether nothing shall be written."""
        return self.members.get("dryRun") is True


class Collection(NamedTuple):
    """Every key of an input, in the input's order.

    Attributes:
        wanted: the keys.
        form: `table`, `folder`, `lines` or `key`.
        header: the first line of a table that names its columns; empty where it has none.
        notes: what was assumed about the input, in sentences for people.
    """

    wanted: Sequence[KeyToSend]
    form: str
    header: Sequence[str] = ()
    notes: Sequence[str] = ()


class Common(NamedTuple):
    """The members that all requests of one command share; the function decides what is left out."""

    project: int | None = None
    region: str | None = None
    account: str | None = None
    tags: Mapping[str, str] = {}
    dry_run: bool = False

    def request(self, name: str, key: str, origin: str, cells: Sequence[str]) -> KeyToSend:
        """Return the request for one key.

        Raises:
            NotSendableError: it is a private key.
        """
        if private_keys.found_in(key):
            raise NotSendableError(
                f"Nothing was sent: there is a private key in {origin}. It stays with you; send the public"
                " half."
            )
        members: dict[str, object] = {"keyName": name, "publicKey": key}
        if self.project is not None:
            members["projectId"] = self.project
        if self.region is not None:
            members["region"] = self.region
        if self.account is not None:
            members["account"] = self.account
        if self.tags:
            members["tags"] = dict(self.tags)
        if self.dry_run:
            members["dryRun"] = True
        return KeyToSend(members, origin, cells)


def name_of(text: str, origin: str) -> str:
    """Return a key name made of a file's name or a comment: what no key name may have becomes `_`.

    Raises:
        NotSendableError: nothing of it is left, as of 张三.
    """
    name = re.sub("[^A-Za-z0-9]+", "_", text).strip("_")
    if not name:
        raise NotSendableError(
            f"Nothing was sent: no key name can be made of {origin}.\n"
            "A key name has only A-Z, a-z, 0-9 and _. Rename it, give one key its name with --name,\n"
            "or send a table whose names are in a column `name` or in the one that --name-column names."
        )
    return name
