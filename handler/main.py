"""The function, as a table of contents.

    event -> trigger -> caller -> request -> public key -> importer -> reply

`event` recognises the source. An HTTP event goes to `routes`: bytes (`http`), caller (`callers`), JSON
(`strict_json`). Every other source is a module of `triggers`: what the platform delivers by itself.
All hand their items to `batch`, which takes each through `request`, `public_key`, `callers.policy` and
`importer`.
"""

from __future__ import annotations

from handler import invocation
from handler.ambient import REAL
from handler.event import source_of


def main_handler(event: object, context: object) -> object:
    """Answer one event of SCF.

    Args:
        event: what the platform or a caller hands in, of any shape.
        context: SCF's record of this call; see
            https://www.tencentcloud.com/document/product/583/9210.

    Returns:
        An HTTP reply to an HTTP event, the result or problem itself to a direct Invoke, and to
        all other sources a short count of what became of the records.

    Raises:
        Redeliver: only for sources that nobody waits for, once every record is decided, if any of
            them may succeed later: the platform then delivers the event again.
    """
    call = invocation.begin(context, REAL)
    return source_of(event).answer(event, call)
