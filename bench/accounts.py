"""Cold starts of an import into another account: how much more it costs to assume a role there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import cold, events
from bench.instance import CALLER, Instances
from bench.subjects import Subject
from bench.upstream import HOST, ROLE, Accounts, Secure
from handler.upstream import sts

#: Millions of instructions that it may cost more than an import into the own account.
MOST = 60

#: What the count is called in bench/recorded.json.
RECORDED = "another-account"

_NAME, _VARIABLE = "prod", "PROD_EXTERNAL_ID"
_CALLERS = {
    "callers": [{**CALLER, "allow": {"accounts": ["own", _NAME]}}],
    "accounts": {_NAME: {"roleArn": ROLE.arn, "externalIdEnv": _VARIABLE}},
}


class _WithAccounts(Instances):
    """Processes that may import into another account, too."""

    own: dict[str, str] = {}  # noqa: RUF012 - replaced as a whole

    def environ(self, subject: Subject) -> dict[str, str]:
        """Return the environment with the external id and the way to STS in it."""
        return {**super().environ(subject), _VARIABLE: ROLE.external_id, **self.own}


@contextmanager
def instances(python: Path, up: Accounts | Secure, endpoint: str) -> Iterator[Instances]:
    """Yield what starts processes that know one caller and two accounts; see `bench.instance.Instances`."""
    with tempfile.TemporaryDirectory() as folder:
        callers = Path(folder) / "callers.json"
        callers.write_text(json.dumps(_CALLERS), encoding="utf-8")
        made = _WithAccounts(python, endpoint, callers)
        if isinstance(up, Accounts):
            made.own = {"STS_ENDPOINT": up.sts}
        else:
            made.own = {"BENCH_ROUTE": json.dumps({HOST: up.port, sts.HOST: up.sts_port})}
        yield made


def count(measured: Instances, ours: Subject) -> float:
    """Return the millions of instructions that a cold import into another account takes more.

    Both imports have the same callers file.
    """
    own = cold.count(measured, ours, _imports("count_own", "own"), 201)
    return cold.count(measured, ours, _imports("count_other", _NAME), 201).millions - own.millions


def _imports(name: str, account: str) -> dict[str, Any]:
    return events.request({"keyName": name, "publicKey": events.PUBLIC_KEY, "account": account})
