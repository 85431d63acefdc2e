"""What COS answers when it refuses: XML with a code, under an HTTP status.

Source: https://cloud.tencent.com/document/product/436/7730. The texts are this project's own words.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from local.http1 import Headers, Reply

_XML: Headers = (("Content-Type", "application/xml"),)

#: The status and the text of each code.
CODES: dict[str, tuple[int, str]] = {
    "AccessDenied": (403, "Access Denied."),
    "BadDigest": (400, "The Content-MD5 that you specified did not match what was received."),
    "FileAlreadyExists": (409, "The object exists, and you have forbidden to overwrite it."),
    "InternalError": (500, "An internal error has occurred. Try again."),
    "InvalidAccessKeyId": (403, "The access key id that you provided does not exist."),
    "InvalidArgument": (400, "An argument is malformed."),
    "InvalidRange": (416, "The requested range cannot be satisfied."),
    "InvalidURI": (400, "The URI could not be parsed."),
    "MethodNotAllowed": (405, "The method is not allowed for this resource."),
    "MissingContentLength": (411, "You must provide the Content-Length header."),
    "NoSuchBucket": (404, "The specified bucket does not exist."),
    "NoSuchKey": (404, "The specified key does not exist."),
    "RequestTimeTooSkewed": (403, "Your clock and the server's differ by more than 15 minutes."),
    "ServiceUnavailable": (503, "The service is not available. Try again."),
    "SignatureDoesNotMatch": (403, "The signature that you provided does not match."),
    "SlowDown": (503, "Reduce your request rate."),
}


class Refusal(Exception):
    """A refusal; the argument is a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refusal(code: str, resource: str, request_id: str) -> Reply:
    """Return the reply with a code; one that is on no list has status 400."""
    status, message = CODES.get(code, (400, "The request has failed."))
    body = (
        "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n"
        f"\t<Code>{escape(code)}</Code>\n\t<Message>{escape(message)}</Message>\n"
        f"\t<Resource>{escape(resource)}</Resource>\n\t<RequestId>{request_id}</RequestId>\n</Error>\n"
    )
    return Reply(status, _XML, body.encode())
