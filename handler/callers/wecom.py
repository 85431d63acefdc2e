"""The record of a caller that is a WeCom app; `handler.chat.wecom` proves its messages."""

from __future__ import annotations

import base64
import re

from handler.callers import audience, variables
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

#: The shortest length of a token, in characters; WeCom's own sample has 6.
SHORTEST_TOKEN = 6

_TOKEN_FORM = Sentence("the Token of the WeCom app's message receiver")
_AES_KEY_FORM = Sentence("the EncodingAESKey of the WeCom app's message receiver: 43 letters and digits")


class WeCom(NamedTuple):
    """The variables that hold an app's Token and EncodingAESKey, whose app it is, and who may use it."""

    token_env: str
    encoding_aes_key_env: str
    receive_id: str
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "wecom"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield corporation and token: one corporation may have several apps."""
        return self.audience.claims("receiveId and tokenEnv", (self.receive_id, self.token_env))

    def workspace(self) -> str:
        """Return the corporation."""
        return self.receive_id

    def variables(self) -> tuple[str, ...]:
        """Return the variables of the token and the AES key, in this order."""
        return (self.token_env, self.encoding_aes_key_env)

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the token and the AES key of 32 bytes, in this order.

        Raises:
            Misconfigured: one is not set, or malformed.
        """
        return token_and_key(self.token_env, self.encoding_aes_key_env, owner, environ)


def read(auth: Node) -> WeCom:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "tokenEnv", "encodingAesKeyEnv", "receiveId", "users"))
    return WeCom(
        token_env=members["tokenEnv"].text(variables.NAME),
        encoding_aes_key_env=members["encodingAesKeyEnv"].text(variables.NAME),
        receive_id=members["receiveId"].text(audience.ID),
        audience=audience.named_in(members, auth),
    )


def token_and_key(
    token_env: str, encoding_aes_key_env: str, owner: str, environ: Mapping[str, str]
) -> tuple[bytes, ...]:
    """Return the token and the AES key of 32 bytes, in this order.

    Raises:
        Misconfigured: one is not set, or malformed.
    """
    token = variables.visible_ascii(SHORTEST_TOKEN)
    return (
        *variables.secrets((token_env,), owner, environ, token, _TOKEN_FORM),
        *variables.secrets((encoding_aes_key_env,), owner, environ, _aes_key, _AES_KEY_FORM),
    )


def _aes_key(text: str) -> bytes | None:
    """Return the key, which WeCom writes as Base64 without its last `=`."""
    return base64.b64decode(f"{text}=") if re.fullmatch("[A-Za-z0-9+/]{43}", text) else None
