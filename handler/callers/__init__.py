"""Who calls: the callers file, what proves each caller, and what each of them may do.

A caller that cannot be proved is `Unauthenticated`, always with the same words; its `cause`, for the
audit line alone, is one of

    no-credentials       no header of any scheme
    two-schemes          headers of both schemes
    missing-header, repeated-header, header-not-text, header-too-long
    not-bearer, short-key, unknown-key                                 api-key
    bad-message-id, bad-timestamp, stale-timestamp, too-many-signatures,
    body-not-text, bad-signature                                       standard-webhooks
    unlisted-source, http-request-in-event                             trigger
    bad-invitation, expired-invitation, revoked-invitation,
    ended-invitation (the inviting caller may not invite any more)     invitation
    bad-timestamp, stale-timestamp, body-not-text, bad-signature       slack
    missing-token, unknown-token, body-not-text                        mattermost
    missing-parameter, bad-timestamp, stale-timestamp, body-not-text,
    bad-signature, bad-base64, bad-ciphertext, bad-padding, bad-length,
    wrong-receiver, bad-echo                                           wecom, wecom-bot
    missing-header, repeated-header, header-not-text, header-too-long,
    bad-timestamp, stale-timestamp, body-not-text, bad-signature       dingtalk, feishu, teams, discord
    wrong-robot                                                        dingtalk
    bad-base64, bad-ciphertext, bad-padding, bad-token, wrong-app      feishu
"""

from __future__ import annotations

from handler.callers import accounts, api_key, file, standard_webhooks
from handler.callers.caller import Caller, Known, resolve
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.file import ChatSchemes
    from handler.callers.header import Headers
    from handler.settings import Settings

__all__ = ["Caller", "Known", "Loaded", "load", "recognise"]


class Loaded(NamedTuple):
    """A callers file that is in order.

    Attributes:
        known: all its callers, with what proves each of them at this moment.
        revoked_invitations: the ids of invitations that are no longer valid.
    """

    known: tuple[Known, ...]
    revoked_invitations: frozenset[str]


def load(settings: Settings, environ: Mapping[str, str], chats: ChatSchemes) -> Loaded:
    """Return all callers of the file, with what proves each of them at this moment.

    Args:
        settings: the function's settings.
        environ: the environment, which holds the secrets.
        chats: returns the schemes of chat platforms: `handler.chat.schemes`.

    Raises:
        Misconfigured: the file is missing or wrong, or the secrets of any caller, or the external id of
            any account, cannot be had.
    """
    contents = file.load(settings.callers_file, chats)
    for account in contents.accounts:
        accounts.external_id(account, environ)
    return Loaded(resolve(contents.callers, environ), contents.revoked_invitations)


def recognise(headers: Headers, body: bytes | None, known: Iterable[Known], now: float) -> Caller:
    """Return the caller that an HTTP request proves to come from.

    Args:
        headers: by lower-case name all values as sent; none where what was sent is not text.
        body: its bytes exactly as sent, or None where they are not known any more.
        known: all callers of the file, with their secrets.
        now: seconds since the Unix epoch.

    Raises:
        Unauthenticated: the request does not prove itself by exactly one scheme.
    """
    known = tuple(known)
    # Every scheme does its work on every request: the time of a 401 tells nothing about its cause.
    verdicts = (
        (api_key.present(headers), api_key.verify(headers, known)),
        (standard_webhooks.present(headers), standard_webhooks.verify(headers, body, known, now)),
    )
    tried = [verdict for present, verdict in verdicts if present]
    if len(tried) != 1:
        raise Unauthenticated("two-schemes" if tried else "no-credentials")
    if isinstance(tried[0], Unauthenticated):
        raise tried[0]
    return tried[0]
