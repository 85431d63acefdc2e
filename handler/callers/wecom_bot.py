"""The record of a caller that is a WeCom smart bot; `handler.chat.wecom_bot` proves its messages."""

from __future__ import annotations

from handler.callers import audience, variables, wecom
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node


class WeComBot(NamedTuple):
    """The variables that hold a bot's Token and EncodingAESKey, and who may use it where."""

    token_env: str
    encoding_aes_key_env: str
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "wecom-bot"

    @property
    def receive_id(self) -> str:
        """The receiver of its messages: empty, since a bot's envelope names none."""
        return ""

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield token and channel, which tell who asks."""
        return self.audience.claims("tokenEnv and channel", self.token_env)

    def workspace(self) -> str:
        """Return nothing: a bot says nothing of its company."""
        return ""

    def variables(self) -> tuple[str, ...]:
        """Return the variables of token and AES key, in this order."""
        return (self.token_env, self.encoding_aes_key_env)

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the token and the AES key of 32 bytes, in this order.

        Raises:
            Misconfigured: one is not set, or malformed.
        """
        return wecom.token_and_key(self.token_env, self.encoding_aes_key_env, owner, environ)


def read(auth: Node) -> WeComBot:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "tokenEnv", "encodingAesKeyEnv"), ("users", "channels"))
    return WeComBot(
        token_env=members["tokenEnv"].text(variables.NAME),
        encoding_aes_key_env=members["encodingAesKeyEnv"].text(variables.NAME),
        audience=audience.named_in(members, auth),
    )
