"""The record of a caller that is a Discord application; `handler.chat.discord` proves its interactions."""

from __future__ import annotations

from handler.callers import audience, variables
from handler.callers.node import MOST, Rule
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

_KEY = Rule("[0-9A-Fa-f]{64}", Sentence("the Public Key of a Discord application in 64 hex digits"))


class Discord(NamedTuple):
    """The public keys of an application, the servers that it may be used in, and who may use it where."""

    public_keys: tuple[bytes, ...]
    guilds: tuple[str, ...] | None
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "discord"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield public key, server and channel, which tell who asks."""
        proofs = [(key, guild) for key in self.public_keys for guild in self.guilds or ("",)]
        return self.audience.claims(Sentence("public key, guild and channel"), *proofs)

    def workspace(self) -> str:
        """Return the servers."""
        return f"guild {', '.join(self.guilds)}" if self.guilds else "in any server"

    def variables(self) -> tuple[str, ...]:
        """Return nothing: a public key is no secret."""
        return ()

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the public keys."""
        return self.public_keys


def read(auth: Node) -> Discord:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "publicKeys"), ("guilds", "users", "channels"))
    people = audience.named_in(members, auth)
    if "guilds" not in members and people.users is None:
        raise auth.wrong(
            Sentence("must name guilds, or list users: anybody can take an application into a server")
        )
    return Discord(
        public_keys=members["publicKeys"].distinct(
            lambda item: bytes.fromhex(item.text(_KEY)), variables.MOST
        ),
        guilds=members["guilds"].texts(audience.ID, MOST) if "guilds" in members else None,
        audience=people,
    )
