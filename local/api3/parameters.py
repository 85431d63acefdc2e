"""A request's parameters: found in the body or the query, and held against an action's shape.

A shape is data: `str`, `int`, `[shape]` for a list, or a dictionary of shapes by name, where `!` behind a
name says that it is required. The names in refusals are the API's: `TagSpecification.0.Tags.1.Key`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from local.api3.messages import ApiError

ParameterShape = Any  # str, int, [Shape] or {name: Shape}: mypy cannot tell `type` objects apart

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DEEPEST = 8  # levels in the name of a query parameter


def from_body(body: bytes) -> dict[str, Any]:
    """Read a JSON object; an empty body has no parameters."""
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ApiError("InvalidParameter#json") from None
    if not isinstance(value, dict):
        raise ApiError("InvalidParameter#json")
    return value


def from_query(query: str) -> dict[str, Any]:
    """Read a GET's parameters, where `Filters.0.Values.1=x` stands for lists and members."""
    from urllib.parse import parse_qsl  # only GET needs it, and the start is to be quick

    tree: dict[str, Any] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError:
        raise ApiError("InvalidParameter#query") from None
    for name, value in pairs:
        *path, last = name.split(".", _DEEPEST)
        node = tree
        for step in path:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise ApiError("InvalidParameter#type", name=name)
        node[last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if all(_INTEGER.fullmatch(name) for name in node):
        return [_with_lists(node[name]) for name in sorted(node, key=int)]
    return {name: _with_lists(value) for name, value in node.items()}


def conform(value: Any, shape: ParameterShape, strict: bool, name: str = "") -> Any:
    """Give the value in the types of the shape.

    Args:
        value: what was sent.
        shape: what is wanted.
        strict: an integer in text, as the documented example sends `"ProjectId": "0"`, is refused.
        name: where the value stands.

    Raises:
        ApiError: InvalidParameter, UnknownParameter or MissingParameter, in this order.
    """
    if isinstance(shape, dict) and isinstance(value, dict):
        return _members(value, shape, strict, f"{name}." if name else "")
    if isinstance(shape, list) and isinstance(value, list):
        return [conform(item, shape[0], strict, f"{name}.{index}") for index, item in enumerate(value)]
    if shape is str and isinstance(value, str):
        return value
    if shape is int and not isinstance(value, bool):
        if isinstance(value, str) and not strict and _INTEGER.fullmatch(value):
            value = int(value)
        if isinstance(value, int) and -(2**63) <= value < 2**63:
            return value
    raise ApiError("InvalidParameter#type", name=name)


def _members(
    sent: dict[str, Any], shape: dict[str, ParameterShape], strict: bool, prefix: str
) -> dict[str, Any]:
    known = {name.rstrip("!"): wanted for name, wanted in shape.items()}
    # A null counts as not sent: the SDKs drop such members themselves.
    present = {name: value for name, value in sent.items() if value is not None}
    result = {
        name: conform(value, known[name], strict, prefix + name)
        for name, value in present.items()
        if name in known
    }
    for name in present:
        if name not in known:
            raise ApiError("UnknownParameter", name=prefix + name)
    for name in shape:
        if name.endswith("!") and name[:-1] not in present:
            raise ApiError("MissingParameter", name=prefix + name[:-1])
    return result
