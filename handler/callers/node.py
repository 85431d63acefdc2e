"""Values of the callers file that know where they stand, so that every refusal can say it.

A sentence names the place, the member and what belongs there. It never repeats what stands there:
a secret or a hash may have been put into the wrong place.
"""

from __future__ import annotations

import re

from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeVar

    T = TypeVar("T")


#: The most items in a list of the file: callers, and people, patterns or regions of one caller.
MOST = 1000


class Rule(NamedTuple):
    """What a text must look like: a pattern that all of it matches, and the same in words."""

    pattern: str
    words: str


class Node(NamedTuple):
    """A value of the callers file and its place.

    Attributes:
        owner: the caller that it belongs to, such as `callers[2] "ops-slack"`; empty above them.
        path: where it stands in the caller, such as `auth.sha256[0]`; empty for the caller itself.
        value: the JSON value.
    """

    owner: str
    path: str
    value: object

    def wrong(self, fault: str) -> Misconfigured:
        """Return the problem of this place, to be raised."""
        place = self.owner or self.path or Sentence("it")
        if self.owner and self.path:
            place = Sentence("{owner}: {path}", owner=self.owner, path=self.path)
        return Misconfigured(
            Sentence("The callers file is wrong: {place} {fault}.", place=place, fault=fault)
        )

    def members(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """Return the members of an object, by name, in the order of the file.

        Raises:
            Misconfigured: it is no object, lacks a required member or has an unknown one.
        """
        if not isinstance(self.value, dict):
            raise self.wrong(Sentence("must be an object"))
        known = (*required, *optional)
        for position, name in enumerate(self.value, start=1):
            if name not in known:
                raise self.wrong(
                    Sentence(
                        "has an unknown member, number {position}; {nearest}",
                        position=position,
                        nearest=_nearest(name, known),
                    )
                )
        for name in required:
            if name not in self.value:
                raise self.wrong(Sentence('lacks the member "{name}"', name=name))
        prefix = f"{self.path}." if self.path else ""
        return {name: Node(self.owner, prefix + name, value) for name, value in self.value.items()}

    def pairs(self, most: int) -> list[tuple[Node, Node]]:
        """Return names and values of an object whose names are free; they are told by position.

        Raises:
            Misconfigured: it is no object, or has more than `most` members.
        """
        if not isinstance(self.value, dict) or len(self.value) > most:
            raise self.wrong(Sentence("must be an object of at most {most} members", most=most))
        return [
            (
                self._replace(path=Sentence("{path}, name {position},", **place), value=name),
                self._replace(path=Sentence("{path}, value {position},", **place), value=value),
            )
            for position, (name, value) in enumerate(self.value.items(), start=1)
            for place in ({"path": self.path, "position": position},)
        ]

    def items(self, most: int) -> list[Node]:
        """Return the items of an array.

        Raises:
            Misconfigured: it is no array, is empty, or holds more than `most`.
        """
        if not isinstance(self.value, list) or not 1 <= len(self.value) <= most:
            raise self.wrong(Sentence("must be a list of 1 to {most}", most=most))
        return [Node(self.owner, f"{self.path}[{index}]", item) for index, item in enumerate(self.value)]

    def distinct(self, read: Callable[[Node], T], most: int) -> tuple[T, ...]:
        """Return what `read` makes of each item of an array.

        Raises:
            Misconfigured: see `items`; or two items are the same.
        """
        found: dict[T, int] = {}
        for index, item in enumerate(self.items(most)):
            first = found.setdefault(read(item), index)
            if first != index:
                raise item.wrong(Sentence("repeats item {first} of its list", first=first))
        return tuple(found)

    def text(self, rule: Rule) -> str:
        """Return a text that keeps a rule.

        Raises:
            Misconfigured: it is no text, or does not.
        """
        if not isinstance(self.value, str) or not re.fullmatch(rule.pattern, self.value):
            raise self.wrong(Sentence("must be {words}", words=rule.words))
        return self.value

    def texts(self, rule: Rule, most: int) -> tuple[str, ...]:
        """Return the texts of an array, each keeping a rule, all different.

        Raises:
            Misconfigured: see `distinct` and `text`.
        """
        return self.distinct(lambda item: item.text(rule), most)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`.

        Raises:
            Misconfigured: it is something else; true and false are no numbers.
        """
        # `type`, since a bool is an int to isinstance.
        if type(self.value) is not int or not low <= self.value <= high:
            raise self.wrong(Sentence("must be a whole number from {low} to {high}", low=low, high=high))
        return self.value

    def flag(self) -> bool:
        """Return true or false.

        Raises:
            Misconfigured: it is something else.
        """
        if not isinstance(self.value, bool):
            raise self.wrong(Sentence("must be true or false"))
        return self.value

    def choice(self, name: str, choices: Mapping[str, T]) -> T:
        """Return what the text in one member of an object stands for.

        Raises:
            Misconfigured: it is no object, or that member is none of the choices.
        """
        chosen = self.value.get(name) if isinstance(self.value, dict) else None
        if not isinstance(chosen, str) or chosen not in choices:
            raise self.wrong(
                Sentence(
                    'must be an object with "{name}" as one of {names}', name=name, names=", ".join(choices)
                )
            )
        return choices[chosen]


def _nearest(name: str, known: tuple[str, ...]) -> str:
    # Imported here: only a wrong file needs it.
    from handler.request.nearest import nearest

    near = nearest(name, known)
    if near:
        return Sentence('did you mean "{name}"', name=near)
    return Sentence("known are {names}", names=", ".join(known))
