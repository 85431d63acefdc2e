"""Chat bots: a command typed in a chat platform, answered in that platform's form.

`platforms` lists them, `answering` takes one message from the request to the reply.
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.callers.file import Schemes


def schemes() -> Schemes:
    """Return what loads the scheme module of each platform, by the platform's name.

    The callers file is read with it. Nothing of a platform is loaded before a file names it.
    """
    # Imported here: a callers file without chats needs no platform.
    from handler.chat import platforms

    return {platform.name: platform.scheme for platform in platforms.PLATFORMS}
