"""The chat platforms, one row each: the one place that a platform is registered in.

Routes, the callers file, the contract, the local player and the callers' command line are all fed
from these rows. A further platform is a module here, a scheme module in `handler.callers`, and a row.
Importing this module loads neither: `adapter` and `scheme` do, each its own module alone.
"""

from __future__ import annotations

from handler.catalogue import CHINESE, ENGLISH
from handler.chat.patience import FEISHU, ON_THE_WAY
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from handler.ambient import Ambient
    from handler.callers.caller import ChatAuth, Known
    from handler.callers.node import Node
    from handler.chat.message import Probe, Proof, Typed
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation
    from handler.reply import HttpReply

    #: Returns the text that a platform's check of the URL has to be answered with, or raises
    #: `Unauthenticated`.
    UrlCheck = Callable[[HttpRequest, Body, tuple[Known, ...], Ambient], str]

    class Adapter(Protocol):
        """The module of a platform: what proves a request, what was typed, and how a reply is written."""

        def verify(
            self, request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient, /
        ) -> Proof | Probe:
            """Return what a request proves to be, or raise `Unauthenticated`."""

        def command(self, proof: Proof, /) -> Typed | Probe:
            """Return what somebody typed."""

        def render(self, text: Text, typed: Typed, call: Invocation, /) -> HttpReply:
            """Return the HTTP reply that shows a text in the platform's form."""

    class Scheme(Protocol):
        """The module of a platform's callers."""

        def read(self, auth: Node, /) -> ChatAuth:
            """Return the record that an `auth` object of this scheme holds, or raise `Misconfigured`."""


_FORM, _JSON, _XML = "application/x-www-form-urlencoded", "application/json", "text/xml"


class Platform(NamedTuple):
    """A chat platform.

    Attributes:
        name: its name in the route, in `scheme` of the callers file and in the log.
        title: its name for people.
        patience: the seconds after which the platform gives up.
        sends: the media type of its requests.
        answers: the media type of replies.
        adapter: loads the module in `handler.chat`.
        scheme: loads the module in `handler.callers`.
        url_check: loads what answers its check of the URL, which is a `GET`; None where it makes none.
        unasked: what it sends beside commands that is answered with nothing, in words; may be empty.
        reserve: the seconds of its time that are kept for a reply through its API, which can fail.
        language: that of replies, where the callers file does not say.
        risk: what somebody can do who has seen one of its requests, a sentence; may be empty.
    """

    name: str
    title: str
    patience: float
    sends: str
    answers: str
    adapter: Callable[[], Adapter]
    scheme: Callable[[], Scheme]
    url_check: Callable[[], UrlCheck] | None = None
    unasked: str = ""
    risk: str = ""
    reserve: float = 0.0
    language: str = ENGLISH

    @property
    def path(self) -> str:
        """The route, below the base path."""
        return f"/chat/{self.name}"

    @property
    def limit(self) -> float:
        """The seconds that an answer may take here."""
        return self.patience - ON_THE_WAY

    @property
    def budget(self) -> float:
        """The seconds of them that deciding may take."""
        return self.limit - self.reserve


def _slack() -> Adapter:
    from handler.chat import slack

    return slack


def _slack_scheme() -> Scheme:
    from handler.callers import slack

    return slack


def _mattermost() -> Adapter:
    from handler.chat import mattermost

    return mattermost


def _mattermost_scheme() -> Scheme:
    from handler.callers import mattermost

    return mattermost


def _wecom() -> Adapter:
    from handler.chat import wecom

    return wecom


def _wecom_url_check() -> UrlCheck:
    from handler.chat import wecom

    return wecom.url_check


def _wecom_scheme() -> Scheme:
    from handler.callers import wecom

    return wecom


def _wecom_bot() -> Adapter:
    from handler.chat import wecom_bot

    return wecom_bot


def _wecom_bot_url_check() -> UrlCheck:
    from handler.chat import wecom_bot

    return wecom_bot.url_check


def _wecom_bot_scheme() -> Scheme:
    from handler.callers import wecom_bot

    return wecom_bot


def _dingtalk() -> Adapter:
    from handler.chat import dingtalk

    return dingtalk


def _dingtalk_scheme() -> Scheme:
    from handler.callers import dingtalk

    return dingtalk


def _feishu() -> Adapter:
    from handler.chat import feishu

    return feishu


def _feishu_scheme() -> Scheme:
    from handler.callers import feishu

    return feishu


def _teams() -> Adapter:
    from handler.chat import teams

    return teams


def _teams_scheme() -> Scheme:
    from handler.callers import teams

    return teams


def _discord() -> Adapter:
    from handler.chat import discord

    return discord


def _discord_scheme() -> Scheme:
    from handler.callers import discord

    return discord


PLATFORMS = (
    Platform(
        "slack", "Slack", 3.0, _FORM, _JSON, _slack, _slack_scheme, unasked="a check of the certificate"
    ),
    Platform(
        *("mattermost", "Mattermost", 3.0, _FORM, _JSON, _mattermost, _mattermost_scheme),
        risk="a request holds its token and no time: whoever has seen one can send it, or others, for ever.",
    ),
    Platform(
        *("wecom", "WeCom", 5.0, _XML, _XML, _wecom, _wecom_scheme),
        url_check=_wecom_url_check,
        unasked="an event",
        language=CHINESE,
    ),
    Platform(
        *("wecom-bot", "WeCom smart bot", 5.0, _JSON, _JSON, _wecom_bot, _wecom_bot_scheme),
        url_check=_wecom_bot_url_check,
        unasked="an event",
        language=CHINESE,
    ),
    Platform(
        *("dingtalk", "DingTalk", 3.0, _JSON, _JSON, _dingtalk, _dingtalk_scheme),
        risk="its signature does not cover the message: whoever has seen a request can send others for five"
        " minutes, in anybody's name.",
        language=CHINESE,
    ),
    Platform(
        *("feishu", "Feishu", FEISHU, _JSON, _JSON, _feishu, _feishu_scheme),
        unasked="a message, whose reply goes through Feishu's API",
        reserve=0.8,
        language=CHINESE,
    ),
    Platform("teams", "Teams", 5.0, _JSON, _JSON, _teams, _teams_scheme, unasked="what is no message"),
    Platform("discord", "Discord", 3.0, _JSON, _JSON, _discord, _discord_scheme),
)

BY_NAME = {platform.name: platform for platform in PLATFORMS}
BY_PATH = {platform.path: platform for platform in PLATFORMS}
