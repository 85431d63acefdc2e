"""`python -m local.cvm` explains itself, says where it listens, and ends when told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.cvm_load import measure
from local.cvm import Credential, Options, StandIn, mint
from local.cvm.__main__ import main, options
from local.cvm.control import ROUTES
from local.cvm.faults import KINDS
from local.stand_in.credentials import DEFAULT
from local.sts import KnownRole
from tests.local.cvm.client import call, code, send, sign
from tests.local.cvm.test_control import ask

ARN = "qcs::cam::uin/200000000002:roleName/ImportKeyPair"
ROOT = Path(__file__).parents[3]


class Elsewhere:
    """A stand-in in another process, as much of it as the test's client needs."""

    def __init__(self, process: subprocess.Popen[str], up: dict[str, Any]) -> None:
        self.process = process
        self.up = up
        self.host = up["endpoint"].removeprefix("http://")
        self.port = int(self.host.partition(":")[2])
        self.credentials = DEFAULT


@contextmanager
def started(*switches: str, limit: int = 0, **environ: str) -> Iterator[Any]:
    """Run the command until the block is over; `limit` is how many files it may open."""
    command = [sys.executable, "-m", "local.cvm", *switches]
    if limit:
        command = ["sh", "-c", f'ulimit -n {limit} && exec "$@"', "sh", *command]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield Elsewhere(process, json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.communicate(timeout=120)


def test_says_where_it_listens() -> None:
    """The first line of output is JSON with the endpoint; no key and no token is printed."""
    with started() as cvm:
        assert set(cvm.up) == {"endpoint", "stsEndpoint", "secretId"}
        assert cvm.up["endpoint"] == f"http://127.0.0.1:{cvm.port}"
        assert cvm.up["secretId"] == DEFAULT.secret_id
        assert code(call(cvm, "DescribeKeyPairs")) == "ok"


def test_speaks_https_too(tmp_path: Path) -> None:
    """With a directory it writes an authority there and says where it speaks HTTPS."""
    with started("--tls", str(tmp_path)) as cvm:
        port = int(cvm.up["tlsEndpoint"].rpartition(":")[2])
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        with (
            socket.create_connection(("127.0.0.1", port), 5) as plain,
            context.wrap_socket(plain, server_hostname="cvm.ap-tokyo.tencentcloudapi.com") as secure,
        ):
            secure.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert secure.recv(100).startswith(b"HTTP/1.1 200 OK")
    with pytest.raises(SystemExit):
        options(["--tls", str(tmp_path / "nowhere")])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it at once, with status 0 and no word, whoever is still connected or waiting."""
    with started() as cvm, socket.create_connection(("127.0.0.1", cvm.port)) as client:
        ask(cvm, "POST", "/faults", {"action": "*", "kind": "delay-before", "seconds": 60})
        with pytest.raises(TimeoutError):
            call_briefly(cvm)
        client.sendall(b"POST")
        cvm.process.send_signal(number)

        assert cvm.process.wait(120) == 0
        assert cvm.process.stderr.read() == ""
        assert client.recv(1) == b""


def call_briefly(cvm: Any) -> None:
    """Ask for something, with no patience."""
    send(cvm, sign(DEFAULT, "DescribeKeyPairs", host=cvm.host), timeout=0.2)


def test_port_and_address(capsys: pytest.CaptureFixture[str]) -> None:
    """The port can be chosen, the address cannot; a port that is taken is said to be."""
    with started("--port", "0") as cvm:
        assert main(["--port", str(cvm.port)]) == 1
        assert f"cannot listen on 127.0.0.1:{cvm.port}: " in capsys.readouterr().err
    for wrong in (["--port", "65536"], ["--port", "0.0.0.0:80"], ["--host", "0.0.0.0"]):
        with pytest.raises(SystemExit) as caught:
            main(wrong)
        assert caught.value.code == 2


def test_mints_with_a_shared_secret() -> None:
    """A gateway in another process makes credentials that need no telling."""
    with started("--rate", "0", CVM_MINT_SECRET="shared") as cvm:
        assert code(call(cvm, "DescribeKeyPairs", credential=mint("shared", "role", 2e9))) == "ok"


def test_a_thousand_connections_where_few_files_may_be_open() -> None:
    """Where the machine allows fewer connections, the quietest make room and others are served."""
    with started("--rate", "0", limit=128) as cvm, ExitStack() as stack:
        for _ in range(60):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", cvm.port)))
            client.sendall(b"POST / HTTP/1.1\r\nHost")
        for _ in range(90):
            assert code(call(cvm, "DescribeKeyPairs")) == "ok"


def test_help_explains_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """Every switch, every control route and every kind of fault is explained."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    printed = capsys.readouterr().out

    assert caught.value.code == 0
    switches = {"--" + name.replace("_", "-") for name in Options._fields}
    switches -= {
        "--credentials",
        "--projects",
        "--roles",
        "--authority",
        "--request-seconds",
        "--idle-seconds",
    }
    for word in (
        *switches,
        "--tls",
        "--role",
        "--credential",
        "--project",
        *ROUTES,
        *KINDS,
        "127.0.0.1 only",
    ):
        assert word in printed


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], Options()),
        (["--port", "8080"], Options(port=8080)),
        (["--credential", "id:key"], Options(credentials=(Credential("id", "key", ""),))),
        (
            ["--credential", "id:key:to:ken", "--credential", "i:k"],
            Options(credentials=(Credential("id", "key", "to:ken"), Credential("i", "k"))),
        ),
        (["--mint-secret", "s"], Options(mint_secret="s")),
        (
            ["--role", ARN, "--role", f"{ARN}=secret"],
            Options(roles=(KnownRole(ARN), KnownRole(ARN, "secret"))),
        ),
        (["--sts-port", "8081"], Options(sts_port=8081)),
        (["--quota", "0", "--rate", "20"], Options(quota=0, rate=20)),
        (["--rate-message", "limit+1"], Options(rate_message="limit+1")),
        (["--project", "1", "--project", "2"], Options(projects=frozenset({1, 2}))),
        (["--any-project", "--any-region"], Options(any_project=True, any_region=True)),
        (["--strict-types"], Options(strict_types=True)),
        (["--documented-name-codes"], Options(documented_name_codes=True)),
        (["--same-key-twice", "--ed25519"], Options(same_key_twice=True, ed25519=True)),
        (["--regional"], Options(regional=True)),
        (["--keep-calls", "5"], Options(keep_calls=5)),
    ],
)
def test_switches(arguments: list[str], expected: Options) -> None:
    """Each switch sets its option."""
    assert options(arguments) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        ["--credential", "id"],
        ["--credential", ":key"],
        ["--role", "x=y"],
        ["--quota", "-1"],
        ["--rate", "x"],
        ["x"],
    ],
)
def test_wrong_switches(wrong: list[str]) -> None:
    """A wrong switch ends the command with status 2."""
    with pytest.raises(SystemExit) as caught:
        options(wrong)

    assert caught.value.code == 2


def test_credential_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's variables name the credential where no switch does."""
    monkeypatch.setenv("TENCENTCLOUD_SECRETID", "id")
    monkeypatch.setenv("TENCENTCLOUD_SECRETKEY", "key")
    assert options([]).credentials == (Credential("id", "key", ""),)

    monkeypatch.setenv("TENCENTCLOUD_SESSIONTOKEN", "token")
    assert options([]).credentials == (Credential("id", "key", "token"),)
    assert options(["--credential", "a:b"]).credentials == (Credential("a", "b"),)


def test_is_small(missing: Callable[[str, str], None]) -> None:
    """It holds hundreds of key pairs in little memory; `python -m bench.cvm_load` measures time as well."""
    if not Path("/proc/self/stat").exists():
        return missing("/proc", "the stand-in is small")

    assert measure(count=500)["rss_mb_after"] < 60
    return None


def test_starts_with_little() -> None:
    """What only some of its switches need is not loaded at the start, which is to be quick."""
    source = "import sys, local.cvm.__main__; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert loaded.isdisjoint({"cryptography", "email", "http.client", "jsonschema", "urllib.request"})


def test_a_stand_in_says_how_to_reach_it() -> None:
    """Host, port and endpoint are three views of one address."""
    stand_in = StandIn(Options())
    try:
        assert stand_in.host == f"127.0.0.1:{stand_in.port}"
        assert stand_in.url == f"http://{stand_in.host}"
    finally:
        stand_in.close()
