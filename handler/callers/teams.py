"""The record of a caller that is an outgoing webhook of Teams; `handler.chat.teams` proves its messages."""

from __future__ import annotations

import base64

from handler.callers import audience, variables
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

#: The shortest length of a security token, in bytes.
SHORTEST = 32

_FORM = Sentence(
    "the security token of a Teams outgoing webhook: the Base64 of at least {shortest} bytes",
    shortest=SHORTEST,
)


class Teams(NamedTuple):
    """The variables that hold the security tokens of a webhook, and who may use it where."""

    secret_env: tuple[str, ...]
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "teams"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield secret and channel, which tell who asks: a webhook's token belongs to one team."""
        return self.audience.claims(Sentence("secret variable and channel"), *self.secret_env)

    def workspace(self) -> str:
        """Return nothing: a token says of itself which team it is from."""
        return ""

    def variables(self) -> tuple[str, ...]:
        """Return the variables of the security tokens."""
        return self.secret_env

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the security tokens, decoded.

        Raises:
            Misconfigured: none is set, or one is malformed.
        """
        return variables.secrets(self.secret_env, owner, environ, _decoded, _FORM)


def read(auth: Node) -> Teams:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "secretEnv"), ("users", "channels"))
    return Teams(
        secret_env=members["secretEnv"].texts(variables.NAME, variables.MOST),
        audience=audience.named_in(members, auth),
    )


def _decoded(text: str) -> bytes | None:
    try:
        token = base64.b64decode(text, validate=True)
    except ValueError:  # not ASCII, or not Base64
        return None
    return token if len(token) >= SHORTEST else None
