"""Writes files about many keys: a report of every row, and the keys to send again."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.send.sending import KeyOutcome
from local.send.wanted import Collection, KeyToSend, NotSendableError

#: The columns of a report: those of a body by their names in the contract.
COLUMNS = (
    *("name", "origin", "status", "result", "code", "reason", "keyId", "bits", "fingerprint"),
    *("detail", "remedy", "requestId", "account"),
)

_LINES = (".jsonl", ".ndjson")


def require_report(path: Path) -> None:
    """Raise `NotSendableError` if no report can be written to a path, before anything is sent."""
    if path.suffix.lower() not in {".csv", *_LINES}:
        raise NotSendableError(f"--report {path}: the name has to end in .csv or .jsonl.")
    _require_folder("--report", path)


def require_failed(path: Path, collection: Collection) -> None:
    """Raise `NotSendableError` if failed keys cannot be written to a path, before anything is sent."""
    if collection.form == "folder" and path.exists():
        raise NotSendableError(f"--failed {path}: it is there already; name a folder that can be made.")
    if collection.form == "table" and path.suffix.lower() not in {".csv", ".tsv"}:
        raise NotSendableError(f"--failed {path}: the name has to end in .csv, as it will be a table.")
    _require_folder("--failed", path)


def _require_folder(switch: str, path: Path) -> None:
    if not path.parent.is_dir():
        raise NotSendableError(f"{switch} {path}: there is no folder {path.parent}.")


def write_report(path: Path, wanted: Sequence[KeyToSend], outcomes: Mapping[int, KeyOutcome]) -> None:
    """Write a row for each key, as CSV (in UTF-8 with its mark, which Excel needs) or as JSON lines."""
    rows = [_row(item, outcomes.get(place)) for place, item in enumerate(wanted)]
    if path.suffix.lower() in _LINES:
        lines = (json.dumps({name: cell for name, cell in row.items() if cell != ""}) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def _row(wanted: KeyToSend, outcome: KeyOutcome | None) -> dict[str, object]:
    found: dict[str, object] = dict.fromkeys(COLUMNS, "")
    if outcome is None:
        found["code"] = "not-settled"
    else:
        found |= {name: outcome.body[name] for name in COLUMNS if name in outcome.body}
        found |= {"status": outcome.status, "account": outcome.account}
    return {**found, "name": wanted.name, "origin": wanted.origin}


def write_failed(path: Path, collection: Collection, outcomes: Mapping[int, KeyOutcome]) -> int:
    """Write the keys that are not done, in the form of the input, to be sent again; return their number."""
    undone = [
        item
        for place, item in enumerate(collection.wanted)
        if place not in outcomes or not outcomes[place].is_done
    ]
    if not undone:
        return 0
    if collection.form == "folder":
        path.mkdir()
        for item in undone:
            shutil.copy(item.cells[0], path)
    elif collection.form == "table":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            writer.writerows([collection.header] if collection.header else [])
            writer.writerows(item.cells for item in undone)
    else:
        keys = (str(item.members["publicKey"]) for item in undone)
        path.write_text("".join(f"{key}\n" for key in keys), encoding="utf-8")
    return len(undone)
