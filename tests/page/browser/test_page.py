"""The page in a real browser, against the function behind its gateway."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.keys import forms
from tests.page.browser.conftest import ID, Scene, Visitor

LINE = forms.line(*forms.SOUND["3072"])
OTHER = forms.line(*forms.SOUND["4096"])
ED25519 = forms.other_keys()["ed25519"]
PRIVATE = forms.private_keys()
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


def fingerprint(line: str) -> str:
    """Return what ssh-keygen prints of a line."""
    return forms.sha256(base64.b64decode(line.split()[1]))


def no_barrier(visitor: Visitor) -> None:
    """Let axe-core look at what is shown."""
    found = Axe().run(visitor.page)
    assert found.violations_count == 0, found.generate_report()


def test_pasted_key_is_shown_checked_and_imported(visitor: Visitor, scene: Scene) -> None:
    """A paste shows type, size and fingerprint; the dry run gives the verdict, the button imports."""
    page = visitor.open()
    no_barrier(visitor)
    visitor.paste(f"{LINE} alice@laptop\n")
    visitor.says("This key can be handed in")
    assert page.inner_text("#fingerprint") == fingerprint(LINE)
    assert "3072" in page.inner_text("#bits")
    assert page.inner_text("#name") == "onb_alice"
    assert len(list(scene.cvm.account)) == 0
    no_barrier(visitor)
    visitor.send()
    visitor.says("Done: your key is in place")
    (pair,) = scene.cvm.account
    assert page.inner_text("#done-id") == pair.key_id
    assert page.inner_text("#done-fingerprint") == fingerprint(LINE)
    assert page.evaluate("document.activeElement.id") == "outcome"
    assert b"alice@laptop" not in scene.proxy.sent
    no_barrier(visitor)


def test_dropped_file_is_read(visitor: Visitor) -> None:
    """A file that is dropped on the page is read in place of a paste."""
    visitor.open()
    visitor.drop("id_rsa.pub", f"{LINE} alice\n")
    visitor.says("This key can be handed in")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_chosen_file_is_read(visitor: Visitor, tmp_path: Path, encoding: str) -> None:
    """A file can be chosen with the button, also one that PowerShell has written."""
    file = tmp_path / "id_rsa.pub"
    file.write_bytes(f"{LINE} alice\r\n".encode(encoding))
    page = visitor.open()
    with page.expect_file_chooser() as chooser:
        page.click("#choose")
    chooser.value.set_files(file)
    visitor.says("This key can be handed in")


def test_large_file_is_not_read(visitor: Visitor, scene: Scene) -> None:
    """A file that is too large for a public key is named as that."""
    visitor.open()
    visitor.drop("film.mp4", "x" * 70_000)
    visitor.says("too large")
    assert b"POST" not in scene.proxy.sent


@pytest.mark.parametrize("form", PRIVATE)
@pytest.mark.parametrize("way", ["paste", "drop"])
def test_private_key_never_leaves(visitor: Visitor, scene: Scene, form: str, way: str) -> None:
    """A private key in any form is refused, taken out of the page, and no byte of it is sent."""
    page = visitor.open()
    if way == "paste":
        visitor.paste(PRIVATE[form])
    else:
        visitor.drop("id_rsa", PRIVATE[form])
    visitor.says("This is a private key")
    assert page.input_value("#text") == ""
    page.wait_for_timeout(500)
    visitor.says("This is a private key")
    assert b"POST" not in scene.proxy.sent
    assert not any(line.encode() in scene.proxy.sent for line in PRIVATE[form].split() if len(line) > 20)


@pytest.mark.parametrize(
    ("text", "says"),
    [(ED25519, "not an RSA key"), (LINE[:200], "damaged or cut off"),
     ("hello", "not the line of a public key"), (f"{LINE}\n{OTHER}", "more than one key")],
)  # fmt: skip
def test_wrong_text_is_refused_before_anything_is_sent(
    visitor: Visitor, scene: Scene, text: str, says: str
) -> None:
    """Other types, broken lines and other texts are named here, and nothing is sent."""
    visitor.open()
    visitor.paste(text)
    visitor.says(says)
    no_barrier(visitor)
    assert b"POST" not in scene.proxy.sent


def test_broken_line_is_joined_on_request(visitor: Visitor, scene: Scene) -> None:
    """A key in pieces is refused, and joined when the person says so."""
    page = visitor.open()
    visitor.paste(forms.wrap(LINE))
    visitor.says("broken into pieces")
    assert b"POST" not in scene.proxy.sent
    page.click("#join")
    visitor.says("This key can be handed in")
    assert page.input_value("#text") == LINE


def test_token_is_nowhere_after_loading(visitor: Visitor) -> None:
    """The token is out of the address bar and of the session's history, and is no part of the page."""
    link = visitor.scene.link()
    secret = link.partition("#")[2]
    page = visitor.open(link)
    assert page.url == visitor.scene.url
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    assert secret not in json.dumps(
        [entry["url"] for entry in history["entries"] if entry["url"] != "about:blank"]
    )
    assert secret not in page.content()
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    page.reload()
    visitor.says("The invitation is missing")
    no_barrier(visitor)


@pytest.mark.parametrize("hash_", ["", "#", "#abc", "#a.b.c", "#<img>"])
def test_link_without_invitation_says_so(visitor: Visitor, hash_: str) -> None:
    """A link that was cut off leads to a sentence about it."""
    visitor.open(visitor.scene.url + hash_)
    visitor.says("The invitation is missing")


def test_another_link_in_the_same_window_is_taken(visitor: Visitor) -> None:
    """A second link that is opened in the same window counts from then on."""
    page = visitor.open(visitor.scene.url)
    visitor.open(visitor.scene.link(key_name="onb_bob"))
    assert page.inner_text("#name") == "onb_bob"
    assert "#" not in page.url


@pytest.mark.parametrize("case", ["expired", "revoked", "forged"])
def test_invitation_that_does_not_hold(visitor: Visitor, scene: Scene, case: str) -> None:
    """Expired, revoked or forged: the same sentence, and nothing is imported."""
    link = scene.link(expires=1_700_000_000) if case == "expired" else scene.link()
    if case == "revoked":
        scene.write_callers(ID)
    visitor.open(link + ("A" if case == "forged" else ""))
    visitor.paste(LINE)
    visitor.says("This invitation is not valid")
    no_barrier(visitor)
    assert len(list(scene.cvm.account)) == 0


def test_second_use(visitor: Visitor) -> None:
    """The same key again is in place already; another key is told that one is there."""
    visitor.open()
    visitor.paste(LINE)
    visitor.says("This key can be handed in")
    visitor.send()
    visitor.says("Done")
    visitor.open(visitor.scene.url)
    visitor.open()
    visitor.paste(LINE)
    visitor.says("Your key is in place already")
    visitor.open(visitor.scene.url)
    visitor.open()
    visitor.paste(OTHER)
    visitor.says("Another key is there already")


def test_weak_key_is_told_in_the_servers_words(visitor: Visitor) -> None:
    """What only the server judges is shown with its detail and remedy."""
    visitor.open()
    visitor.paste(forms.line(*next(iter(forms.WEAK.values()))))
    visitor.says("ssh-keygen")


def test_cvm_down_and_back(visitor: Visitor, scene: Scene) -> None:
    """When CVM is away the page says so and offers another attempt, which then succeeds."""
    page = visitor.open()
    scene.cvm.fault("DescribeKeyPairs", "throttle", times=None)
    visitor.paste(LINE)
    visitor.says("The cloud is busy")
    no_barrier(visitor)
    scene.cvm.clear()
    page.locator("#again[aria-disabled=false]").click()
    visitor.says("This key can be handed in")


def test_connection_lost_and_back(visitor: Visitor, scene: Scene) -> None:
    """When no answer comes the page says so, and another attempt helps."""
    page = visitor.open()
    scene.proxy.cut = True
    visitor.paste(LINE)
    visitor.says("No answer came")
    scene.proxy.cut = False
    page.click("#again")
    visitor.says("This key can be handed in")


def test_slow_network_is_borne_with(visitor: Visitor, scene: Scene) -> None:
    """While an answer is on its way the page says what it does, and it does it once."""
    page = visitor.open()
    visitor.paste(LINE)
    visitor.says("This key can be handed in")
    scene.proxy.delay = 1.5
    scene.proxy.sent.clear()
    page.dblclick("#send")
    visitor.says("Handing in…")
    visitor.says("Done")
    assert scene.proxy.sent.count(b"POST /key-pairs") == 1


def test_keyboard_alone(visitor: Visitor) -> None:
    """With Tab and Enter alone a key can be handed in, and the focus is always to be seen."""
    page = visitor.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "language"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.insert_text(LINE)
    visitor.says("This key can be handed in")
    for _ in range(5):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none"
        if page.evaluate("document.activeElement.id") == "send":
            break
    page.keyboard.press("Enter")
    visitor.says("Done")


@pytest.mark.parametrize(
    "looks",
    [
        {"color_scheme": "dark"},
        PHONE,
        {**PHONE, "color_scheme": "dark", "locale": "zh-CN"},
        {"forced_colors": "active"},
        {"viewport": {"width": 320, "height": 480}},
    ],
)
def test_every_look(visitor: Visitor, looks: dict[str, Any]) -> None:
    """On a phone, in the dark, in Chinese and with forced colours nothing overflows and axe finds nothing."""
    page = visitor.open()
    page.click("summary")
    visitor.paste(LINE)
    page.locator("#send").filter(visible=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    no_barrier(visitor)
    visitor.send()
    page.locator("#outcome").filter(visible=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    no_barrier(visitor)


@pytest.mark.parametrize("looks", [{"locale": "zh-CN"}])
def test_chinese_and_back(visitor: Visitor, looks: dict[str, Any]) -> None:
    """A Chinese browser gets Chinese; the switch leads to English and back, whatever is shown."""
    page = visitor.open()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == "提交您的 SSH 公钥"
    visitor.paste(LINE)
    visitor.says("此公钥可以提交")
    page.click("#language")
    visitor.says("This key can be handed in")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("#language")
    visitor.says("此公钥可以提交")
