"""The page is one small file with its policy, always the same, and holds nothing that the policy forbids."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from package import ROOT, translations
from page import __main__ as command
from page import build, sentences

BUILT = build.build()
HTML = BUILT.html.decode()


def between(start: str, end: str) -> str:
    """Return the one text between two marks."""
    (found,) = re.findall(f"{start}(.*?){end}", HTML, re.DOTALL)
    return str(found)


def test_committed_page_is_what_the_sources_make() -> None:
    """What the function serves is built from the sources as they are; `python -m page` mends it."""
    assert (command.DIST / "hand-in.html").read_bytes() == BUILT.html
    assert (command.DIST / "hand-in.csp").read_text("ascii") == BUILT.policy + "\n"


def test_same_sources_make_the_same_bytes() -> None:
    """Nothing of time or machine is in the page."""
    assert build.build() == BUILT


def test_page_is_small() -> None:
    """The page stays under 60 KB, both languages included."""
    assert len(BUILT.html) < build.LARGEST == 60_000


def test_policy_allows_the_page_alone() -> None:
    """The policy names the hashes of the one script and the one style, and the page's own origin."""
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (between("<script>", "</script>"), between("<style>", "</style>"))
    ]
    assert BUILT.policy == (
        f"default-src 'none'; script-src '{hashes[0]}'; style-src '{hashes[1]}'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    "forbidden",
    [r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", r"\beval\b|new Function|setTimeout\(\"",
     r"(?:src|href|action)\s*=", r"https?:|//[a-z]+\.", r"\sstyle=", r"\son[a-z]+=", r"@import|url\("],
)  # fmt: skip
def test_page_holds_nothing_that_fetches_or_makes_code(forbidden: str) -> None:
    """No address, no link, no inline handler and nothing that turns text into HTML or code."""
    assert not re.search(forbidden, HTML)


def test_script_cannot_be_ended_by_a_message() -> None:
    """Whatever the catalogue holds stays inside the script."""
    assert build._json({"a": "</script>"}) == '{"a":"\\u003c/script>"}'


def test_catalogue_holds_every_sentence() -> None:
    """Each sentence that the page shows has its Chinese, and every call of `t` is found."""
    script = (build.SOURCE / "hand-in.js").read_text("utf-8")
    found = [sentence for _, sentence in sentences.extracted(build.SOURCE)]

    assert set(build.messages()) == set(found)
    assert len(re.findall(r'\bt\(\s*"', script)) + HTML.count("data-text>") == len(found)


def test_the_function_does_not_load_what_the_page_alone_says() -> None:
    """The page carries its Chinese itself, and the function's catalogue stays small."""
    compiled = translations.compiled(ROOT)

    assert "已导入" in HTML
    assert "提交您的 SSH 公钥".encode() not in compiled


@pytest.mark.parametrize(("english", "chinese"), sorted(build.messages().items()))
def test_chinese_keeps_placeholders_and_commands(english: str, chinese: str) -> None:
    """A translation has the same placeholders and the same commands as its sentence."""
    assert re.search("[\u4e00-\u9fff]", chinese)
    for pattern in (r"\{\w+\}", "`[^`]+`"):
        assert sorted(re.findall(pattern, chinese)) == sorted(re.findall(pattern, english))


def test_copy_for_another_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an address, the copy holds its policy itself and may talk to that origin alone."""
    copy = tmp_path / "copy.html"
    assert command.main(["--api", "https://keys.example.com/in/key-pairs", "--output", str(copy)]) == 0
    html = copy.read_text("utf-8")
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]+)">', html)
    assert "connect-src https://keys.example.com;" in policy
    assert "frame-ancestors" not in policy
    assert 'const API = "https://keys.example.com/in/key-pairs";' in html
    assert html.index("Content-Security-Policy") < html.index("<style>") < html.index("<script>")
    assert str(copy) in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["--api", "https://keys.example.com/key-pairs"], ["--output", "copy.html"],
     ["--api", "http://keys.example.com/", "--output", "c"],
     ["--api", "https://a'; img-src *", "--output", "c"]],
)  # fmt: skip
def test_wrong_command_lines(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An address that is none, or half of a pair of options, is refused with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err
