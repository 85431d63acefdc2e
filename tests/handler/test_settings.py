"""Settings from the environment."""

from __future__ import annotations

from typing import Any

import pytest

from handler import settings
from handler.key_gate import weak_keys
from handler.problems import Misconfigured
from handler.settings import Settings


def test_nothing_set_is_the_documented_default() -> None:
    """An empty environment gives every default; variables set to nothing count as unset."""
    names = (
        "CALLERS_FILE",
        "BASE_PATH",
        "CVM_ENDPOINT",
        "COS_ENDPOINT",
        "DEFAULT_REGION",
        "TIME_BUDGET_MS",
        "MIN_RSA_BITS",
        "PROBLEM_BASE_URL",
        "LOG_LEVEL",
        "INVITATION_SECRETS",
        "PAGE_URL",
        "PAGE_ORIGINS",
        "STS_ENDPOINT",
    )

    assert settings.from_environment({}) == Settings() == settings.from_environment(dict.fromkeys(names, ""))
    assert Settings().cvm_host == "cvm.tencentcloudapi.com"
    assert Settings().time_budget == 20.0
    assert Settings().min_rsa_bits == 2048


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CALLERS_FILE", "/tmp/callers.json", {"callers_file": "/tmp/callers.json"}),
        ("BASE_PATH", "/keys", {"base_path": "/keys"}),
        ("BASE_PATH", "/keys/v1/", {"base_path": "/keys/v1"}),
        ("CVM_ENDPOINT", "https://cvm.tencentcloudapi.com", {}),
        (
            "CVM_ENDPOINT",
            "https://cvm.ap-guangzhou.tencentcloudapi.com",
            {"cvm_host": "cvm.ap-guangzhou.tencentcloudapi.com"},
        ),
        (
            "CVM_ENDPOINT",
            "https://cvm.internal.tencentcloudapi.com",
            {"cvm_host": "cvm.internal.tencentcloudapi.com"},
        ),
        (
            "CVM_ENDPOINT",
            f"https://cvm.{'a' * 63}.tencentcloudapi.com",
            {"cvm_host": f"cvm.{'a' * 63}.tencentcloudapi.com"},
        ),
        ("CVM_ENDPOINT", "http://127.0.0.1:8000", {"cvm_scheme": "http", "cvm_host": "127.0.0.1:8000"}),
        ("CVM_ENDPOINT", "http://127.0.0.1:65535", {"cvm_scheme": "http", "cvm_host": "127.0.0.1:65535"}),
        ("COS_ENDPOINT", "http://127.0.0.1:8000", {"cos_endpoint": "127.0.0.1:8000"}),
        ("DEFAULT_REGION", "ap-shanghai-fsi", {"default_region": "ap-shanghai-fsi"}),
        ("TIME_BUDGET_MS", "1000", {"time_budget": 1.0}),
        ("TIME_BUDGET_MS", "890000", {"time_budget": 890.0}),
        ("MIN_RSA_BITS", "3072", {"min_rsa_bits": 3072}),
        ("INVITATION_SECRETS", "INVITATION_SECRET", {"invitation_secrets": ("INVITATION_SECRET",)}),
        ("INVITATION_SECRETS", "NEW, OLD", {"invitation_secrets": ("NEW", "OLD")}),
        ("PAGE_URL", "https://keys.example.com/hand-in", {"page_url": "https://keys.example.com/hand-in"}),
        ("PAGE_URL", "https://keys.example.com", {"page_url": "https://keys.example.com"}),
        ("PAGE_URL", "http://127.0.0.1:9000/hand-in", {"page_url": "http://127.0.0.1:9000/hand-in"}),
        ("PAGE_ORIGINS", "https://intranet.example.com", {"page_origins": ("https://intranet.example.com",)}),
        (
            "PAGE_ORIGINS",
            "https://a.b:8443, http://localhost:80",
            {"page_origins": ("https://a.b:8443", "http://localhost:80")},
        ),
        ("STS_ENDPOINT", "http://127.0.0.1:8001", {"sts_endpoint": "127.0.0.1:8001"}),
        ("MIN_RSA_BITS", "16384", {"min_rsa_bits": 16384}),
        (
            "PROBLEM_BASE_URL",
            "https://keys.example.com/problems/",
            {"problem_base_url": "https://keys.example.com/problems/"},
        ),
        ("LOG_LEVEL", "ERROR", {"log_level": "error"}),
    ],
)
def test_each_setting_is_read(name: str, value: str, expected: dict[str, Any]) -> None:
    """A right value ends in its own field, and in no other."""
    assert settings.from_environment({name: value}) == Settings()._replace(**expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("BASE_PATH", wrong) for wrong in ("keys", "/a//b", "/a?b", "/ä", "/a\n")),
        ("STS_ENDPOINT", "https://sts.tencentcloudapi.com"),
        ("STS_ENDPOINT", "http://127.0.0.1"),
        ("STS_ENDPOINT", "http://localhost:80"),
        *(
            ("CVM_ENDPOINT", wrong)
            for wrong in (
                "cvm.tencentcloudapi.com",
                "http://cvm.tencentcloudapi.com",
                "https://cvm.tencentcloudapi.com/",
                "https://cvm.tencentcloudapi.com.evil.example",
                "https://evil.example/cvm.tencentcloudapi.com",
                "https://cvm.a.b.tencentcloudapi.com",
                "https://cvm.-a.tencentcloudapi.com",
                f"https://cvm.{'a' * 64}.tencentcloudapi.com",
                "https://u@cvm.tencentcloudapi.com",
                "https://cvmxtencentcloudapi.com",
                "http://127.0.0.1",
                "http://127.0.0.1:0",
                "http://127.0.0.1:65536",
                "http://127.0.0.1:80/",
                "http://localhost:80",
                "http://10.0.0.1:80",
                "https://127.0.0.1:80",
                "https://cvm.tencentcloudapi.com\n",
                "https://evil.tencentcloudapi.com",
            )
        ),
        *(
            ("DEFAULT_REGION", wrong)
            for wrong in (
                "guangzhou",
                "AP-GUANGZHOU",
                "ap-guangzhou\n",
                "ap_guangzhou",
            )
        ),
        *(
            ("TIME_BUDGET_MS", wrong)
            for wrong in (
                "999",
                "890001",
                "1e4",
                "-1",
                "2000.0",
                "٣٠٠٠",
                " 2000",
                "9" * 5000,
            )
        ),
        *(("MIN_RSA_BITS", wrong) for wrong in ("1024", "2047", "16385", "none")),
        *(
            ("PROBLEM_BASE_URL", wrong)
            for wrong in (
                "keys.example.com",
                "ftp://x",
                "https://",
                "https://a b",
                "https://ä",
            )
        ),
        *(
            ("INVITATION_SECRETS", wrong)
            for wrong in (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==",
                "A,",
                ",",
                "A;B",
                "A" * 65,
                "A\n",
            )
        ),
        *(
            ("PAGE_URL", wrong)
            for wrong in (
                "http://keys.example.com/hand-in",
                "https://keys.example.com/hand-in#",
                "https://keys.example.com/hand-in#x",
                "https://u@keys.example.com/",
                "keys.example.com",
                "https://keys.example.com/a b",
                "https://",
            )
        ),
        *(
            ("PAGE_ORIGINS", wrong)
            for wrong in (
                "*",
                "null",
                "https://a.example.com/",
                "https://A.example.com",
                "http://a.example.com",
                "https://*.example.com",
                "https://a.example.com,",
                "https://a.example.com\n",
            )
        ),
        *(("LOG_LEVEL", wrong) for wrong in ("verbose", "info\n")),
    ],
)
def test_a_wrong_value_names_the_variable(name: str, value: str) -> None:
    """A wrong value is `misconfigured`, and the cause says which variable it is and what it may hold."""
    with pytest.raises(Misconfigured) as problem:
        settings.from_environment({name: value})

    assert problem.value.cause.startswith(f"{name} is wrong: it is ")


def test_a_wrong_value_is_not_repeated() -> None:
    """What was set may be a secret in the wrong place, so no cause repeats it."""
    for name in (
        "BASE_PATH",
        "CVM_ENDPOINT",
        "COS_ENDPOINT",
        "DEFAULT_REGION",
        "TIME_BUDGET_MS",
        "PROBLEM_BASE_URL",
        "LOG_LEVEL",
    ):
        with pytest.raises(Misconfigured) as problem:
            settings.from_environment({name: "S3 CRET"})

        assert "S3" not in problem.value.cause + problem.value.detail + problem.value.remedy


def test_the_base_path_is_known_even_where_settings_are_wrong() -> None:
    """Routes stand where they stand whatever else is wrong; a wrong base path counts as none."""
    assert settings.base_path({"BASE_PATH": "/keys", "LOG_LEVEL": "loud"}) == "/keys"
    assert settings.base_path({"BASE_PATH": "keys"}) == ""


def test_the_largest_key_is_the_same_everywhere() -> None:
    """What MIN_RSA_BITS may ask for is what the key gate takes; neither module knows the other."""
    assert settings.RSA_BITS[1] == weak_keys.MOST_BITS
