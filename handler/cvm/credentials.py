"""Reads the credentials that SCF gives to an invocation; they are not kept.

SCF puts the execution role's temporary credentials into the environment and renews them there, so
they are read anew for every call of CVM (https://www.tencentcloud.com/document/product/583/32748).
"""

from __future__ import annotations

import re

from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence
from handler.upstream.tc3 import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_ID = "TENCENTCLOUD_SECRETID"
SECRET_KEY = "TENCENTCLOUD_SECRETKEY"
SESSION_TOKEN = "TENCENTCLOUD_SESSIONTOKEN"

# All three travel in HTTP headers or sign them: printable ASCII without blanks, of a sane length.
_VALUE = re.compile(r"[!-~]{1,8192}")


def from_environment(environ: Mapping[str, str]) -> Credentials:
    """Return the credentials that the environment holds now.

    Raises:
        Misconfigured: one of the three is missing or cannot be one; the cause names the variable.
    """
    return Credentials(*(_value(environ, name) for name in (SECRET_ID, SECRET_KEY, SESSION_TOKEN)))


def _value(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if _VALUE.fullmatch(value):
        return value
    if value:
        raise Misconfigured(
            Sentence(
                "{name} is wrong: it holds a blank or another character that no credential has.", name=name
            )
        )
    raise Misconfigured(
        Sentence(
            "{name} is not set: give the function an execution role, so that SCF lends it temporary"
            " credentials.",
            name=name,
        )
    )
