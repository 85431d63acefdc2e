"""Everything that this function can answer other than a result, as one tree of exceptions.

    Problem
    ├── RequestProblem              the caller can mend it by sending something else
    │   ├── MalformedJson           400  the body is not JSON as RFC 8259 means it
    │   ├── MalformedRequest        400  bad base64, or an event of no known shape
    │   ├── NotFound                404  no such route
    │   ├── MethodNotAllowed        405  the route exists, the method does not
    │   ├── PayloadTooLarge         413
    │   ├── UnsupportedMediaType    415
    │   ├── InvalidRequest          422  JSON that breaks the schema
    │   ├── InvalidPublicKey        422  not one OpenSSH RSA public key
    │   └── WeakPublicKey           422  an RSA key that nobody should trust
    ├── CallerProblem               who calls, and what they may do
    │   ├── Unauthenticated         401
    │   └── Forbidden               403
    ├── AccountProblem              CVM understood and said no
    │   ├── NoSuchKeyPair           404  nothing of that name that this caller may know of
    │   ├── KeyNameConflict         409  the name holds another key
    │   ├── PublicKeyConflict       409  the key is there under another name
    │   ├── KeyPairQuota            409  the account's key pairs are used up
    │   ├── UnknownProject          422
    │   ├── TagRefused              422
    │   └── UpstreamRefused         422
    └── ServiceProblem              nothing that the caller did
        ├── Misconfigured           500  ours to mend: settings, callers, role, permission
        ├── InternalError           500  unforeseen
        ├── UpstreamError           502  CVM answered what nobody can read
        ├── UpstreamBusy            503  surely not written; later
        ├── UpstreamUnreachable     503  surely not written; later
        └── OutcomeUnknown          504  a write is in doubt; the same request can be repeated

A problem is raised where it is known and rendered in one place (`reply.problem`), as RFC 9457
problem details. Each class owns its slug, status, title and whether the same request may succeed
later. `detail` and `remedy` are sentences for the caller; neither ever holds a value that was
sent, a message of a library or of CVM, or anything secret.
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ClassVar, TypeVar

    T = TypeVar("T")


class FieldError(NamedTuple):
    """One member of a request that breaks the schema.

    `pointer` is a JSON Pointer (RFC 6901) relative to the request, `""` for the request itself.
    """

    pointer: str
    detail: Sentence


class Problem(Exception):
    """Something to tell the caller instead of a result (RFC 9457).

    Args:
        detail: what happened, in the caller's terms; one or two full sentences.
        remedy: what to do about it, a full sentence, with the command where one helps.
        reason: a finer slug below the class's own, from a documented closed list.
        errors: every schema error at once.
        retry_after: whole seconds, at least 1, where waiting helps.
        allow: the methods of a route, for 405.
        key_id, key_name: the key pair that is in the way, only if this caller may know it.
        cvm_code, cvm_request_id: what CVM answered, for support.
        cause: for the log alone, never for a caller.
    """

    slug: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = Sentence("Internal error")
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: Sentence,
        remedy: Sentence,
        *,
        reason: str = "",
        errors: tuple[FieldError, ...] = (),
        retry_after: int = 0,
        allow: tuple[str, ...] = (),
        key_id: str = "",
        key_name: str = "",
        cvm_code: str = "",
        cvm_request_id: str = "",
        cause: str = "",
    ) -> None:
        super().__init__(self.slug)
        self.detail = detail
        self.remedy = remedy
        self.reason = reason
        self.errors = errors
        self.retry_after = retry_after
        self.allow = allow
        self.key_id = key_id
        self.key_name = key_name
        self.cvm_code = cvm_code
        self.cvm_request_id = cvm_request_id
        self.cause = cause

    def explained(self, *, known_caller: bool) -> str:
        """Return what happened, as far as a known or an unknown caller may read it."""
        return self.detail


class RequestProblem(Problem):
    """The caller can mend it by sending something else."""


class MalformedJson(RequestProblem):
    """The body is not JSON, or JSON that two parsers may read differently."""

    slug = "malformed-json"
    status = 400
    title = Sentence("The body is not valid JSON")


class MalformedRequest(RequestProblem):
    """The body's base64 cannot be read, or the event has no known shape."""

    slug = "malformed-request"
    status = 400
    title = Sentence("The request cannot be read")


class NotFound(RequestProblem):
    """There is nothing at this path."""

    slug = "not-found"
    status = 404
    title = Sentence("No such route")


class MethodNotAllowed(RequestProblem):
    """The route exists, but not with this method."""

    slug = "method-not-allowed"
    status = 405
    title = Sentence("Method not allowed")


class PayloadTooLarge(RequestProblem):
    """The body is longer than this route takes."""

    slug = "payload-too-large"
    status = 413
    title = Sentence("The body is too large")


class UnsupportedMediaType(RequestProblem):
    """This route does not read the Content-Type or the Content-Encoding of the body."""

    slug = "unsupported-media-type"
    status = 415
    title = Sentence("Unsupported media type")


class InvalidRequest(RequestProblem):
    """The JSON is well formed but breaks the schema."""

    slug = "invalid-request"
    status = 422
    title = Sentence("The request breaks the schema")


class InvalidPublicKey(RequestProblem):
    """The text is not exactly one OpenSSH RSA public key."""

    slug = "invalid-public-key"
    status = 422
    title = Sentence("Not a usable OpenSSH RSA public key")


class WeakPublicKey(RequestProblem):
    """The text is an OpenSSH RSA public key, but it is not safe."""

    slug = "weak-public-key"
    status = 422
    title = Sentence("The public key is not safe to use")


class CallerProblem(Problem):
    """Who calls, and what they may do."""


class Unauthenticated(CallerProblem):
    """The caller is not proved. The body is always the same; the log has the cause."""

    slug = "unauthenticated"
    status = 401
    title = Sentence("The caller is not known")

    def __init__(self, cause: str) -> None:
        super().__init__(
            Sentence("The request does not prove that it comes from a known caller."),
            Sentence(
                "Send `Authorization: Bearer <your key>`, or sign the exact bytes of the body as Standard"
                " Webhooks describes, with a clock that is right to within five minutes; whoever runs this"
                " function can find the cause in its log under this requestId."
            ),
            cause=cause,
        )


class Forbidden(CallerProblem):
    """The caller is known, and not allowed to do this."""

    slug = "forbidden"
    status = 403
    title = Sentence("The caller is not allowed to do this")


class AccountProblem(Problem):
    """CVM understood the request and said no."""


class NoSuchKeyPair(AccountProblem):
    """There is no key pair of that name, or the caller may not see it."""

    slug = "no-such-key-pair"
    status = 404
    title = Sentence("No such key pair")


class KeyNameConflict(AccountProblem):
    """The name holds another key."""

    slug = "key-name-conflict"
    status = 409
    title = Sentence("The key name holds another key")


class PublicKeyConflict(AccountProblem):
    """The key is in the account under another name."""

    slug = "public-key-conflict"
    status = 409
    title = Sentence("The key is already there under another name")


class KeyPairQuota(AccountProblem):
    """The account cannot hold another key pair."""

    slug = "key-pair-quota"
    status = 409
    title = Sentence("The account's key pairs are used up")


class UnknownProject(AccountProblem):
    """CVM does not know the project."""

    slug = "unknown-project"
    status = 422
    title = Sentence("Unknown project")


class TagRefused(AccountProblem):
    """CVM does not take one of the tags."""

    slug = "tag-refused"
    status = 422
    title = Sentence("CVM refused a tag")


class UpstreamRefused(AccountProblem):
    """CVM does not take a value that the caller chose."""

    slug = "upstream-refused"
    status = 422
    title = Sentence("CVM refused a value of the request")


class ServiceProblem(Problem):
    """Nothing that the caller did."""


class Misconfigured(ServiceProblem):
    """The operator has to correct settings, callers, role or permission.

    `cause` is one sentence for the person who mends it. It always reaches the log, and the
    caller only once the caller is recognised.
    """

    slug = "misconfigured"
    status = 500
    title = Sentence("The function is not set up correctly")
    retryable = True

    def __init__(
        self, cause: str, *, cvm_code: str = "", cvm_request_id: str = "", retry_after: int = 0
    ) -> None:
        super().__init__(
            Sentence("The function is not set up correctly, so it cannot serve any request of this kind."),
            Sentence(
                "Tell whoever runs this function; its log names the cause under this requestId. Then send"
                " the same request again."
            ),
            cvm_code=cvm_code,
            cvm_request_id=cvm_request_id,
            retry_after=retry_after,
            cause=cause,
        )

    def explained(self, *, known_caller: bool) -> str:
        """Return the cause to a known caller."""
        return self.cause if known_caller else self.detail


class InternalError(ServiceProblem):
    """Unforeseen: a defect of this function. `cause` says where, for the log alone."""

    slug = "internal-error"
    status = 500
    title = Sentence("Internal error")

    def __init__(self, cause: str, *, cvm_code: str = "", cvm_request_id: str = "") -> None:
        super().__init__(
            Sentence("The function failed because of an unexpected error."),
            Sentence(
                "Report the requestId to whoever runs this function; sending the same again will not help"
                " before it is fixed."
            ),
            cvm_code=cvm_code,
            cvm_request_id=cvm_request_id,
            cause=cause,
        )

    @classmethod
    def from_exception(cls, error: Exception) -> InternalError:
        """Return the problem for an exception: its kind and the innermost line, never its text."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = ""
        if trace is not None:
            where = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        return cls(type(error).__name__ + where)


class UpstreamError(ServiceProblem):
    """CVM, STS or COS refused with a code on no list, or answered a look-up with nonsense."""

    slug = "upstream-error"
    status = 502
    title = Sentence("Tencent Cloud answered unexpectedly")
    retryable = True


class UpstreamBusy(ServiceProblem):
    """Every write of this request was surely refused or never sent; a later try may succeed."""

    slug = "upstream-busy"
    status = 503
    title = Sentence("Tencent Cloud is busy")
    retryable = True


class UpstreamUnreachable(ServiceProblem):
    """No connection came up, or a look-up got no reply, and nothing was written."""

    slug = "upstream-unreachable"
    status = 503
    title = Sentence("Tencent Cloud cannot be reached")
    retryable = True


class OutcomeUnknown(ServiceProblem):
    """A write of this request is in doubt and nothing has settled it."""

    slug = "outcome-unknown"
    status = 504
    title = Sentence("Whether the key pair was imported is not known")
    retryable = True


def attempt(step: Callable[..., T], *arguments: object) -> T | Problem:
    """Return the result of a step, or the problem that it ends with; no exception leaves this function."""
    try:
        return step(*arguments)
    except Problem as problem:
        return problem
    except Exception as unforeseen:  # noqa: BLE001 - SCF would show the stack trace, or deliver for ever
        return InternalError.from_exception(unforeseen)
