"""Whose credentials sign the calls: those of a role in another account.

The function's own role assumes it, within the same time as everything else. STS's answers are sorted as those
of CVM; nothing is written in any case.
"""

from __future__ import annotations

from handler.cvm import codes
from handler.cvm.signers import OwnRole
from handler.importing.account import Refused, Throttled, Unreached
from handler.problems import Misconfigured, UpstreamError
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence
from handler.upstream import sts, transport
from handler.upstream.tc3 import Credentials
from handler.upstream.transport import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.ambient import Ambient
    from handler.cvm.signers import Unsigned
    from handler.importing.order import Target
    from handler.settings import Settings

#: Where STS is asked if nothing says where the function runs; roles belong to no region.
_ANY_REGION = "ap-guangzhou"


def signer(
    target: Target, external_id: str, settings: Settings, own_region: str, ambient: Ambient
) -> AssumedRole:
    """Return what signs for another account.

    Args:
        target: the account.
        external_id: what the trust policy of its role asks for; may be empty.
        settings: where STS is.
        own_region: where the function runs; may be empty.
        ambient: clocks and environment.
    """
    stand_in = settings.sts_endpoint
    return AssumedRole(
        target.name,
        sts.Role(target.role_arn, external_id, target.session_name),
        Endpoint("http", stand_in) if stand_in else Endpoint("https", sts.HOST),
        own_region or settings.default_region or _ANY_REGION,
        ambient,
    )


class AssumedRole:
    """A role in another account, assumed with the function's own.

    Args:
        name: what callers call the account, for sentences.
        role: the role.
        endpoint: where STS is.
        region: where STS is asked.
        ambient: clocks and environment.
    """

    def __init__(self, name: str, role: sts.Role, endpoint: Endpoint, region: str, ambient: Ambient) -> None:
        self.calls = 0
        self.seconds = 0.0
        self._name = name
        self._role = role
        self._endpoint = endpoint
        self._region = region
        self._ambient = ambient
        self._own = OwnRole(ambient)

    def current(self, left: Callable[[], float]) -> Credentials | Unsigned:
        """Return the role's credentials, assumed anew where none are kept."""
        own = self._own.current(left)
        if not isinstance(own, Credentials):
            return own
        found = sts.kept(self._role, own, self._ambient.wall()) or self._assume(own, left)
        if isinstance(found, sts.StsRefusal) and found.code in codes.EXPIRED:
            # STS does not accept the function's own credentials.
            renewed = self._own.renewed(own, left)
            if isinstance(renewed, Credentials):
                found = self._assume(renewed, left)
        return self._refused(found) if isinstance(found, sts.StsRefusal) else found

    def renewed(self, refused: Credentials, left: Callable[[], float]) -> Credentials | Unsigned | None:
        """Return credentials of the role that are assumed anew."""
        own = self._own.current(left)
        if isinstance(own, Credentials):
            sts.forget(self._role, own)
        return self.current(left)

    def _assume(
        self, own: Credentials, left: Callable[[], float]
    ) -> Credentials | Unreached | sts.StsRefusal:
        begun = self._ambient.monotonic()
        self.calls += 1
        try:
            return sts.assume(self._role, own, self._endpoint, self._region, left, self._ambient)
        except (transport.NeverSent, transport.NoReply, transport.BadReply) as error:
            # Assuming a role writes nothing, so a lost reply is no doubt.
            return Unreached(f"STS: {error}")
        finally:
            self.seconds += self._ambient.monotonic() - begun

    def _refused(self, refusal: sts.StsRefusal) -> Unsigned:
        code, request_id = refusal
        means = codes.of_sts(code)
        if means == codes.THROTTLED:
            return Throttled(0, 0, 0.0)
        if means == codes.DOUBT:
            return Unreached(f"STS: {code or 'a body that is no answer of API 3.0'}")
        if means == codes.ROLE:
            return Refused(
                Misconfigured(
                    Sentence(
                        "STS does not let the function's role assume the role of the account {name}: check"
                        " both policies, the external id and the role's name, as docs/operations.md shows.",
                        name=self._name,
                    ),
                    cvm_code=code,
                    cvm_request_id=request_id,
                )
            )
        return Refused(
            UpstreamError(
                Sentence("STS refused with a code that this function does not know. Nothing was written."),
                Sentence(
                    "Look the cvmCode up in the documentation of STS, or send the same request again later."
                ),
                cvm_code=code,
                cvm_request_id=request_id,
            )
        )
