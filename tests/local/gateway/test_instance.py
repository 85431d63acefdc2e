"""An instance is what SCF would run: its environment, its time, its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.gateway import EventOutcome
from tests.local.gateway.client import Run, ask, gone

SURROUNDINGS = """
    import os, resource, sys
    print("loaded")
    def main_handler(event, context):
        return {
            "event": event, "context": context, "environ": dict(os.environ), "cwd": os.getcwd(),
            "path": sys.path, "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0], "pid": os.getpid(),
        }
"""


def result(outcome: EventOutcome) -> Any:
    """Return what the function returned, and fail with the platform's error if there is one."""
    assert outcome.failure is None, outcome.failure
    return outcome.result


def test_the_environment_is_the_platforms_and_nothing_else(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A function sees SCF's variables and its own, and none of the machine it really runs on."""
    monkeypatch.setenv("CVM_ENDPOINT", "http://from.the.machine")
    monkeypatch.setenv("HTTPS_PROXY", "http://from.the.machine")
    seen = result(run(SURROUNDINGS, environment={"DEFAULT_REGION": "ap-shanghai"}).invoke({}))
    environ = seen["environ"]
    root = str(tmp_path / "code")
    assert environ["TENCENTCLOUD_RUNENV"] == "SCF"
    assert environ["TENCENTCLOUD_REGION"] == "ap-guangzhou"
    assert environ["SCF_FUNCTIONNAME"] == "import-key-pair"
    assert environ["PYTHONDONTWRITEBYTECODE"] == "x"
    assert environ["PYTHONPATH"] == root
    assert environ["USER_CODE_ROOT"] == root + "/"
    assert environ["_SCF_SERVER_PORT"] == "28902"
    assert environ["TZ"] == "UTC"
    assert environ["HOME"] == "/home/qcloud"
    assert environ["DEFAULT_REGION"] == "ap-shanghai"
    assert seen["cwd"] == root
    assert seen["files"] == 1024
    assert not {"CVM_ENDPOINT", "HTTPS_PROXY", "VIRTUAL_ENV"} & set(environ)
    assert not any("gateway" in entry for entry in seen["path"])


def test_no_byte_code_is_written(run: Run, tmp_path: Path) -> None:
    """The code directory is as it was after a call: SCF's is read-only."""
    result(run(SURROUNDINGS).invoke({}))
    assert [path.name for path in (tmp_path / "code").iterdir()] == ["index.py"]


def test_the_context_has_every_documented_key(run: Run) -> None:
    """The second argument is a dict with text and numbers in the documented forms, without credentials."""
    outcome = run(SURROUNDINGS, timeout=3, memory=128).invoke({})
    assert result(outcome)["context"] == {
        "memory_limit_in_mb": 128,
        "time_limit_in_ms": 3000,
        "request_id": outcome.request_id,
        "environment": '{"SCF_NAMESPACE":"default"}',
        "environ": "SCF_NAMESPACE=default;SCF_NAMESPACE=default",
        "function_version": "$LATEST",
        "function_name": "import-key-pair",
        "namespace": "default",
        "tencentcloud_region": "ap-guangzhou",
        "tencentcloud_appid": "1250000000",
        "tencentcloud_uin": "100000000001",
    }


@pytest.mark.parametrize("event", [{"a": [1, None, True, "é\u2028"]}, [], "text", 0, None, "\ud800"])
def test_an_event_arrives_as_it_was_sent(run: Run, event: object) -> None:
    """Any JSON value reaches the function unchanged, as the Invoke API delivers it."""
    gateway = run("def main_handler(event, context): return repr(event)")
    assert result(gateway.invoke(event)) == repr(event)


def test_credentials_come_with_every_call(run: Run) -> None:
    """A warm instance gets the role's new credentials in its environment before each call."""
    minted: Iterator[int] = iter(range(10))

    def fresh() -> tuple[str, str, str]:
        number = next(minted)
        return f"id{number}", f"key{number}", f"token{number}"

    gateway = run(SURROUNDINGS, credentials=fresh)
    names = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")
    for number in range(3):
        seen = result(gateway.invoke({}))["environ"]
        assert [seen[name] for name in names] == [f"id{number}", f"key{number}", f"token{number}"]


def test_a_function_without_a_role_has_no_credentials(run: Run) -> None:
    """Without a role none of the three variables is there at all."""
    environ = result(run(SURROUNDINGS, credentials=None).invoke({}))["environ"]
    assert not [name for name in environ if "SECRET" in name or "TOKEN" in name]


def test_an_instance_is_kept_warm(run: Run) -> None:
    """The second call runs in the same process, without loading the code again, and the log says so."""
    gateway = run(SURROUNDINGS)
    first, second = gateway.invoke({}), gateway.invoke({})
    assert (first.cold, second.cold) == (True, False)
    assert result(first)["pid"] == result(second)["pid"]
    assert first.init_ms > 0
    assert second.init_ms == 0
    assert gateway.log.count("instance 1 | loaded") == 1
    assert [
        ("cold start, init" in line, "warm, call" in line) for line in gateway.log if "event" in line
    ] == [
        (True, False),
        (False, True),
    ]


def test_loading_is_timed_apart_from_the_call(run: Run) -> None:
    """Time spent at import is in the initialisation and neither in the call nor in its time limit."""
    gateway = run(
        """
        import time
        time.sleep(1.5)
        def main_handler(event, context): return 1
        """,
        timeout=1.4,
    )
    outcome = gateway.invoke({})
    assert result(outcome) == 1
    assert outcome.init_ms > 1_400 > outcome.call_ms


def test_what_is_printed_is_in_the_log_before_the_answer(run: Run) -> None:
    """Standard output, standard error and the root logger from DEBUG up all reach the log in time."""
    gateway = run(
        """
        import logging, os, sys
        def main_handler(event, context):
            print("one é")
            print("two", file=sys.stderr)
            logging.getLogger("any.library").debug("three")
            os.write(1, b"four \\xff\\n")
            print("five", end="")
        """
    )
    result(gateway.invoke({}))
    printed = [line for line in gateway.log if line.startswith("instance 1 | ")]
    assert printed == [f"instance 1 | {text}" for text in ("one é", "two", "three", "four \\xff")]
    gateway.stop()
    assert gateway.log[-1] == "instance 1 | five"


def test_a_flood_of_output_does_not_block(run: Run) -> None:
    """A function that prints more than a pipe holds, without a line's end, still answers."""
    gateway = run("def main_handler(event, context): print('x' * 1_000_000, end='')")
    result(gateway.invoke({}))
    assert all(len(line) < 200_000 for line in gateway.log)


def test_an_exception_is_430_with_the_traceback(run: Run) -> None:
    """A raised exception reaches the caller, stack included, and the instance goes on."""
    gateway = run(
        """
        def main_handler(event, context):
            raise ValueError("no good")
        """
    )
    outcome = gateway.invoke({})
    assert outcome.failure is not None
    body = json.loads(outcome.failure.body(outcome.request_id))
    assert body["errorCode"] == -1
    assert body["errorMessage"] == "user code exception caught"
    assert body["requestId"] == outcome.request_id
    assert body["statusCode"] == 430
    assert body["stackTrace"].startswith("Traceback (most recent call last):")
    assert body["stackTrace"].endswith("ValueError: no good")
    assert "index.py" in body["stackTrace"]
    assert "bootstrap" not in body["stackTrace"]
    assert not gateway.invoke({}).cold


@pytest.mark.parametrize(
    "value",
    ["b'bytes'", "{1, 2}", "object()", "'\\ud800'", "{b'k': 1}", "[[]] * 2 + [print]"],
)
def test_a_reply_that_is_not_json_is_430(run: Run, value: str) -> None:
    """What cannot be serialised is the function's error, not the platform's."""
    outcome = run(f"def main_handler(event, context): return {value}").invoke({})
    assert outcome.failure is not None
    assert outcome.failure.status == 430


def test_a_reply_is_serialised_without_escapes(run: Run) -> None:
    """Text beyond ASCII comes back as itself, as `json.dumps(ensure_ascii=False)` writes it."""
    assert run("def main_handler(event, context): return {'a': 'é'}").invoke({}).text == '{"a": "é"}'


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("sys.exit(3)", 3),
        ("sys.exit()", 0),
        ("os._exit(4)", 4),
        ("os.kill(os.getpid(), 9)", -9),
        ("raise KeyboardInterrupt", -2),
    ],
)
def test_a_process_that_ends_is_439(run: Run, statement: str, code: int) -> None:
    """The caller gets 439, the instance is thrown away, and the next call starts another one."""
    gateway = run(
        f"""
        import os, sys
        def main_handler(event, context):
            if event: {statement}
        """
    )
    outcome = gateway.invoke(1)
    assert outcome.failure is not None
    assert outcome.failure.status == 439
    assert outcome.failure.message == f"{code} code exit unexpected"
    assert gateway.invoke(0).cold


def test_a_call_that_takes_too_long_is_433(run: Run) -> None:
    """The instance is ended, with all that it started, and the next call starts another one."""
    gateway = run(
        """
        import os, subprocess, time
        def main_handler(event, context):
            if event:
                print(os.getpid(), subprocess.Popen(["sleep", "60"]).pid)
                time.sleep(60)
        """,
        timeout=1.5,
    )
    outcome = gateway.invoke(1)
    assert outcome.failure is not None
    assert outcome.failure.status == 433
    assert outcome.failure.message == "Invoking task timed out after 1.5 seconds"
    assert outcome.call_ms >= 1_500
    pids = gateway.log[0].split("|")[1].split()
    assert [gone(int(pid)) for pid in pids] == [True, True]
    assert gateway.invoke(0).instance == 2


@pytest.mark.parametrize(
    ("source", "handler", "status"),
    [
        ("def main_handler(:", "index.main_handler", 443),
        ("import nothing_like_it", "index.main_handler", 443),
        ("import sys; sys.exit(1)", "index.main_handler", 443),
        ("pass", "index.main_handler", 437),
        ("main_handler = 1", "index.main_handler", 437),
        ("pass", "missing.main_handler", 437),
    ],
)
def test_code_that_cannot_be_loaded_is_an_error_of_the_call(
    run: Run, source: str, handler: str, status: int
) -> None:
    """Every call tries again, and says what is wrong with the code."""
    gateway = run(source, handler=handler)
    for _ in range(2):
        outcome = gateway.invoke({})
        assert outcome.failure is not None
        assert outcome.failure.status == status


def test_a_load_error_shows_the_traceback(run: Run) -> None:
    """The line that raised while loading can be read from the error."""
    failure = run("import nothing_like_it").invoke({}).failure
    assert failure is not None
    assert "No module named 'nothing_like_it'" in failure.message


def test_code_that_loads_too_slowly_is_450(run: Run) -> None:
    """The initialisation has a time limit of its own."""
    gateway = run("import time; time.sleep(60)", init_timeout=0.3)
    failure = gateway.invoke({}).failure
    assert failure is not None
    assert failure.status == 450


def test_an_interpreter_that_is_not_there_is_500(run: Run) -> None:
    """An instance that cannot be started is the platform's error, not an exception."""
    failure = run("pass", python="/nowhere/python").invoke({}).failure
    assert failure is not None
    assert failure.status == 500


def test_six_megabytes_each_way(run: Run) -> None:
    """An event or a reply of 6 MB passes, one byte more is 406 or 407, and the instance goes on."""
    limit = 6 * 1024 * 1024
    gateway = run(
        "def main_handler(event, context): return 'x' * event if type(event) is int else len(event)"
    )
    assert result(gateway.invoke("x" * (limit - 2))) == limit - 2
    too_large = gateway.invoke("x" * (limit - 1)).failure
    assert too_large is not None
    assert too_large.status == 406
    assert len(gateway.invoke(limit - 2).text) == limit
    reply_too_large = gateway.invoke(limit - 1).failure
    assert reply_too_large is not None
    assert reply_too_large.status == 407
    assert not gateway.invoke("").cold


@pytest.mark.parametrize("text", [b"", b"{", b"{'a': 1}", b"[NaN]", b"\xff", b"[" * 100_000])
def test_an_event_that_is_not_json_is_400(run: Run, text: bytes) -> None:
    """Such an event reaches no instance."""
    outcome = run(SURROUNDINGS).invoke_text(text)
    assert outcome.failure is not None
    assert outcome.failure.status == 400
    assert outcome.instance == 0


def test_http_goes_the_whole_way(run: Run) -> None:
    """A request over HTTP becomes an event, and the reply a response with the platform's request id."""
    gateway = run(
        """
        def main_handler(event, context):
            return {"statusCode": 201, "headers": {"X-Path": event["path"]}, "body": event["body"]}
        """
    )
    answer = ask(gateway, "POST", "/key-pairs?a=1", b"hello")
    assert (answer.status, answer.body, answer.headers["x-path"]) == (201, b"hello", "/key-pairs")
    line = gateway.log[-1]
    assert line.startswith("POST /key-pairs -> 201 (instance 1, cold start, init ")
    assert line.endswith(f"request {answer.headers['x-scf-request-id']})")
