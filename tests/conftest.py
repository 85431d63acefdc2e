"""What every test can count on: seeded examples, no network but loopback, nothing skipped in silence."""

from __future__ import annotations

import gc
import ipaddress
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from handler import invocation
from package import ROOT, runtime
from package.__main__ import make
from tests import shared

LONG = os.environ.get("LONG") == "1"
QUICK = os.environ.get("QUICK") == "1"
# Taken out, so that a run that a test starts leaves nothing there.
NOT_RUN = os.environ.pop("NOT_RUN", None)

#: What some checks need beside Python's packages, and how to get it.
TOOLS = {
    "/proc": "run the tests on Linux",
    "Linux": "run the tests on Linux",
    "a newer CPython": "pyenv install 3.13, or: uv python install 3.13",
    "curl": "apt-get install curl",
    "cos-python-sdk-v5": "make peers",
    "java, node or npm": "apt-get install default-jre-headless nodejs npm",
    "lark-oapi": "make peers",
    "node": "apt-get install nodejs",
    "node or npm": "apt-get install nodejs npm",
    "openssl": "apt-get install openssl",
    "ssh-keygen": "apt-get install openssh-client",
    "tccli": "pipx install tccli",
    "valgrind": "apt-get install valgrind",
    "wechatpy": "make peers",
    runtime.NAME: f"pyenv install {runtime.VERSION}, or: uv python install {runtime.VERSION}",
}

settings.register_profile(
    "project",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=2_000 if LONG else 20 if QUICK else 50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")

# One machine's proxies, certificates and cloud account are not another's.
for _name in list(os.environ):
    if _name.lower().endswith("_proxy") or _name.startswith("TENCENTCLOUD_"):
        del os.environ[_name]

# A shell that runs the tests in the background lets them, and all that they start, ignore Ctrl-C; some of
# what they start is to be ended by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The first call of an instance has less time, from when it was loaded on. This process was loaded for
# whichever test came first; a test of a first call makes one.
invocation._first_call.clear()

_reached_out: list[str] = []


class ReachedOutError(RuntimeError):
    """A test wanted something that is not on this machine."""


def _is_here(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _fence(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook (PEP 578): lets no connection, datagram or name look-up of this process leave loopback."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if not _is_here(text):
        _reached_out.append(text)
        raise ReachedOutError(f"tests reach loopback only, not {text}")


sys.addaudithook(_fence)


@pytest.fixture(autouse=True)
def _stays_on_loopback() -> Iterator[None]:
    """Fails a test that connected to another machine, even if the code under test handled the error."""
    _reached_out.clear()
    yield
    assert not _reached_out, f"tests reach loopback only, not {', '.join(_reached_out)}"


@pytest.fixture
def scaled() -> Callable[[int], int]:
    """How often to repeat something: twenty times the count under `make long`, a fifth in `make quick`."""
    return lambda count: count * 20 if LONG else -(-count // 5) if QUICK else count


@pytest.fixture
def missing(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Record that `check` did not run because `tool`, one of TOOLS, is missing; the test then returns.

    The last lines of the run name every such check, so that it does not count as passed.
    """

    def record(tool: str, check: str) -> None:
        line = f"{check} because {tool} is missing; to get it: {TOOLS[tool]}"
        request.node.user_properties.append(("not run", line))

    return record


@pytest.fixture(scope="session")
def _dist(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    if not runtime.runs_this():
        return None
    return shared.once(tmp_path_factory, "dist", lambda folder: make(ROOT, folder, ROOT / "dist"))


@pytest.fixture
def dist(_dist: Path | None, missing: Callable[[str, str], None]) -> Path | None:
    """Return the package of this tree: `function/` and `function.zip`; None where its Python is missing."""
    if _dist is None:
        missing(runtime.NAME, "the deployable package")
    return _dist


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than cores to use: many a test waits for another one."""
    of_this_process = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    return len(of_this_process(0)) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only `make long` runs; what takes longest begins, so that no core waits at the end."""
    if not LONG:
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: item.get_closest_marker("fuzz") is None)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what ten thousand tests are made of: it lasts until the end."""
    gc.collect()
    gc.freeze()


_last_lines: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Collect what stands behind everything else: how to have this order again, and what did not run."""
    if config.pluginmanager.has_plugin("randomly"):
        _last_lines.append(f"random order: --randomly-seed={config.option.randomly_seed} repeats it")
    reports = terminalreporter.getreports("passed")
    names = {str(text) for report in reports for name, text in report.user_properties if name == "not run"}
    if NOT_RUN:
        names |= _left_by_runs_before(Path(NOT_RUN), names)
    _last_lines.extend(f"not run: {text}" for text in sorted(names))


def _left_by_runs_before(file: Path, names: set[str]) -> set[str]:
    """Return what did not run in the runs before this one of `make test`, and leave `names` for the next."""
    before = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{name}\n" for name in sorted(names | before)), encoding="utf-8")
    return before


def pytest_unconfigure(config: pytest.Config) -> None:
    """Print these lines, behind pytest's own last one."""
    for line in _last_lines:
        config.get_terminal_writer().line(line)
