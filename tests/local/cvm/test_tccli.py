"""Tencent Cloud's command line, from an environment of its own, works against the stand-in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.cvm import StandIn
from local.cvm.public_key import made_up


def test_tccli(cvm: StandIn, tmp_path: Path, missing: Callable[[str, str], None]) -> None:
    """It imports, lists and deletes a key pair and names the service's codes."""
    tccli = shutil.which("tccli")
    if not tccli:
        return missing("tccli", "tccli imports, lists and deletes at the stand-in")

    def ask(action: str, **parameters: str) -> tuple[int, Any, str]:
        # A home of its own, because tccli writes command lines with their secrets to ~/.tccli.
        environ = {
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "TENCENTCLOUD_SECRET_ID": cvm.credentials.secret_id,
            "TENCENTCLOUD_SECRET_KEY": cvm.credentials.secret_key,
            "TENCENTCLOUD_TOKEN": cvm.credentials.token,
            "TENCENTCLOUD_REGION": "ap-guangzhou",
        }
        command = [tccli, "cvm", action, "--endpoint", cvm.url, "--language", "en-US"]
        command += [word for name, value in parameters.items() for word in (f"--{name}", value)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    key = made_up()
    tags = '[{"ResourceType": "keypair", "Tags": [{"Key": "owner", "Value": "ada"}]}]'
    sent = {"KeyName": "a", "ProjectId": "0", "PublicKey": key + " ada@example", "TagSpecification": tags}
    status, made, _ = ask("ImportKeyPair", **sent)
    assert status == 0
    status, listed, _ = ask("DescribeKeyPairs", KeyIds=json.dumps([made["KeyId"]]))
    assert (status, listed["TotalCount"]) == (0, 1)
    assert listed["KeyPairSet"][0]["PublicKey"] == f"{key} {made['KeyId']}"

    status, _, reply = ask("ImportKeyPair", **sent)
    assert status == 255
    assert "code:InvalidKeyPairName.Duplicate message:The key pair name `a` already exists." in reply
    status, _, reply = ask("ImportKeyPair", **{**sent, "KeyName": "a-a"})
    assert "code:InvalidParameterValue message:The specified key pair name `a-a` is include" in reply
    assert cvm.calls[0].headers["host"] == cvm.url

    assert ask("DeleteKeyPairs", KeyIds=json.dumps([made["KeyId"]]))[0] == 0
    assert not cvm.account.key_pairs
    return None
