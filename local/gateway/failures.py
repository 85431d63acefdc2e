"""The errors that the platform itself answers with when a function gives no result.

Codes: https://cloud.tencent.com/document/product/583/42611. The body of a raised exception is the one that
https://cloud.tencent.com/document/product/583/41138 prints. The texts for a timeout and for an ended process
are those that people paste, for example https://github.com/mengshouer/CheckinBox/issues/45 and
https://github.com/trojblue/TSDM-coin-farmer/issues/7.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Failure(NamedTuple):
    """One error of the platform.

    Attributes:
        status: the code, which a Function URL also answers as the HTTP status.
        message: the text beside it.
        stack: the traceback of the function's own code, where there is one. Callers get to see it.
    """

    status: int
    message: str
    stack: str = ""

    def body(self, request_id: str) -> bytes:
        """Return the JSON body that a waiting caller gets."""
        members: dict[str, object] = {
            "errorCode": -1,
            "errorMessage": self.message,
            "requestId": request_id,
        }
        if self.stack:
            members["stackTrace"] = self.stack
        members["statusCode"] = self.status
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class Failed(Exception):
    """The call ended without a result."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


NOT_JSON = Failure(400, "InvalidParameterValue: the request event is not JSON")
MALFORMED_REPLY = Failure(403, "Invalid scf response format. please check your scf response format.")
EVENT_TOO_LARGE = Failure(406, "RequestTooLarge: the size of the event exceeds the upper limit (6MB)")
REPLY_TOO_LARGE = Failure(407, "The size of response exceeds the upper limit (6MB)")
NOT_STARTED = Failure(500, "InternalError: no process could be started for an instance")


def user_code_exception(stack: str) -> Failure:
    """Return the error of an exception that left the function, or of a reply that is not JSON."""
    return Failure(430, "user code exception caught", stack)


def over_quota(function_name: str, quota: int) -> Failure:
    """Return the error of a call for which no instance may be started; `quota` is in MB."""
    return Failure(432, f"Function [ {function_name} ] concurrency exceeded reserved quota {quota} MB")


def timed_out(seconds: float) -> Failure:
    """Return the error of a call whose instance was ended because it took too long."""
    return Failure(433, f"Invoking task timed out after {seconds:g} seconds")


def handler_not_found(handler: str) -> Failure:
    """Return the error of an entry file, or a function in it, that is not there."""
    return Failure(437, f"HandlerNotFound: there is no {handler} in the code")


def exited(code: int, *, while_loading: bool) -> Failure:
    """Return the error of a process that ended by itself; `code` is its exit code, or minus a signal."""
    return Failure(443 if while_loading else 439, f"{code} code exit unexpected")


def load_error(stack: str) -> Failure:
    """Return the error of code that raises while it is loaded."""
    return Failure(443, stack or "UserCodeError")


def init_timed_out(seconds: float) -> Failure:
    """Return the error of code that takes too long to load."""
    return Failure(450, f"InitContainerTimeout: not initialized after {seconds:g} seconds")
