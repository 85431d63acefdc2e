"""The pictures of the page in the docs: `make page-pictures` takes them anew."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.keys import forms
from tests.page.browser.conftest import Visitor

LINE = forms.line(*forms.SOUND["3072"])
DESKTOP = {"viewport": {"width": 860, "height": 640}}
PHONE = {"viewport": {"width": 390, "height": 720}, "is_mobile": True, "has_touch": True}
CHINESE = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("hand-in-ready", DESKTOP),
        ("hand-in-ready.zh-CN", {**DESKTOP, **CHINESE}),
        ("hand-in-done", {**PHONE, "color_scheme": "dark"}),
        ("hand-in-done.zh-CN", {**PHONE, **CHINESE}),
        ("hand-in-private", {**PHONE, "color_scheme": "dark"}),
        ("hand-in-private.zh-CN", {**PHONE, **CHINESE}),
    ],
)
def test_picture(visitor: Visitor, tmp_path: Path, name: str, looks: dict[str, Any]) -> None:
    """Each main state can be pictured in both languages, and the picture stays small."""
    page = visitor.open(visitor.scene.link(expires=int(time.time()) // 86_400 * 86_400 + 2 * 86_400))
    if "private" in name:
        visitor.paste(forms.private_keys()["OpenSSH"])
        page.locator("#verdict .bad").wait_for()
    else:
        visitor.paste(f"{LINE} alice@laptop")
        page.locator("#send").filter(visible=True).wait_for()
    if "done" in name:
        visitor.send()
        page.locator("#outcome").filter(visible=True).wait_for()
    page.evaluate("document.activeElement.blur(); document.getElementById('text').scrollTop = 0")
    file = Path(os.environ.get("PICTURES") or tmp_path) / f"{name}.png"
    page.screenshot(path=file, full_page=True)
    assert 5_000 < file.stat().st_size < 150_000
