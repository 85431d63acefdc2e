"""The whole scene on one machine: the stand-ins, the function behind its gateway, a caller it knows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local import cos, cvm, feishu, gateway, throwaway


class Stage(NamedTuple):
    """What is up: the stand-ins, the gateway, and the API key that the function lets in."""

    cvm: cvm.StandIn
    gateway: gateway.Gateway
    api_key: str
    cos: cos.Cos
    feishu: feishu.FeishuApi


@contextmanager
def staged(
    cvm_options: cvm.Options, gateway_options: gateway.Options, callers: Sequence[throwaway.CallerEntry] = ()
) -> Iterator[Stage]:
    """Bring everything up for as long as the `with` block lasts, and leave nothing behind.

    The function asks the stand-ins, with a role whose credentials are new at every call, and reads its
    callers from a temporary file. COS knows the same credentials as CVM; Feishu knows the app that
    `feishu.Options` names.

    Args:
        cvm_options: how the stand-in for CVM behaves; with an authority, the function reaches all of them
            over HTTPS under their real names, and needs no `CVM_ENDPOINT` and so on for that.
        gateway_options: how the function runs; its variables win over those that are set here.
        callers: whom the function lets in besides the API key.

    Raises:
        OSError: a port is taken.
        ValueError: an option is wrong.
    """
    key, authority = throwaway.api_key(), cvm_options.authority
    with (
        tempfile.TemporaryDirectory(prefix="import-key-pair-") as directory,
        cvm.serve(cvm_options) as stand_in,
        cos.serve(cos.Options(authority=authority), stand_in.keyring) as store,
        feishu.serve(feishu.Options(authority=authority)) as lark,
    ):
        file = Path(directory) / "callers.json"
        file.write_text(throwaway.callers(key, callers), encoding="utf-8")
        environment = {"CALLERS_FILE": str(file)}
        if authority:
            routes = {**stand_in.routes, **store.routes, **lark.routes}
            gateway_options = gateway_options._replace(routes=routes, ca=authority.ca)
        else:
            environment |= {"CVM_ENDPOINT": stand_in.url, "STS_ENDPOINT": stand_in.sts.url}
            environment |= {"COS_ENDPOINT": store.url, "FEISHU_ENDPOINT": lark.url}
        options = gateway_options._replace(
            environment={**environment, **gateway_options.environment}, credentials=stand_in.mint
        )
        with gateway.serve(options) as front:
            yield Stage(stand_in, front, key, store, lark)
