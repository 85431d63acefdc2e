"""The audit line, one for each decision: who asked for what, from where, and with which result."""

from __future__ import annotations

from handler.importing.order import OWN_NAME
from handler.problems import Problem
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.decide import Answer
    from handler.importing.decision import Imported
    from handler.invocation import Invocation
    from handler.log import LogValue


def decided(answer: Answer, call: Invocation) -> None:
    """Write the line of an answer."""
    outcome, spent = answer.outcome, answer.spent
    fields: dict[str, LogValue] = {
        **answer.item.origin,
        "caller": answer.item.caller.id if answer.item.caller else "",
        "keyName": answer.key_name,
    }
    if answer.key is not None:
        fields |= {"fingerprint": answer.key.fingerprint, "bits": answer.key.bits}
    if answer.account.name != OWN_NAME:
        fields["account"] = answer.account.name
    if spent is not None:
        fields |= {"attempts": spent.calls, "upstreamMs": round(spent.seconds * 1000)}
    if isinstance(outcome, Problem):
        fields |= _refused(outcome)
    else:
        fields |= _imported(outcome, dry_run=answer.order is not None and answer.order.dry_run)
    write(fields, call)


def write(fields: Mapping[str, LogValue], call: Invocation) -> None:
    """Write the line of a decision that is no import."""
    call.log.audit({**fields, "totalMs": call.milliseconds()})


def _imported(result: Imported, *, dry_run: bool) -> dict[str, LogValue]:
    return {
        "result": result.result,
        "dryRun": dry_run or None,
        "keyId": result.key_id,
        "cvmRequestId": result.cvm_request_id,
    }


def _refused(problem: Problem) -> dict[str, LogValue]:
    return {
        "code": problem.slug,
        "reason": problem.reason,
        "cause": problem.cause,
        "keyId": problem.key_id,
        "cvmCode": problem.cvm_code,
        "cvmRequestId": problem.cvm_request_id,
    }
