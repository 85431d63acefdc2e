"""The function beside a stand-in for CVM, for whole events."""

from __future__ import annotations

from tests.handler.triggers.conftest import function

__all__ = ["function"]
