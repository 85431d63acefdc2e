"""What the fuzzed function has around it: secrets that are marked, a caller of every scheme, a stand-in."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import index
from handler import main
from handler.ambient import REAL
from handler.callers import standard_webhooks
from handler.chat import feishu_api
from handler.upstream import transport
from local import chat, cos, cvm, events, feishu
from local.in_process import API_KEY, Json, caller, public_keys

MESSAGE_ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
SIGNING_KEY = hashlib.sha256(b"a marked secret for webhooks").digest()
WEBHOOK_SECRET = "whsec_" + base64.b64encode(SIGNING_KEY).decode()
CREDENTIAL = cvm.Credential("AKIDmarkedSecretId00", "marked-secret-key-000000", "marked-session-token-000")

#: Texts that no reply and no log may hold.
SECRETS = (API_KEY, WEBHOOK_SECRET[6:], *CREDENTIAL, *chat.VARIABLES.values())

RECORDED: dict[str, Any] = {
    path.stem: events.fill(events.load(path), {"PUBLIC_KEY": public_keys()[0], "API_KEY": API_KEY})
    for path in sorted(events.EVENTS.glob("*.json"))
}
SOURCES = sorted({source for event in RECORDED.values() for source in events.sources(event)})


class Surroundings(NamedTuple):
    """The stand-ins that the function reaches."""

    cvm: cvm.StandIn
    feishu: feishu.FeishuApi

    def clear(self) -> None:
        """Let them be as new."""
        self.cvm.clear()
        self.feishu.clear()


def callers() -> list[Json]:
    """Return entries for an API key, webhooks, each recorded source and each chat platform."""
    triggers = [
        {"id": f"trigger-{number}", "auth": {"scheme": "trigger", "source": source}}
        for number, source in enumerate(SOURCES)
    ]
    webhooks = {
        "id": "webhooks",
        "auth": {"scheme": "standard-webhooks", "secretEnv": ["WEBHOOK_SECRET"]},
        "allow": {"keyNames": ["onb_*"], "minBits": 3072, "requiredTags": ["owner"]},
        "tags": {"imported-by": "onboarding"},
    }
    rules = {"look": True}
    return [caller(allow=rules), webhooks, *triggers, *({**each, "allow": rules} for each in chat.CALLERS)]


def signed(event: Json) -> Json:
    """Return an HTTP event with the signature that the webhooks' caller would put on it now."""
    stamp = str(int(time.time()))
    content = f"{MESSAGE_ID}.{stamp}.".encode() + str(event["body"]).encode("utf-8", "surrogatepass")
    proof = standard_webhooks.sign(SIGNING_KEY, content).decode()
    headers = {
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{proof}",
        "content-type": "application/json",
    }
    return {**event, "headers": headers}


def handed_in(event: Any, context: Any) -> tuple[Any, str]:
    """Return what the function returns, and what it writes meanwhile."""
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        answer = index.main_handler(event, context)
    return answer, written.getvalue()


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Surroundings]:
    """Give this process the environment of the function, with stand-ins that take anything."""
    file = folder / "callers.json"
    file.write_text(json.dumps({"callers": callers()}), encoding="utf-8")
    options = cvm.Options(rate=0, quota=0, any_project=True, any_region=True, credentials=(CREDENTIAL,))
    secret = chat.VARIABLES["FEISHU_APP_SECRET"]
    with (
        cvm.serve(options) as running,
        cos.serve(keyring=running.keyring) as store,
        feishu.serve(feishu.Options(app_id=chat.APP, app_secret=secret, rate=0, chat_rate=0)) as lark,
        pytest.MonkeyPatch.context() as patch,
    ):
        for bucket, key in (place for event in RECORDED.values() for place in events.objects(event)):
            store.put(bucket, key, public_keys()[0].encode())
        variables = {
            "CALLERS_FILE": str(file),
            "CVM_ENDPOINT": running.url,
            "COS_ENDPOINT": store.url,
            "TENCENTCLOUD_REGION": "ap-guangzhou",
            "TENCENTCLOUD_SECRETID": CREDENTIAL.secret_id,
            "TENCENTCLOUD_SECRETKEY": CREDENTIAL.secret_key,
            "TENCENTCLOUD_SESSIONTOKEN": CREDENTIAL.token,
            "WEBHOOK_SECRET": WEBHOOK_SECRET,
            **chat.VARIABLES,
            "FEISHU_ENDPOINT": lark.url,
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        # A second of a chat's patience lasts twenty here, so that a busy machine does not use it up.
        patch.setattr(main, "REAL", REAL._replace(monotonic=lambda: time.monotonic() / 20))
        yield Surroundings(running, lark)
        # Kept connections and tokens would outlive the stand-ins.
        transport.forget()
        feishu_api.forget()
