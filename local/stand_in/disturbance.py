"""How a planned fault changes the course of one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from local.http1 import Headers, Reply
from local.stand_in.faults import Plan

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>\r\n"
_HTML: Headers = (("Content-Type", "text/html"),)

T = TypeVar("T")


async def disturbed(plan: Plan, execute: Callable[[], T], refuse: Callable[[], T], nothing: T) -> T:
    """Execute a call when and if the plan says so, and return what to answer.

    Args:
        plan: what happens to the call.
        execute: does it, and returns the answer.
        refuse: returns the answer to a call that the plan gives an error of the API.
        nothing: the answer to a call that is not executed, as far as one is seen.
    """
    if plan.wait:
        await asyncio.sleep(plan.fault.seconds)
    answer = nothing
    if plan.late:
        asyncio.get_running_loop().call_later(plan.fault.seconds, execute)
    if plan.execute:
        answer = execute()
    if plan.error:
        answer = refuse()
    if plan.wait_after:
        await asyncio.sleep(plan.fault.seconds)
    return answer


def spoiled(reply: Reply, plan: Plan) -> Reply:
    """Return the reply as the plan lets it go out."""
    if plan.page:
        return Reply(plan.fault.status if plan.http_error else 200, _HTML, _PAGE, plan.end)
    if plan.retype:
        others = (pair for pair in reply.headers if pair[0] != "Content-Type")
        reply = reply._replace(headers=(("Content-Type", plan.fault.content_type), *others))
    return reply._replace(end=plan.end, seconds=plan.fault.seconds)
