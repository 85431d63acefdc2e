"""What is in the package, and what is not."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

import handler
from package import ROOT, contents, runtime
from package.contents import PackedFile

METADATA = "Metadata-Version: 2.4\nName: thing\nVersion: 1.0\nLicense: {}\nKeywords: x\n\nLicense: prose\n"

pytestmark = pytest.mark.slow


def _wheel(folder: Path, files: dict[str, str]) -> Path:
    wheel = folder / "thing-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def test_dependency_is_code_and_licence(tmp_path: Path) -> None:
    """Tests, types, headers and metadata stay behind; the licence comes along."""
    wheel = _wheel(
        tmp_path,
        {
            "thing/__init__.py": "code",
            "thing/__init__.pyi": "types",
            "thing/py.typed": "",
            "thing/thing.h": "header",
            "thing/tests/__init__.py": "tests",
            "thing/test_it.py": "tests",
            "thing-1.0.dist-info/METADATA": METADATA.format("MIT"),
            "thing-1.0.dist-info/RECORD": "",
            "thing-1.0.dist-info/licenses/COPYING": "text",
        },
    )

    assert list(contents.dependency(wheel)) == [
        ("thing/__init__.py", b"code"),
        ("licenses/thing/COPYING", b"text"),
        ("licenses/thing/DECLARED", b"Name: thing\nVersion: 1.0\nLicense: MIT\n"),
    ]


def test_dependency_without_code_leaves_no_licence(tmp_path: Path) -> None:
    """A licence stands for something that is in the package."""
    wheel = _wheel(tmp_path, {"cffi/api.py": "code", "thing-1.0.dist-info/LICENSE": "text"})

    assert list(contents.dependency(wheel)) == []


def test_dependency_without_a_licence_text_is_refused(tmp_path: Path) -> None:
    """What nobody may pass on is not packed."""
    wheel = _wheel(tmp_path, {"thing/a.py": "", "thing-1.0.dist-info/METADATA": METADATA.format("Mine")})

    with pytest.raises(ValueError, match="holds no text of its licence"):
        list(contents.dependency(wheel))


def test_apache_licence_is_pointed_to(tmp_path: Path) -> None:
    """Tencent's SDK declares its licence without the text, which another package brings."""
    declared = METADATA.format("Apache License 2.0")
    wheel = _wheel(tmp_path, {"thing/a.py": "", "thing-1.0.dist-info/METADATA": declared})

    assert list(contents.dependency(wheel))[-1].data.endswith(b": licenses/cryptography/LICENSE.APACHE\n")


def test_own_files_leave_the_desk_behind(tmp_path: Path) -> None:
    """Byte code, editors' copies and the example of callers are no part of the function."""
    for path in (
        "LICENSE", "README.md", "callers.example.json", "handler/__pycache__/main.cpython-313.pyc",
        "handler/main.py", "handler/.main.py.swp", "handler/main.py~",
        "handler/chat/__init__.py", "handler/key_gate/data/debian.moduli",
        "handler/key_gate/data/debian.moduli~",
        "index.py", "schemas/problem.json", "tests/test_main.py",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()

    assert [file.path for file in contents.own(tmp_path)] == [
        "handler/chat/__init__.py", "handler/main.py", "handler/key_gate/data/debian.moduli",
        "schemas/problem.json", "index.py", "licenses/import-key-pair/LICENSE",
    ]  # fmt: skip


def test_package_holds_what_was_agreed(dist: Path | None) -> None:
    """A new dependency, a stray test or a lost licence shows here."""
    if dist is None:
        return
    paths = [path.relative_to(dist / "function").as_posix() for path in (dist / "function").rglob("*")]
    roots = {path.split("/")[0] for path in paths}

    assert roots == {
        "__pycache__", f"_cffi_backend.{runtime.TAG}-x86_64-linux-gnu.so", "attr", "attrs",
        "certificates", "cryptography", "ecdsa", "handler", "index.py", "jsonschema",
        "jsonschema_specifications", "licenses", "locale", "referencing", "release", "rpds", "schemas",
        "six.py", "sshpubkeys", "tencentcloud", "typing_extensions.py",
    } | {"page"} | ({"callers.json"} if (ROOT / "callers.json").exists() else set())  # fmt: skip
    assert not [path for path in paths if path.endswith((".pyi", ".h", ".typed")) or "/test" in path]
    assert not [path for path in paths if "dist-info" in path]
    assert sorted(path for path in paths if path.startswith("tencentcloud/") and path.endswith(".py")) == [
        "tencentcloud/__init__.py",
        "tencentcloud/common/__init__.py",
        "tencentcloud/common/exception/__init__.py",
        "tencentcloud/common/exception/tencent_cloud_sdk_exception.py",
        "tencentcloud/common/sign.py",
    ]
    licensed = {path.split("/")[1] for path in paths if path.startswith("licenses/") and "/" in path[9:]}
    assert licensed == {
        "attrs", "certifi", "cffi", "cryptography", "ecdsa", "import-key-pair", "jsonschema",
        "jsonschema_specifications", "referencing", "rpds_py", "six", "sshpubkeys",
        "tencentcloud_sdk_python_common", "typing_extensions",
    }  # fmt: skip


def test_a_release_is_named_by_its_version_and_what_is_in_it() -> None:
    """Whatever file differs, the short hash differs; their order does not matter."""
    files = [PackedFile("a.py", b"1"), PackedFile("b.py", b"2")]
    name, data = contents.release(files)
    assert name == "release"
    assert re.fullmatch(rb"%s\+[0-9a-f]{12}\n" % handler.__version__.encode(), data)
    assert contents.release(files[::-1]).data == data
    assert contents.release([files[0], PackedFile("b.py", b"3")]).data != data
    assert contents.release([PackedFile("a.py", b"12"), PackedFile("b.py", b"")]).data != data
