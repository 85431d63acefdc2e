"""Reads the function's settings from the environment, all of them, at every invocation."""

from __future__ import annotations

import re

from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

# Patterns are compiled where they are used, since most variables are not set.

#: A region as CVM names it (https://www.tencentcloud.com/document/product/213/6091).
REGION = r"[a-z]{2,}(?:-[a-z0-9]+)+"

#: The smallest and the largest RSA modulus that may be asked for, in bits; OpenSSH takes no larger one.
RSA_BITS = (2048, 16384)

_CLOUD = r"https://(cvm(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)?\.tencentcloudapi\.com)"
_LOOPBACK = "127.0.0.1:"
_BASE_PATH = r"(?:/[A-Za-z0-9._~-]+)+"
_URL = r"https?://[!-~]+"
_VARIABLE = r"[A-Za-z][A-Za-z0-9_]{0,63}"
#: What a browser sends as `Origin` of a page, in small letters (RFC 6454 section 6.2).
_ORIGIN = r"https://[a-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?"
_PAGE = r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost))(?::[0-9]{1,5})?(?:/[!$-~]*)?"
_LEVELS = ("debug", "info", "warning", "error")


class Settings(NamedTuple):
    """The settings of one invocation, checked.

    Attributes:
        callers_file: the path of `callers.json`; empty means beside `index.py`.
        base_path: what stands before every route, without a slash at its end; may be empty.
        cvm_scheme: `https`, or `http` for a stand-in on this machine.
        cvm_host: the host (and port) that CVM is asked at.
        cos_endpoint: the host and port of a stand-in for COS on this machine; empty for COS itself.
        feishu_host: the host and port of a stand-in that Feishu's API is asked at instead; mostly empty.
        default_region: the region of a request that names none; may be empty.
        time_budget: the time that one request may take, in seconds.
        min_rsa_bits: the smallest RSA modulus that any caller may hand in.
        problem_base_url: what stands before the slug in a problem's `type`.
        log_level: the lowest level that is logged; audit lines always are.
        invitation_secrets: the variables that hold the secrets of invitations; the first that is set signs.
        page_url: where people open the page; empty where nobody has said.
        page_origins: other hosts whose copy of the page may send keys.
        sts_endpoint: the host and port of a stand-in for STS on this machine; empty for STS itself.
    """

    callers_file: str = ""
    base_path: str = ""
    cvm_scheme: str = "https"
    cvm_host: str = "cvm.tencentcloudapi.com"
    cos_endpoint: str = ""
    feishu_host: str = ""
    default_region: str = ""
    time_budget: float = 20.0
    min_rsa_bits: int = 2048
    problem_base_url: str = "urn:import-key-pair:problem:"
    log_level: str = "info"
    invitation_secrets: tuple[str, ...] = ()
    page_url: str = ""
    page_origins: tuple[str, ...] = ()
    sts_endpoint: str = ""


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Return the settings that the environment holds; a variable set to nothing counts as unset.

    Raises:
        Misconfigured: a value is wrong; the cause names the variable and what it may hold.
    """
    return Settings(
        callers_file=environ.get("CALLERS_FILE", ""),
        base_path=_base_path(environ.get("BASE_PATH", "")),
        **_endpoint(environ.get("CVM_ENDPOINT", "")),
        cos_endpoint=_stand_in(environ, "COS_ENDPOINT"),
        feishu_host=_stand_in(environ, "FEISHU_ENDPOINT"),
        default_region=_region(environ.get("DEFAULT_REGION", "")),
        time_budget=_whole(environ, "TIME_BUDGET_MS", 20_000, 1_000, 890_000) / 1000,
        min_rsa_bits=_whole(environ, "MIN_RSA_BITS", RSA_BITS[0], *RSA_BITS),
        problem_base_url=_problem_base_url(environ.get("PROBLEM_BASE_URL", "")),
        log_level=_level(environ.get("LOG_LEVEL", "")),
        invitation_secrets=_list(
            environ, "INVITATION_SECRETS", _VARIABLE, "names of variables, not the secrets themselves"
        ),
        page_url=_page_url(environ.get("PAGE_URL", "")),
        page_origins=_list(
            environ, "PAGE_ORIGINS", _ORIGIN, Sentence("origins such as https://intranet.example.com")
        ),
        sts_endpoint=_stand_in(environ, "STS_ENDPOINT"),
    )


def invites(environ: Mapping[str, str]) -> bool:
    """Say whether invitations are switched on, also where other settings are wrong."""
    return bool(environ.get("INVITATION_SECRETS"))


def base_path(environ: Mapping[str, str]) -> str:
    """Return the base path alone, "" where it is wrong: even a function that is not set up has routes."""
    try:
        return _base_path(environ.get("BASE_PATH", ""))
    except Misconfigured:
        return ""


def _base_path(value: str) -> str:
    path = value.rstrip("/")
    if path and not re.fullmatch(_BASE_PATH, path):
        raise Misconfigured(Sentence("BASE_PATH is wrong: it is a path such as /keys, or not set at all."))
    return path


def _endpoint(value: str) -> dict[str, str]:
    if not value:
        return {}
    if loopback := _loopback(value):
        return {"cvm_scheme": "http", "cvm_host": loopback}
    if cloud := re.fullmatch(_CLOUD, value):
        return {"cvm_scheme": "https", "cvm_host": cloud[1]}
    raise Misconfigured(
        Sentence(
            "CVM_ENDPOINT is wrong: it is https://cvm.tencentcloudapi.com, the same with one label after"
            " cvm (such as https://cvm.ap-guangzhou.tencentcloudapi.com), or http://127.0.0.1:PORT."
        )
    )


def _loopback(value: str) -> str:
    """Return the host and port of `http://127.0.0.1:PORT`, or "" where the value is something else."""
    host = value.removeprefix("http://")
    port = host.removeprefix(_LOOPBACK)
    number = port.isascii() and port.isdigit() and port[0] != "0" and len(port) <= 5 and int(port) < 1 << 16
    return host if number and value == f"http://{_LOOPBACK}{port}" else ""


def _stand_in(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    found = _loopback(value)
    if value and not found:
        raise Misconfigured(
            Sentence("{name} is wrong: it is http://127.0.0.1:PORT, or not set at all.", name=name)
        )
    return found


def _region(value: str) -> str:
    if value and not re.fullmatch(REGION, value):
        raise Misconfigured(
            Sentence("DEFAULT_REGION is wrong: it is a region such as ap-guangzhou, or not set.")
        )
    return value


def _whole(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high:
        return int(text)
    raise Misconfigured(
        Sentence(
            "{name} is wrong: it is a whole number from {low} to {high}, or not set.",
            name=name,
            low=low,
            high=high,
        )
    )


def _list(environ: Mapping[str, str], name: str, form: str, words: str) -> tuple[str, ...]:
    text = environ.get(name, "")
    items = tuple(item.strip(" ") for item in text.split(",")) if text else ()
    if not all(re.fullmatch(form, item) for item in items):
        raise Misconfigured(
            Sentence(
                "{name} is wrong: it is a list of {words}, with commas between them, or not set.",
                name=name,
                words=words,
            )
        )
    return items


def _page_url(value: str) -> str:
    if value and not re.fullmatch(_PAGE, value):
        raise Misconfigured(
            Sentence("PAGE_URL is wrong: it is the https address of the page, without # in it, or not set.")
        )
    return value


def _problem_base_url(value: str) -> str:
    if not value:
        return Settings().problem_base_url
    if not re.fullmatch(_URL, value):
        raise Misconfigured(Sentence("PROBLEM_BASE_URL is wrong: it is an http or https URL, or not set."))
    return value


def _level(value: str) -> str:
    if not value:
        return Settings().log_level
    if value.lower() not in _LEVELS:
        raise Misconfigured(
            Sentence("LOG_LEVEL is wrong: it is one of {names}, or not set.", names=", ".join(_LEVELS))
        )
    return value.lower()
