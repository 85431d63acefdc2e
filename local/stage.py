"""The whole scene on one machine: a stand-in for CVM, the function behind its gateway, a caller it knows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local import cvm, gateway, throwaway


class Stage(NamedTuple):
    """What is up: the stand-in, the gateway, and the API key that the function lets in."""

    cvm: cvm.StandIn
    gateway: gateway.Gateway
    api_key: str


@contextmanager
def staged(
    cvm_options: cvm.Options, gateway_options: gateway.Options, callers: Sequence[throwaway.Caller] = ()
) -> Iterator[Stage]:
    """Bring everything up for as long as the `with` block lasts, and leave nothing behind.

    The function asks the stand-in, with a role whose credentials are new at every call, and reads its
    callers from a temporary file.

    Args:
        cvm_options: how the stand-in behaves; with an authority, the function reaches it over HTTPS under
            CVM's own name, and needs no `CVM_ENDPOINT` for that.
        gateway_options: how the function runs; its variables win over those that are set here.
        callers: whom the function lets in besides the API key.

    Raises:
        OSError: a port is taken.
        ValueError: an option is wrong.
    """
    key = throwaway.api_key()
    with (
        tempfile.TemporaryDirectory(prefix="import-key-pair-") as directory,
        cvm.serve(cvm_options) as stand_in,
    ):
        file = Path(directory) / "callers.json"
        file.write_text(throwaway.callers(key, callers), encoding="utf-8")
        environment = {"CALLERS_FILE": str(file)}
        if authority := cvm_options.authority:
            gateway_options = gateway_options._replace(routes=stand_in.routes, ca=authority.ca)
        else:
            environment |= {"CVM_ENDPOINT": stand_in.url, "STS_ENDPOINT": stand_in.sts.url}
        options = gateway_options._replace(
            environment={**environment, **gateway_options.environment}, credentials=stand_in.mint
        )
        with gateway.serve(options) as front:
            yield Stage(stand_in, front, key)
