"""The record of a caller that is a DingTalk robot; `handler.chat.dingtalk` proves its messages."""

from __future__ import annotations

from handler.callers import audience, variables
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.audience import Audience
    from handler.callers.node import Node

#: The shortest length of an app secret, in characters.
SHORTEST = 32

_FORM = Sentence("the Client Secret (AppSecret) of a DingTalk app")


class DingTalk(NamedTuple):
    """The variables that hold an app's secrets, which robot it is, and who may use it where."""

    secret_env: tuple[str, ...]
    robot_code: str
    audience: Audience

    @property
    def scheme(self) -> str:
        """The platform."""
        return "dingtalk"

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield secret, robot and channel, which tell who asks."""
        proofs = [(name, self.robot_code) for name in self.secret_env]
        return self.audience.claims(Sentence("secret variable, robotCode and channel"), *proofs)

    def workspace(self) -> str:
        """Return the robot."""
        return self.robot_code

    def variables(self) -> tuple[str, ...]:
        """Return the variables of the app's secrets."""
        return self.secret_env

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the app's secrets.

        Raises:
            Misconfigured: none is set, or one is malformed.
        """
        return variables.secrets(self.secret_env, owner, environ, variables.visible_ascii(SHORTEST), _FORM)


def read(auth: Node) -> DingTalk:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "secretEnv", "robotCode"), ("users", "channels"))
    return DingTalk(
        secret_env=members["secretEnv"].texts(variables.NAME, variables.MOST),
        robot_code=members["robotCode"].text(audience.ID),
        audience=audience.named_in(members, auth),
    )
