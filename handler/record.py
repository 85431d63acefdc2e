"""Immutable records: `typing.NamedTuple` for type checkers, and cheaper in a cold start.

    class Point(NamedTuple):
        x: int
        y: int = 0

The original compiles every annotation, and nothing here reads them. With that and with `typing` itself, a
refusal from cold would cost a seventh more.
"""

from __future__ import annotations

__all__ = ["TYPE_CHECKING", "NamedTuple"]

#: Whether types are being checked; type checkers know this name and take it as true.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    #: Names in a class body that are no fields; `namedtuple` makes them itself.
    _MADE = frozenset(("__annotations__", "__module__", "__qualname__"))

    class _Record(type):
        """Makes a class of named fields, in the order of their annotations."""

        def __new__(cls, name, bases, body):
            """Return the tuple class of a class body."""
            fields = tuple(body["__annotations__"])
            defaults = [body[field] for field in fields if field in body]
            record = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for member, value in body.items():
                if member not in _MADE and member not in fields:
                    setattr(record, member, value)
            return record

    NamedTuple = type.__new__(_Record, "NamedTuple", (), {})
