"""A Function URL on this machine: it turns HTTP into events for the function, and answers into HTTP.

    from local.gateway import Options, serve

    with serve(Options(environment={"CVM_ENDPOINT": "http://127.0.0.1:9001"})) as gateway:
        ...  # gateway.url, gateway.port, gateway.invoke(event), gateway.log

`python -m local.gateway --help` explains every switch.
"""

from __future__ import annotations

from local.gateway.failures import Failed, Failure
from local.gateway.options import SHAPE_NAMES, Options, RoleVariables
from local.gateway.pool import EventOutcome
from local.gateway.server import Gateway, serve

__all__ = ["SHAPE_NAMES", "EventOutcome", "Failed", "Failure", "Gateway", "Options", "RoleVariables", "serve"]
