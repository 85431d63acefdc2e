"""The record of a caller that is a Mattermost slash command; `handler.chat.mattermost` proves it."""

from __future__ import annotations

from handler.callers import audience, variables
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

#: The shortest length of a token, in characters: Mattermost makes them of 26.
SHORTEST = 26

_FORM = Sentence("the token of a Mattermost slash command")


class Mattermost(NamedTuple):
    """The variables that hold the tokens of a slash command, and who may use it where."""

    token_env: tuple[str, ...]
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "mattermost"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield token and channel, which tell who asks: a slash command's token belongs to one team."""
        return self.audience.claims(Sentence("token variable and channel"), *self.token_env)

    def workspace(self) -> str:
        """Return nothing: a token says of itself which server it is from."""
        return ""

    def variables(self) -> tuple[str, ...]:
        """Return the variables of the tokens."""
        return self.token_env

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the tokens.

        Raises:
            Misconfigured: none is set, or one is malformed.
        """
        return variables.secrets(self.token_env, owner, environ, variables.visible_ascii(SHORTEST), _FORM)


def read(auth: Node) -> Mattermost:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "tokenEnv"), ("users", "channels"))
    return Mattermost(
        token_env=members["tokenEnv"].texts(variables.NAME, variables.MOST),
        audience=audience.named_in(members, auth),
    )
