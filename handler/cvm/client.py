"""The account in CVM.

The request is made and signed in `upstream.tc3` with Tencent Cloud's SDK and sent by `upstream.transport`;
the reply is read by `replies`. The SDK's client, retryer, breaker, credential chain, Chinese messages and 60
s timeouts are not used; docs/decisions/ says why.
"""

from __future__ import annotations

from handler.cvm import codes, replies, throttle
from handler.cvm.signers import OwnRole
from handler.importing.account import (
    CHANGING,
    Duplicate,
    Full,
    Listing,
    Nonsense,
    Refused,
    Throttled,
    Unanswered,
    Unreached,
)
from handler.importing.reading import PAGE, Reading
from handler.problems import UpstreamError
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence
from handler.upstream import tc3, transport
from handler.upstream.tc3 import Credentials
from handler.upstream.transport import Bounds, Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from handler.ambient import Ambient
    from handler.cvm.replies import ApiReply
    from handler.cvm.signers import Signer
    from handler.deadline import Deadline
    from handler.importing.account import Account, ImportOutcome, ListOutcome
    from handler.importing.order import Order, Region
    from handler.settings import Settings

    Failure = Refused | Throttled | Unreached | Unanswered | Nonsense

_SERVICE, _VERSION = "cvm", "2017-03-12"
_IMPORT, _LIST = "ImportKeyPair", "DescribeKeyPairs"

_OK = 200

#: An account holds 100 key pairs unless its quota was raised; a total beyond this is no total.
_MOST_PAIRS = 10_000

#: The bytes that a reply may have: 100 keys of 16384 bits with 50 full tags each are 6 MB.
_ROOM_IMPORT, _ROOM_LIST = 64 * 1024, 8 * 1024 * 1024

#: The time that is kept for the answer itself, in seconds.
_ANSWER = 0.05

#: A look-up's reply is awaited for half the time left, so that another one fits, but at least for this time
#: (seconds): a reply that takes longer is probably lost.
_SLOW = 2.0


def open_account(
    settings: Settings, deadline: Deadline, ambient: Ambient, signer: Signer | None = None
) -> Account:
    """Return the account that a signer's credentials belong to; nothing is sent yet.

    Without a signer it is that of the function's own role.
    """
    endpoint = Endpoint(settings.cvm_scheme, settings.cvm_host)
    return _Cvm(endpoint, signer or OwnRole(ambient), deadline, ambient)


class _Cvm:
    """An account, asked over HTTP; one object for one invocation.

    Args:
        endpoint: where CVM is.
        signer: whose credentials sign the calls, which says which account it is.
        deadline: when the invocation must be over.
        ambient: clocks and environment.
    """

    def __init__(self, endpoint: Endpoint, signer: Signer, deadline: Deadline, ambient: Ambient) -> None:
        self._calls = 0
        self._seconds = 0.0
        self._endpoint = endpoint
        self._signer = signer
        self._deadline = deadline
        self._ambient = ambient
        self._sent: dict[str, list[float]] = {_IMPORT: [], _LIST: []}

    @property
    def calls(self) -> int:
        """The upstream calls that were tried so far, those for credentials included."""
        return self._calls + self._signer.calls

    @property
    def seconds(self) -> float:
        """The seconds that they took, waits between them left out."""
        return self._seconds + self._signer.seconds

    def import_key_pair(self, order: Order) -> ImportOutcome:
        """Ask once for the order's key pair to be imported; one write at most."""
        wanted: dict[str, Any] = {
            "KeyName": order.key_name,
            "ProjectId": order.project_id,
            "PublicKey": order.key.line,
        }
        if order.tags:
            tags = [{"Key": key, "Value": value} for key, value in order.tags.items()]
            wanted["TagSpecification"] = [{"ResourceType": "keypair", "Tags": tags}]
        # Half the time left, so that a look-up still fits when no reply comes.
        bounds = Bounds(self._left, lambda: self._left() / 2, _ROOM_IMPORT)
        reply = self._ask(_IMPORT, wanted, order.region, bounds)
        if not isinstance(reply, replies.ApiReply):
            return reply
        if not reply.code:
            return replies.created(reply)
        return self._refused(reply, _IMPORT, order.region)

    def list_key_pairs(self, region: Region, deadline: Deadline, begun: Reading | None = None) -> ListOutcome:
        """Ask for all key pairs, to have them by this deadline or the invocation's own, the sooner one.

        An outcome that ends a list before its last page says how far the list has come, so that the next try
        begins there.
        """

        def left() -> float:
            return min(self._left(), deadline.left())

        reading: Reading | None = begun or Reading()
        while reading is not None:
            page = self._page(region, reading.offset, left)
            if isinstance(page, Refused):
                return page
            if not isinstance(page, replies.KeyPairPage):
                return page._replace(reading=reading) if reading.pages else page
            if page.total > _MOST_PAIRS:
                return Nonsense("more key pairs than an account can hold")
            reading = reading.read(page.pairs, page.total)
            if reading is not None and reading.complete:
                return Listing(reading.pairs(), page.request_id)
        return Nonsense(CHANGING)

    def _page(self, region: Region, offset: int, left: Callable[[], float]) -> replies.KeyPairPage | Failure:
        bounds = Bounds(left, lambda: min(left(), self._patience()), _ROOM_LIST)
        reply = self._ask(_LIST, {"Limit": PAGE, "Offset": offset}, region, bounds)
        if not isinstance(reply, replies.ApiReply):
            return reply
        if not reply.code:
            return replies.key_pairs(reply)
        refused = self._refused(reply, _LIST, region)
        if isinstance(refused, (Duplicate, Full)):
            # These codes make no sense for a list, so they do not mean that the account is full.
            return Refused(
                UpstreamError(
                    Sentence("CVM refused to list the key pairs, with a code that makes no sense there."),
                    Sentence("Send the same request again later."),
                    cvm_code=reply.code,
                    cvm_request_id=reply.request_id,
                )
            )
        return refused

    def _refused(
        self, reply: ApiReply, action: str, region: Region
    ) -> Refused | Throttled | Duplicate | Full | Nonsense:
        refused = replies.failure(reply, action, region)
        if not isinstance(refused, Throttled):
            return refused
        now = self._ambient.monotonic()
        return refused._replace(
            clear_in=throttle.clear_in(self._sent[action], refused.counted, refused.limit, now)
        )

    def _ask(
        self, action: str, wanted: Mapping[str, Any], region: Region, bounds: Bounds
    ) -> ApiReply | Failure:
        """Ask with the credentials of this moment, and once more if they can be renewed."""
        credentials = self._signer.current(bounds.left)
        if not isinstance(credentials, Credentials):
            return credentials
        reply = self._call(action, wanted, region, bounds, credentials)
        if isinstance(reply, replies.ApiReply) and reply.code in codes.EXPIRED:
            renewed = self._signer.renewed(credentials, bounds.left)
            if isinstance(renewed, Credentials):
                return self._call(action, wanted, region, bounds, renewed)
            return renewed or reply
        return reply

    def _call(
        self, action: str, wanted: Mapping[str, Any], region: Region, bounds: Bounds, credentials: Credentials
    ) -> ApiReply | Unreached | Unanswered | Nonsense:
        call = tc3.ApiCall(_SERVICE, self._endpoint.host, action, _VERSION, region.name)
        request = tc3.signed(call, wanted, credentials, self._ambient.wall())
        begun = self._ambient.monotonic()
        self._calls += 1
        self._sent[action].append(begun)
        try:
            reply = transport.exchange(self._endpoint, request, bounds, self._ambient)
        except transport.NeverSent as error:
            return Unreached(str(error))
        except transport.NoReply as error:
            return Unanswered(str(error))
        except transport.BadReply as error:
            return Nonsense(str(error))
        finally:
            self._seconds += self._ambient.monotonic() - begun
        # API 3.0 always answers with 200, so another status comes from something in between.
        return replies.parse(reply.body) if reply.status == _OK else Nonsense(f"status {reply.status}")

    def _left(self) -> float:
        return max(0.0, self._deadline.left() - _ANSWER)

    def _patience(self) -> float:
        left = self._left()
        return max(left / 2, min(left, _SLOW))
