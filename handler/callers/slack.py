"""The record of a caller that is a Slack workspace; `handler.chat.slack` proves its requests."""

from __future__ import annotations

from handler.callers import audience, variables
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

#: The shortest length of a signing secret, in characters: the app's page shows 32 hex digits.
SHORTEST = 32

_FORM = Sentence("a Slack signing secret, as the app's Basic Information page shows it")


class Slack(NamedTuple):
    """A workspace and the variables that hold the signing secrets of its app."""

    secret_env: tuple[str, ...]
    team: str
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "slack"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield team and channel, which tell who asks."""
        return self.audience.claims(Sentence("team and channel"), self.team)

    def workspace(self) -> str:
        """Return the team."""
        return f"team {self.team}"

    def variables(self) -> tuple[str, ...]:
        """Return the variables of the signing secrets."""
        return self.secret_env

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the signing secrets.

        Raises:
            Misconfigured: none is set, or one is malformed.
        """
        return variables.secrets(self.secret_env, owner, environ, variables.visible_ascii(SHORTEST), _FORM)


def read(auth: Node) -> Slack:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "secretEnv", "team"), ("users", "channels"))
    return Slack(
        secret_env=members["secretEnv"].texts(variables.NAME, variables.MOST),
        team=members["team"].text(audience.ID),
        audience=audience.named_in(members, auth),
    )
