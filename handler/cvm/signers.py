"""Whose credentials sign the calls: here those of the function's own role.

Each account that an invocation opens has a signer of its own, so credentials of one account never sign for
another.
"""

from __future__ import annotations

from handler.cvm import credentials
from handler.importing.account import Refused
from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from handler.ambient import Ambient
    from handler.importing.account import Throttled, Unreached
    from handler.upstream.tc3 import Credentials

    Unsigned = Refused | Throttled | Unreached

    class Signer(Protocol):
        """Where the credentials for an account come from.

        Attributes:
            calls: the calls that it took to get them.
            seconds: the seconds that those took.
        """

        calls: int
        seconds: float

        def current(self, left: Callable[[], float]) -> Credentials | Unsigned:
            """Return credentials to sign with, within the seconds that `left` returns."""

        def renewed(self, refused: Credentials, left: Callable[[], float]) -> Credentials | Unsigned | None:
            """Return newer credentials than those that CVM no longer accepts; None where there are none."""


class OwnRole:
    """The function's own role, whose credentials SCF puts into the environment."""

    calls = 0
    seconds = 0.0

    def __init__(self, ambient: Ambient) -> None:
        self._ambient = ambient

    def current(self, left: Callable[[], float]) -> Credentials | Unsigned:
        """Return what the environment holds now."""
        try:
            return credentials.from_environment(self._ambient.environ)
        except Misconfigured as problem:
            return Refused(problem)

    def renewed(self, refused: Credentials, left: Callable[[], float]) -> Credentials | Unsigned | None:
        """Return what the environment holds now, if SCF has renewed it meanwhile."""
        renewed = self.current(left)
        return None if renewed == refused else renewed
