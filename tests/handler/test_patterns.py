"""No regular expression of the function takes longer than its text does, whatever the text.

Every pattern is searched in many texts of the forms that make a backtracking matcher slow: something that
begins a match, the same thing again and again, something that ends no match.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import pytest

import handler
from handler.callers.node import Rule
from tests import growth

_OPERATIONS = ("search", "match", "fullmatch", "sub", "split", "finditer", "findall")

_PREFIXES = ("", '"', "ssh-rsa AAAA", "tag:a=", "<mailto:", "BEGIN ")
_UNITS = (
    *(
        "a",
        " ",
        "0",
        "=",
        "-",
        "<",
        ">",
        "|",
        "@",
        ":",
        "_",
        '"',
        "'",
        "`",
        "[",
        "\\",
        "\n",
        "%",
        "$",
        "「",
        "é",
    ),
    *(
        "AAAA",
        "a ",
        "a=",
        '" ',
        '""',
        "a-",
        "%41",
        "&amp;",
        "ssh-rsa ",
        "<a",
        "<a|",
        "tag:",
        "PRIVATE ",
        "*a",
    ),
)
_SUFFIXES = ("", "!", "\n!")

#: The lengths of the texts that are read first; only where the longer one costs out of proportion is it
#: measured with care.
_SHORT, _LONG = 256, 2048

_RULE = ("fullmatch",)


class Used(NamedTuple):
    """A pattern, where it stands, and what is done with it there."""

    where: str
    pattern: re.Pattern[Any]
    operations: tuple[str, ...]

    def read(self, text: Any) -> None:
        """Do it with a text."""
        for operation in self.operations:
            if operation == "sub":
                self.pattern.sub(lambda found: found[0], text)
            elif operation == "finditer":
                list(self.pattern.finditer(text))
            else:
                getattr(self.pattern, operation)(text)


def _all() -> Iterator[Used]:
    """Yield every pattern of the package: compiled ones, rules, and those in the middle of a function."""
    for found in pkgutil.walk_packages(handler.__path__, "handler."):
        module = importlib.import_module(found.name)
        assert module.__file__ is not None
        with open(module.__file__, encoding="utf-8") as source:
            tree = ast.parse(source.read())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = [(call, call.func) for call in calls if isinstance(call.func, ast.Attribute)]
        for name, value in vars(module).items():
            if isinstance(value, Rule):
                yield Used(f"{found.name}.{name}", re.compile(value.pattern), _RULE)
            elif isinstance(value, re.Pattern):
                done = {func.attr for _, func in names if ast.unparse(func.value).endswith(name)}
                yield Used(f"{found.name}.{name}", value, tuple(done & {*_OPERATIONS}) or _RULE)
        for call, func in names:
            if ast.unparse(func.value) == "re" and func.attr in _OPERATIONS:
                yield from _in_a_function(f"{found.name}:{call.lineno}", call, func.attr, vars(module))


def _in_a_function(where: str, call: ast.Call, operation: str, names: dict[str, Any]) -> Iterator[Used]:
    try:
        pattern = eval(ast.unparse(call.args[0]), names)
    except NameError:
        return  # a rule, or out of a table
    flags = [eval(ast.unparse(more.value), names) for more in call.keywords if more.arg == "flags"]
    yield Used(where, re.compile(pattern, *flags), (operation,))


_ALL = {(used.pattern.pattern, used.pattern.flags, used.operations): used for used in _all()}


def _text(used: Used, prefix: str, unit: str, suffix: str, length: int) -> Any:
    text = prefix + unit * (length // len(unit)) + suffix
    return text.encode() if isinstance(used.pattern.pattern, bytes) else text


def _cost(used: Used, text: Any) -> float:
    begun = time.thread_time()
    used.read(text)
    return time.thread_time() - begun


@pytest.mark.slow
@pytest.mark.parametrize("used", _ALL.values(), ids=[used.where for used in _ALL.values()])
def test_no_pattern_grows_faster_than_its_text(used: Used) -> None:
    """Reading eight times as long a text costs eight times as much, not 64 times."""
    for prefix, unit, suffix in product(_PREFIXES, _UNITS, _SUFFIXES):
        short, long = (_text(used, prefix, unit, suffix, length) for length in (_SHORT, _LONG))
        if _cost(used, long) > _cost(used, short) * growth.STEP**growth.NEARLY_LINEAR:
            make = partial(_text, used, prefix, unit, suffix)
            assert growth.exponent(used.read, make, 16384) < growth.NEARLY_LINEAR, (prefix, unit, suffix)


def test_all_patterns_are_found() -> None:
    """The search sees compiled patterns, rules, and those in the middle of a function."""
    found = {used.where.partition(":")[0] for used in _ALL.values()}
    assert {
        "handler.chat.command._AROUND",
        "handler.callers.audience.ID",
        "handler.key_gate.public_key",
    } <= found
