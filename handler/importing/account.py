"""The calls to the account that holds the key pairs, and all their outcomes.

An outcome is a fact about what happened upstream. It is sorted by one question: was the write executed,
surely not executed, or is it in doubt?

    Created                              executed, CVM named the key pair
    Duplicate, Full, Refused             surely not executed: CVM read the request and said no
    Throttled, Unreached                 surely not executed: it was not sent, or not read
    Unanswered, Nonsense                 in doubt
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Protocol

    from handler.deadline import Deadline
    from handler.importing.key_pair import KeyPair
    from handler.importing.order import Order, Region
    from handler.importing.reading import Reading
    from handler.problems import Problem


class Created(NamedTuple):
    """CVM answered this import with the id of a new key pair."""

    key_id: str
    request_id: str


class Listing(NamedTuple):
    """All key pairs of the account."""

    pairs: tuple[KeyPair, ...]
    request_id: str


class Duplicate(NamedTuple):
    """CVM refused the import because the name or the key is there already."""

    request_id: str


class Full(NamedTuple):
    """CVM refused the import because the account's key pairs are used up."""

    problem: Problem


class Refused(NamedTuple):
    """CVM refused for good, or would, since there are no credentials to ask it with."""

    problem: Problem


class Throttled(NamedTuple):
    """CVM refused because too many requests came in this second.

    Attributes:
        counted: the requests in this second so far, as CVM counts them; 0 where it names no count.
        limit: the requests that it allows in a second; 0 where it names none.
        clear_in: where this instance's own calls alone explain the refusal, the seconds until
            they no longer count; else 0.
        reading: how far a list had come.
    """

    counted: int
    limit: int
    clear_in: float
    reading: Reading | None = None


class Unreached(NamedTuple):
    """No connection came up, so nothing was sent; `cause` is for the log, `reading` as above."""

    cause: str
    reading: Reading | None = None


class Unanswered(NamedTuple):
    """Something was sent and no whole reply came back in time; `cause` and `reading` as above."""

    cause: str
    reading: Reading | None = None


class Nonsense(NamedTuple):
    """The reply does not show what was done; `cause` and `reading` as above."""

    cause: str
    reading: Reading | None = None


#: The cause of a list whose pages do not fit together, because others add and delete key pairs meanwhile.
CHANGING = "key pairs that keep changing"

if TYPE_CHECKING:
    ImportOutcome = Created | Duplicate | Full | Refused | Throttled | Unreached | Unanswered | Nonsense
    ListOutcome = Listing | Refused | Throttled | Unreached | Unanswered | Nonsense

    class Account(Protocol):
        """The account, for one invocation."""

        @property
        def calls(self) -> int:
            """The upstream calls that were tried so far."""

        @property
        def seconds(self) -> float:
            """The seconds that they took, waits between them left out."""

        def import_key_pair(self, order: Order) -> ImportOutcome:
            """Ask once for the order's key pair to be imported; one write at most."""

        def list_key_pairs(
            self, region: Region, deadline: Deadline, begun: Reading | None = None
        ) -> ListOutcome:
            """Ask for all key pairs, to have them by this deadline or the invocation's own, the sooner one.

            Args:
                region: where to ask.
                deadline: when the list must be there.
                begun: how far an earlier try of the same look-up had come; it goes on from there.
            """
