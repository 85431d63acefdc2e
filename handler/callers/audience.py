"""Which people of a chat platform may speak as a caller, and in which channels."""

from __future__ import annotations

from handler.callers.node import MOST, Rule
from handler.problems import Forbidden
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handler.callers.node import Node

EVERYONE = "everyone"

#: What the ids of people, channels, workspaces and apps look like on every platform.
SIGNS = "[A-Za-z0-9._@:+/=-]{1,128}"

ID = Rule(
    rf"(?!everyone(?![\s\S])){SIGNS}",
    Sentence(
        'an id of 1 to 128 of A-Z, a-z, 0-9, ".", "_", "@", ":", "+", "/", "=" and "-"; "{everyone}" is none',
        everyone=EVERYONE,
    ),
)


class Audience(NamedTuple):
    """Who may speak: those in both lists; None stands for everybody, or every channel."""

    users: tuple[str, ...] | None
    channels: tuple[str, ...] | None

    def claims(self, what: str, *proofs: object) -> Iterator[tuple[str, object]]:
        """Yield a claim for each proof in each channel; an empty channel stands for all of them."""
        for proof in proofs:
            for channel in self.channels or ("",):
                yield what, (proof, channel)


def named_in(members: Mapping[str, Node], auth: Node) -> Audience:
    """Return the people and channels that a chat caller names.

    Args:
        members: the members of its `auth` object.
        auth: that object, for the sentence of a refusal.

    Raises:
        Misconfigured: it names neither, or breaks the rules of the file.
    """
    users, channels = members.get("users"), members.get("channels")
    if users is None and channels is None:
        raise auth.wrong(
            Sentence('must name users or channels, or say "users": "{everyone}"', everyone=EVERYONE)
        )
    if users is not None and isinstance(users.value, str) and users.value != EVERYONE:
        raise users.wrong(Sentence('must be a list of user ids, or "{everyone}"', everyone=EVERYONE))
    return Audience(
        users=None if users is None or users.value == EVERYONE else users.texts(ID, MOST),
        channels=None if channels is None else channels.texts(ID, MOST),
    )


def admit(audience: Audience, user: str, channel: str) -> None:
    """Raise unless somebody may speak as this caller, in this channel.

    Raises:
        Forbidden: the caller does not list the user, or not the channel.
    """
    if audience.channels is not None and channel not in audience.channels:
        raise Forbidden(
            Sentence("Key pairs cannot be imported from this channel."),
            Sentence(
                "Use a channel that the administrator of this function has set up for it, or ask for this"
                " one to be added to `channels` in its callers file."
            ),
            reason="channels",
        )
    if audience.users is not None and user not in audience.users:
        raise Forbidden(
            Sentence("You are not among the people who may import key pairs from here."),
            Sentence(
                "Ask the administrator of this function to add your user id to `users` in its callers file."
            ),
            reason="users",
        )
