"""The secrets that invitations are signed with, out of the variables that INVITATION_SECRETS names."""

from __future__ import annotations

import re

from handler.callers import standard_webhooks, variables
from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.settings import Settings


def from_environment(settings: Settings, environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the secrets: the first signs, any of them proves; none where invitations are switched off.

    Raises:
        Misconfigured: none of the variables is set, or one of them holds no `whsec_` secret.
    """
    names = settings.invitation_secrets
    if not names:
        return ()
    if not all(re.fullmatch(variables.NAME.pattern, name) for name in names):
        raise Misconfigured(
            Sentence("INVITATION_SECRETS is wrong: each of it must be {words}.", words=variables.NAME.words)
        )
    return variables.secrets(
        names, "INVITATION_SECRETS", environ, standard_webhooks.decode_secret, standard_webhooks.FORM
    )
