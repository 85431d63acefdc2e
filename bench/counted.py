"""Instructions of cold and warm calls, over HTTP and as it really happens over HTTPS."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import accounts, breakdown, chat, cold, events, newest, record, upstream, warm
from bench.instance import instances
from bench.results import Figure, at_least, at_most, table
from bench.subjects import Subjects, trust

#: Millions of instructions from cold that an import may cost, over HTTP and HTTPS.
_PLAIN, _SECURE = 397, 420

#: Millions of instructions from cold that a refusal may cost, and the packages that it may load.
REFUSALS: dict[str, tuple[int, tuple[str, ...]]] = {
    "unauthenticated": (150, ()),
    "malformed-json": (150, ()),
    "invalid-request": (525, ("jsonschema",)),
    "invalid-public-key": (190, ()),
}

#: So many millions more a refusal in Chinese may cost.
_IN_CHINESE = 15

#: What a deployed function is set to, without any setting.
_ENDPOINT = f"https://{upstream.HOST}"


class _Plain(NamedTuple):
    floor: cold.Counted
    baseline: cold.Counted
    ours: cold.Counted
    elsewhere: float
    refused: Mapping[str, cold.Counted]
    chinese: Mapping[str, cold.Counted]
    warm_baseline: warm.Counted
    warm_ours: warm.Counted


class _Secure(NamedTuple):
    baseline: cold.Counted
    ours: cold.Counted
    elsewhere: float
    chats: Mapping[str, cold.Counted]
    newest: tuple[tuple[str, cold.Counted], ...]


def section(subjects: Subjects, folder: Path) -> tuple[list[Figure], str, str]:
    """Count everything, and record the counts of our own function over HTTP.

    Args:
        subjects: what is measured.
        folder: where the function is made for the newest Python.
    """
    plain, secure = _plain(subjects), _secure(subjects, folder)
    own = {"import": plain.ours, **plain.refused}
    millions = {name: each.millions for name, each in own.items()}
    record.write({**millions, accounts.RECORDED: plain.elsewhere}, plain.floor.millions)
    return _figures(plain, secure), "Instructions", _text(subjects, plain, secure)


def _plain(subjects: Subjects) -> _Plain:
    with upstream.accounts() as up, accounts.instances(subjects.python, up, up.cvm) as measured:
        elsewhere = accounts.count(measured, subjects.ours)
    with upstream.running() as endpoint, instances(subjects.python, endpoint) as measured:
        return _Plain(
            elsewhere=elsewhere,
            floor=cold.count(measured, subjects.floor, events.imports("count_floor"), 201),
            baseline=cold.count(measured, subjects.baseline, events.imports("count_baseline"), 201),
            ours=cold.count(measured, subjects.ours, events.imports("count_ours"), 201),
            refused=cold.refusals(measured, subjects.ours),
            chinese=cold.refusals(measured, subjects.ours, "zh-CN"),
            warm_baseline=warm.count(measured, subjects.baseline),
            warm_ours=warm.count(measured, subjects.ours),
        )


def _secure(subjects: Subjects, folder: Path) -> _Secure:
    with tempfile.TemporaryDirectory() as scratch, upstream.secure(Path(scratch)) as door:
        trust(subjects.ours, subjects.baseline, door.ca)
        with instances(subjects.python, _ENDPOINT, door.port) as measured:
            baseline = cold.count(measured, subjects.baseline, events.imports("tls_baseline"), 201)
            ours = cold.count(measured, subjects.ours, events.imports("tls_ours"), 201)
        with accounts.instances(subjects.python, door, _ENDPOINT) as measured:
            elsewhere = accounts.count(measured, subjects.ours)
        with chat.instances(subjects.python, _ENDPOINT, door.port) as measured:
            chats = chat.counts(measured, subjects.ours)
        latest = []
        for version, python, subject in newest.prepare(folder):
            trust(subject, subjects.baseline, door.ca)
            with instances(python, _ENDPOINT, door.port) as measured:
                latest.append((version, cold.count(measured, subject, events.imports("tls_newest"), 201)))
    return _Secure(baseline, ours, elsewhere, chats, tuple(latest))


def _figures(plain: _Plain, secure: _Secure) -> list[Figure]:
    figures = [
        _ratio("cold import over HTTPS", secure.baseline.millions, secure.ours.millions, 8),
        at_most("cold import over HTTPS, instructions", secure.ours.millions, _SECURE, " M"),
        _ratio("cold import over HTTP", plain.baseline.millions, plain.ours.millions, 8),
        at_most("cold import over HTTP, instructions", plain.ours.millions, _PLAIN, " M"),
        at_most("cold import into another account over HTTPS, more", secure.elsewhere, accounts.MOST, " M"),
        at_most("cold import into another account over HTTP, more", plain.elsewhere, accounts.MOST, " M"),
        _ratio("warm import", plain.warm_baseline.later, plain.warm_ours.later, 3),
    ]
    for code, (limit, allowed) in REFUSALS.items():
        counted = plain.refused[code]
        figure = at_most(f"cold `{code}`, instructions", counted.millions, limit, " M")
        figures.append(figure._replace(reached=figure.reached and set(counted.packages) <= set(allowed)))
    for code, counted in plain.chinese.items():
        more = counted.millions - plain.refused[code].millions
        figures.append(at_most(f"cold `{code}` in Chinese, instructions more", more, _IN_CHINESE, " M"))
    return figures


def _ratio(what: str, baseline: float, ours: float, least: float) -> Figure:
    return at_least(f"{what}, instructions: baseline / ours", baseline / ours, least)


def _text(subjects: Subjects, plain: _Plain, secure: _Secure) -> str:
    rows = [
        ("baseline, HTTPS", secure.baseline),
        ("ours, HTTPS", secure.ours),
        *((f"ours, HTTPS, CPython {version}", each) for version, each in secure.newest),
        *((f"ours, HTTPS, import by {name}", each) for name, each in secure.chats.items()),
        ("baseline, HTTP", plain.baseline),
        ("ours, HTTP", plain.ours),
        *((f"ours, `{code}`", each) for code, each in plain.refused.items()),
        *((f"ours, `{code}` in Chinese", each) for code, each in plain.chinese.items()),
        ("standard library, HTTP", plain.floor),
    ]
    parts = [[part.name, f"{part.millions:.0f}"] for part in breakdown.parts(subjects, secure.ours.millions)]
    calls = [("baseline", plain.warm_baseline), ("ours", plain.warm_ours)]
    return (
        table(["cold start", "million instructions", "packages loaded"], map(_row, rows))
        + "\nWhere those of our import over HTTPS go:\n\n"
        + table(["part", "million instructions"], parts)
        + "\nThe calls behind the first one of a process, over HTTP:\n\n"
        + table(
            ["million instructions", "first warm call", "second", "later ones, each"],
            ([name, *(f"{number:.2f}" for number in each)] for name, each in calls),
        )
    )


def _row(row: tuple[str, cold.Counted]) -> Sequence[str]:
    name, counted = row
    return [name, f"{counted.millions:.0f}", ", ".join(counted.packages)]
