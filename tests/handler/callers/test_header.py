"""One header, once, as text of at most 4 KiB."""

from __future__ import annotations

import pytest

from handler.callers import header


@pytest.mark.parametrize(
    ("headers", "octets", "fault"),
    [
        ({"x": ("a",)}, b"a", ""),
        ({"x": ("",)}, b"", ""),
        ({"x": ("é\ud800",)}, b"\xc3\xa9\xed\xa0\x80", ""),
        ({"x": ("a" * 4096,)}, b"a" * 4096, ""),
        ({"x": ("é" * 2048,)}, b"\xc3\xa9" * 2048, ""),
        ({"x": ("a" * 4097,)}, b"", "header-too-long"),
        ({"x": ("é" * 2049,)}, b"", "header-too-long"),
        ({"x": ("a", "b")}, b"", "repeated-header"),
        ({"x": ()}, b"", "header-not-text"),
        ({"y": ("a",)}, b"", "missing-header"),
    ],
)
def test_single_value_is_bytes_or_a_fault(
    headers: dict[str, tuple[str, ...]], octets: bytes, fault: str
) -> None:
    """What is there once comes as its bytes; anything else as a fault and no bytes."""
    assert header.single(headers, "x") == (octets, fault)
