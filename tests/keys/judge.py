"""What OpenSSH's own program says to public keys."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple


class Verdict(NamedTuple):
    """One line of `ssh-keygen -l`."""

    bits: int
    fingerprint: str
    kind: str


def read(lines: list[str], folder: Path, digest: str = "sha256") -> list[Verdict]:
    """Return the keys that `ssh-keygen -l` finds in these lines; each line ends where the list has it end."""
    file = folder / f"lines-{digest}"
    file.write_bytes(b"".join(line.encode("utf-8", "surrogatepass") + b"\n" for line in lines))
    found = subprocess.run(
        ["ssh-keygen", "-l", "-E", digest, "-f", str(file)], capture_output=True, timeout=600
    )
    verdicts = []
    for line in found.stdout.decode("utf-8", "replace").splitlines():
        bits, fingerprint, *_, kind = line.split(" ")
        verdicts.append(Verdict(int(bits), fingerprint, kind.strip("()")))
    return verdicts
