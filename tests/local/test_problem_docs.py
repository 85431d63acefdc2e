"""The page about problems says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handler import problems
from local import problem_docs
from tests.keys import cases
from tests.keys.refusal import REASONS, refusal_of, variant_of

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("language", "name"), [("en", "problems.md"), ("zh-CN", "problems.zh-CN.md")])
def test_page_is_up_to_date(language: str, name: str) -> None:
    """Both pages are what the generator writes now."""
    command = f"python -m local.problem_docs --language {language} > docs/{name}"
    assert (DOCS / name).read_text("utf-8") == problem_docs.page(language), command


def test_the_chinese_page_has_no_english_sentence() -> None:
    """Every title, detail and remedy has Chinese in it."""
    for line in problem_docs.page("zh-CN").splitlines():
        if line.startswith(("- ", "| <a")):
            assert re.search("[\u4e00-\u9fff]", line), line


def test_nothing_is_left_out() -> None:
    """Every reason has an example, and every problem that can be raised is in the table."""
    assert set(problem_docs.EXAMPLES) == set(REASONS)
    for kind in (
        problems.MalformedJson,
        problems.Unauthenticated,
        problems.OutcomeUnknown,
        problems.InternalError,
    ):
        assert f'<a id="{kind.slug}"></a>`{kind.slug}` | {kind.status} |' in problem_docs.page()


@pytest.mark.parametrize("name", [name for name, text in problem_docs.EXAMPLES.items() if text[0] != "("])
def test_example_leads_to_its_reason(name: str) -> None:
    """An example, with the key material put in, is refused with the sentences it stands above."""
    assert variant_of(refusal_of(cases.expand(problem_docs.EXAMPLES[name]))) == name


def test_no_key_material_on_the_page() -> None:
    """Key material is shortened, and what cannot be seen is named."""
    page = problem_docs.page()
    assert max(len(word) for word in page.split()) < 64
    assert "{{" not in page
    assert "(byte order mark)ssh-rsa" in page
    assert "\ufeff" not in page
