"""The record of a caller that is a Mattermost slash command; `handler.chat.mattermost` proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handler.callers import audience, variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

_FORM = "the token of a Mattermost slash command"


class Mattermost(NamedTuple):
    """The variables that hold the tokens of a slash command, and who may use it where."""

    token_env: tuple[str, ...]
    audience: Audience

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield token and channel, which tell who asks: a slash command's token belongs to one team."""
        return [
            ("token variable and channel", (token, room))
            for token in self.token_env
            for room in self.audience.rooms()
        ]

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the tokens.

        Raises:
            Misconfigured: none is set, or one is malformed.
        """
        return variables.read(self.token_env, owner, environ, variables.printable, _FORM)


def read(auth: Node) -> Mattermost:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "tokenEnv"), ("users", "channels"))
    return Mattermost(
        token_env=members["tokenEnv"].texts(variables.NAME, variables.MOST),
        audience=audience.read(members, auth),
    )
