"""Records are named tuples, and cost a cold start little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from handler.record import NamedTuple

ROOT = Path(__file__).parents[2]


class Point(NamedTuple):
    """A place."""

    x: int
    y: int = 0

    @property
    def far(self) -> bool:
        """Tell whether it is far away."""
        return self.x + self.y > 10

    def moved(self, by: int) -> Point:
        """Return the place beside it."""
        return self._replace(x=self.x + by)


def test_a_record_is_a_named_tuple() -> None:
    """Its fields have names, positions and defaults, and it equals another of the same values."""
    assert Point(3) == Point(x=3, y=0) == (3, 0)
    assert Point._fields == ("x", "y")
    assert Point(1, 2)._asdict() == {"x": 1, "y": 2}
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"


def test_a_record_has_what_its_class_defines() -> None:
    """Methods, properties and the text about it are its own."""
    assert Point(1, 2).moved(9) == Point(10, 2)
    assert Point(10, 2).far
    assert Point.__doc__ == "A place."
    assert Point.__module__ == __name__


@pytest.mark.parametrize("member", ["x", "z"])
def test_a_record_does_not_change(member: str) -> None:
    """No field can be set, and none added."""
    with pytest.raises(AttributeError):
        setattr(Point(1), member, 2)


def test_a_record_needs_a_value_for_each_field() -> None:
    """Only what has a default can be left out."""
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_the_function_is_loaded_without_typing() -> None:
    """What tells types costs nothing where none are told."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import index; sys.exit('typing' in sys.modules)"
    assert subprocess.run([sys.executable, "-I", "-S", "-c", code]).returncode == 0
