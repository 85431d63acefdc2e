"""The three ways in which an exchange can fail; they differ in what is known about the request."""

from __future__ import annotations


class NeverSent(Exception):
    """No byte of the request left this machine; the argument says why, for the log."""


class NoReply(Exception):
    """Bytes of the request were sent and no whole reply came back; the argument says why."""


class BadReply(Exception):
    """A reply came back that is not HTTP/1.1 or that is too long; the argument says what is wrong."""
