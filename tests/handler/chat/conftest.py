"""An account in the time of the recorded messages, so that what is signed for CVM is fresh there too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handler.chat import feishu_api
from handler.upstream import transport
from local import chat
from local import feishu as lark
from local.cvm import Options, StandIn, serve
from local.in_process import Function
from tests.handler.chat.scene import NOW, function


@pytest.fixture(scope="session")
def _shared() -> Iterator[StandIn]:
    with serve(Options(rate=0), lambda: NOW) as stand_in:
        yield stand_in
        transport.forget()


@pytest.fixture
def feishu() -> Iterator[lark.FeishuApi]:
    """Yield a stand-in for Feishu's API, in the time of the recorded messages; it starts without tokens."""
    feishu_api.forget()
    options = lark.Options(
        app_id=chat.APP, app_secret=chat.VARIABLES["FEISHU_APP_SECRET"], rate=0, chat_rate=0
    )
    with lark.serve(options) as stand_in:
        yield stand_in
        transport.forget()
    feishu_api.forget()


@pytest.fixture
def bot(cvm: StandIn) -> Iterator[Function]:
    """Yield the function with a caller of each platform, which lets everyone in."""
    with function(cvm) as made:
        yield made
