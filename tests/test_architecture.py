"""The drawing of the house is the house."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import pytest

import handler
from handler.chat.platforms import PLATFORMS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PLACES = sorted(
    set(re.findall(r"(?:handler|local|package|page|bench|schemas|events|tests|docs)/[\w./-]*", PAGE))
)

#: Those that the drawing leaves to the reader.
_SMALL = {
    *("__init__", "ambient", "catalogue", "deadline", "http", "invocation", "log"),
    *("page", "record", "sentence", "settings", "strict_json"),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_on_the_page_is_there(place: str) -> None:
    """A file or folder that has moved is named where it is now."""
    assert (ROOT / place).exists()


def test_every_room_is_on_the_page() -> None:
    """Each package of the function has its row, and each step of the way its place in the drawing."""
    rooms = {f"handler/{path.parent.name}/" for path in (ROOT / "handler").glob("*/__init__.py")}
    steps = {f"handler/{path.name}" for path in (ROOT / "handler").glob("*.py") if path.stem not in _SMALL}
    assert rooms | steps <= set(PLACES)


def test_no_modules_import_each_other_in_a_circle() -> None:
    """No modules import each other in a circle, not even lazily or for types alone."""
    graph = grimp.build_graph("handler", "local", "package", cache_dir=None)
    below: dict[str, set[str]] = {}
    for module in graph.modules:
        below[module] = graph.find_downstream_modules(module)
    circles = {
        tuple(sorted((module, other)))
        for module in graph.modules
        for other in below[module]
        if module != other and module in below[other]
    }
    assert circles == set()


def test_a_chat_platform_is_one_module_one_scheme_and_one_row() -> None:
    """No other module of the function names a platform, or imports the modules of one."""
    files = {platform.name.replace("-", "_") for platform in PLATFORMS}
    theirs = {f"{room}/{name}" for room in ("chat", "callers") for name in files}
    words = "|".join({*files, *(platform.name for platform in PLATFORMS)})
    naming = re.compile(
        rf"""["'](?:{words})["']|import.*\b(?:{words})\b|(?:chat|callers)\.(?:{words}) import"""
    )
    named = {
        path.relative_to(ROOT / "handler").with_suffix("").as_posix()
        for path in (ROOT / "handler").rglob("*.py")
        if naming.search(path.read_text(encoding="utf-8"))
    }
    assert named - theirs - {"chat/platforms"} == set()


def test_the_root_of_the_function_is_one_screen() -> None:
    """About eighteen modules at the root, none of the function's over four hundred lines."""
    assert len(list((ROOT / "handler").glob("*.py"))) <= 20
    long = [
        path.relative_to(ROOT).as_posix()
        for room in ("handler", "local", "package", "bench", "page")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "schema_check.py" and path.read_bytes().count(b"\n") > 400
    ]
    assert long == []


def test_no_test_file_is_long() -> None:
    """At most four hundred lines each: what has grown is split by what it tests."""
    long = [path.relative_to(ROOT).as_posix() for path in _tests() if path.read_bytes().count(b"\n") > 400]
    assert long == []


def test_every_test_says_what_it_holds() -> None:
    """Each has a docstring that names the behaviour; its first paragraph is a sentence."""
    silent = []
    for path in _tests():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                first = (ast.get_docstring(node) or "").partition("\n\n")[0]
                if not re.search(r"[.?!]$", first):
                    silent.append(f"{path.relative_to(ROOT).as_posix()}: {node.name}")
    assert silent == []


@pytest.mark.parametrize("room", ["handler", "local"])
def test_tests_stand_where_what_they_test_stands(room: str) -> None:
    """Each folder of tests mirrors a package, so that a module's tests are found beside those of its like."""
    for folder in {path.parent for path in (ROOT / "tests" / room).rglob("test_*.py")}:
        assert (ROOT / folder.relative_to(ROOT / "tests")).is_dir()


def _tests() -> list[Path]:
    """Return the Python files of the tests, those of installed packages apart."""
    return [path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts]


def test_the_version_is_written_once() -> None:
    """The project takes it from the function, and the changelog's last release is that one."""
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d[^\]]*)\]", changes, re.MULTILINE)
    assert releases[0] == handler.__version__
