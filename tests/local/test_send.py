"""`python -m local.send`: keys from anywhere to the function, answers for people, exit codes for scripts."""

from __future__ import annotations

import base64
import io
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from handler.ambient import REAL
from local import cvm
from local.callers.mint import mint
from local.in_process import Function, public_keys
from local.send import __main__ as command
from local.send import client, report, sending
from local.send.wanted import Wanted

KEYS = public_keys()
MINTED = mint("onboarding", "standard-webhooks")
NEXT = mint("onboarding", "standard-webhooks").secret
SIGNED = {"ONBOARDING_SECRET": MINTED.secret}
API = mint("platform-team", "api-key")
CALLERS = [MINTED.entry, API.entry]

Script = Callable[[], tuple[int, dict[str, str], bytes]]


class Front:
    """What stands between a sender and the function: plain HTTP, unless it is told to be worse."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.change: Callable[[bytes], bytes] = lambda body: body
        self.date: Callable[[], str | None] = lambda: formatdate(usegmt=True)
        self.script: list[tuple[int, Mapping[str, str], bytes]] = []
        self.bodies: list[Any] = []
        self.paths: list[str] = []
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Pass a request on."""
                front.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer by the script, or by the function where it has come to its end; status 0 is no answer."""
        sent = request.rfile.read(int(request.headers["Content-Length"]))
        body = self.change(sent)
        self.bodies.append(json.loads(sent))
        self.paths.append(request.path)
        if self.script:
            status, headers, text = self.script.pop(0)
            if not status:
                return
        else:
            event = {
                "httpMethod": "POST",
                "path": urlsplit(request.path).path,
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "body": body.decode(),
            }
            replied = self.function.answer(event)
            status, headers, text = replied.status, replied.headers, replied.text.encode()
        request.send_response_only(status)
        if date := self.date():
            request.send_header("Date", date)
        for name, value in {"Content-Length": str(len(text)), "Connection": "close", **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(text)

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def stand_in() -> Iterator[cvm.StandIn]:
    """CVM, as quick as it can be."""
    with cvm.serve(cvm.Options(rate=0)) as running:
        yield running


@pytest.fixture
def front(stand_in: cvm.StandIn) -> Iterator[Front]:
    """The function behind HTTP, with two callers: one signs, one has a key."""
    with fronted(stand_in) as running:
        yield running


class fronted:  # noqa: N801 - a context manager is used like a function
    """The function behind HTTP, with a clock that may be wrong."""

    def __init__(self, stand_in: cvm.StandIn, offset: float = 0, entries: list[Any] | None = None) -> None:
        ambient = REAL._replace(wall=lambda: time.time() + offset)
        self._function = Function(
            stand_in, entries or CALLERS, ambient, environ={"ONBOARDING_SECRET": MINTED.secret}
        )

    def __enter__(self) -> Front:
        """Bring it up."""
        self._front = Front(self._function)
        return self._front

    def __exit__(self, *_: object) -> None:
        """Take it down."""
        self._front.close()
        self._function.__exit__()


@pytest.fixture
def send(
    front: Front, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Sender:
    """The command, against that function."""
    monkeypatch.chdir(tmp_path)
    return Sender(front, capsys)


class Sender:
    """Runs the command and holds what it said."""

    def __init__(self, front: Front, capsys: pytest.CaptureFixture[str]) -> None:
        self.front = front
        self._capsys = capsys
        self.out = self.err = ""
        self.pauses: list[float] = []

    def __call__(
        self,
        key: str | Path,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        stdin: str = "",
        url: str = "",
    ) -> int:
        """Run it as the onboarding system, unless said otherwise; return the exit code."""
        whom = [] if any(word in arguments for word in ("--as", "--secret-env", "--api-key-env")) else WHOM
        code = command.main(
            [str(key), "--url", url or self.front.url, *whom, *arguments],
            SIGNED if environ is None else environ,
            io.StringIO(stdin),
            sleep=self.sleep,
        )
        self.out, self.err = self._capsys.readouterr()
        for secret in (*SIGNED.values(), API.secret, NEXT):
            assert secret not in self.out + self.err
            assert secret[6:] not in self.out + self.err
        return code

    def sleep(self, seconds: float) -> None:
        """Note a pause, and make none."""
        self.pauses.append(seconds)


WHOM = ["--as", "onboarding"]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A public key file."""
    path = tmp_path / "alice.pub"
    path.write_text(KEYS[0] + "\n", encoding="ascii")
    return path


def test_key_is_imported_and_told_in_a_few_lines(send: Sender, key_file: Path, stand_in: cvm.StandIn) -> None:
    """A signed request imports the key; the answer has id, region, size and fingerprint."""
    assert send(key_file, "--name", "onb_alice") == 0
    assert [pair.key_name for pair in stand_in.account] == ["onb_alice"]
    first, *rest = send.out.splitlines()
    assert first == "created"
    assert rest[0].split() == ["key", "onb_alice", next(iter(stand_in.account)).key_id]
    assert rest[1].split(None, 1) == ["in", "ap-guangzhou, project 0"]
    assert rest[2].startswith("  is       3072 bits, SHA256:")
    assert send.err == ""
    assert send(key_file, "--name", "onb_alice") == 0
    assert send.out.startswith("unchanged\n")


def test_everything_that_can_be_chosen_is_sent(send: Sender, key_file: Path) -> None:
    """Project, region, tags and dry run arrive as the request's members; what is not chosen is not sent."""
    options = (
        "--project",
        "1001",
        "--region",
        "ap-shanghai",
        "--tag",
        "owner=alice",
        "--tag",
        "x=a=b",
        "--dry-run",
    )
    assert send(key_file, "--name", "onb_alice", *options) == 0
    assert send.front.bodies == [
        {
            "keyName": "onb_alice",
            "publicKey": KEYS[0],
            "projectId": 1001,
            "region": "ap-shanghai",
            "tags": {"owner": "alice", "x": "a=b"},
            "dryRun": True,
        }
    ]
    assert send.out.startswith("created (dry run, nothing was written)\n")
    assert "  tags     owner=alice, x=a=b\n" in send.out
    send(key_file)
    assert send.front.bodies[1] == {"keyName": "alice", "publicKey": KEYS[0]}


def test_key_from_standard_input_needs_a_name(send: Sender) -> None:
    """`-` reads a key from standard input."""
    assert send("-", "--name", "onb_alice", stdin=KEYS[0] + "\n") == 0
    assert send.front.bodies[0]["publicKey"] == KEYS[0]
    assert send("-", stdin=KEYS[0]) == 2
    assert send.err == "A key from standard input has no name: give it one with --name.\n"


def test_refused_key_says_why_and_what_to_do(send: Sender, key_file: Path) -> None:
    """A problem shows status, code, reason, detail and remedy; the exit code is 1."""
    key_file.write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b"
    )
    assert send(key_file) == 1
    assert send.out.startswith("422 invalid-public-key/wrong-algorithm: ")
    assert len(send.out.splitlines()) >= 2
    assert send(key_file, "--name", "alice-laptop") == 1
    assert send.out.startswith("422 invalid-request: ")
    assert "  /keyName: " in send.out


def test_conflict_names_what_is_in_the_way(send: Sender, key_file: Path, tmp_path: Path) -> None:
    """The name that holds another key comes with its id."""
    other = tmp_path / "other.pub"
    other.write_text(KEYS[1])
    assert send(key_file, "--name", "onb_alice") == 0
    assert send(other, "--name", "onb_alice") == 1
    assert send.out.startswith("409 key-name-conflict: ")
    assert "keyName onb_alice, keyId skey-" in send.out


def test_folder_goes_out_in_one_request_and_comes_back_as_a_table(send: Sender, tmp_path: Path) -> None:
    """Every .pub file of a folder is sent; a name is made of the file's, a prefix before it."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, key in zip(("bob", "alice.laptop", "carol"), (KEYS[0], KEYS[1], "no key"), strict=True):
        (folder / f"{name}.pub").write_text(key)
    (folder / "notes.txt").write_text("not a key")
    assert send(folder, "--prefix", "onb_") == 1
    assert [item["keyName"] for item in send.front.bodies[0]] == ["onb_alice_laptop", "onb_bob", "onb_carol"]
    lines = send.out.splitlines()
    assert lines[0].split() == ["NAME", "SAID", "KEY", "ID", "BITS", "FINGERPRINT"]
    assert lines[1].split()[:2] == ["onb_alice_laptop", "created"]
    assert lines[1].split()[3] == "3072"
    assert lines[3].split()[:2] == ["onb_carol", "invalid-public-key/not-a-key"]
    assert lines[5] == "2 created, 1 invalid-public-key"
    assert lines[7] == f"onb_carol ({folder / 'carol.pub'})"
    assert lines[8].startswith("422 invalid-public-key/not-a-key: ")
    assert send(folder / "bob.pub", "--prefix", "onb_") == 0
    assert send.out.startswith("unchanged\n")


def test_folder_without_keys_and_names_that_collide_are_refused(send: Sender, tmp_path: Path) -> None:
    """Nothing is sent where nothing can be told apart."""
    folder = tmp_path / "keys"
    folder.mkdir()
    assert send(folder) == 2
    assert send.err == f"There is no .pub file in {folder}.\n"
    for name in ("a-b.pub", "a.b.pub"):
        (folder / name).write_text(KEYS[0])
    assert send(folder) == 2
    assert (
        send.err == f"{folder / 'a-b.pub'} and {folder / 'a.b.pub'} would both be a_b: rename one of them.\n"
    )
    assert send(folder, "--name", "x") == 2
    assert "--name is for one key" in send.err
    assert send.front.bodies == []


def test_table_of_names_and_keys_is_sent(send: Sender, tmp_path: Path) -> None:
    """A table's columns may have names, in any case; a key is text or a file's path; tags are per person."""
    (tmp_path / "bob.pub").write_text(KEYS[1])
    table = tmp_path / "hires.CSV"
    table.write_text(
        f"\ufeffName,Tag:owner,key,project,Region\nonb_alice,alice,{KEYS[0]},,\n\nonb_bob,bob,bob.pub,1001,ap-shanghai\n",
        encoding="utf-8",
    )
    assert send(table, "--tag", "by=hr", "--dry-run") == 0
    assert send.front.bodies == [
        [
            {
                "keyName": "onb_alice",
                "publicKey": KEYS[0],
                "tags": {"by": "hr", "owner": "alice"},
                "dryRun": True,
            },
            {
                "keyName": "onb_bob",
                "publicKey": KEYS[1],
                "projectId": 1001,
                "region": "ap-shanghai",
                "tags": {"by": "hr", "owner": "bob"},
                "dryRun": True,
            },
        ]
    ]
    table.write_text(f"alice,{KEYS[0]}\n")
    assert send(table, "--prefix", "onb_") == 0
    assert send.front.bodies[1]["keyName"] == "onb_alice"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "There is no key in {path}."),
        ("name,key\n", "There is no key in {path}."),
        (
            "name,key,age\na,b c,7\n",
            "{path} has a column 'age'; known are name, key, project, region, tag:NAME.",
        ),
        ("a,b c,d\n", "{path}: row 1 has 3 columns, not 2."),
        ("name,key,project\na,ssh-rsa x,-1\n", "The project '-1' is no number."),
        ("a,missing.pub\n", "There is no file {folder}/missing.pub."),
        (f"a,ssh-rsa {'A' * 200_000}\n", "{path} is no table of names and keys: field larger than"),
    ],
)
def test_table_that_cannot_be_read_is_refused(send: Sender, tmp_path: Path, text: str, says: str) -> None:
    """What is wrong with a table is said before anything is sent."""
    table = tmp_path / "hires.csv"
    table.write_text(text)
    assert send(table) == 2
    assert send.err.startswith(says.format(path=table, folder=tmp_path))
    assert send.front.bodies == []


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e30", "soon"])
def test_timeout_that_is_no_time_is_refused(send: Sender, key_file: Path, seconds: str) -> None:
    """A time that is none is a usage error."""
    with pytest.raises(SystemExit) as ended:
        send(key_file, "--timeout", seconds)
    assert ended.value.code == 2
    assert send.front.bodies == []


@pytest.mark.parametrize("source", ["~nobody-of-this-name/a.pub", "hires.csv"])
def test_home_directory_that_is_not_there_is_told(
    send: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """A path below somebody's home directory who has none is refused, in a table as on the command line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hires.csv").write_text("alice,~nobody-of-this-name/a.pub\n")
    assert send(source) == 2
    assert send.err == "There is no home directory for ~nobody-of-this-name/a.pub: give the whole path.\n"


def test_table_that_is_no_text_is_refused(send: Sender, tmp_path: Path) -> None:
    """A table in another encoding, or none at all, is one sentence."""
    table = tmp_path / "hires.csv"
    assert send(table) == 2
    table.write_bytes(b"\xff\xfe")
    assert send(table) == 2
    assert send.err == f"{table} cannot be read as a table in UTF-8.\n"


def test_private_key_never_leaves_this_machine(send: Sender, tmp_path: Path) -> None:
    """A private key in a file, a table or standard input is refused here, and nothing of it is shown."""
    begin, end = (f"-----{word} OPENSSH PRIVATE KEY-----" for word in ("BEGIN", "END"))
    private = f"{begin}\nb3BlbnNzaC1rZXktdjEAAAAAplanted\n{end}"
    path = tmp_path / "id_rsa"
    path.write_text(private)
    table = tmp_path / "hires.csv"
    table.write_text(f'alice,"{private}"\n')
    assert send(path) == 2
    assert "is a private key: it stays with you." in send.err
    assert send("-", "--name", "a", stdin=private) == 2
    assert send.err == "There is a private key in standard input: it stays with you. Send the public half.\n"
    assert send(table) == 2
    assert "planted" not in send.out + send.err
    assert send.front.bodies == []


def test_hundreds_go_out_a_hundred_at_a_time(send: Sender, tmp_path: Path) -> None:
    """250 keys are three requests of at most a hundred; each key is a row."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(250)))
    assert send(table, "--dry-run") == 0
    assert [len(body) for body in send.front.bodies] == [100, 100, 50]
    assert len([line for line in send.out.splitlines() if line.startswith("n")]) == 250
    assert send.out.endswith("\n250 created\n")


def test_progress_is_a_bar_on_a_terminal_and_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal one line moves and goes; in a file there is nothing."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            """Pretend."""
            return True

    monkeypatch.setenv("COLUMNS", "60")
    terminal, plain = Terminal(), io.StringIO()
    for stream in (terminal, plain):
        bar = report.Bar(200, stream)
        bar.show(100, "3 wait 5 s")
        bar.clear()
    assert terminal.getvalue() == "\r\x1b[K[############............] 100 of 200  3 wait 5 s\r\x1b[K"
    assert plain.getvalue() == ""
    one = Terminal()
    report.Bar(1, one).show(1, "")
    assert one.getvalue() == ""


def test_api_key_is_sent_as_such(send: Sender, key_file: Path) -> None:
    """--api-key-env and the caller's own variable both send a bearer key."""
    assert send(key_file, "--api-key-env", "SOME", environ={"SOME": API.secret}) == 0
    assert send(key_file, "--as", "platform-team", environ={"PLATFORM_TEAM_API_KEY": API.secret}) == 0
    assert send.out.startswith("unchanged\n")


def test_callers_file_says_which_variables_hold_the_secret(
    send: Sender, key_file: Path, tmp_path: Path
) -> None:
    """With callers.json at hand its secretEnv is read; while secrets are changed all of them sign."""
    path = tmp_path / "callers.json"
    entry = {**MINTED.entry, "auth": {"scheme": "standard-webhooks", "secretEnv": ["NEW", "OLD"]}}
    others = [API.entry, {"id": "t", "auth": {"scheme": "trigger", "source": "invoke"}}]
    path.write_text(json.dumps({"callers": [entry, *others]}))
    assert send(key_file, environ={"NEW": NEXT, "OLD": MINTED.secret}) == 0
    assert send(key_file, environ={"OLD": MINTED.secret}) == 0
    assert send(key_file, environ={}) == 2
    assert send.err == "Set the environment variable NEW or OLD to the signing secret.\n"
    assert send(key_file, "--as", "platform-team", environ={"PLATFORM_TEAM_API_KEY": API.secret}) == 0
    assert send(key_file, "--as", "nobody") == 2
    assert send.err == "There is no caller nobody in callers.json; it has onboarding, platform-team, t.\n"
    assert send(key_file, "--as", "t") == 2
    assert send.err == "t of callers.json calls by no HTTP request of its own: send as another caller.\n"
    elsewhere = tmp_path / "elsewhere.json"
    path.rename(elsewhere)
    environ = {"OLD": MINTED.secret}
    assert send(key_file, "--callers", str(elsewhere), environ=environ) == 0
    assert send(key_file, environ={**environ, "CALLERS_FILE": str(elsewhere)}) == 0
    elsewhere.write_text("{}")
    assert send(key_file, "--callers", str(elsewhere), environ=environ) == 2
    assert send.err.startswith(f"{elsewhere}: The callers file is wrong: ")


NOTHING_SET = "Set the environment variable ONBOARDING_API_KEY to the API key"
NOTHING_SET += ", or ONBOARDING_SECRET to a signing secret."


@pytest.mark.parametrize(
    ("arguments", "environ", "says"),
    [
        (
            WHOM,
            {},
            NOTHING_SET,
        ),
        (["--secret-env", "S"], {}, "Set the environment variable S to the signing secret."),
        (["--api-key-env", "K"], {}, "Set the environment variable K to the API key."),
        (
            ["--secret-env", "S"],
            {"S": "planted"},
            "S holds no Standard Webhooks secret: that is whsec_ and then the Base64 of 24 to 64 bytes.",
        ),
        (
            ["--api-key-env", "K"],
            {"K": "planted"},
            "K holds no API key: it is 32 or more visible characters, without blanks.",
        ),
        (
            ["--api-key-env", "K"],
            {"K": "planted " * 8},
            "K holds no API key: it is 32 or more visible characters, without blanks.",
        ),
    ],
)
def test_missing_and_malformed_secrets_are_named_and_never_shown(
    send: Sender, key_file: Path, arguments: list[str], environ: dict[str, str], says: str
) -> None:
    """Without a usable secret nothing is sent, and the variable to set is named."""
    assert send(key_file, *arguments, environ=environ) == 2
    assert send.err == f"{says}\n"
    assert send.front.bodies == []


def test_nobody_to_send_as_is_refused(
    front: Front, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --as or a variable there is nobody to send as."""
    assert command.main([str(key_file), "--url", front.url], {}, io.StringIO()) == 2
    assert "--as CALLER, --secret-env or --api-key-env VARIABLE" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:9000",
        "ftp://x/",
        "https://",
        "https://x/?a=b",
        "https://x/#a",
        "https://x/\u00e9",
        "https://x/a b",
        "https://x:port",
        "https://x:65536",
        "https://.example",
        f"https://{'a' * 64}.example",
        "https://user:word@x/",
    ],
)
def test_url_that_is_none_is_refused(send: Sender, key_file: Path, url: str) -> None:
    """A URL that is none is a usage error."""
    assert send(key_file, url=url) == 2
    assert send.err == "a URL is https://HOST, with the function's base path behind it if it has one\n"


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://x", "https://x/key-pairs"),
        ("https://x/", "https://x/key-pairs"),
        ("https://x/prod/", "https://x/prod/key-pairs"),
        ("https://x/prod/key-pairs", "https://x/prod/key-pairs"),
        ("http://127.0.0.1:9000/key-pairs/", "http://127.0.0.1:9000/key-pairs"),
    ],
)
def test_url_may_be_the_function_or_its_route(url: str, endpoint: str) -> None:
    """The route is added where it is missing."""
    assert client.endpoint(url) == endpoint


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://x/a", True),
        ("https://x/a", False),
        ("http://127.0.0.1:1/a", False),
        ("http://localhost/a", False),
    ],
)
def test_plain_http_beyond_this_machine_is_known(url: str, is_open: bool) -> None:
    """Whoever listens on the way could read an API key."""
    assert client.is_open_to_all(url) is is_open


def test_plain_http_beyond_this_machine_is_told(
    send: Sender, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What everybody on the way can read is told; through a proxy, so that nothing leaves this machine."""
    monkeypatch.setenv("http_proxy", send.front.url)
    opener = urllib.request.build_opener(client.NoRedirects, urllib.request.ProxyHandler())
    monkeypatch.setattr(client, "_OPENER", opener)
    assert send(key_file, url="http://function.example") == 0
    assert send.err == "Mind: http:// shows everybody on the way what is sent; use https://.\n"
    assert send.front.paths == ["http://function.example/key-pairs"]


def problem(status: int, code: str, **members: Any) -> tuple[int, dict[str, str], bytes]:
    """A problem as the function answers it."""
    body = {"code": code, "status": status, "detail": "D.", "remedy": "R.", **members}
    return status, {"Content-Type": "application/problem+json"}, json.dumps(body).encode()


def test_wait_sends_again_what_may_succeed_later(send: Sender, key_file: Path) -> None:
    """With --wait 502, 503 and 504 are sent again after their Retry-After, until it is used up."""
    busy = problem(503, "upstream-busy", retryable=True, retryAfter=7)
    unknown = problem(504, "outcome-unknown", retryable=True)
    send.front.script = [busy, unknown]
    assert send(key_file, "--wait") == 0
    assert send.pauses == [7, 5]
    assert len(send.front.bodies) == 3
    send.pauses.clear()
    send.front.script = [busy, busy, busy]
    assert send(key_file, "--wait", "15") == 4
    assert send.pauses == [7, 7]
    assert send.out.startswith("503 upstream-busy: D.\n  R.\n")
    send.pauses.clear()
    send.front.script = [busy]
    assert send(key_file) == 4
    assert send.pauses == []


def test_misconfigured_is_not_waited_for(send: Sender, key_file: Path) -> None:
    """What somebody has to mend first is not sent again at once, and still may succeed later."""
    send.front.script = [problem(500, "misconfigured", retryable=True)]
    assert send(key_file, "--wait") == 4


def test_wait_sends_only_the_rest_of_many(send: Sender, tmp_path: Path) -> None:
    """Of many keys only those that may succeed later are sent again."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{index},{key}\n" for index, key in enumerate(KEYS[:3])))
    results = [
        {"index": 0, "status": 201, "body": {"result": "created", "keyName": "n0"}},
        {"index": 1, "status": 503, "body": json.loads(problem(503, "upstream-busy", retryable=True)[2])},
        {"index": 2, "status": 422, "body": json.loads(problem(422, "weak-public-key")[2])},
    ]
    send.front.script = [(207, {}, json.dumps({"results": results}).encode())]
    assert send(table, "--wait", "5") == 1
    assert [body if isinstance(body, dict) else len(body) for body in send.front.bodies] == [
        3,
        {"keyName": "n1", "publicKey": KEYS[1]},
    ]
    assert "2 created, 1 weak-public-key" in send.out


def test_one_problem_for_all_is_a_row_for_each(send: Sender, tmp_path: Path) -> None:
    """A problem that answers the whole array stands for each of its keys."""
    table = tmp_path / "hires.csv"
    table.write_text(f"a,{KEYS[0]}\nb,{KEYS[1]}\n")
    send.front.script = [problem(503, "upstream-busy", retryable=True)]
    assert send(table) == 4
    assert "2 upstream-busy" in send.out


@pytest.mark.parametrize(
    "reply",
    [
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (404, {}, b'{"errno": 403}'),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
        (207, {}, b'{"results": []}'),
        (207, {}, b'{"results": {"a": 1}}'),
        (207, {}, b'{"results": [{"status": 200}, 7]}'),
        (200, {}, b"[" * 100_000),
    ],
)
def test_answer_of_something_else_is_not_taken_for_ours(
    send: Sender, tmp_path: Path, reply: tuple[int, dict[str, str], bytes]
) -> None:
    """An answer that is not in the function's form is exit code 5; a redirection is not followed."""
    table = tmp_path / "hires.csv"
    table.write_text(f"a,{KEYS[0]}\nb,{KEYS[1]}\n")
    send.front.script = [reply]
    assert send(table) == 5
    assert send.err == f"{send.front.url}/key-pairs answers {reply[0]}, and not as this function does.\n"
    assert len(send.front.bodies) == 1


def test_no_answer_is_told_in_words(send: Sender, key_file: Path) -> None:
    """Nobody listening, an answer that does not come and one that breaks off are exit code 5."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert send(key_file, url=url) == 5
        assert send.err == f"{url}: nobody listens there.\n"
        listening.listen()
        assert send(key_file, "--timeout", "0.1", url=url) == 5
        assert send.err == f"{url}: no answer came within 0.1 seconds.\n"
        listening.accept()[0].close()
    send.front.script = [(0, {}, b"")]
    assert send(key_file) == 5
    assert send.err == f"{send.front.url}: the connection broke off before the answer was whole.\n"
    assert send(key_file, url=send.front.url.replace("http", "https")) == 5
    assert "the connection is not safe: " in send.err


def test_what_was_settled_stays_when_the_rest_gets_no_answer(send: Sender, tmp_path: Path) -> None:
    """The table shows what is known, and the rest is counted."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(101)))
    results = [{"status": 201, "body": {"result": "created"}} for _ in range(100)]
    send.front.script = [(207, {}, json.dumps({"results": results}).encode()), (502, {}, b"Bad Gateway")]
    assert send(table) == 5
    assert "100 created" in send.out
    assert send.err.splitlines()[-1] == "1 of 101 were not settled."


def test_interruption_keeps_what_is_known(
    front: Front, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with one sentence and no traceback."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    front.script = [problem(503, "upstream-busy", retryable=True)]
    arguments = [str(key_file), "--url", front.url, *WHOM, "--wait"]
    assert command.main(arguments, SIGNED, io.StringIO(), sleep=interrupted) == 5
    said = "Interrupted; what was sent may have arrived, and can be sent again.\n"
    assert capsys.readouterr() == ("", said)


def test_unknown_caller_is_exit_code_3(send: Sender, key_file: Path) -> None:
    """A 401 stops everything, names the request to look for in the log, and offers --explain."""
    assert send(key_file, environ={"ONBOARDING_SECRET": NEXT}) == 3
    first, second = send.err.splitlines()
    assert first.startswith("401: the function does not know this caller. Its log has the cause under ")
    assert second == "  Give --explain to find out why."
    assert len(send.front.bodies) == 1


def test_explain_finds_a_wrong_secret(send: Sender, key_file: Path, stand_in: cvm.StandIn) -> None:
    """With another secret clocks and body are cleared, and hashes to compare are told, not secrets."""
    assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
    assert "The clocks agree within 1 s, and 300 s are allowed." in send.err
    assert "ONBOARDING_SECRET holds a secret of 32 bytes, whose SHA-256 hash starts " in send.err
    assert "So the secret is most likely another than the function's" in send.err
    assert len(stand_in.account) == 0


@pytest.mark.parametrize(("offset", "which"), [(1000, "1000 s behind"), (-1000, "1000 s ahead")])
def test_explain_finds_a_wrong_clock(
    stand_in: cvm.StandIn,
    key_file: Path,
    capsys: pytest.CaptureFixture[str],
    offset: int,
    which: str,
) -> None:
    """A clock that is off is proved to be the cause, by a dry run."""
    with fronted(stand_in, offset) as front:
        front.date = lambda: formatdate(time.time() + offset, usegmt=True)
        send = Sender(front, capsys)
        assert send(key_file, "--explain") == 3
        assert f"The clock here is {which}, 300 s are allowed: set it. Signed by the clock there" in tens(
            send.err
        )
        assert front.bodies[-1]["dryRun"] is True
        assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
        assert f"{which}, 300 s are allowed: set it. Something else is wrong, too." in tens(send.err)
        front.change = lambda body: json.dumps(json.loads(body)).encode()
        assert send(key_file, "--explain") == 3
        assert "Something else is wrong, too." in send.err
        assert "it arrives with blanks behind its commas and colons." in send.err
    assert len(stand_in.account) == 0


def tens(text: str) -> str:
    """A text with what a second more or less changes put right."""
    return text.replace("999 s", "1000 s").replace("1001 s", "1000 s")


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda body: json.dumps(json.loads(body)).encode(), "with blanks behind its commas and colons"),
        (lambda body: json.dumps(json.loads(body), indent=2).encode(), "indented by two"),
        (lambda body: json.dumps(json.loads(body), indent=4).encode(), "indented by four"),
        (
            lambda body: json.dumps(json.loads(body), sort_keys=True).encode(),
            "with its members sorted and blanks between them",
        ),
        (
            lambda body: json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode(),
            "with its members sorted",
        ),
        (
            lambda body: json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode(),
            "with its characters beyond ASCII as they are",
        ),
        (lambda body: body.replace(b"/", b"\\/"), "with a backslash before each slash"),
        (lambda body: body + b"\n", "with a line end behind it"),
        (base64.b64encode, "in Base64"),
        (lambda _: b"", "without a body"),
    ],
)
def test_explain_finds_how_a_body_is_changed(
    send: Sender, key_file: Path, stand_in: cvm.StandIn, change: Callable[[bytes], bytes], how: str
) -> None:
    """Whatever stands in between and writes the body anew is found, by dry runs alone."""
    send.front.change = change
    assert send(key_file, "--explain", "--tag", "owner=爱丽丝", "--project", "1") == 3
    assert f"The body is changed on its way: it arrives {how}." in send.err
    assert len(stand_in.account) == 0


def test_explain_finds_that_a_body_is_changed_in_another_way(
    send: Sender, key_file: Path, stand_in: cvm.StandIn
) -> None:
    """A change that nobody foresaw is not taken for a wrong secret: a body without room for it is let in."""
    send.front.change = lambda body: body.replace(b",", b" ,")
    assert send(key_file, "--explain") == 3
    assert "The body is changed on its way, in none of the ways that were tried" in send.err
    assert "most likely" not in send.err
    assert len(stand_in.account) == 0


def test_explain_without_a_date_does_not_rule_out_the_clock(
    stand_in: cvm.StandIn, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the clocks cannot be compared, a clock that is off is not blamed on the secret alone."""
    with fronted(stand_in, 1000) as front:
        front.date = lambda: None
        send = Sender(front, capsys)
        assert send(key_file, "--explain") == 3
    assert "or the clock here is more than 300 s off; compare both." in send.err


def test_explain_without_a_date_does_not_guess(send: Sender, key_file: Path) -> None:
    """An answer without a clock leaves the clocks alone."""
    send.front.date = lambda: None
    assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
    assert "The answer does not say what time it is there" in send.err
    send.front.date = lambda: "yesterday"
    assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
    assert "The answer does not say what time it is there" in send.err


def test_explain_of_an_api_key_tells_its_hash(
    send: Sender, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a key its length and the start of its hash are told, and whether the callers file here has it."""
    other = mint("platform-team", "api-key").secret
    environ = {"PLATFORM_TEAM_API_KEY": other}
    assert send(key_file, "--as", "platform-team", "--explain", environ=environ) == 3
    assert "The key of PLATFORM_TEAM_API_KEY has 47 characters; the SHA-256 hash of it starts " in send.err
    assert "must pass on the header Authorization as it is." in send.err
    assert "proxy" not in send.err
    assert "It does not stand" not in send.err
    assert other not in send.err
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    (tmp_path / "callers.json").write_text(json.dumps({"callers": CALLERS}))
    assert send(key_file, "--as", "platform-team", "--explain", environ=environ) == 3
    assert "It does not stand in the callers file here." in send.err
    assert "The environment names a proxy for https; the request may go through it." in send.err


def test_explain_knows_an_answer_that_is_not_ours(send: Sender, key_file: Path) -> None:
    """A 401 of a gateway in between is told apart from the function's."""
    send.front.script = [(401, {}, b'{"errorMessage": "unauthorized"}')]
    assert send(key_file, "--explain") == 3
    assert "This answer is not the function's own" in send.err
    assert len(send.front.bodies) == 1


def test_explain_survives_an_answer_that_does_not_come(send: Sender, key_file: Path) -> None:
    """A trial without an answer proves nothing and stops nothing."""
    refused = problem(401, "unauthenticated")
    send.front.script = [refused, *[(0, {}, b"")] * 11]
    assert send(key_file, "--explain", "--tag", "owner=爱丽丝") == 3
    assert "The body does not seem to be changed on its way" in send.err


def test_nothing_of_an_answer_can_command_the_terminal() -> None:
    """Control characters that came over the network are shown as question marks."""
    wanted = Wanted({"keyName": "a"}, "x.csv, row 1")
    body = {
        "code": "invalid-request",
        "detail": "\x1b[2J\x07",
        "errors": [{"pointer": "\x1b", "detail": "d"}, 7],
    }
    outcomes = [sending.Outcome(wanted, 422, body), sending.Outcome(wanted, 201, {"result": "\x1bcreated"})]
    assert "\x1b" not in report.single(outcomes[0]) + report.single(outcomes[1]) + report.table(outcomes)
    assert report.single(outcomes[0]).splitlines() == ["422 invalid-request: ?[2J?", "  ?: d"]


def test_differences_are_told() -> None:
    """What an unchanged key pair has otherwise than asked for is a line each."""
    body = {
        "result": "unchanged",
        "keyName": "a",
        "differences": [
            {"pointer": "/projectId", "requested": 1, "stored": 0},
            {"pointer": "/tags/owner", "requested": "alice", "stored": None},
            "nonsense",
        ],
    }
    said = report.single(sending.Outcome(Wanted({"keyName": "a"}, "x"), 200, body))
    assert "  differs  /projectId: asked for 1, stored is 0\n" in said
    assert "  differs  /tags/owner: asked for alice, stored is nothing" in said


def test_tag_without_a_value_is_a_usage_error(send: Sender, key_file: Path) -> None:
    """A tag is NAME=VALUE."""
    for tag in ("owner", "=x"):
        with pytest.raises(SystemExit) as ended:
            send(key_file, "--tag", tag)
        assert ended.value.code == 2


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """--help explains sources, secrets and exit codes."""
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"], {}, io.StringIO())
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "exit code:  0" in said
    assert "ONBOARDING_SECRET or ONBOARDING_API_KEY" in said


def test_one_caller_alone_is_enough(
    stand_in: cvm.StandIn, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules of the caller hold for what is sent: a name beyond them is refused by name of the rule."""
    entry = {**MINTED.entry, "allow": {"keyNames": ["onb_*"]}}
    with fronted(stand_in, entries=[entry, API.entry]) as front:
        send = Sender(front, capsys)
        assert send(key_file, "--name", "alice") == 1
        assert send.out.startswith("403 forbidden/key-names: The rule `keyNames` of this caller says no: ")
        assert send(key_file, "--name", "onb_alice") == 0
