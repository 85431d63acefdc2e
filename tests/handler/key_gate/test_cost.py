"""What a verdict on a key costs: no more than its text is long, and no primality test."""

from __future__ import annotations

import itertools
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests import growth
from tests.conftest import LONG
from tests.keys import forms
from tests.keys.refusal import reason_of

LINE = forms.line()
GOOD = forms.line(*forms.SOUND["4096"]) + " alice@laptop"


def test_a_good_key_costs_far_less_than_a_primality_test() -> None:
    """The whole gate costs an eighth, at most, of one round of Miller and Rabin's for RSA 4096."""
    _, n = forms.SOUND["4096"]

    assert growth.ratio(partial(reason_of, GOOD), partial(pow, 3, n - 1, n), 1 / 8) < 1 / 8


PARTS = [
    "A", "MII", "MIIE", "IBA", "AgEAM", "CAQEEI", "b3Blbn", "PRIVATE", "PRIVATE KE", "BEGIN ",
    "--BEGIN", "-", "kty\"d\":", "\"d\":\"", "&quot;d&quot;:", " ", "\n", "ssh-rsa ", "ssh-",
    "ssh-rsa AAAA", "AAAAB3Nz", "\\n", "&#1;", "%20", "\xe9", "\u674e", "\U0001f511", "\ud800",
    "\x00", "aa:", "x,", "no-pty,", "a=\"", "/", "SHA256:", "xabcd-", "[", ".", "\"", "END ",
    "Comment:", "a ", "\x1b[", "AAAA ", "=", "1",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS, ids=map(str, itertools.count()))
def test_no_text_takes_long(part: str) -> None:
    """What a text costs grows with its length, below what the length gate lets pass."""
    for start, size in (("", 16384), (LINE, 15000), (f"x {LINE} ", 15000)):
        worst = growth.exponent(reason_of, partial(growth.text, start, part), size)
        assert worst < growth.NEARLY_LINEAR, f"{part!r} behind {start[:9]!r}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", PARTS if LONG else ["A", "-", " ", "\n", "ssh-rsa ", "PRIVATE KE", "&quot;d&quot;:"]
)
def test_a_megabyte_costs_what_its_length_asks_for(part: str) -> None:
    """Nothing that comes before the length gate is quadratic, and nor is the gate."""
    assert growth.exponent(reason_of, partial(growth.text, "", part), 2**20) < growth.NEARLY_LINEAR


def test_numbers_over_the_largest_size_cost_nothing() -> None:
    """A modulus of 12 kB is refused by its size, before anything is computed with it."""
    text = "ssh-rsa " + forms.b64(forms.blob(65537, (1 << 97000) + 1))
    assert reason_of(text) == "too-large"
    assert growth.ratio(partial(reason_of, text), partial(reason_of, GOOD), 1) < 1


def test_refusal_imports_no_library() -> None:
    """Refusing a key, for its form or its weakness, imports no sshpubkeys and nothing below it."""
    program = (
        "import sys\n"
        "from handler import problems\n"
        "from handler.key_gate import public_key\n"
        "for text in sys.argv[1:]:\n"
        "    try:\n"
        "        public_key.parse(text, 2048)\n"
        "    except (problems.InvalidPublicKey, problems.WeakPublicKey) as problem:\n"
        "        print(problem.reason)\n"
        "print(*sorted({'sshpubkeys', 'cryptography', 'ecdsa', 'tencentcloud'} & set(sys.modules)))\n"
    )
    texts = [forms.line(*forms.WEAK["sparse-modulus", "ones-39"]), forms.other_keys()["ed25519"], "hello"]
    found = subprocess.run(
        [sys.executable, "-c", program, *texts],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
        text=True,
        timeout=60,
    )
    assert found.stdout.splitlines() == ["sparse-modulus", "wrong-algorithm", "not-a-key", ""]
