"""`python -m package.validator`: makes handler/request/schema_check.py from the schema of a request.

`jsonschema` takes a third of a billion instructions to load, only to accept what nearly every request
holds. A function that `fastjsonschema` generates says yes for a fiftieth of that; whatever it does not
accept goes to `jsonschema`, which judges and explains. The generated file is committed, so that a fresh
clone works and a review shows what changed; the build fails where it is stale.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from pathlib import Path
from typing import Any

import fastjsonschema

from local.columns import Help
from package import ROOT

SCHEMA = Path("schemas/import-key-pair.request.json")
GENERATED = Path("handler/request/schema_check.py")

#: Keywords that say nothing about what is valid; no schema of this project gives `format` a meaning.
_ANNOTATIONS = {"$schema", "$id", "title", "description", "default", "examples", "format"}

#: Keywords that the generator handles as draft 2020-12 does. It has no generator of that draft, and passes
#: over keywords that it does not know without a word.
_HANDLED = {
    "additionalProperties",
    "anyOf",
    "maximum",
    "maxLength",
    "maxProperties",
    "minimum",
    "minLength",
    "pattern",
    "properties",
    "propertyNames",
    "required",
    "type",
}

_HEAD = '''\
# Generated from schemas/import-key-pair.request.json by `python -m package.validator`; do not edit.
"""Says whether a value is a request, without a word why not."""

from __future__ import annotations

import re

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class _Refused(Exception):
    pass


def accepts(value: object) -> bool:
    """Say whether the schema accepts a value; half surrogate pairs are not looked for."""
    try:
        _check(value)
    except _Refused:
        return False
    return True


'''


class UnhandledError(Exception):
    """The schema holds what the generator would get wrong."""


def generate(schema: dict[str, Any]) -> str:
    """Return the source of a module that accepts what the schema accepts.

    Raises:
        UnhandledError: the schema has a keyword or a pattern that the generator would get wrong.
    """
    source = fastjsonschema.compile_to_code(_bare(schema), use_default=False, detailed_exceptions=False)
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    if len(functions) != 1:
        raise UnhandledError("several functions")
    check = _Terse().visit(functions[0])
    check.name, check.returns = "_check", ast.Constant(None)
    check.args.args = [ast.arg("data", ast.Name("Any"))]
    check.args.defaults = []
    check.body.pop()  # it returns the data
    return _HEAD + ast.unparse(ast.fix_missing_locations(check)) + "\n"


def is_current(root: Path = ROOT) -> bool:
    """Say whether the committed module is what the schema generates, on whichever Python."""
    made = generate(json.loads((root / SCHEMA).read_text(encoding="utf-8")))
    kept = (root / GENERATED).read_text(encoding="utf-8")
    return ast.dump(ast.parse(made)) == ast.dump(ast.parse(kept))


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without annotations."""
    bare: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _ANNOTATIONS:
            continue
        if keyword not in _HANDLED:
            raise UnhandledError(keyword)
        if keyword == "pattern" and "$" in value:
            # It is taken for the very end, where JSON Schema's may stand before a line end.
            raise UnhandledError("a pattern with $")
        if keyword == "properties":
            bare[keyword] = {name: _bare(rule) for name, rule in value.items()}
        elif keyword == "anyOf":
            bare[keyword] = [_bare(rule) for rule in value]
        else:
            bare[keyword] = _bare(value) if isinstance(value, dict) else value
    return bare


class _Terse(ast.NodeTransformer):
    """Takes the messages out, and compiles a pattern only where it is used."""

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        return ast.Raise(ast.Name("_Refused"))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        self.generic_visit(node)
        node.type = ast.Name("_Refused")
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "REGEX_PATTERNS":
            return ast.Call(ast.Attribute(ast.Name("re"), "compile"), [node.slice], [])
        return self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        # JSON is read without decimals.
        node.elts = [each for each in node.elts if not (isinstance(each, ast.Name) and each.id == "Decimal")]
        return node


def main(path: Path = ROOT / GENERATED) -> int:
    """Write the module; return the exit code."""
    path.write_text(generate(json.loads((ROOT / SCHEMA).read_text(encoding="utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    argparse.ArgumentParser(
        "python -m package.validator",
        description="Writes the validator that is generated from the schema.",
        formatter_class=Help,
    ).parse_args()
    sys.exit(main())
