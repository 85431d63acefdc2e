"""Shows the results to people: one key in a few lines; many in a table, with causes and a sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.columns import WIDTH, fitted
from local.send.sending import KeyOutcome

#: What an imported key pair can be used for.
_GOOD_FOR = "New instances can use this key pair. For an existing instance, ask an administrator to bind it."

_ALL_GOOD_FOR = (
    "New instances can use these key pairs. For an existing instance, ask an administrator to bind one."
)

#: The most rows on a terminal; `--report` has all of them.
_MOST_ROWS = 50

#: What follows the result of a dry run.
_DRY_RUN = " (dry run, nothing was written)"

#: The most keys that are named for each cause.
_MOST_NAMED = 5


def of_key(outcome: KeyOutcome) -> str:
    """Return the result of one key, in a few lines."""
    body = outcome.body
    if not outcome.is_done:
        return visible(_problem(outcome))
    is_dry = bool(body.get("dryRun"))
    rows = [
        ("key", f"{body.get('keyName')}  {body.get('keyId', '')}"),
        ("in", f"{body.get('region')}, project {body.get('projectId')}"),
        ("account", str(body.get("account", ""))),
        ("is", f"{body.get('bits')} bits, {body.get('fingerprint')}"),
        ("tags", ", ".join(f"{name}={value}" for name, value in (body.get("tags") or {}).items())),
        *(("differs", _difference(difference)) for difference in body.get("differences") or ()),
        ("request", str(body.get("requestId", ""))),
    ]
    lines = [
        f"{_said(outcome)}{_DRY_RUN if is_dry else ''}",
        *(f"  {name:<8} {text.strip()}" for name, text in rows if text.strip()),
    ]
    if not is_dry:
        lines.append(_GOOD_FOR)
    return visible("\n".join(lines))


def of_keys(outcomes: Sequence[KeyOutcome]) -> str:
    """Return the results of many keys: rows if they are few, each cause once, the sum at the end."""
    lines: list[str] = []
    if len(outcomes) <= _MOST_ROWS:
        lines += [*_table(outcomes), ""]
    for text, names in _causes(outcomes).items():
        lines += [*fitted(text).splitlines(), fitted(f"  {_named(names)}"), ""]
    if any(outcome.is_done and not outcome.body.get("dryRun") for outcome in outcomes):
        lines += [_ALL_GOOD_FOR, ""]
    counts = Counter(_said(outcome).split("/")[0] for outcome in outcomes)
    total = ", ".join(f"{count} {ending}" for ending, count in sorted(counts.items()))
    is_dry = any(outcome.body.get("dryRun") for outcome in outcomes)
    lines.append(f"{total}{_DRY_RUN}" if is_dry else total)
    return visible("\n".join(lines))


def _table(outcomes: Sequence[KeyOutcome]) -> Iterator[str]:
    header = ("NAME", "ACCOUNT", "RESULT", "KEY ID", "BITS", "FINGERPRINT")
    rows: list[tuple[str, ...]] = [header, *(_row(outcome) for outcome in outcomes)]
    if not any(outcome.account for outcome in outcomes):
        rows = [(row[0], *row[2:]) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def _causes(outcomes: Sequence[KeyOutcome]) -> dict[str, list[str]]:
    """Return each thing that went wrong, with the keys that it went wrong for."""
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        if not outcome.is_done:
            origin = f"{outcome.wanted.name} ({outcome.wanted.origin})"
            found.setdefault(cause(outcome.body, outcome.status), []).append(origin)
    return found


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{len(names)} keys: {shown}" if len(names) > 1 else f"1 key: {shown}"


def visible(text: str) -> str:
    """Return a text without anything that a terminal would obey: it came over the network."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def _row(outcome: KeyOutcome) -> tuple[str, ...]:
    body = outcome.body
    cells = (
        outcome.wanted.name,
        outcome.account,
        _said(outcome),
        body.get("keyId"),
        body.get("bits"),
        body.get("fingerprint"),
    )
    return tuple("" if cell is None else visible(str(cell)).replace("\n", " ") for cell in cells)


def _said(outcome: KeyOutcome) -> str:
    return str(outcome.body.get("result") or _code(outcome.body))


def _code(body: Mapping[str, Any]) -> str:
    return "/".join(str(body[name]) for name in ("code", "reason") if body.get(name))


def _problem(outcome: KeyOutcome) -> str:
    body = outcome.body
    lines = [cause(body, outcome.status)]
    held = [f"{name} {body[name]}" for name in ("keyName", "keyId", "requestId") if body.get(name)]
    return "\n".join([*lines, f"  {', '.join(held)}"] if held else lines)


def cause(body: Mapping[str, Any], status: int) -> str:
    """Return what went wrong and what to do about it, without what differs from key to key."""
    lines = [f"{status} {_code(body)}: {body.get('detail', '')}"]
    lines += [
        f"  {error.get('pointer') or 'the request'}: {error.get('detail', '')}"
        for error in body.get("errors") or ()
        if isinstance(error, dict)
    ]
    return "\n".join([*lines, f"  {body['remedy']}"] if body.get("remedy") else lines)


def _difference(difference: object) -> str:
    if not isinstance(difference, dict):
        return ""
    stored = difference.get("stored")
    there = "nothing" if stored is None else f"{stored!s}"
    return f"{difference.get('pointer')}: asked for {difference.get('requested')!s}, stored is {there}"
