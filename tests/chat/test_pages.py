"""The set-up pages in `docs/chat/` say what is so, in English and in Chinese."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from handler.callers import file
from handler.chat import feishu_api, schemes
from handler.chat.platforms import BY_NAME
from handler.upstream import transport
from local import chat, feishu
from local.chat.__main__ import parser
from local.cvm import Options, serve
from local.in_process import REQUEST_ID, ROOT, Function, public_keys
from tests.handler.chat.scene import ALICE, AMBIENT, NOW

PAGES = sorted((ROOT / "docs" / "chat").glob("*.md"))
KEY = public_keys()[0]
SHORT = {
    "ssh-rsa AAAAB3Nz… alice@laptop": KEY,
    "ssh-ed25519 AAAAC3Nz… alice@laptop": (
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0pKLWlOiqcNi1x2mBvdkLgKHjwBKDAQp3wRgB0i7gK alice@laptop"
    ),
}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))


def blocks(page: Path, kind: str) -> list[str]:
    """Return the code blocks of a page that are of one kind."""
    text = re.sub(r"^ {3}", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_platform_has_its_pages() -> None:
    """Each platform has a page in English and one in Chinese, which lead to each other."""
    assert {page.name for page in PAGES} == {
        f"{platform}{end}.md" for platform in BY_NAME for end in ("", ".zh-CN")
    }
    for page in PAGES:
        other = page.name.replace(".md", ".zh-CN.md").replace(".zh-CN.zh-CN", "")
        assert f"]({other})" in page.read_text(encoding="utf-8").splitlines()[2]


@every_page
def test_the_entry_is_one_for_this_platform(page: Path) -> None:
    """What is to be written into callers.json is taken by the function and by the schema."""
    platform = page.name.partition(".")[0]
    (entry,) = blocks(page, "json")
    schema = json.loads((ROOT / "schemas" / "callers.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(entry))

    (caller,) = file.parse(entry.encode(), schemes).callers
    assert caller.auth.secrets(caller.id, chat.VARIABLES)
    text = page.read_text(encoding="utf-8")
    for variable in re.findall(r'"([A-Z_]{6,})"', entry):
        assert f"export {variable}=" in text
        assert f"{variable}: ${{env:{variable}}}\n" in text
        assert variable in chat.VARIABLES
    assert f".tencentscf.com/chat/{platform}" in text


@every_page
def test_it_looks_like_that(page: Path) -> None:
    """What is shown as typed is answered with what is shown below it, ids apart."""
    platform = page.name.partition(".")[0]
    shown = blocks(page, "text")
    assert len(shown) == 2
    feishu_api.forget()
    app = feishu.Options(app_id=chat.APP, app_secret=chat.VARIABLES["FEISHU_APP_SECRET"])
    with serve(Options(rate=0), lambda: NOW) as cvm, feishu.serve(app) as lark:
        for block in shown:
            typed, *expected = block.splitlines()
            for short, key in SHORT.items():
                typed = typed.replace(short, key)
            sent = chat.PLAYERS[platform](typed.removeprefix("> ").removeprefix("/sshkey "), ALICE)
            environ = {**chat.VARIABLES, "FEISHU_ENDPOINT": lark.url}
            language = "zh" if page.name.endswith(".zh-CN.md") else "en"
            callers = [{**caller, "language": language} for caller in chat.CALLERS]
            with Function(cvm, callers, AMBIENT, environ) as bot:
                answer = bot.answer(sent.event())
            seen = chat.seen(sent, answer.status, answer.text, ALICE) or lark.replies[-1].text
            for markup in ("**", "*", "`"):
                seen = seen.replace(markup, "")
            seen = re.sub("skey-[a-z0-9]{8}", "skey-4e5ty7i8", seen)
            assert [line.rstrip() for line in seen.splitlines()] == expected
            assert REQUEST_ID in seen or "created" in seen
        transport.forget()


@every_page
def test_the_two_languages_show_the_same(page: Path) -> None:
    """Code and commands are the same in both languages, values in words apart."""
    english = page.with_name(f"{page.name.partition('.')[0]}.md")
    for kind in ("json", "yaml"):
        assert blocks(page, kind) == blocks(english, kind)
    commands = [[line for line in block.splitlines() if "export" not in line] for block in blocks(page, "sh")]
    theirs = [
        [line for line in block.splitlines() if "export" not in line] for block in blocks(english, "sh")
    ]
    assert commands == theirs


@every_page
def test_causes_are_those_of_the_log(page: Path) -> None:
    """The causes that a page explains are causes that the code gives."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "handler").glob("c*/*.py"))
    causes = re.findall(r"`((?:bad|stale|unknown|wrong)-[a-z]+)`", page.read_text(encoding="utf-8"))

    assert causes
    for cause in causes:
        assert f'"{cause}"' in code


@every_page
def test_its_commands_work(page: Path) -> None:
    """Each command that plays the platform is answered as somebody whom the entry lists, or is given back."""
    (entry,) = blocks(page, "json")
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    played = [line.split("-m local.chat ")[1] for line in lines if "-m local.chat " in line]
    played = [line for line in played if not line.startswith("discord-register")]
    assert played
    for line in played:
        typed = parser().parse_args(shlex.split(line))
        sender = ALICE._replace(user=typed.user, team=typed.team, channel=typed.channel)
        sent = chat.PLAYERS[typed.platform](typed.text, sender)
        # A command without a URL is for `make serve`, which has callers of its own.
        callers = json.loads(entry)["callers"] if "--url" in line else list(chat.CALLERS)
        with Function(None, callers, AMBIENT, chat.VARIABLES) as bot:
            answer = bot.answer(sent.event())
        seen = chat.seen(sent, answer.status, answer.text, sender)
        assert "KEY_NAME" in seen if typed.text == "help" else seen == typed.text


@every_page
def test_a_reply_is_quoted_as_it_is(page: Path) -> None:
    """What a page says that a reply shows is in the catalogue, in English or in Chinese."""
    table = page.read_text(encoding="utf-8").rpartition("|---|---|\n")[2]
    quoted = re.findall(
        r"\*([^*]*(?:Tencent Cloud is busy|not allowed|send the same|腾讯云繁忙|无权|相同)[^*]*)\*", table
    )
    catalogue = (ROOT / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")

    assert len(quoted) >= 2
    for text in quoted:
        assert text.rstrip(".。") in catalogue


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """A link into another page leads to a heading that is there."""
    links = re.findall(r"\]\((\.\./[A-Za-z.-]+)#([a-z-]+)\)", page.read_text(encoding="utf-8"))
    assert links
    for path, anchor in links:
        assert path.endswith(".zh-CN.md") == page.name.endswith(".zh-CN.md")
        text = (page.parent / path).read_text(encoding="utf-8")
        headings = re.findall("^#+ (.*)$", text, re.MULTILINE)
        named = [re.sub("[^a-z -]", "", heading.lower()).replace(" ", "-") for heading in headings]
        assert anchor in [*named, *re.findall('<a id="([a-z-]+)"></a>', text)]
