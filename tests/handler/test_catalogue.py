"""Which language a reader gets."""

from __future__ import annotations

import gettext
import re

import pytest

from handler import catalogue
from handler.catalogue import CHINESE, translator
from handler.sentence import Sentence, translated
from local import examples, problem_docs
from local.in_process import API_KEY, ROOT, Function, HttpAnswer, Json
from package import translations


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ([], "en"),
        ([""], "en"),
        (["zh"], "zh-CN"),
        (["ZH-cn"], "zh-CN"),
        (["zh-TW"], "zh-CN"),
        (["zh-Hans-CN, en;q=0.5"], "zh-CN"),
        (["en, zh"], "en"),
        (["zh, en"], "zh-CN"),
        (["en;q=0.8, zh;q=0.9"], "zh-CN"),
        (["en;q=0.9, zh;q=0.9"], "en"),
        (["zh;q=0"], "en"),
        (["en;q=0, zh;q=0.001"], "zh-CN"),
        (["fr, zh;q=0.1"], "en"),
        (["*"], "en"),
        (["*, zh;q=0.9"], "en"),
        (["zhx"], "en"),
        (["zh;q=2"], "en"),
        (["zh;q=1.001"], "en"),
        (["zh;q=x"], "en"),
        (["zh;q=0.1234"], "en"),
        (["zh;q=0.²"], "en"),
        (["zh;level=1"], "en"),
        (["zh ; Q=1.000"], "zh-CN"),
        (["fr;q=0.1", "zh"], "zh-CN"),
        ([",".join(["fr;q=0.1"] * 40 + ["zh"])], "en"),
    ],
)
def test_the_highest_quality_decides(header: list[str], language: str) -> None:
    """The first on a tie; what is not Chinese is English; what cannot be read is left out."""
    assert catalogue.preferred(header) == language


def test_a_sentence_is_english_and_can_be_translated() -> None:
    """Its values are filled in afterwards, and sentences among them are translated too."""
    inner = Sentence("the key")
    sentence = Sentence("{what} stands there {count} times.", what=inner, count=2)
    assert sentence == "the key stands there 2 times."
    chinese = {"the key": "公钥", "{what} stands there {count} times.": "{what}出现了 {count} 次。"}
    assert translated(sentence, chinese.__getitem__) == "公钥出现了 2 次。"
    assert translated("skey-1", chinese.__getitem__) == "skey-1"
    assert translated(Sentence("{user} is kept"), str) == "{user} is kept"


def test_messages_are_those_that_gettext_reads() -> None:
    """Each message of the catalogue, the first and the last one too, and none that is not in it."""
    with (ROOT / translations.COMPILED).open("rb") as file:
        read = gettext.GNUTranslations(file)
    messages = list(read._catalog)  # type: ignore[attr-defined] # all of them

    assert len(messages) > 100
    for message in [*messages, "A", "No such sentence", "~", "在"]:
        assert translator(CHINESE)(Sentence(message)) == read.gettext(message)


def test_no_refusal_of_a_key_keeps_an_english_sentence() -> None:
    """Every reason has Chinese in detail and remedy, and no words in a row outside of code."""
    for name, reason in problem_docs.reasons():
        problem = reason.problem(**problem_docs.COUNTS)
        for sentence in (problem.title, problem.detail, problem.remedy):
            chinese = translator(CHINESE)(sentence)
            plain = re.sub("`[^`]*`", "", chinese)
            assert re.search("[\u4e00-\u9fff]", plain), name
            assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", plain), (name, plain)


def test_a_refusal_is_written_in_the_language_of_its_reader() -> None:
    """In ASCII JSON, with the headers that say so; codes and members stay as they are."""
    with Function() as function:
        headers = {"authorization": f"Bearer {API_KEY}", "accept-language": "zh-CN,zh;q=0.9"}
        answer = function.ask("POST", "/key-pairs", "nonsense", headers=headers)
    assert answer.headers["Content-Language"] == "zh-CN"
    assert answer.headers["Vary"].startswith("Accept-Language")
    assert answer.text.isascii()
    assert re.search("[\u4e00-\u9fff]", answer.json["detail"])
    assert answer.json["code"] == "malformed-json"


class _AskedInChinese(Function):
    """The function, whose callers read Chinese."""

    def answer(self, event: Json, context: object = None) -> HttpAnswer:
        """Hand in an HTTP event with the header that says so."""
        return super().answer({**event, "headers": {**event["headers"], "accept-language": "zh-CN"}}, context)


def test_no_answer_keeps_an_english_sentence() -> None:
    """Title, detail, remedy and errors are Chinese in every problem that the contract has an example of."""
    for name, problem in examples.record(_AskedInChinese).problems.items():
        if name.startswith(("invalid-public-key.", "weak-public-key.", "internal-error")):
            continue  # are written by the gate's reasons alone, see above
        sentences = [problem["title"], problem["detail"], problem["remedy"]]
        for sentence in sentences + [error["detail"] for error in problem.get("errors", ())]:
            plain = re.sub("`[^`]*`", "", sentence)
            assert re.search("[\u4e00-\u9fff]", plain), (name, sentence)
            assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", plain), (name, plain)
