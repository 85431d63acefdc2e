"""A caller: how it proves itself, what it may do, and what its key pairs are tagged with."""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    from handler.callers.allow import Allow
    from handler.callers.audience import Audience

    class Auth(Protocol):
        """How a caller proves itself; every scheme has one record of this kind."""

        def claims(self) -> Iterable[tuple[str, object]]:
            """Yield what only one caller of a file may have: its name in words, and its value."""

        def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
            """Return what proves the caller, from the environment where the file names variables.

            Raises:
                Misconfigured: none of the variables is set, or one of them holds nonsense.
            """

    class ChatAuth(Auth, Protocol):
        """How a chat platform proves itself; the record of every chat scheme is of this kind too."""

        @property
        def scheme(self) -> str:
            """The platform's name."""

        @property
        def audience(self) -> Audience:
            """Who may speak, and where."""

        def workspace(self) -> str:
            """Return the company, team or app that it is, as the platform names it; may be empty."""

        def variables(self) -> tuple[str, ...]:
            """Return the environment variables that hold what proves it."""


class Caller(NamedTuple):
    """One entry of the callers file.

    Attributes:
        id: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`; unique in its file.
        auth: the record of its scheme.
        allow: what it may do.
        tags: what its key pairs are tagged with, whatever the request says.
        language: the language tag of chat replies; empty for that of the platform.
    """

    id: str
    auth: Auth
    allow: Allow
    tags: Mapping[str, str]
    language: str = ""


class Known(NamedTuple):
    """A caller with what proves it at this moment."""

    caller: Caller
    secrets: tuple[bytes, ...]


def resolve(callers: Iterable[Caller], environ: Mapping[str, str]) -> tuple[Known, ...]:
    """Return all callers of a file with their secrets, in the order of the file.

    One caller that cannot be proved makes the whole file useless, on purpose: somebody who forgot a variable
    learns of it from the first call, not from the first call of that caller.

    Raises:
        Misconfigured: see `Auth.secrets`.
    """
    return tuple(
        Known(caller, caller.auth.secrets(label(index, caller.id), environ))
        for index, caller in enumerate(callers)
    )


def label(index: int, caller_id: str) -> str:
    """Return how sentences for people name a caller, such as `callers[2] "ops-slack"`."""
    return f'callers[{index}] "{caller_id}"' if caller_id else f"callers[{index}]"
