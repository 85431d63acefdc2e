"""What can be chosen about a gateway and about the function behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from local.gateway import cpu
from local.stand_in.credentials import DEFAULT

#: Secret id, secret key and session token of the execution role.
RoleVariables = tuple[str, str, str]

#: The project's own source tree: what runs when nothing else is asked for.
SOURCE_TREE = Path(__file__).resolve().parents[2]

#: The event shapes that the gateway can build.
SHAPE_NAMES = ("function-url", "api-gateway", "cloudbase")

#: The largest event and the largest reply of a call that somebody waits for
#: (https://cloud.tencent.com/document/product/583/11637).
SIX_MEGABYTES = 6 * 1024 * 1024

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
_VARIABLE_BYTES = 4096


class Options(NamedTuple):
    """Everything that can be chosen; the defaults are the function as `serverless.yml` deploys it.

    Attributes:
        port: where to listen on 127.0.0.1; 0 takes a free port.
        shape: how HTTP becomes an event: one of `SHAPE_NAMES`.
        code: a directory with `index.py`, run with the packages of the interpreter's environment.
        package: instead of `code`, what was built to be deployed, as a zip or as a directory; it runs on
            an interpreter without any packages of its own.
        handler: the module and the function in it that are called.
        python: the interpreter of the instances; none picks one, see `locate`.
        environment: the function's own variables, as `serverless.yml` would set them.
        timeout: seconds that one call may take, 1 to 900, before its instance is ended.
        init_timeout: seconds that loading the code may take, 3 to 300.
        memory: the memory setting in MB; the function is told, the limit is not enforced.
        cpu_share: give each instance only the share of a processor that the memory setting gives.
        instances: how many instances may run at one time; a call beyond them is refused.
        warm: how many instances to start at once instead of with the first calls.
        credentials: the execution role's three, or what returns new ones for every call; by default those
            that the CVM stand-in knows. None is a function without a role.
        request_timeout: seconds in which a client has to deliver a whole request.
        routes: hosts that the function finds at these ports of 127.0.0.1, such as
            `{"cvm.tencentcloudapi.com": 9443}`; `*.example.com` is every host below.
        ca: the authority that the function trusts besides the public ones, for routes under TLS.
        log: called with every line of the log as it is written.
    """

    port: int = 0
    shape: str = "function-url"
    code: Path = SOURCE_TREE
    package: Path | None = None
    handler: str = "index.main_handler"
    python: str | None = None
    environment: Mapping[str, str] = {}
    timeout: float = 30
    init_timeout: float = 60
    memory: int = 512
    cpu_share: bool = False
    instances: int = 8
    warm: int = 0
    credentials: RoleVariables | Callable[[], RoleVariables] | None = DEFAULT
    request_timeout: float = 10
    routes: Mapping[str, int] = {}
    ca: Path | None = None
    region: str = "ap-guangzhou"
    function_name: str = "import-key-pair"
    namespace: str = "default"
    app_id: str = "1250000000"
    uin: str = "100000000001"
    log: Callable[[str], None] | None = None


def check(options: Options) -> None:
    """Refuse what SCF would not deploy either.

    Raises:
        ValueError: an option is wrong; the message names it and says what it may be.
    """
    if options.shape not in SHAPE_NAMES:
        raise ValueError(f"shape is one of {', '.join(SHAPE_NAMES)}")
    if not 0 < options.timeout <= 900:
        raise ValueError("timeout is more than 0 and at most 900 seconds")
    if not 0 < options.init_timeout <= 300:
        raise ValueError("init timeout is more than 0 and at most 300 seconds")
    if options.cpu_share:
        cpu.check()
    if not 0 <= options.warm <= options.instances:
        raise ValueError("warm is at least 0 and at most the number of instances")
    if not all(options.handler.rpartition(".")[::2]):
        raise ValueError("handler is FILE.FUNCTION, such as index.main_handler")
    _check_variables(options.environment)


def _check_variables(variables: Mapping[str, str]) -> None:
    # The rules of https://cloud.tencent.com/document/product/583/30228: without them something that
    # works here could not be deployed.
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            raise ValueError("a variable's name is a letter, then letters, digits and underscores")
        if name.startswith(_RESERVED):
            raise ValueError(f"no variable's name may start with {', '.join(_RESERVED)}: SCF sets those")
    if sum(len(f"{name}{value}".encode()) for name, value in variables.items()) > _VARIABLE_BYTES:
        raise ValueError("all variables together hold at most 4 KB")
