"""README shows what works: each call in it runs as it stands there, against `make serve`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import yaml

import handler
from handler.settings import Settings
from local.in_process import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")

#: What runs each snippet, and the tools that it needs.
SNIPPETS = {
    "curl": (("sh", "request.json"), ["curl"]),
    "signed": (("python", "hmac.new"), []),
    "libraries": (("python", "standardwebhooks"), []),
    "actions": (("yaml", "FUNCTION_URL"), ["curl", "jq"]),
}


def block(kind: str, holding: str) -> str:
    """Return the one code block of a kind that holds a text."""
    (found,) = [text for text in re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL) if holding in text]
    return str(found)


def command(name: str) -> list[str]:
    """Return the command line that runs a snippet literally."""
    kind, holding = SNIPPETS[name][0]
    text = block(kind, holding)
    if kind == "python":
        return [sys.executable, "-c", text]
    return ["bash", "-ec", yaml.safe_load(text)[0]["run"] if kind == "yaml" else text]


@pytest.fixture(scope="module")
def session() -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the variables that `make serve` prints and its lines after the last comment, while it runs."""
    serve = [sys.executable, "-m", "local.serve", "--port", "0"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            printed, last_lines = dict[str, str](), ""
            for line in process.stdout:
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    printed[name] = value
                last_lines = "" if line.startswith("#") else last_lines + line
                if line.startswith("cd "):
                    break
            yield {**os.environ, **printed}, last_lines
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture
def served(session: tuple[Mapping[str, str], str]) -> Mapping[str, str]:
    """Return the variables that `make serve` prints."""
    return session[0]


@contextmanager
def answering(*replies: tuple[int, dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Serve one reply after another; yield the URL, and the path of each request."""
    waiting, asked = iter(replies), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer."""
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            status, body = next(waiting)
            text = json.dumps({"status": status, **body}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            if "retryAfter" in body:
                self.send_header("Retry-After", str(body["retryAfter"]))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def run(name: str, environ: Mapping[str, str], folder: str) -> subprocess.CompletedProcess[str]:
    """Run a snippet where `alice.pub` is."""
    return subprocess.run(command(name), cwd=folder, env=environ, capture_output=True, text=True)


def tools_missing(name: str, missing: Callable[[str, str], None]) -> bool:
    """Say, and record, whether a snippet cannot run here."""
    absent = [tool for tool in SNIPPETS[name][1] if not shutil.which(tool)]
    for tool in absent:
        missing(tool, f"the example {name} of README")
    return bool(absent)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_imports_a_key(
    name: str, served: Mapping[str, str], missing: Callable[[str, str], None]
) -> None:
    """Run literally in the printed directory, each one imports the key, or finds it imported already."""
    if tools_missing(name, missing):
        return
    ran = run(name, served, served["EXAMPLES"])

    assert re.search("created|unchanged", ran.stdout), ran.stdout + ran.stderr
    assert ran.returncode == 0


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_repeats_what_may_succeed_later(
    name: str, served: Mapping[str, str], missing: Callable[[str, str], None]
) -> None:
    """A problem that is retryable is sent again after its time, and the result counts."""
    if tools_missing(name, missing):
        return
    busy = {"code": "upstream-busy", "detail": "D.", "remedy": "R.", "retryable": True, "retryAfter": 1}
    with answering((503, busy), (201, {"result": "created"})) as (url, asked):
        ran = run(name, {**served, "FUNCTION_URL": url}, served["EXAMPLES"])

    assert asked == ["/key-pairs", "/key-pairs"]
    assert "created" in ran.stdout


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_shows_what_was_wrong_and_what_to_do(
    name: str, served: Mapping[str, str], missing: Callable[[str, str], None]
) -> None:
    """Of a refusal the detail and the remedy are printed, and nothing is repeated."""
    if tools_missing(name, missing):
        return
    refused = {"code": "invalid-public-key", "detail": "A detail.", "remedy": "A remedy.", "retryable": False}
    with answering((422, refused)) as (url, asked):
        ran = run(name, {**served, "FUNCTION_URL": url}, served["EXAMPLES"])

    assert asked == ["/key-pairs"]
    assert "A detail." in ran.stdout + ran.stderr
    assert "A remedy." in ran.stdout + ran.stderr
    assert (ran.returncode == 0) == (name == "curl")


@pytest.mark.parametrize(
    ("holding", "expected"),
    [
        ("request.json", "(created|unchanged)"),
        ("local.send", r"\ncarol_laptop +(created|unchanged) "),
        ("local.look", "[0-9] key pairs?; "),
        ("local.callers", "callers.json is right"),
    ],
)
def test_commands_run_in_the_terminal_that_the_printed_lines_were_pasted_into(
    holding: str, expected: str, session: tuple[Mapping[str, str], str], missing: Callable[[str, str], None]
) -> None:
    """Each block of commands runs as it is, after the last of the printed lines, without an error."""
    if holding == "request.json" and tools_missing("curl", missing):
        return
    environ, last_lines = session
    script = last_lines + block("sh", holding)
    ran = subprocess.run(
        ["sh", "-e"], input=script, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(expected, ran.stdout), ran.stdout


def test_the_reply_has_the_members_of_a_result() -> None:
    """The reply that README shows is one by the schema, but for what is left out of its ids."""
    schema = json.loads((ROOT / "schemas" / "import-key-pair.result.json").read_text(encoding="utf-8"))
    shown = json.loads(block("json", "created"))

    assert set(schema["required"]) <= set(shown) <= set(schema["properties"])


def test_the_version_is_the_function_s() -> None:
    """The version in README is the one that the contract has."""
    assert f"Version {handler.__version__} " in README


def test_every_setting_is_in_the_table_with_its_default() -> None:
    """The table of settings is complete, and its defaults are the function's."""
    rows = dict(re.findall(r"\| `([A-Z_]+)` \| ([^|]+) \|", README))

    # Other services have addresses for stand-ins on one's own machine alone.
    names = {name.upper() for name in Settings._fields if not name.startswith(("sts_", "cos_", "feishu_"))}
    other_names = {"CVM_SCHEME", "CVM_HOST", "TIME_BUDGET"}
    assert set(rows) == {"CVM_ENDPOINT", "TIME_BUDGET_MS"} | names - other_names
    assert rows["TIME_BUDGET_MS"] == str(round(Settings().time_budget * 1000))
    assert rows["MIN_RSA_BITS"] == str(Settings().min_rsa_bits)
    assert rows["PROBLEM_BASE_URL"] == f"`{Settings().problem_base_url}`"
    assert rows["CVM_ENDPOINT"] == f"`{Settings().cvm_scheme}://{Settings().cvm_host}`"


def test_the_quoted_figures_are_what_the_bench_printed() -> None:
    """The ratios in README are those of bench/RESULTS.md."""
    results = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    cold = re.search(r"cold import over HTTPS, instructions: baseline / ours \| [^|]+ \| ([0-9.]+)", results)
    warm = re.search(r"warm import, instructions: baseline / ours \| [^|]+ \| ([0-9.]+)", results)

    assert cold is not None
    assert warm is not None
    for readme in (README, (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")):
        assert f" {cold[1]}" in readme
        assert f" {warm[1]}" in readme
