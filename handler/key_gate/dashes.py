"""The signs that programs and keyboards write in place of a hyphen."""

from __future__ import annotations

#: Hyphens and dashes of Unicode, the minus sign, and the hyphens of small and of full width, for a class of
#: characters in a pattern.
DASHES = r"\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
