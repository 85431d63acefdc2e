"""Reads and writes the objects of one bucket: the files of a drop box, and their results.

https://cloud.tencent.com/document/product/436/7753 (GET), /7749 (PUT), /7730 (codes). The own account's
credentials sign. The host is made of the bucket and this function's own region, never of an event.
"""

from __future__ import annotations

from handler.cvm import credentials
from handler.problems import Misconfigured, PayloadTooLarge, UpstreamBusy, UpstreamError, UpstreamUnreachable
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence
from handler.upstream import cos, transport

if TYPE_CHECKING:
    from handler.deadline import Deadline
    from handler.invocation import Invocation
    from handler.problems import Problem
    from handler.upstream.transport import Reply

#: The bytes that a public key's file may have; the largest key takes a fifth of them.
LARGEST = 16 * 1024

#: The bytes that a reply may have: an object or an error in XML, and a head.
_ROOM = 96 * 1024

_AGAIN = Sentence("Nothing is lost: the platform delivers the event again.")

#: The seconds after which a throttled request is worth another try.
_PAUSE = 5


class Bucket(NamedTuple):
    """A bucket as one invocation sees it; `name` holds the APPID."""

    name: str
    deadline: Deadline
    call: Invocation

    def read(self, key: str) -> bytes | None:
        """Return the bytes of an object; None where there is no such object.

        Raises:
            PayloadTooLarge: it has more than `LARGEST` bytes.
            Misconfigured: the role may not read it, or the function does not know its region.
            UpstreamBusy, UpstreamUnreachable, UpstreamError: COS cannot say now.
        """
        reply = self._ask("GET", key, {"Range": f"bytes=0-{LARGEST}"}, b"")
        # An empty object has no first byte.
        if reply.status == 416:
            return b""
        if reply.status == 404:
            return None
        if reply.status not in {200, 206}:
            raise _problem(reply, Sentence("read"))
        if len(reply.body) > LARGEST:
            raise PayloadTooLarge(
                Sentence("The object has more than {most} bytes; a public key has fewer.", most=LARGEST),
                Sentence("Put the one line of the .pub file there."),
            )
        return reply.body

    def write(self, key: str, body: bytes) -> int:
        """Write an object and return the status: 200, or 403 and 404 where it cannot be written.

        Raises:
            Misconfigured: the function does not know its region or has no role.
            UpstreamBusy, UpstreamUnreachable, UpstreamError: it may be written later.
        """
        reply = self._ask("PUT", key, {"Content-Type": "application/json"}, body)
        if reply.status not in {200, 403, 404}:
            raise _problem(reply, Sentence("written"))
        return reply.status

    def _ask(self, method: str, key: str, headers: dict[str, str], body: bytes) -> Reply:
        region = self.call.own_region()
        if not region:
            raise Misconfigured(
                Sentence("TENCENTCLOUD_REGION is not set, so the bucket's address is not known.")
            )
        host = f"{self.name}.cos.{region}.myqcloud.com"
        role = credentials.from_environment(self.call.ambient.environ)
        request = cos.signed(method, host, f"/{key}", headers, body, role, self.call.ambient.wall())
        stand_in = self.call.configured().cos_endpoint
        endpoint = transport.Endpoint("http", stand_in) if stand_in else transport.Endpoint("https", host)
        left = self.deadline.left
        try:
            # Half the time left, so that importing still fits.
            bounds = transport.Bounds(left, lambda: left() / 2, _ROOM)
            reply = transport.exchange(endpoint, request, bounds, self.call.ambient)
        except (transport.NeverSent, transport.NoReply, transport.BadReply):
            raise UpstreamUnreachable(
                Sentence("COS did not answer in time."), _AGAIN, retry_after=_PAUSE
            ) from None
        # A page of a proxy is no object, and its 404 does not mean that the object is gone. COS marks all of
        # its own replies: https://cloud.tencent.com/document/product/436/7729
        if "x-cos-request-id" not in reply.headers:
            raise _unknown(reply)
        return reply


def _unknown(reply: Reply) -> Problem:
    """Return what a reply means that says nothing about the object."""
    if reply.status >= 500:
        return UpstreamUnreachable(Sentence("COS is not available."), _AGAIN, retry_after=_PAUSE)
    return UpstreamError(Sentence("COS answered with status {status}.", status=reply.status), _AGAIN)


def _problem(reply: Reply, done: str) -> Problem:
    """Return what a refusal of COS means; `done` says what was asked for."""
    if reply.status == 403:
        return Misconfigured(
            Sentence("COS does not let the function's role have the object {done}: see docs/cam.", done=done)
        )
    if reply.status == 429 or b"<Code>SlowDown</Code>" in reply.body:
        return UpstreamBusy(Sentence("COS takes no more requests for now."), _AGAIN, retry_after=_PAUSE)
    return _unknown(reply)
