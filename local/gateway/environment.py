"""What the platform gives to a function: environment variables, the context, the role's credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from package import runtime

if TYPE_CHECKING:
    from pathlib import Path

    from local.gateway.options import Options

_ROLE = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")


def variables(options: Options, root: Path) -> dict[str, str]:
    """Return an instance's whole environment; nothing of the gateway's own gets through.

    The list is https://cloud.tencent.com/document/product/583/30228, without what belongs to other runtimes.
    The role's credentials are not in it: they come with every call, see `role`. `HOME` names a directory that
    a developer's machine does not have, so none of the developer's dotfiles is read.
    """
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/home/qcloud",
        "USER": "qcloud",
        "LOGNAME": "qcloud",
        "SHELL": "/bin/bash",
        "SHLVL": "3",
        "PWD": str(root),
        "LANG": "en_US.UTF8",
        "LC_ALL": "en_US.UTF8",
        # The platform's clock is UTC unless TZ is set; this machine may be in another zone.
        "TZ": "UTC",
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "x",
        "USER_CODE_ROOT": f"{root}/",
        "TENCENTCLOUD_RUNENV": "SCF",
        "TENCENTCLOUD_REGION": options.region,
        "TENCENTCLOUD_APPID": options.app_id,
        "TENCENTCLOUD_UIN": options.uin,
        "TENCENTCLOUD_TZ": "UTC",
        "SCF_RUNTIME": runtime.SCF_NAME,
        "SCF_FUNCTIONNAME": options.function_name,
        "SCF_FUNCTIONVERSION": "$LATEST",
        "SCF_NAMESPACE": options.namespace,
        "_SCF_SERVER_PORT": "28902",
        **options.environment,
    }


def role(options: Options) -> dict[str, str]:
    """Return the variables that hold the execution role's credentials for one call; none without a role."""
    credentials = options.credentials() if callable(options.credentials) else options.credentials
    return dict(zip(_ROLE, credentials, strict=True)) if credentials else {}


def context(options: Options, request_id: str) -> dict[str, object]:
    """Return the second argument of the function.

    Keys and forms: https://cloud.tencent.com/document/product/583/9210; `environ` and `environment` are
    text, and neither holds the credentials.
    """
    return {
        "memory_limit_in_mb": options.memory,
        "time_limit_in_ms": round(options.timeout * 1000),
        "request_id": request_id,
        "environment": json.dumps({"SCF_NAMESPACE": options.namespace}, separators=(",", ":")),
        "environ": f"SCF_NAMESPACE={options.namespace};SCF_NAMESPACE={options.namespace}",
        "function_version": "$LATEST",
        "function_name": options.function_name,
        "namespace": options.namespace,
        "tencentcloud_region": options.region,
        "tencentcloud_appid": options.app_id,
        "tencentcloud_uin": options.uin,
    }
