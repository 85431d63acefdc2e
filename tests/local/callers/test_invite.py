"""`python -m local.callers invite`: an invitation without a call of the function."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.callers.__main__ import main
from local.cvm import Options, serve
from tests.handler.invitations.scene import ENVIRON, INVITER, PAGE, function, redeem


@pytest.fixture
def callers(tmp_path: Path) -> str:
    """Return a callers file with somebody who may invite."""
    path = tmp_path / "callers.json"
    path.write_text(json.dumps({"callers": [INVITER]}))
    return str(path)


def test_offline_invitation_is_redeemed(callers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is made here holds at the function, with project, region and tags."""
    line = ["invite", "onb_a", "--caller", "onboarding", "--callers", callers, "--json"]
    line += ["--project", "0", "--region", "ap-shanghai", "--tag", "owner=alice=b", "--expires-in", "300"]
    assert main(line, ENVIRON) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["url"] == f"{PAGE}#{made['token']}"
    with serve(Options(rate=0)) as cvm, function(cvm) as asked:
        answer = redeem(asked, made["token"])
    assert (answer.status, answer.json["region"]) == (201, "ap-shanghai")
    assert answer.json["tags"]["owner"] == "alice=b"


def test_link_is_told_with_how_to_take_it_back(callers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """People get the link, its end, and the id to revoke it by; without PAGE_URL the token."""
    assert main(["invite", "onb_a", "--caller", "onboarding", "--callers", callers], ENVIRON) == 0
    printed = capsys.readouterr().out
    assert f"    {PAGE}#ey" in printed
    assert "revokedInvitations" in printed
    bare = {**ENVIRON, "PAGE_URL": ""}
    assert main(["invite", "onb_a", "--caller", "onboarding", "--callers", callers], bare) == 0
    assert "set PAGE_URL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "more", "environ", "says"),
    [
        ("onb_a", [], {}, "INVITATION_SECRETS is not set"),
        ("onb_a", [], {**ENVIRON, "PAGE_URL": "x"}, "PAGE_URL is wrong"),
        ("root", [], ENVIRON, "`keyNames`"),
        ("a b", ["--expires-in", "1"], ENVIRON, "/expiresIn: "),
        ("onb_a", ["--caller", "nobody"], ENVIRON, "There is no caller nobody"),
    ],
)
def test_what_the_function_would_refuse_is_not_made(
    callers: str,
    capsys: pytest.CaptureFixture[str],
    name: str,
    more: list[str],
    environ: dict[str, str],
    says: str,
) -> None:
    """The same rules hold as online; a sentence says what is wrong, and the exit code is 1."""
    assert main(["invite", name, "--caller", "onboarding", "--callers", callers, *more], environ) == 1
    printed = capsys.readouterr()
    assert says in printed.err
    assert printed.out == ""
