"""The audit line: who asked for what, from where, and what became of it; one for each decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.importing.importer import Imported
    from handler.invocation import Invocation
    from handler.log import Field
    from handler.problems import Problem


def imported(line: dict[str, Field], result: Imported, call: Invocation, *, dry_run: bool) -> None:
    """Write the line of an item that ended in a result."""
    line["result"] = result.result
    line["dryRun"] = dry_run or None
    line["keyId"] = result.key_id
    line["cvmRequestId"] = result.cvm_request_id
    _write(line, call)


def refused(line: dict[str, Field], problem: Problem, call: Invocation) -> None:
    """Write the line of an item, or of a whole request, that ended in a problem."""
    line["code"] = problem.slug
    line["reason"] = problem.reason
    line["cause"] = problem.cause
    line["keyId"] = problem.key_id
    line["cvmCode"] = problem.cvm_code
    line["cvmRequestId"] = problem.cvm_request_id
    _write(line, call)


def _write(line: dict[str, Field], call: Invocation) -> None:
    line["totalMs"] = call.milliseconds()
    call.log.audit(line)
