"""Cold starts of a chat: whether the answer is there before the platform gives up."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from bench import cold
from bench.events import PUBLIC_KEY
from bench.instance import Instances, cost, task
from bench.subjects import Subject
from handler.chat import platforms
from local import chat, feishu
from local.gateway import cpu

_PART = cpu.share(512)

#: How much slower a processor of 512 MB is than one of this machine.
SHARE = 1 / _PART

#: Millions of instructions from cold that a refusal may cost.
REFUSAL = 250

#: The packages that a refusal needs: Discord's signatures are on a curve.
NEEDED = {"discord": ("cryptography",)}

PLATFORMS = tuple(platform.name for platform in platforms.PLATFORMS)

#: How an answer begins that tells of an import, in each language.
_IMPORTED = ("Imported as", "已导入为")

# Base64 keeps its filling at the end.
_STRANGER = chat.Sender(
    variables={
        name: value.rstrip("=")[::-1] + "=" * value.count("=") for name, value in chat.VARIABLES.items()
    }
)


class ColdAnswer(NamedTuple):
    """A cold start until the answer: seconds of the processor here, and as many as the platform waits."""

    cpu: float
    patience: float

    @property
    def seconds(self) -> float:
        """How long it would take at 512 MB."""
        return self.cpu * SHARE


class _WithChat(Instances):
    """Processes that know a caller of each platform, and a stand-in for Feishu's API."""

    feishu = ""

    def environ(self, subject: Subject) -> dict[str, str]:
        """Return the environment with the platforms' secrets in it."""
        # Instructions are counted over HTTPS, on a clock that stands still.
        still = {"BENCH_STILL": "1"} if self._port else {}
        own = {**chat.VARIABLES, "FEISHU_ENDPOINT": self.feishu, **still}
        return {**super().environ(subject), **own}


@contextmanager
def instances(python: Path, endpoint: str, port: int = 0) -> Iterator[Instances]:
    """Yield what starts processes that know a caller of each platform; see `bench.instance.Instances`."""
    with tempfile.TemporaryDirectory() as folder:
        callers = Path(folder) / "callers.json"
        callers.write_text(json.dumps({"callers": list(chat.CALLERS)}), encoding="utf-8")
        made = _WithChat(python, endpoint, callers, port)
        secret = chat.VARIABLES["FEISHU_APP_SECRET"]
        with feishu.serve(feishu.Options(app_id=chat.APP, app_secret=secret, rate=0, chat_rate=0)) as lark:
            made.feishu = lark.url
            yield made


def clock(measured: Instances, ours: Subject, rounds: int) -> dict[str, ColdAnswer]:
    """Time cold messages that import a key, and WeCom's check of a URL; the best of all rounds counts.

    Raises ValueError where an answer is not what it must be.
    """
    best: dict[str, float] = {}
    for number in range(rounds):
        for player in chat.PLAYERS:
            text = "1616140317555161061"
            if player in PLATFORMS:
                text = f"import {player.replace('-', '_')}_{number:04} {PUBLIC_KEY}"
            spent = _once(measured, ours, chat.PLAYERS[player](text, chat.Sender()))
            best[player] = min(spent, best.get(player, spent))
    return {player: ColdAnswer(spent, chat.PATIENCE[player]) for player, spent in best.items()}


def counts(measured: Instances, ours: Subject) -> dict[str, cold.Counted]:
    """Count a message of each platform that imports a key, from cold.

    Raises ValueError where an answer is not what it must be.
    """
    found = {}
    for platform in PLATFORMS:
        sent = chat.PLAYERS[platform](
            f"import count_{platform.replace('-', '_')} {PUBLIC_KEY}", chat.Sender()
        )
        spent, instructions = measured.instructions(ours, [sent.event()])
        _require_answer(sent, spent.reply)
        found[platform] = cold.Counted(instructions / 1e6, cold.packages(spent.modules))
    return found


def refusals(measured: Instances, ours: Subject) -> dict[str, cold.Counted]:
    """Count a forged message of each platform, from cold."""
    return {
        platform: cold.count(measured, ours, chat.PLAYERS[platform]("help", _STRANGER).event(), 401)
        for platform in PLATFORMS
    }


def hanging(python: Path, ours: Subject) -> dict[str, float]:
    """Return the seconds from the start of a process to its end, while CVM takes requests and is silent.

    The process gets the share of a processor of 512 MB, and one message that is to import a key.

    Raises ValueError where there is no answer, or one that tells of an import.
    """
    found = {}
    with _silent() as endpoint, instances(python, endpoint) as measured:
        for platform in PLATFORMS:
            sent = chat.PLAYERS[platform](f"import hangs {PUBLIC_KEY}", chat.Sender())
            found[platform] = asyncio.run(_until_answered(measured, ours, sent))
    return found


@contextmanager
def _silent() -> Iterator[str]:
    """Yield the address of a server that lets everybody connect, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


async def _until_answered(measured: Instances, ours: Subject, sent: chat.PlatformRequest) -> float:
    began = time.monotonic()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *measured.command,
        env=measured.environ(ours),
        cwd="/",
        stdin=pipe,
        stdout=pipe,
        start_new_session=True,
    )
    governor = asyncio.create_task(cpu.govern(process.pid, _PART))
    output, _ = await process.communicate(task([sent.event()]).encode())
    seconds = time.monotonic() - began
    governor.cancel()
    with suppress(asyncio.CancelledError):
        await governor
    reply = cost(output.decode()).reply
    if reply["statusCode"] != 200 or any(words in reply["body"] for words in _IMPORTED):
        raise ValueError(f"Expected an answer that nothing is known, not {reply}")
    return seconds


def _once(measured: Instances, ours: Subject, sent: chat.PlatformRequest) -> float:
    with measured.start(ours) as process:
        output, _ = process.communicate(task([sent.event()]))
    spent = cost(output)
    _require_answer(sent, spent.reply)
    return spent.total


def _require_answer(sent: chat.PlatformRequest, reply: Any) -> None:
    seen = chat.seen(sent, reply["statusCode"], reply["body"], chat.Sender())
    if sent.path == platforms.BY_NAME["feishu"].path and not seen:
        return  # The reply went through the API; where that fails, the status is another.
    if not (any(words in seen for words in _IMPORTED) or seen.isdigit()):
        raise ValueError(f"Expected an import or an echo, not {seen}")
