"""Objects are read and written by who may, in whole or in part, and faults strike on demand."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import cvm
from local.cos import Cos, Options, serve
from local.cos.__main__ import main, options
from local.cos.faults import KINDS
from local.cos.server import ROUTES
from local.stand_in.credentials import Credential, Keyring
from local.tls import Authority
from tests.doubles.clocks import Clock
from tests.local.cos.client import BUCKET, HOST, ask
from tests.local.cvm.test_faults import until

KEY = b"ssh-rsa AAAA alice@laptop\n"


@pytest.fixture
def cos() -> Iterator[Cos]:
    """Yield a stand-in with one object."""
    with serve() as stand_in:
        stand_in.put(BUCKET, "in/alice.pub", KEY)
        yield stand_in


def control(cos: Cos, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
    """Ask a control route; return status and value."""
    connection = http.client.HTTPConnection(cos.host, timeout=60)
    try:
        connection.request(method, "/_control" + path, body)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_an_object_is_read(cos: Cos) -> None:
    """Its bytes come with an entity tag, and the call is on record without a secret."""
    reply = ask(cos)
    assert (reply.status, reply.body) == (200, KEY)
    assert reply.headers["etag"] == cos.objects[BUCKET, "in/alice.pub"].etag
    assert reply.headers["content-length"] == str(len(KEY))

    (seen,) = cos.calls
    assert (seen.action, seen.code, seen.executed) == ("GetObject", "ok", True)
    assert seen.parameters == {"Bucket": BUCKET, "Key": "in/alice.pub", "Range": None}
    assert cos.credentials.token not in repr(seen)


@pytest.mark.parametrize(
    ("asked", "status", "body", "place"),
    [
        ("bytes=0-2", 206, b"ssh", "bytes 0-2/26"),
        ("bytes=0-16384", 206, KEY, "bytes 0-25/26"),
        ("bytes=20-", 206, b"aptop\n", "bytes 20-25/26"),
        ("bytes=-3", 206, b"op\n", "bytes 23-25/26"),
        ("bytes=x", 200, KEY, None),
    ],
)
def test_a_part_is_read(cos: Cos, asked: str, status: int, body: bytes, place: str | None) -> None:
    """A range brings what it names, as far as there is something."""
    reply = ask(cos, range=asked)
    assert (reply.status, reply.body) == (status, body)
    assert reply.headers.get("content-range") == place


@pytest.mark.parametrize("asked", ["bytes=26-", "bytes=3-2", "bytes=-0"])
def test_a_part_that_is_not_there(cos: Cos, asked: str) -> None:
    """A range beyond the object is refused."""
    assert (ask(cos, range=asked).status, ask(cos, range=asked).code) == (416, "InvalidRange")


def test_head(cos: Cos) -> None:
    """HEAD brings the headers alone."""
    reply = ask(cos, "HEAD")
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "26")


def test_an_object_is_written(cos: Cos) -> None:
    """What is put can be read again, metadata included; names may be anything that can be encoded."""
    path = "/out/%E5%BC%A0%E4%B8%89%20%2B.json"
    assert ask(cos, "PUT", path, b"{}", content_type="application/json", x_cos_meta_a="b").status == 200
    assert cos.objects[BUCKET, "out/张三 +.json"].body == b"{}"
    reply = ask(cos, "GET", path)
    assert (reply.body, reply.headers["content-type"], reply.headers["x-cos-meta-a"]) == (
        b"{}",
        "application/json",
        "b",
    )


def test_nothing_is_overwritten_where_that_is_forbidden(cos: Cos) -> None:
    """With `x-cos-forbid-overwrite` only the first one counts; without it the last one does."""
    assert ask(cos, "PUT", "/out/a", b"1", x_cos_forbid_overwrite="true").status == 200
    assert ask(cos, "PUT", "/out/a", b"2", x_cos_forbid_overwrite="true").code == "FileAlreadyExists"
    assert cos.objects[BUCKET, "out/a"].body == b"1"
    assert ask(cos, "PUT", "/out/a", b"2").status == 200
    assert ask(cos, "PUT", "/out/a", b"3", content_md5="AAAA").code == "BadDigest"
    assert cos.objects[BUCKET, "out/a"].body == b"2"


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"path": "/in/bob.pub"}, 404, "NoSuchKey"),
        ({"path": "/"}, 400, "InvalidURI"),
        ({"path": "/%FF"}, 400, "InvalidURI"),
        ({"path": "/" + "x" * 851}, 400, "InvalidURI"),
        ({"method": "DELETE"}, 405, "MethodNotAllowed"),
        ({"host": HOST.replace("keys", "other")}, 404, "NoSuchBucket"),
        ({"host": HOST.replace("guangzhou", "shanghai")}, 404, "NoSuchBucket"),
        ({"host": "127.0.0.1"}, 400, "InvalidURI"),
        ({"signed": ""}, 403, "AccessDenied"),
        ({"signed": "q-ak=x"}, 403, "AccessDenied"),
        ({"credential": Credential("AKIDnobody", "key")}, 403, "InvalidAccessKeyId"),
        ({"now": time.time() - 3600}, 403, "AccessDenied"),
        ({"now": time.time() + 3600}, 403, "RequestTimeTooSkewed"),
    ],
)
def test_refusals(cos: Cos, how: dict[str, Any], status: int, code: str) -> None:
    """Each has COS's status and code, in XML."""
    reply = ask(cos, **how)
    assert (reply.status, reply.code) == (status, code)
    assert reply.headers["content-type"] == "application/xml"
    assert cos.calls[-1].code == code


def test_wrong_signatures_and_tokens(cos: Cos) -> None:
    """A key, a token or a request that is not the signed one is refused."""
    own = cos.credentials
    assert ask(cos, credential=own._replace(secret_key="wrong")).code == "SignatureDoesNotMatch"
    assert ask(cos, credential=own._replace(token="wrong")).code == "AccessDenied"
    assert ask(cos, credential=own._replace(token="")).code == "AccessDenied"


def test_one_function_asks_cvm_and_cos() -> None:
    """A shared keyring makes CVM's credentials good here, and those of another account are not."""
    with cvm.serve() as account, serve(keyring=account.keyring) as cos:
        cos.put(BUCKET, "in/alice.pub", KEY)
        assert ask(cos, credential=account.mint()).body == KEY
        assert ask(cos, credential=account.mint(account="200000000002")).code == "AccessDenied"


def test_temporary_credentials_expire() -> None:
    """A minted credential is good until its end."""
    clock = Clock(1_700_000_000.0)
    keyring = Keyring([], "shared")
    with serve(keyring=keyring, clock=clock) as cos:
        cos.put(BUCKET, "in/alice.pub", KEY)
        short = cvm.mint("shared", "function", clock.now + 60)
        assert ask(cos, credential=short, now=clock.now).status == 200
        clock.now += 61
        assert ask(cos, credential=short, now=clock.now).code == "AccessDenied"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("throttle", 503, "SlowDown"),
        ("denied", 403, "AccessDenied"),
        ("gone", 404, "NoSuchKey"),
        ("internal-error-before", 500, "InternalError"),
        ("error-before", 503, "ServiceUnavailable"),
        ("http-error-before", 502, "ok"),
        ("object-removed", 404, "NoSuchKey"),
    ],
)
def test_faults_that_answer(cos: Cos, kind: str, status: int, code: str) -> None:
    """A fault strikes once, and the object is as it was."""
    cos.fault("GetObject", kind, code="ServiceUnavailable")
    reply = ask(cos)
    assert (reply.status, reply.code) == (status, code)
    assert ask(cos).status == (404 if kind == "object-removed" else 200)


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "reset-before", "truncated"])
def test_faults_that_lose_the_reply(cos: Cos, kind: str) -> None:
    """No whole reply arrives; what was written is known from the objects."""
    cos.fault("*", kind)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        ask(
            cos, "PUT" if kind != "truncated" else "GET", "/out/a" if kind != "truncated" else "/in/alice.pub"
        )
    assert ((BUCKET, "out/a") in cos.objects) is (kind == "drop-after")


def test_an_object_that_changes(cos: Cos) -> None:
    """Between the event and the read the object can become another one, or a large one."""
    cos.fault("GetObject", "object-changed")
    cos.fault("GetObject", "object-grown")
    assert ask(cos).body == KEY[::-1]
    assert len(ask(cos).body) == len(KEY) + 2**20


def test_a_slow_object(cos: Cos) -> None:
    """The body can come in drops, and a write can come late."""
    cos.fault("GetObject", "dribbled", seconds=0.1)
    assert ask(cos).body == KEY
    cos.fault("PutObject", "late-write", seconds=0.05)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(cos, "PUT", "/out/a", b"1")
    until(lambda: (BUCKET, "out/a") in cos.objects)


def test_the_event_of_a_put(cos: Cos) -> None:
    """It names bucket, key and size as the trigger does, and the uploader's metadata."""
    event = cos.put(BUCKET, "in/b.pub", KEY, content_type="text/plain", x_cos_meta_owner="bob")
    (record,) = event["Records"]
    assert record["cos"]["cosObject"]["key"] == "/1250000000/keys/in/b.pub"
    assert record["cos"]["cosObject"]["url"] == f"http://{HOST}/in/b.pub"
    assert record["cos"]["cosObject"]["size"] == 26
    assert record["cos"]["cosObject"]["meta"]["x-cos-meta-owner"] == "bob"
    assert record["cos"]["cosBucket"] == {
        "region": "gz",
        "name": "keys",
        "appid": "1250000000",
        "cosRegion": "ap-guangzhou",
    }
    assert record["event"]["eventName"] == "cos:ObjectCreated:Put"
    assert {*event["Records"][0]} == {*json.loads(Path("events/cos-put.json").read_text())["Records"][0]}


def test_control_routes(cos: Cos) -> None:
    """Other processes put, see and remove objects, and order faults."""
    assert {*cos.acts(), "GET /_control"} == set(ROUTES)
    status, event = control(cos, "PUT", f"/objects/{BUCKET}/in/%E5%BC%A0.pub", b"key")
    assert (status, event["Records"][0]["cos"]["cosObject"]["size"]) == (200, 3)
    assert control(cos, "GET", f"/objects/{BUCKET}/in/%E5%BC%A0.pub") == (200, {"text": "key"})
    assert control(cos, "GET", "/objects")[1][1] == {"bucket": BUCKET, "key": "in/张.pub", "size": 3}
    assert control(cos, "DELETE", f"/objects/{BUCKET}/in/alice.pub")[0] == 200
    assert control(cos, "DELETE", f"/objects/{BUCKET}/in/alice.pub")[0] == 400
    assert control(cos, "PUT", f"/objects/{BUCKET}", b"key")[0] == 400
    assert control(cos, "POST", "/faults", b'{"action": "GetObject", "kind": "denied"}')[0] == 200
    assert ask(cos, "GET", "/in/%E5%BC%A0.pub").code == "AccessDenied"
    assert control(cos, "POST", "/reset")[0] == 200
    assert (cos.objects, cos.calls) == ({}, [])


def test_an_empty_bucket(cos: Cos) -> None:
    """A bucket can exist without objects."""
    cos.add_bucket("empty-1250000000")
    host = cos.host_of("empty-1250000000")
    assert ask(cos, host=host).code == "NoSuchKey"


def test_https(tmp_path: Path) -> None:
    """With an authority it speaks HTTPS as every bucket of its region."""
    with serve(Options(authority=Authority(tmp_path))) as cos:
        assert cos.routes == {"*.cos.ap-guangzhou.myqcloud.com": cos.tls_port}
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", cos.tls_port, timeout=60, context=context)
        context.check_hostname = False  # its name is looked up nowhere here; local.tls.route does that
        connection.request("GET", "/x", headers={"Host": HOST})
        assert connection.getresponse().status == 403
        connection.close()


def test_the_command(capsys: pytest.CaptureFixture[str], cos: Cos) -> None:
    """It explains itself, says where it listens, and names a port that is taken."""
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert [word for word in (*ROUTES, *KINDS, "--region", "--tls") if word not in shown] == []
    assert main(["--port", str(cos.port)]) == 1
    assert options(["--credential", "a:b", "--region", "ap-tokyo"]).credentials == (Credential("a", "b"),)
    with subprocess.Popen([sys.executable, "-m", "local.cos"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert set(json.loads(process.stdout.readline())) == {"endpoint", "secretId"}
        process.terminate()
        assert process.wait(120) == 0
