"""A browser, and the function behind its gateway with a stand-in for CVM and a proxy before it."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from handler.invitations import token
from handler.invitations.token import Invitation
from local import cvm, gateway
from tests.page.browser.proxy import Proxy, between

ROOT = Path(__file__).parents[3]
SECRET = b"the page's own secret of a test!"
CALLER = {
    "id": "onboarding",
    "auth": {"scheme": "api-key", "sha256": ["ab" * 32]},
    "allow": {"invite": True, "keyNames": ["onb_*"]},
}
ID = "0123456789abcdefghijk_"
SWITCHES = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Scene(NamedTuple):
    """What is behind the page."""

    cvm: cvm.StandIn
    proxy: Proxy
    callers: Path

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.proxy.port}/hand-in"

    def link(self, **members: Any) -> str:
        """Return a link as an invitation has it."""
        made = Invitation(ID, "onboarding", "onb_alice", int(time.time()) + 3600)._replace(**members)
        return f"{self.url}#{token.signed_token(made, SECRET)}"

    def write_callers(self, *revoked: str) -> None:
        """Write the callers file, which the function reads at every call."""
        file = {"callers": [CALLER], **({"revokedInvitations": list(revoked)} if revoked else {})}
        self.callers.write_text(json.dumps(file))


class Visitor:
    """Somebody who looks at the page; what the browser complains of is kept.

    Attributes:
        page: the page.
        faults: errors of scripts and breaches of the policy.
        requests: every address that was asked.
    """

    def __init__(self, context: BrowserContext, scene: Scene) -> None:
        self.page: Page = context.new_page()
        self.scene = scene
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("request", self._asked)
        self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " (event) => console.error('policy ' + event.blockedURI))"
        )

    def _heard(self, kind: str, text: str) -> None:
        # The browser itself reports each answer of 400 and more; those are what many tests are about.
        if kind in ("error", "warning") and not text.startswith("Failed to load resource:"):
            self.faults.append(text)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def open(self, link: str = "") -> Page:
        """Open a link, by default that of a good invitation."""
        self.page.goto(link or self.scene.link())
        return self.page

    def paste(self, text: str) -> None:
        """Put a text into the field at once, as a paste does."""
        self.page.evaluate(
            "(text) => { const field = document.getElementById('text'); field.focus(); field.value = '';"
            " document.execCommand('insertText', false, text); }",
            text,
        )

    def drop(self, name: str, text: str) -> None:
        """Drop a file on the page."""
        self.page.evaluate(
            "([name, text]) => { const data = new DataTransfer(); data.items.add(new File([text], name));"
            " for (const kind of ['dragover', 'drop']) document.getElementById('drop').dispatchEvent("
            "new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data})); }",
            [name, text],
        )

    def says(self, text: str) -> None:
        """Wait until the page says something about the key or the answer."""
        self.page.locator("#verdict, #outcome, #unusable").filter(visible=True).filter(
            has_text=text
        ).wait_for()

    def send(self) -> None:
        """Press the button."""
        self.page.click("#send")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, as the machine has it."""
    switches = [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=switches
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def _scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    callers = tmp_path_factory.mktemp("callers") / "callers.json"
    with cvm.serve(cvm.Options(rate=0)) as stand_in:
        options = gateway.Options(
            environment={
                "CVM_ENDPOINT": stand_in.url,
                "CALLERS_FILE": str(callers),
                "INVITATION_SECRETS": "INVITATION_SECRET",
                "INVITATION_SECRET": f"whsec_{base64.b64encode(SECRET).decode()}",
                "TIME_BUDGET_MS": "4000",
            },
            credentials=stand_in.mint,
            init_timeout=120,
            python=str(ROOT / ".venv" / "bin" / "python"),
        )
        with gateway.serve(options) as front, between(int(front.url.rpartition(":")[2])) as proxy:
            yield Scene(stand_in, proxy, callers)


@pytest.fixture
def scene(_scene: Scene) -> Scene:
    """Return the scene with an empty account, a fast network and no invitation revoked."""
    _scene.cvm.clear()
    _scene.proxy.sent.clear()
    _scene.proxy.delay, _scene.proxy.cut = 0.0, False
    _scene.write_callers()
    return _scene


@pytest.fixture
def looks() -> dict[str, Any]:
    """How this visitor's browser is set up; a test may override it."""
    return {}


@pytest.fixture
def visitor(browser: Browser, scene: Scene, looks: dict[str, Any]) -> Iterator[Visitor]:
    """Somebody with a fresh browser. Whatever a test does, no script fails and nothing else is asked."""
    context = browser.new_context(**{"locale": "en-US", **looks})
    someone = Visitor(context, scene)
    yield someone
    context.close()
    assert someone.faults == []
    assert {url.split("#")[0] for url in someone.requests} <= {
        scene.url,
        scene.url.replace("hand-in", "key-pairs"),
    }
