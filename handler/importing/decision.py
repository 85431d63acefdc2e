"""The decision table: an order compared with the account's key pairs. Pure; knows no CVM.

    the account holds            answer
    neither name nor key         import; `created`
    the name with this key       `unchanged`
    the key under another name   public-key-conflict
    the name with another key    key-name-conflict; nothing is ever overwritten

Compared are exact names and decoded keys, never text: CVM rewrites the comment of a stored key.
"""

from __future__ import annotations

from handler.problems import KeyNameConflict, PublicKeyConflict
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handler.importing.key_pair import KeyPair
    from handler.importing.order import Order
    from handler.problems import AccountProblem

    MayKnow = Callable[[str, int], bool]


#: The most differences that one answer lists; a look at the key pair shows the rest.
MOST_DIFFERENCES = 20


class Difference(NamedTuple):
    """Where a key pair that is already there differs from what was asked for.

    `pointer` is a JSON Pointer (RFC 6901) into the result; `stored` is None for an absent tag.
    """

    pointer: str
    requested: int | str
    stored: int | str | None


class Imported(NamedTuple):
    """The key pair is in the account, or would be after a real import.

    Attributes:
        result: `created` or `unchanged`.
        key_id: CVM's id; empty only in a dry run that would create.
        project_id: the project of the key pair as it is stored.
        tags: of the tags that were asked for, those that are stored.
        differences: what else was asked for than is stored.
        cvm_request_id: the id of the answer that proves it.
    """

    result: str
    key_id: str
    project_id: int
    tags: Mapping[str, str]
    differences: tuple[Difference, ...]
    cvm_request_id: str


def compare(order: Order, pairs: Iterable[KeyPair], may_know: MayKnow) -> Imported | None:
    """Return the answer to an order from the account's key pairs; None where neither name nor key is there.

    Args:
        order: what was asked for.
        pairs: the key pairs of the account, or at least those with the order's name or key.
        may_know: whether this caller may know a key pair with that name and project.

    Raises:
        PublicKeyConflict, KeyNameConflict: the key or the name is taken.
    """
    same_key, same_name = [], []
    for pair in pairs:
        if pair.blob == order.key.blob:
            if pair.key_name == order.key_name:
                return _unchanged(order, pair)
            same_key.append(pair)
        elif pair.key_name == order.key_name:
            same_name.append(pair)
    if same_key:
        raise _conflict(
            PublicKeyConflict,
            Sentence("This public key is already in the account, under another name."),
            Sentence("Use the key pair that is there, or send another public key under this name."),
            same_key,
            may_know,
        )
    if same_name:
        raise _conflict(
            KeyNameConflict,
            Sentence("The account holds another public key under this name. Nothing was changed."),
            Sentence("Send this public key under another keyName; a key pair is never overwritten."),
            same_name,
            may_know,
        )
    return None


def _conflict(
    kind: type[AccountProblem],
    detail: Sentence,
    remedy: Sentence,
    pairs: list[KeyPair],
    may_know: MayKnow,
) -> AccountProblem:
    """Name the key pair that is in the way, where this caller may know it."""
    proof = pairs[0].cvm_request_id
    known = next((pair for pair in pairs if may_know(pair.key_name, pair.project_id)), None)
    if known is None:
        return kind(detail, remedy, cvm_request_id=proof)
    return kind(detail, remedy, key_id=known.key_id, key_name=known.key_name, cvm_request_id=proof)


def _unchanged(order: Order, pair: KeyPair) -> Imported:
    differences = []
    if pair.project_id != order.project_id:
        differences.append(Difference("/projectId", order.project_id, pair.project_id))
    for name in order.sent_tags:
        if len(differences) == MOST_DIFFERENCES:
            break
        if pair.tags.get(name) != order.tags[name]:
            pointer = "/tags/" + name.replace("~", "~0").replace("/", "~1")
            differences.append(Difference(pointer, order.tags[name], pair.tags.get(name)))
    tags = {name: pair.tags[name] for name in order.tags if name in pair.tags}
    return Imported("unchanged", pair.key_id, pair.project_id, tags, tuple(differences), pair.cvm_request_id)


def would_create(order: Order, cvm_request_id: str = "") -> Imported:
    """Return what a dry run says where neither the name nor the key is there."""
    return Imported("created", "", order.project_id, order.tags, (), cvm_request_id)
