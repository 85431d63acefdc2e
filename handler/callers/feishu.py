"""The record of a caller that is a Feishu app; `handler.chat.feishu` proves its events."""

from __future__ import annotations

from handler.callers import audience, variables
from handler.callers.node import Rule
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

#: The shortest lengths of an app secret, and of an Encrypt Key or a Verification Token, in characters.
SHORTEST_SECRET, SHORTEST_KEY = 32, 16

HOSTS = ("open.feishu.cn", "open.larksuite.com")

_HOST = Rule(r"open\.(?:feishu\.cn|larksuite\.com)", " or ".join(HOSTS))

_SECRET_FORM = Sentence("the App Secret of a Feishu app")
_KEY_FORM = Sentence(
    "the Encrypt Key of a Feishu app, of at least {shortest} characters", shortest=SHORTEST_KEY
)
_TOKEN_FORM = Sentence("the Verification Token of a Feishu app")


class Feishu(NamedTuple):
    """An app, the variables that hold its three secrets, where its API is, and who may use it where."""

    app_id: str
    app_secret_env: str
    encrypt_key_env: str
    verification_token_env: str
    host: str
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "feishu"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield secret, app and channel, which tell who asks."""
        return self.audience.claims(
            Sentence("secret variable, appId and channel"), (self.app_secret_env, self.app_id)
        )

    def workspace(self) -> str:
        """Return the app and where its API is."""
        return f"{self.app_id} at {self.host}"

    def variables(self) -> tuple[str, ...]:
        """Return the variables of app secret, Encrypt Key and Verification Token, in this order."""
        return (self.app_secret_env, self.encrypt_key_env, self.verification_token_env)

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return app secret, Encrypt Key and Verification Token, in this order.

        Raises:
            Misconfigured: one is not set, or malformed.
        """
        secret, key = variables.visible_ascii(SHORTEST_SECRET), variables.visible_ascii(SHORTEST_KEY)
        return (
            *variables.secrets((self.app_secret_env,), owner, environ, secret, _SECRET_FORM),
            *variables.secrets((self.encrypt_key_env,), owner, environ, key, _KEY_FORM),
            *variables.secrets((self.verification_token_env,), owner, environ, key, _TOKEN_FORM),
        )


def read(auth: Node) -> Feishu:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(
        ("scheme", "appId", "appSecretEnv", "encryptKeyEnv", "verificationTokenEnv", "host"),
        ("users", "channels"),
    )
    return Feishu(
        app_id=members["appId"].text(audience.ID),
        app_secret_env=members["appSecretEnv"].text(variables.NAME),
        encrypt_key_env=members["encryptKeyEnv"].text(variables.NAME),
        verification_token_env=members["verificationTokenEnv"].text(variables.NAME),
        host=members["host"].text(_HOST),
        audience=audience.named_in(members, auth),
    )
