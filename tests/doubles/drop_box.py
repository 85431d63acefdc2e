"""A drop box: the function, CVM, and a bucket whose `in/` is watched."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from local import cos
from local.in_process import Json
from tests.doubles.function import Function
from tests.keys.many import public_keys

ONE = public_keys(1)[0]
BUCKET = "keys-1250000000"
SOURCE = f"cos:{BUCKET}/in/"


class Box(NamedTuple):
    """The function, CVM, and a bucket whose `in/` is watched; results go to `out/`."""

    function: Function
    store: cos.Cos

    def put(self, key: str, body: str | bytes = ONE, **headers: str) -> Json:
        """Put an object and return its event."""
        return self.store.put(BUCKET, key, body.encode() if isinstance(body, str) else body, **headers)

    def result(self, key: str) -> Any:
        """Return the result file of that key, None where there is none."""
        stored = self.store.objects.get((BUCKET, key))
        return json.loads(stored.body) if stored else None

    def let_in(self, *auths: Json, **allow: object) -> None:
        """Make these the only callers."""
        callers = [
            {"id": f"caller-{number}", "auth": {"scheme": "trigger", **auth}, "allow": allow}
            for number, auth in enumerate(auths, 1)
        ]
        file = Path(self.function.environ["CALLERS_FILE"])
        file.write_text(json.dumps({"callers": callers}))

    def asked(self) -> list[str]:
        """Return what COS was asked, in order."""
        return [call.action for call in self.store.calls]


@contextmanager
def drop_box(function: Function, clock: Callable[[], float] = time.time) -> Iterator[Box]:
    """Accept one caller: everybody who puts an object below `in/`."""
    with cos.serve(keyring=function.cvm.keyring, clock=clock) as store:
        box = Box(function, store)
        function.environ["COS_ENDPOINT"] = store.url
        box.let_in({"source": SOURCE, "results": "out/"})
        yield box
